from odoo import fields, models


class LoyaltyClubReason(models.Model):
    """Why somebody changes a balance by hand; the code is what integrators send."""

    _name = "loyalty.club.reason"
    _description = "Adjustment Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    direction = fields.Selection(
        [("both", "Gives or takes"), ("give", "Gives"), ("take", "Takes")],
        required=True,
        default="both",
    )

    _code_uniq = models.UniqueIndex("(code)", "This reason code is already used.")
