from dataclasses import asdict

from odoo import fields, models


class LoyaltyClubRfmForecastFit(models.Model):
    """The parameters that a forecast was made with, or why none was made."""

    _name = "loyalty.club.rfm.forecast.fit"
    _description = "Fit of the forecast's models"
    _order = "day desc, id desc"
    _rec_name = "day"

    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    day = fields.Date(
        required=True, readonly=True, help="Purchases before this day were looked at."
    )
    unit_days = fields.Integer("Unit of time (days)", readonly=True)
    reason = fields.Selection(
        [
            ("few", "Too few customers"),
            ("once", "Too few customers came back"),
            ("unclear", "The purchases follow no clear pattern"),
        ],
        "No forecast of purchases",
        readonly=True,
    )
    customers = fields.Integer(readonly=True)
    log_likelihood = fields.Float(readonly=True, digits=(16, 4))
    r = fields.Float("r", readonly=True, digits=(16, 6))
    alpha = fields.Float("alpha", readonly=True, digits=(16, 6))
    a = fields.Float("a", readonly=True, digits=(16, 6))
    b = fields.Float("b", readonly=True, digits=(16, 6))
    value_reason = fields.Selection(
        [
            ("few", "Too few customers came back"),
            ("unclear", "The amounts follow no clear pattern"),
        ],
        "No forecast of amounts",
        readonly=True,
    )
    value_customers = fields.Integer("Customers who came back", readonly=True)
    p = fields.Float("p", readonly=True, digits=(16, 6))
    q = fields.Float("q", readonly=True, digits=(16, 6))
    v = fields.Float("v", readonly=True, digits=(16, 6))

    def _note(self, run, unit, purchases, values):
        """
        :param unit: days of a unit of time, in which ``alpha`` is
        :param purchases: Fit of a PurchaseModel, of ``engine/btyd.py``
        :param values: Fit of a ValueModel
        """
        noted = {
            "definition_id": run.definition_id.id,
            "day": run.day,
            "unit_days": unit,
            "reason": purchases.reason,
            "customers": purchases.customers,
            "log_likelihood": purchases.log_likelihood,
            "value_reason": values.reason,
            "value_customers": values.customers,
        }
        for fit in (purchases, values):
            if fit.model:
                noted |= asdict(fit.model)
        return self.create(noted)
