from odoo import fields, models


class LoyaltyClubRfmRunCell(models.Model):
    """How many customers had one code on one day, and what they had spent.

    At most 126 rows for a run: heat map, trends and the dashboard read these instead of
    a million customers.
    """

    _name = "loyalty.club.rfm.run.cell"
    _description = "Customers of a code"
    _order = "run_id desc, r desc, f desc, m desc"
    _log_access = False

    run_id = fields.Many2one(
        "loyalty.club.rfm.run", required=True, index=True, ondelete="cascade"
    )
    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(required=True)
    r = fields.Integer("Recency")
    f = fields.Integer("Frequency")
    m = fields.Integer("Money")
    code = fields.Char()
    segment_id = fields.Many2one("loyalty.club.rfm.segment", ondelete="restrict")
    customers = fields.Integer()
    revenue = fields.Monetary()

    _definition_day_idx = models.Index("(definition_id, day)")
