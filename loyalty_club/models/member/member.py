from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, sql

from ...amounts import AMOUNT
from ...engine import tiering
from ...engine.amounts import scaled, unscaled
from ...engine.identifiers import looks_like_pan, member_number
from ...exceptions import ClubError
from ...rights import link, links, raised, scalars

# What a person behind a desk may write; all else is the club's own doing. Messages,
# followers and activities are written by their own methods, with the caller's rights.
PERSONAL = ("name", "mobile", "email", "birthdate_date", "gender")
RELATED = {"interest_ids", "referrer_id"}
# In the context of who ranks new members in one go later. An object: a caller can't
# send it, and so join in no tier.
TIERS_LATER = object()
SOON = 30  # days


class LoyaltyClubMember(models.Model):
    """A partner's membership of one club."""

    _name = "loyalty.club.member"
    _description = "Club Member"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["number", "partner_id.name", "partner_id.phone"]
    _check_company_auto = True

    club_id = fields.Many2one(
        "loyalty.club",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["loyalty.club"].search([], limit=1),
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="club_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict"
    )
    number = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("active", "Active"),
            ("paused", "Paused"),
            ("blocked", "Blocked"),
            ("left", "Left"),
        ],
        required=True,
        default="active",
        tracking=True,
    )
    joined_on = fields.Date(required=True, readonly=True)
    joined_how = fields.Selection(
        [
            ("desk", "At the desk"),
            ("door", "By an integration"),
            ("portal", "On the portal"),
            ("import", "Imported"),
            ("takeover", "From an existing program"),
        ],
        required=True,
        readonly=True,
        default="desk",
    )
    referrer_id = fields.Many2one(
        "loyalty.club.member",
        string="Referred by",
        index="btree_not_null",
        domain="[('club_id', '=', club_id), ('id', '!=', id)]",
        ondelete="restrict",
    )
    merged_into_id = fields.Many2one(
        "loyalty.club.member",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    welcomed = fields.Boolean(readonly=True, copy=False)
    erased_at = fields.Datetime(readonly=True, copy=False)
    contact_archived = fields.Boolean(
        readonly=True,
        copy=False,
        help="Paused because the contact was archived; goes on when it comes back.",
    )

    # The person, where the ecosystem keeps it
    name = fields.Char(related="partner_id.name", readonly=False)
    mobile = fields.Char(related="partner_id.phone", readonly=False, string="Mobile")
    email = fields.Char(related="partner_id.email", readonly=False)
    birthdate_date = fields.Date(related="partner_id.birthdate_date", readonly=False)
    gender = fields.Selection(related="partner_id.gender", readonly=False)
    interest_ids = fields.Many2many(
        related="partner_id.category_id", readonly=False, string="Interests"
    )
    image_128 = fields.Image(related="partner_id.image_128")

    identifier_ids = fields.One2many("loyalty.club.identifier", "member_id")
    consent_ids = fields.One2many("loyalty.club.consent", "member_id")
    consent_sms = fields.Boolean("SMS allowed", readonly=True)
    consent_email = fields.Boolean("E-mail allowed", readonly=True)
    consent_call = fields.Boolean("Calls allowed", readonly=True)

    # NULL, not 0, where nobody has counted: written by SQL alone.
    call_count = fields.Integer(
        "Calls", readonly=True, copy=False, help="Of integrations, about the person."
    )

    # Tier
    tier_id = fields.Many2one(
        "loyalty.club.tier",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    tier_since = fields.Date(readonly=True)
    tier_valid_until = fields.Date(readonly=True)
    below_since = fields.Date(readonly=True)
    qualified = fields.Float(
        string="Reached",
        readonly=True,
        help="The club's measure in the running period.",
        **AMOUNT,
    )
    qualified_from = fields.Date(readonly=True)
    qualified_until = fields.Date(readonly=True)
    next_tier_id = fields.Many2one("loyalty.club.tier", compute="_compute_progress")
    next_tier_missing = fields.Float(compute="_compute_progress", **AMOUNT)
    tier_progress = fields.Integer(compute="_compute_progress")
    tier_color = fields.Integer(related="tier_id.color")
    tier_move_ids = fields.One2many("loyalty.club.tier.move", "member_id")

    # Accounts
    card_ids = fields.One2many("loyalty.card", "member_id", string="Accounts")
    points_balance = fields.Float(
        compute="_compute_balances", string="Points", compute_sudo=True, **AMOUNT
    )
    points_pending = fields.Float(
        compute="_compute_balances", compute_sudo=True, **AMOUNT
    )
    points_debt = fields.Float(compute="_compute_balances", compute_sudo=True, **AMOUNT)
    wallet_balance = fields.Monetary(
        compute="_compute_balances", string="Wallet", compute_sudo=True
    )
    credit_balance = fields.Monetary(
        compute="_compute_balances", string="Credit", compute_sudo=True
    )
    entry_ids = fields.One2many("loyalty.club.entry", "member_id")
    entry_count = fields.Integer(compute="_compute_counts")
    purchase_ids = fields.One2many("loyalty.club.purchase", "member_id")
    purchase_count = fields.Integer(compute="_compute_counts")
    last_purchase_at = fields.Datetime(readonly=True)
    avatar_128 = fields.Image(related="partner_id.avatar_128")
    expiring_points = fields.Float(
        compute="_compute_expiring",
        compute_sudo=True,
        help="Points that expire within 30 days.",
        **AMOUNT,
    )
    expiring_on = fields.Date(
        compute="_compute_expiring",
        compute_sudo=True,
        help="The last day on which the first of them can be spent.",
    )
    lot_ids = fields.One2many(
        "loyalty.club.lot",
        compute="_compute_lot_ids",
        string="Lots",
        help="What earlier earnings still have left, in the order of spending.",
    )

    _partner_uniq = models.UniqueIndex(
        "(club_id, partner_id) WHERE merged_into_id IS NULL",
        "This customer is already a member of the club.",
    )
    _number_uniq = models.UniqueIndex("(club_id, number)")
    _tier_idx = models.Index("(club_id, tier_id)")

    @api.depends("number", "partner_id.name")
    def _compute_display_name(self):
        for member in self:
            name = member.partner_id.name
            member.display_name = f"{name} ({member.number})" if name else member.number

    @api.depends("tier_id", "qualified", "club_id.tier_ids.threshold")
    def _compute_progress(self):
        for member in self:
            tiers = member.club_id._tiers()
            if not tiers:
                member.next_tier_id = False
                member.next_tier_missing = member.tier_progress = 0
                continue
            ahead = tiering.progress(
                tiers._rules(),
                list(tiers.ids).index(member.tier_id.id) if member.tier_id else -1,
                scaled(member.qualified),
            )
            at_top = ahead.next_index is None
            member.next_tier_id = False if at_top else tiers[ahead.next_index]
            member.next_tier_missing = unscaled(ahead.missing)
            member.tier_progress = 100 if at_top else ahead.percent

    @api.depends("card_ids.points", "card_ids.club_pending", "card_ids.club_debt")
    def _compute_balances(self):
        for member in self:
            by_account = {card.club_account: card for card in member.card_ids}
            none = self.env["loyalty.card"]
            points = by_account.get("points", none)
            member.points_balance = points.points
            member.points_pending = points.club_pending
            member.points_debt = points.club_debt
            member.wallet_balance = by_account.get("wallet", none).points
            member.credit_balance = by_account.get("credit", none).points

    @api.depends("entry_ids", "purchase_ids")
    def _compute_counts(self):
        for field, model in (
            ("entry_count", "loyalty.club.entry"),
            ("purchase_count", "loyalty.club.purchase"),
        ):
            counts = dict(
                self.env[model]._read_group(
                    [("member_id", "in", self.ids)], ["member_id"], ["__count"]
                )
            )
            for member in self:
                member[field] = counts.get(member, 0)

    @api.depends("card_ids.club_lot_ids.remaining")
    def _compute_expiring(self):
        today = fields.Date.context_today(self)
        points = self.card_ids.filtered(lambda card: card.club_account == "points")
        rows = self.env["loyalty.club.lot"]._read_group(
            [
                ("card_id", "in", points.ids),
                ("remaining", ">", 0),
                ("pending", "=", False),
                ("expires_on", ">=", today),
                ("expires_on", "<=", today + timedelta(days=SOON)),
            ],
            ["card_id"],
            ["remaining:sum", "expires_on:min"],
        )
        soon = {card.member_id: found for card, *found in rows}
        for member in self:
            member.expiring_points, member.expiring_on = soon.get(member, (0, False))

    @api.depends("card_ids.club_lot_ids.remaining")
    def _compute_lot_ids(self):
        lots = self.env["loyalty.club.lot"]
        for member in self:
            member.lot_ids = lots.search(
                [("card_id", "in", member.card_ids.ids), ("remaining", ">", 0)]
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Number the members; the number's last digit checks the others (Luhn)."""
        numbers = self._free_numbers(len(vals_list))
        for vals, number in zip(vals_list, numbers, strict=True):
            club = self.env["loyalty.club"].browse(vals.get("club_id"))
            vals["number"] = number
            vals.setdefault("joined_on", club._today() if club else fields.Date.today())
        members = super().create(vals_list)
        self.env["loyalty.club.event"]._note("joined", members.ids)
        if self.env.context.get("loyalty_club_tiers_later") is not TIERS_LATER:
            members._start_tiers()
        return members

    def _on_joined(self):
        """People became members: a hook, called once before the commit, with all.

        Customers of old too, whom a take-over made members (``joined_how``).
        """

    def _on_merged(self):
        """Memberships went over to others of their club (``merged_into_id``): a hook.

        Called once before the commit, with all.
        """

    def _on_erased(self):
        """The persons of these memberships were forgotten: a hook.

        Called once before the commit, with all. What an addon keeps of a person goes
        by ``_on_erase``, before; this is for what follows from it elsewhere.
        """

    def _auto_init(self):
        """Pause the members whose contacts were archived before that was followed."""
        cr = self.env.cr
        is_new = sql.table_exists(cr, self._table) and not sql.column_exists(
            cr, self._table, "contact_archived"
        )
        if is_new:
            sql.create_column(cr, self._table, "contact_archived", "bool")
            cr.execute(
                SQL(
                    """
                    UPDATE loyalty_club_member AS member
                       SET state = 'paused', contact_archived = TRUE
                      FROM res_partner AS contact
                     WHERE contact.id = member.partner_id AND NOT contact.active
                       AND member.state = 'active'
                    """
                )
            )
        return super()._auto_init()

    def _free_numbers(self, count):
        """The next numbers of members that nobody is recognised by already.

        A shop's own barcodes may look the same: two members would be found by one text.
        """
        numbers = []
        while missing := count - len(numbers):
            drawn = [member_number(each) for each in self._next_numbers(missing)]
            taken = self._spelled_elsewhere(drawn)
            numbers += [number for number in drawn if number not in taken]
        return numbers

    def _next_numbers(self, count):
        """The next numbers of members, drawn in one go."""
        # Members are numbered by anybody.
        sequence_sudo = self.env["ir.sequence"].sudo()
        sequence_sudo = sequence_sudo.search(
            [
                ("code", "=", "loyalty.club.member"),
                ("company_id", "in", (self.env.company.id, False)),
            ],
            order="company_id",
            limit=1,
        )
        if sequence_sudo.implementation != "standard":
            return [int(sequence_sudo.next_by_id()) for _each in range(count)]
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                f"ir_sequence_{sequence_sudo.id:03d}",
                count,
            )
        )
        return [number for (number,) in rows]

    def write(self, vals):
        if not self.env.su:
            vals = self._personal(vals)
        self.check_access("write")
        if {"name", "mobile", "email"} & vals.keys():
            self._check_user_kept()
        # A desk keeps its members' data without a right on all contacts; identifiers
        # follow the contact.
        members_sudo = self if self.env.su else raised(self)
        if {"mobile", "email"} & vals.keys():
            members_sudo._check_shown(vals)
        if {"name", "mobile", "email"} & vals.keys():
            self._lock_quietly(members_sudo.partner_id)
        return super(LoyaltyClubMember, members_sudo).write(vals)

    def _personal(self, vals):
        """What a person behind a desk may write of ``vals``: plain values and links."""
        if not vals.keys() <= RELATED.union(PERSONAL):
            raise AccessError(
                self.env._("A membership changes through its own actions only.")
            )
        wanted = {
            **scalars(self, vals, PERSONAL),
            **links(self, vals, "interest_ids"),
            **link(self, vals, "referrer_id"),
        }
        if "name" in wanted:
            wanted["name"] = self._shown_name(wanted["name"])
        if looks_like_pan(str(wanted.get("name") or "")):
            raise self._bank_card_refused()
        referrer = self.browse(wanted.get("referrer_id") or ())
        if referrer and (referrer.club_id != self.club_id or referrer in self):
            raise ClubError(
                "invalid_payload",
                self.env._("referrer_id: must be another member of the club"),
            )
        return wanted

    # ------------------------------------------------------------------ buttons

    def action_open_entries(self):
        """The ledger of this member; of one account when the context names it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club.action_entry"
        )
        account = self.env.context.get("club_account")
        action["domain"] = [("member_id", "=", self.id)]
        action["context"] = {f"search_default_{account}": 1} if account else {}
        return action

    def action_open_purchases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club.action_purchase"
        )
        action["domain"] = [("member_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    def action_open_merged(self):
        self.ensure_one()
        return self.merged_into_id.get_formview_action()
