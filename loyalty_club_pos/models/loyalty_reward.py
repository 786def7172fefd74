from odoo import models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    def _club_pays_any_amount(self):
        """Whether it turns any number of points, or part of a wallet, into money."""
        return (
            self.reward_type == "discount"
            and self.discount_mode == "per_point"
            and not self.clear_wallet
        )
