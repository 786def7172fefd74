from odoo import api, models


class LoyaltyRule(models.Model):
    _inherit = "loyalty.rule"

    @api.model
    def _load_pos_data_read(self, records, config):
        # A number that a browser can't read would keep the till from opening.
        sound = records.filtered(lambda r: not (r.club_id and r._club_unsound_number()))
        return super()._load_pos_data_read(sound, config)
