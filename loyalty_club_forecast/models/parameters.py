from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyClubRfmParameters(models.AbstractModel):
    """Whether to look ahead, and how far: a part of what a version keeps."""

    _inherit = "loyalty.club.rfm.parameters"

    forecast = fields.Selection(
        [
            ("auto", "From 1,000 customers"),
            ("on", "Always"),
            ("off", "Never"),
        ],
        required=True,
        default="auto",
    )
    forecast_days = fields.Integer("Forecast for", default=90)

    @api.constrains("forecast_days")
    def _check_forecast_days(self):
        for record in self:
            if not 1 <= record.forecast_days <= 3650:
                raise ValidationError(
                    self.env._("A forecast is for between 1 and 3650 days.")
                )
