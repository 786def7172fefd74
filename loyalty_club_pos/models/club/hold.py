from odoo import fields, models


class LoyaltyClubHold(models.Model):
    _inherit = "loyalty.club.hold"

    agreed = fields.Boolean(
        help="The member agreed with a PIN or a code: it doesn't count for what a card "
        "alone may spend.",
    )
