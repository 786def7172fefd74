from odoo import api, models


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    @api.model
    def _load_pos_data_fields(self, config):
        # Tells a till which programs are the club's: those it doesn't count itself.
        own = ["club_account", "club_use"]
        return [*super()._load_pos_data_fields(config), *own]
