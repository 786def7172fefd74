from odoo import fields, models
from odoo.tools import SQL


class LoyaltyClubRfmCustomer(models.Model):
    """What is expected of a customer stands beside what they did."""

    _inherit = "loyalty.club.rfm.customer"

    expected_purchases = fields.Float(readonly=True)
    expected_value = fields.Monetary(readonly=True)

    def _columns(self):
        return [
            *super()._columns(),
            SQL("forecast.expected_purchases, forecast.expected_value"),
        ]

    def _joins(self):
        join = SQL(
            """
            LEFT JOIN loyalty_club_rfm_forecast forecast
              ON forecast.definition_id = now.definition_id
             AND forecast.partner_id = now.partner_id
            """
        )
        return [*super()._joins(), join]
