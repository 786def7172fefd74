from odoo import api, fields, models
from odoo.tools import SQL

from ...amounts import AMOUNT
from ...erasing import Kept
from ..club.club import ACCOUNTS

KINDS = [
    ("opening", "Opening balance"),
    ("earn", "Earned"),
    ("bonus", "Bonus"),
    ("spend", "Spent"),
    ("return", "Taken back"),
    ("give_back", "Given back"),
    ("release", "Released"),
    ("expire", "Expired"),
    ("adjust", "Adjusted"),
    ("transfer", "Transferred"),
    ("top_up", "Topped up"),
    ("cash_out", "Paid out"),
    ("forfeit", "Forfeited"),
]


class LoyaltyClubEntry(models.Model):
    """One append-only movement of an account.

    ``amount`` changes what can be spent and sums up to ``loyalty.card.points``;
    ``pending`` changes what still waits, ``debt`` what the next points will pay. The
    ledger (``loyalty.club.ledger``) is the only writer; the database refuses changes.
    """

    _name = "loyalty.club.entry"
    _description = "Ledger Entry"
    _order = "id desc"
    _rec_name = "kind"
    _log_access = False

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", string="Branch", required=True, ondelete="restrict"
    )
    card_id = fields.Many2one(
        "loyalty.card", string="Account", required=True, index=True, ondelete="restrict"
    )
    member_id = fields.Many2one(
        "loyalty.club.member", index="btree_not_null", ondelete="restrict"
    )
    account = fields.Selection(ACCOUNTS, "Account type", required=True)
    kind = fields.Selection(KINDS, required=True)
    amount = fields.Float(required=True, **AMOUNT)
    pending = fields.Float(required=True, **AMOUNT)
    debt = fields.Float(required=True, **AMOUNT)
    balance = fields.Float(
        required=True, aggregator=None, help="After this entry.", **AMOUNT
    )
    date = fields.Datetime(required=True, help="When it was written.")
    # Not required: entries from before there was this column can't be changed.
    effective_on = fields.Date(
        "Effective on",
        help="The day that it counts for: of what expired its last day, of what was"
        " released its first day, and else the day on which it was written.",
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    key = fields.Char(help="The same movement is never written twice.")
    purchase_id = fields.Many2one(
        "loyalty.club.purchase", index="btree_not_null", ondelete="restrict"
    )
    hold_id = fields.Many2one("loyalty.club.hold", ondelete="restrict")
    request_id = fields.Many2one(
        "loyalty.club.request", index="btree_not_null", ondelete="restrict"
    )
    reason_id = fields.Many2one("loyalty.club.reason", ondelete="restrict")
    reverses_id = fields.Many2one(
        "loyalty.club.entry", index="btree_not_null", ondelete="restrict"
    )
    counterpart_id = fields.Many2one(
        "loyalty.card",
        string="Other account",
        ondelete="restrict",
        help="Where a transfer came from or went to.",
    )
    origin_model = fields.Char()
    origin_id = fields.Many2oneReference(model_field="origin_model")
    reference = fields.Char()
    lot_ids = fields.One2many("loyalty.club.lot", "entry_id")
    allocation_ids = fields.One2many("loyalty.club.allocation", "entry_id")
    reference_name = fields.Char(
        "About",
        compute="_compute_reference_name",
        help="What it is about, in the reader's language.",
    )
    issued = fields.Float(
        compute="_compute_issued",
        aggregator="sum",
        help="What was newly given, on the day of giving, also where it waits first.",
        **AMOUNT,
    )

    _key_uniq = models.UniqueIndex(
        "(club_id, key) WHERE key IS NOT NULL",
        "This movement is already in the ledger.",
    )
    _reference_idx = models.Index("(card_id, reference) WHERE reference IS NOT NULL")
    _moves_something = models.Constraint(
        "CHECK (amount <> 0 OR pending <> 0 OR debt <> 0)",
        "An entry moves something.",
    )
    # Beyond this, what a native float balance holds would no longer be exact.
    _countable = models.Constraint(
        "CHECK (abs(amount) < 1e14 AND abs(pending) < 1e14 AND abs(debt) < 1e14"
        " AND abs(balance) < 1e14)",
        "This amount is too large to be counted exactly.",
    )

    @api.model
    def _issuing_kinds(self):
        """Kinds that put something new into the world: an open list.

        All others move or use what is there. An adjustment does so only where it gives.
        """
        return ["opening", "earn", "bonus", "top_up", "adjust"]

    @api.model
    def _activity_kinds(self):
        """Kinds that count as activity where points expire by inactivity: open lists.

        An addon that adds a kind of entries (``selection_add``) says it here.

        :return: (kinds that count when the club counts earning, kinds that count when
            it counts spending and they take something)
        """
        return {"earn", "bonus", "opening", "top_up"}, {"spend", "transfer"}

    def _on_posted(self):
        """Entries were posted: a hook, called once before the commit, with all."""

    @api.model
    def _on_erase(self, person):
        """Entries are append-only: what was written into them is said to be kept."""
        kept = {"entries": self.env._("the entries of the ledger")}
        referring = [("card_id", "in", person.cards.ids), ("reference", "!=", False)]
        if self.search_count(referring, limit=1):
            kept["references of entries"] = self.env._(
                "references and notes that were written into entries"
            )
        return [*super()._on_erase(person), Kept(kept)]

    def _effective_day(self):
        """The day that it counts for: of older entries that on which it was written."""
        self.ensure_one()
        return self.effective_on or self.club_id._day(self.date)

    @api.depends("kind", "amount", "pending")
    def _compute_issued(self):
        issuing = self._issuing_kinds()
        for entry in self:
            gives = entry.kind in issuing
            entry.issued = max(entry.amount + entry.pending, 0) if gives else 0

    def _field_to_sql(self, alias, field_expr, query=None):
        """``issued`` follows from columns: it sums up in groups without one of its own.

        Entries can't be changed, so a new column would be empty in those there are.
        """
        if field_expr != "issued":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields["issued"], "read")
        return SQL(
            "(CASE WHEN %s IN %s THEN GREATEST(%s + %s, 0) ELSE 0 END)",
            self._field_to_sql(alias, "kind", query),
            tuple(self._issuing_kinds()),
            self._field_to_sql(alias, "amount", query),
            self._field_to_sql(alias, "pending", query),
        )

    @api.depends("reference", "origin_model", "origin_id")
    @api.depends_context("lang")
    def _compute_reference_name(self):
        """The club's own words are stored in English, and of a tier its id."""
        words = self._own_words()
        tiers = self.env["loyalty.club.tier"].browse(
            entry.origin_id
            for entry in self
            if entry.origin_model == "loyalty.club.tier"
        )
        names = {tier.id: tier.name for tier in tiers.exists()}
        for entry in self:
            name = words.get(entry.reference, entry.reference)
            if entry.origin_model == "loyalty.club.tier":
                name = names.get(entry.origin_id, name)
            entry.reference_name = name

    @api.model
    def _own_words(self):
        """References that the club itself gives: dict of stored word to translation."""
        return {
            "Welcome": self.env._("Welcome"),
            "Birthday": self.env._("Birthday"),
        }

    @api.depends("kind", "reference_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            name, about = kinds.get(entry.kind, ""), entry.reference_name
            entry.display_name = f"{name}: {about}" if about else name

    def _kind_name(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]
