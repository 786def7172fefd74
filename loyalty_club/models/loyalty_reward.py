from odoo import fields, models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    club_id = fields.Many2one(related="program_id.club_id")
    club_tier_ids = fields.Many2many(
        "loyalty.club.tier",
        string="Tiers",
        help="Only members of these tiers can claim it; empty means everybody.",
    )

    def _club_reduces_price(self):
        """Whether it takes any part of an account's money off the goods' prices."""
        program_sudo = self.program_id.sudo()  # who sells may not read its account
        return (
            self.reward_type == "discount"
            and self.discount_mode == "per_point"
            and not self.clear_wallet
            and program_sudo.club_account == "credit"
            and program_sudo.club_use == "reduction"
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
