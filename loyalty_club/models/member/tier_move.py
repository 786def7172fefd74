from odoo import api, fields, models

from ...amounts import AMOUNT
from ...erasing import Kept


class LoyaltyClubTierMove(models.Model):
    """The history of a member's tiers: each change, when and why."""

    _name = "loyalty.club.tier.move"
    _description = "Tier Move"
    _order = "id desc"

    member_id = fields.Many2one(
        "loyalty.club.member", required=True, index=True, ondelete="restrict"
    )
    club_id = fields.Many2one(
        related="member_id.club_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    from_tier_id = fields.Many2one("loyalty.club.tier", ondelete="restrict")
    to_tier_id = fields.Many2one("loyalty.club.tier", ondelete="restrict")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    value = fields.Float(help="What the member had reached then.", **AMOUNT)
    reason = fields.Selection(
        [
            ("upgrade", "Reached"),
            ("downgrade", "No longer deserved"),
            ("rules", "Rules changed"),
            ("merge", "Merged"),
            ("manual", "By hand"),
        ],
        required=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        self.env["loyalty.club.event"]._note("tier_moved", moves.ids)
        return moves

    def _on_tier_moved(self):
        """Members left one tier for another: a hook, called once before the commit."""

    @api.model
    def _on_erase(self, person):
        kept = {"tier history": self.env._("the history of tiers")}
        return [*super()._on_erase(person), Kept(kept)]
