from odoo import api, fields, models

from ..amounts import AMOUNT
from ..erasing import Kept
from .loyalty_club import ACCOUNTS

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
    def _on_erase(self, person):
        """Entries are append-only: what was written into them is said to be kept."""
        kept = {"entries": self.env._("the entries of the ledger")}
        referring = [("card_id", "in", person.cards.ids), ("reference", "!=", False)]
        if self.search_count(referring, limit=1):
            kept["references of entries"] = self.env._(
                "references and notes that were written into entries"
            )
        return [*super()._on_erase(person), Kept(kept)]
