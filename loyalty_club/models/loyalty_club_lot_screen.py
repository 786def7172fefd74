from odoo import fields, models


class LoyaltyClubLot(models.Model):
    """What lists of lots show beside what is stored."""

    _inherit = "loyalty.club.lot"

    account = fields.Selection(related="entry_id.account")
