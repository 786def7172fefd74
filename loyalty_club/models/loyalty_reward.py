from odoo import fields, models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    club_id = fields.Many2one(related="program_id.club_id")
    club_tier_ids = fields.Many2many(
        "loyalty.club.tier",
        string="Tiers",
        help="Only members of these tiers can claim it; empty means everybody.",
    )

    def _club_open_to(self, card):
        """Whether the member whose account ``card`` is may claim these rewards."""
        # Who sells reads neither members nor tiers, but has to know this much.
        rewards_sudo = self.sudo().filtered("club_id")
        tier = card.sudo().member_id.tier_id
        return all(
            not reward.club_tier_ids or tier in reward.club_tier_ids
            for reward in rewards_sudo
        )
