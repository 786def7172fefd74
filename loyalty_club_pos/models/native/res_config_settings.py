from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_club_id = fields.Many2one(
        related="pos_config_id.club_id",
        readonly=False,
        domain="[('company_id', 'parent_of', company_id)]",
    )
    pos_club_box_ip = fields.Char(related="pos_config_id.club_box_ip", readonly=False)
    pos_club_box_reader = fields.Char(
        related="pos_config_id.club_box_reader", readonly=False
    )
