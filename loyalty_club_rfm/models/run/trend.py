from odoo import fields, models
from odoo.tools import SQL


class LoyaltyClubRfmTrend(models.Model):
    """How many customers each segment had on each day, and what they had spent.

    Customers of two days must not be added up. A day that was worked out twice is here
    once, and ``is_month_end`` leaves one snapshot of each month.
    """

    _name = "loyalty.club.rfm.trend"
    _description = "Segments day by day"
    _auto = False
    _order = "day desc, segment_id"
    _rec_name = "segment_id"
    _depends = {
        "loyalty.club.rfm.definition": [
            "active",
            "company_id",
            "last_run_id",
            "sequence",
        ],
        "loyalty.club.rfm.run": ["day", "definition_id", "state"],
        "loyalty.club.rfm.run.cell": ["customers", "revenue", "run_id", "segment_id"],
    }

    definition_id = fields.Many2one("loyalty.club.rfm.definition", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    day = fields.Date("Snapshot day", readonly=True)
    segment_id = fields.Many2one("loyalty.club.rfm.segment", readonly=True)
    customers = fields.Integer(readonly=True)
    buyers = fields.Integer(
        readonly=True, help="Customers with a purchase in the window."
    )
    revenue = fields.Monetary(readonly=True)
    is_main = fields.Boolean(
        "First definition", readonly=True, help="Of the first definition of a company."
    )
    is_now = fields.Boolean("Latest snapshot", readonly=True)
    is_month_end = fields.Boolean(
        "Last of its month", readonly=True, help="The last snapshot of each month."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH run AS (
                SELECT run.id, run.id = definition.last_run_id AS is_now,
                       definition.id = first_value(definition.id) OVER (
                           PARTITION BY definition.company_id
                           ORDER BY definition.sequence, definition.id
                       ) AS is_main,
                       run.day = max(run.day) OVER (
                           PARTITION BY run.definition_id, date_trunc('month', run.day)
                       ) AS is_month_end
                  FROM (SELECT DISTINCT ON (definition_id, day) id, definition_id, day
                          FROM loyalty_club_rfm_run
                         WHERE state = 'done'
                         ORDER BY definition_id, day, id DESC) AS run
                  JOIN loyalty_club_rfm_definition AS definition
                    ON definition.id = run.definition_id AND definition.active
            )
            SELECT min(cell.id) AS id, cell.definition_id, cell.company_id,
                   company.currency_id, cell.day, cell.segment_id,
                   sum(cell.customers)::integer AS customers,
                   coalesce(sum(cell.customers) FILTER (WHERE cell.r > 0), 0)::integer
                       AS buyers,
                   sum(cell.revenue) AS revenue,
                   run.is_now, run.is_main, run.is_month_end
              FROM loyalty_club_rfm_run_cell AS cell
              JOIN run ON run.id = cell.run_id
              JOIN res_company AS company ON company.id = cell.company_id
             GROUP BY cell.run_id, cell.definition_id, cell.company_id,
                      company.currency_id, cell.day, cell.segment_id, run.is_now,
                      run.is_main, run.is_month_end
            """
        )
