from odoo import api, models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    def _club_pays_any_amount(self):
        """Whether it turns any number of points, or part of a wallet, into money."""
        return (
            self.reward_type == "discount"
            and self.discount_mode == "per_point"
            and not self.clear_wallet
        )

    @api.model
    def _load_pos_data_read(self, records, config):
        # A number that a browser can't read would keep the till from opening.
        sound = records.filtered(lambda r: not (r.club_id and r._club_unsound_number()))
        return super()._load_pos_data_read(sound, config)
