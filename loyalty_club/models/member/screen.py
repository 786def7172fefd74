from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_amount, formatLang

from ...amounts import AMOUNT

SOON = 30  # days


class LoyaltyClubMember(models.Model):
    """What the screens of a member show beside what is stored."""

    _inherit = "loyalty.club.member"

    avatar_128 = fields.Image(related="partner_id.avatar_128")
    tier_icon = fields.Selection(related="tier_id.icon", string="Tier icon")
    tier_words = fields.Char("Next tier in words", compute="_compute_tier_words")
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

    @api.depends("tier_id", "next_tier_id", "next_tier_missing")
    def _compute_tier_words(self):
        for member in self:
            club = member.club_id
            if member.next_tier_id:
                member.tier_words = self.env._(
                    "%(missing)s to %(tier)s",
                    missing=member._measured(member.next_tier_missing),
                    tier=member.next_tier_id.name,
                )
            elif club.tier_ids:
                member.tier_words = self.env._("The highest tier is reached")
            else:
                member.tier_words = False

    def _measured(self, value):
        """An amount of the club's measure as people say it: “250 status points”."""
        self.ensure_one()
        club = self.club_id
        if club.qualify_measure == "spend":
            return format_amount(self.env, value, club.currency_id)
        number = formatLang(self.env, value, digits=0)
        if club.qualify_measure == "visits":
            return self.env._("%(number)s visits", number=number)
        return self.env._("%(number)s status points", number=number)

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
