from odoo import api, models


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    @api.model
    def _load_pos_data_fields(self, config):
        # Tells a till which programs are the club's: those it doesn't count itself.
        return [*super()._load_pos_data_fields(config), "club_account"]
