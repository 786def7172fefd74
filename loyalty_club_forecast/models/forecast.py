from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.erasing import Gone
from odoo.addons.loyalty_club_rfm.snapshot import Snapshot

from ..engine.btyd import Customers, Spenders, fit_purchases, fit_values

#: A window is told in at most so many weeks, or longer units: the number of different
#: histories stays the same, however many customers have them.
MOST_UNITS = 52
#: Means within one part in so many are fitted as one.
MEANS = 50


class LoyaltyClubRfmForecast(models.Model):
    """What a customer will probably buy in the next days, and what it will be worth.

    See ``engine/btyd.py`` for the models. A full run writes it; other code reads it.
    The probability that they still are a customer isn't kept: it is 1 for everybody who
    bought once, and puts them ahead of the best.
    """

    _name = "loyalty.club.rfm.forecast"
    _description = "Forecast of a customer's purchases"
    _log_access = False
    _rec_name = "partner_id"
    _order = "expected_value desc, id"

    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="definition_id.currency_id")
    expected_purchases = fields.Float(
        digits=(16, 3), readonly=True, help="Days with a purchase."
    )
    expected_value = fields.Monetary(readonly=True)

    _customer_uniq = models.UniqueIndex("(partner_id, definition_id)")
    _definition_idx = models.Index("(definition_id)")

    @api.model
    def _on_erase(self, person):
        contacts = person.contacts.union(*person.needed)
        ids = (contacts | contacts.commercial_partner_id).ids
        forecasts = self.search([("partner_id", "in", ids)])
        return [
            *super()._on_erase(person),
            Gone({"forecasts": self.env._("forecasts")}, forecasts.unlink),
        ]

    def _renew(self, run):
        """Fit the models to the purchases of a run, and write what they expect.

        Where they can't be fitted, the fit says why, and nothing is expected of anyone.

        :return: the fit
        """
        rules = run._rules()
        window = (rules.day - rules.window_from).days
        unit = max(7, -(-window // MOST_UNITS))
        self._collect(rules, unit)
        cells = self._cells()
        purchases, values = fit_purchases(cells), fit_values(self._value_cells())
        fit = self.env["loyalty.club.rfm.forecast.fit"]._note(
            run, unit, purchases, values
        )
        if not purchases.model:
            self._forget(run.definition_id)
            return fit
        ahead = rules.parameters["forecast_days"] / unit
        self._look_ahead(cells, purchases.model, ahead)
        self._write_expected(run.definition_id, values.model)
        return fit

    def _forget(self, definition):
        self.env.cr.execute(
            "DELETE FROM loyalty_club_rfm_forecast WHERE definition_id = %s",
            [definition.id],
        )
        self.invalidate_model()

    # -------------------------------------------------------------- purchases so far

    def _collect(self, rules, unit):
        """Fill ``history``: repeat purchases of each customer who has a segment.

        A purchase is a day here, whatever F counts: what the model knows is time, and
        two documents of one visit are no return.
        """
        snapshot = Snapshot(self.env)
        snapshot.temporary(
            "history",
            SQL("partner_id integer, x integer, t_x integer, t integer, spent numeric"),
        )
        with snapshot.in_order_of_the_index():
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO loyalty_club_rfm_tmp_history
                    SELECT partner_id, count(*) - 1,
                           round((max(day) - min(day))::numeric / %(unit)s),
                           round((%(today)s - min(day))::numeric / %(unit)s),
                           coalesce(sum(net) FILTER (WHERE place > 1), 0)
                      FROM (SELECT partner_id, day, net, row_number() OVER
                                   (PARTITION BY partner_id ORDER BY day) AS place
                              FROM (%(days)s) bought) placed
                     GROUP BY partner_id
                    """,
                    unit=unit,
                    today=rules.day,
                    days=self._days(rules),
                )
            )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM loyalty_club_rfm_tmp_history history
                 WHERE NOT EXISTS (
                       SELECT FROM loyalty_club_rfm_score_now now
                        WHERE now.id = %s AND now.segment_id IS NOT NULL);
                ANALYZE loyalty_club_rfm_tmp_history
                """,
                snapshot.row_id(rules, SQL("history.partner_id")),
            )
        )

    def _days(self, rules):
        """SELECT customer, day and money of each day on which somebody bought."""
        customer, joins = SQL("fact.partner_id"), SQL()
        if rules.by_commercial_partner:
            customer = SQL("coalesce(partner.commercial_partner_id, partner.id)")
            joins = SQL("JOIN res_partner partner ON partner.id = fact.partner_id")
        return SQL(
            """
            SELECT %(customer)s AS partner_id, fact.day, sum(fact.net) AS net
              FROM %(facts)s fact %(joins)s
             WHERE fact.company_id = %(company)s
               AND fact.day >= %(from)s AND fact.day < %(day)s
               AND fact.counts AND fact.source = ANY(%(sources)s)
             GROUP BY 1, 2
            """,
            customer=customer,
            facts=Snapshot(self.env).facts(rules),
            joins=joins,
            company=rules.company_id,
            day=rules.day,
            sources=list(rules.sources),
            **{"from": rules.window_from},
        )

    def _cells(self):
        """The different histories: there are as many as weeks and counts allow."""
        self.env.cr.execute(
            """
            SELECT x, t_x, t, count(*) FROM loyalty_club_rfm_tmp_history
             GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """
        )
        return [Customers(*row) for row in self.env.cr.fetchall()]

    def _value_cells(self):
        self.env.cr.execute(
            """
            SELECT x, exp(avg(ln(mean))), count(*)
              FROM (SELECT x, (spent / x)::double precision AS mean
                      FROM loyalty_club_rfm_tmp_history WHERE x > 0 AND spent > 0) own
             GROUP BY x, round(ln(mean) * %s)
             ORDER BY 1, 2
            """,
            [MEANS],
        )
        return [Spenders(*row) for row in self.env.cr.fetchall()]

    # ----------------------------------------------------------------- what is expected

    def _look_ahead(self, cells, model, ahead):
        """Fill ``ahead``: purchases to expect after each of the histories."""
        Snapshot(self.env).temporary(
            "ahead",
            SQL("x integer, t_x integer, t integer, expected double precision"),
        )
        columns = zip(
            *((c.x, c.t_x, c.T, model.expected(c.x, c.t_x, c.T, ahead)) for c in cells),
            strict=True,
        )
        self.env.cr.execute(
            """
            INSERT INTO loyalty_club_rfm_tmp_ahead
            SELECT * FROM unnest(%s::integer[], %s::integer[], %s::integer[],
                                 %s::double precision[]);
            ANALYZE loyalty_club_rfm_tmp_ahead
            """,
            [list(column) for column in columns],
        )

    def _write_expected(self, definition, values):
        """Write what differs from what is there, and forget who is no customer now.

        :param values: the ValueModel, or None: the worth is unknown then
        """
        worth = SQL("NULL::numeric")
        if values:
            # ``ValueModel.expected``, with what was spent for x times its mean.
            worth = SQL(
                "expected * %(p)s * (%(v)s + greatest(spent, 0)::double precision) "
                "/ (%(p)s * x + %(q)s - 1)",
                p=values.p,
                q=values.q,
                v=values.v,
            )
        expected = SQL(
            """
            SELECT %s::integer AS definition_id, partner_id,
                   round(expected::numeric, 3) AS expected_purchases,
                   round((%s)::numeric, %s) AS expected_value
              FROM loyalty_club_rfm_tmp_history
              JOIN loyalty_club_rfm_tmp_ahead USING (x, t_x, t)
            """,
            definition.id,
            worth,
            definition.currency_id.decimal_places,
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM loyalty_club_rfm_forecast old
                 WHERE definition_id = %(definition)s
                   AND NOT EXISTS (SELECT FROM loyalty_club_rfm_tmp_history history
                                    WHERE history.partner_id = old.partner_id);
                INSERT INTO loyalty_club_rfm_forecast
                       (definition_id, partner_id, expected_purchases, expected_value)
                SELECT new.*
                  FROM (%(expected)s) new
                  LEFT JOIN loyalty_club_rfm_forecast old
                    ON old.partner_id = new.partner_id
                   AND old.definition_id = new.definition_id
                 WHERE old.id IS NULL
                    OR (old.expected_purchases, old.expected_value) IS DISTINCT FROM
                       (new.expected_purchases, new.expected_value)
                    ON CONFLICT (partner_id, definition_id) DO UPDATE
                   SET expected_purchases = excluded.expected_purchases,
                       expected_value = excluded.expected_value
                """,
                definition=definition.id,
                expected=expected,
            )
        )
        self.invalidate_model()
