from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.erasing import Kept


class LoyaltyClubRfmCustomer(models.Model):
    """A customer as the last run found them. Read only: see the snapshot's writer."""

    _name = "loyalty.club.rfm.customer"
    _description = "Customer's recency, frequency and money"
    _auto = False
    _order = "net desc, id"
    _rec_name = "partner_id"
    # What is not yet in the database is written before this is read from it.
    _depends = {
        "loyalty.club.rfm.definition": [
            "company_id",
            "last_run_id",
            "overdue_factor",
            "overdue_min",
            "weight_r",
            "weight_f",
            "weight_m",
        ],
        "loyalty.club.rfm.run": ["day"],
    }

    definition_id = fields.Many2one("loyalty.club.rfm.definition", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    segment_id = fields.Many2one("loyalty.club.rfm.segment", readonly=True)
    since = fields.Date("As it is since", readonly=True)
    r = fields.Integer(readonly=True, aggregator="avg", help="Score of recency")
    f = fields.Integer(readonly=True, aggregator="avg", help="Score of frequency")
    m = fields.Integer(readonly=True, aggregator="avg", help="Score of money")
    code = fields.Char(readonly=True)
    weighted = fields.Float(
        "Score", readonly=True, aggregator="avg", help="The weighted mean of R, F and M"
    )
    recency = fields.Integer("Days since", readonly=True, aggregator="avg")
    frequency = fields.Integer("Purchases", readonly=True)
    net = fields.Monetary("Spent", readonly=True)
    average = fields.Monetary("Average purchase", readonly=True, aggregator="avg")
    last_day = fields.Date("Last purchase", readonly=True)
    first_day = fields.Date("First purchase in the window", readonly=True)
    # The word of the literature (LRFM).
    length = fields.Integer(  # pylint: disable=attribute-deprecated
        readonly=True,
        aggregator="avg",
        help="Days from the first to the last purchase in the window",
    )
    interval = fields.Float(
        "Own interval", readonly=True, aggregator="avg", help="Days between purchases"
    )
    overdue = fields.Boolean(
        readonly=True, help="Stays away much longer than usual for this customer."
    )
    segment_color = fields.Integer(related="segment_id.color")
    segment_action = fields.Text("What to do", related="segment_id.action")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT now.id, now.definition_id, definition.company_id,
                   company.currency_id, now.partner_id, now.segment_id, now.since,
                   now.r, now.f, now.m, concat(now.r, now.f, now.m) AS code,
                   round((definition.weight_r * now.r + definition.weight_f * now.f
                          + definition.weight_m * now.m)::numeric
                         / (definition.weight_r + definition.weight_f
                            + definition.weight_m), 2) AS weighted,
                   run.day - now.last_day AS recency,
                   now.frequency, now.net,
                   CASE WHEN now.frequency > 0
                        THEN round(now.net / now.frequency, 4) END AS average,
                   now.last_day, now.first_day,
                   now.last_day - now.first_day AS length,
                   CASE WHEN now.frequency > 1 AND now.last_day > now.first_day
                        THEN round((now.last_day - now.first_day)::numeric
                                   / (now.frequency - 1), 1) END AS interval,
                   coalesce(now.frequency >= definition.overdue_min
                            AND now.last_day > now.first_day
                            AND (run.day - now.last_day) * (now.frequency - 1)
                                > definition.overdue_factor
                                  * (now.last_day - now.first_day),
                            FALSE) AS overdue
                   %(columns)s
              FROM loyalty_club_rfm_score_now now
              JOIN loyalty_club_rfm_definition definition
                ON definition.id = now.definition_id
              JOIN loyalty_club_rfm_run run ON run.id = definition.last_run_id
              JOIN res_company company ON company.id = definition.company_id
              %(joins)s
             WHERE now.segment_id IS NOT NULL
            """,
            columns=SQL().join(SQL(", %s", column) for column in self._columns()),
            joins=SQL(" ").join(self._joins()),
        )

    def _columns(self):
        """What other addons tell of a customer: a hook.

        :return: list of ``SQL``, each of columns with the names of fields; of ``now``
            (the customer's row), ``definition``, ``run``, ``company`` and the tables
            of :meth:`_joins`
        """
        return []

    def _joins(self):
        """The tables that :meth:`_columns` need: a hook.

        :return: list of ``SQL``, each a ``LEFT JOIN`` of one row at most
        """
        return []

    @api.model
    def _on_erase(self, person):
        # Numbers of days and amounts: what was bought, by a contact without a name.
        scores = Kept({"scores": self.env._("scores, segments and their history")})
        return [*super()._on_erase(person), scores]

    def action_explain(self):
        """Why this customer has their scores, in sentences."""
        self.ensure_one()
        return self.definition_id._explain_action(self.partner_id)
