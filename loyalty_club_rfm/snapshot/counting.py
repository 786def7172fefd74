from contextlib import contextmanager
from math import floor

from odoo.tools import SQL

from ..engine import scoring
from .columns import MEMBER
from .rules import AVERAGES


class Counting:
    """From purchases to sums by customer, and to the cut points of all of them."""

    @contextmanager
    def in_order_of_the_index(self):
        """Have the purchases read in the order of the covering index.

        A million groups in a hash table are half a gigabyte of random memory; in the
        order of the index they come one after the other, in a quarter of the time. What
        was counted is read several times, and should be in memory while it is.
        """
        self.env.cr.execute(
            "SET LOCAL enable_hashagg = off; SET LOCAL jit = off; "
            "SET LOCAL work_mem = '64MB'"
        )
        yield
        self.env.cr.execute(
            "SET LOCAL enable_hashagg TO DEFAULT; SET LOCAL jit TO DEFAULT; "
            "SET LOCAL work_mem TO DEFAULT"
        )

    def _fresh(self, rules, full):
        """SELECT what all customers, or the touched ones, have bought: also nothing."""
        if not rules.club_ids:
            return SQL(
                "fresh AS MATERIALIZED "
                "(SELECT counted.*, %s AS left_out FROM (%s) counted)",
                self._is_left_out(rules, SQL("partner_id")),
                self._counted(rules, full),
            )
        touched = SQL("(SELECT partner_id FROM loyalty_club_rfm_tmp_touched)")
        return SQL(
            """
            counted AS MATERIALIZED (%(counted)s),
            members AS (
                SELECT DISTINCT member.partner_id,
                       NULL::date, NULL::date, 0, 0::numeric
                  FROM loyalty_club_member member
                 WHERE member.club_id = ANY(%(clubs)s) AND %(member)s %(only)s
                   AND NOT EXISTS (SELECT FROM counted
                                    WHERE counted.partner_id = member.partner_id)),
            fresh AS MATERIALIZED (
                SELECT everybody.*, %(left_out)s AS left_out
                  FROM (TABLE counted UNION ALL TABLE members) everybody)
            """,
            counted=self._counted(rules, full),
            left_out=self._is_left_out(rules, SQL("partner_id")),
            clubs=list(rules.club_ids),
            member=MEMBER,
            only=SQL() if full else SQL("AND member.partner_id IN %s", touched),
        )

    def _counted(self, rules, full):
        """SELECT last and first day, frequency and money of the window by customer."""
        customer = SQL("fact.partner_id")
        joins = SQL()
        if rules.by_commercial_partner:
            customer = SQL("coalesce(partner.commercial_partner_id, partner.id)")
            joins = SQL("JOIN res_partner partner ON partner.id = fact.partner_id")
        conditions = [
            SQL("fact.company_id = %s AND fact.day < %s", rules.company_id, rules.day)
        ]
        if rules.left_out_sources:
            conditions.append(SQL("fact.source = ANY(%s)", list(rules.sources)))
        if not full:
            conditions.append(
                SQL(
                    "fact.partner_id IN "
                    "(SELECT partner_id FROM loyalty_club_rfm_tmp_touched)"
                )
            )
        by_day = rules.parameters["frequency_by"] == "day"
        return SQL(
            """
            SELECT %(customer)s AS partner_id,
                   max(fact.day) FILTER (WHERE %(counts)s) AS last_day,
                   min(fact.day) FILTER (WHERE %(counts)s) AS first_day,
                   (count(%(counted)s) FILTER (WHERE %(counts)s))::int AS frequency,
                   coalesce(sum(fact.net) FILTER (WHERE fact.day >= %(from)s), 0) AS net
              FROM %(facts)s fact %(joins)s
             WHERE %(conditions)s
             GROUP BY 1
            """,
            customer=customer,
            counts=SQL("fact.counts AND fact.day >= %s", rules.window_from),
            counted=SQL("DISTINCT fact.day") if by_day else SQL("*"),
            facts=self.facts(rules),
            joins=joins,
            conditions=SQL(" AND ").join(conditions),
            **{"from": rules.window_from},
        )

    def facts(self, rules):
        """The facts, without what products of left out categories are worth in them."""
        if not rules.category_ids:
            return SQL("loyalty_club_rfm_fact")
        return SQL(
            """(
            SELECT fact.company_id, fact.partner_id, fact.day, fact.source,
                   fact.net - coalesce(share.net, 0) AS net,
                   fact.counts AND fact.goods > coalesce(share.goods, 0) AS counts
              FROM loyalty_club_rfm_fact fact
              LEFT JOIN (SELECT fact_id, sum(net) AS net, sum(goods) AS goods
                           FROM loyalty_club_rfm_fact_share
                          WHERE categ_id = ANY(%s)
                          GROUP BY fact_id) share ON share.fact_id = fact.id
            )""",
            list(rules.category_ids),
        )

    # ------------------------------------------------------------------- cut points

    def _cuts(self, rules, state):
        """SELECT the cut points of all customers in ``state``, and their sums.

        By fifths, or by thresholds where there are too few customers. A fifth ends at
        a value that occurs, and equal values never come to lie on both sides of it.
        """
        parameters = rules.parameters
        r, f, m = (
            scoring.parse_thresholds(parameters[name] or "")
            for name in ("r_thresholds", "f_thresholds", "m_thresholds")
        )
        return SQL(
            """
            SELECT customers, buyers, revenue, by_fifths,
                   CASE WHEN by_fifths THEN r ELSE %(r)s END AS r,
                   CASE WHEN by_fifths THEN f ELSE %(f)s END AS f,
                   CASE WHEN by_fifths THEN m ELSE %(m)s END AS m
              FROM (SELECT count(*) AS customers, count(last_day) AS buyers,
                           coalesce(sum(net), 0) AS revenue,
                           sum(frequency) AS purchases,
                           sum(net) FILTER (WHERE frequency > 0) AS spent,
                           %(quantile)s AND count(last_day) >= %(least)s AS by_fifths,
                           %(fifths)s (ORDER BY last_day) AS r,
                           %(fifths)s (ORDER BY nullif(frequency, 0)) AS f,
                           %(fifths)s (ORDER BY CASE WHEN frequency > 0
                                                     THEN %(money)s END) AS m
                      FROM %(state)s state WHERE NOT left_out) sums
            """,
            r=SQL("%s::date[]", list(scoring.recency_cuts(rules.day, r))),
            # Frequency is whole: 2 passes a threshold of 1.5 as it does one of 1.
            f=SQL("%s::integer[]", [floor(threshold) for threshold in f]),
            m=SQL("%s::numeric[]", list(m)) if m else self._m_by_average(rules, f),
            quantile=parameters["cut_mode"] == "quantile",
            least=max(parameters["min_customers"], 1),
            fifths=SQL("percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP"),
            money=rules.money,
            state=state,
        )

    def _m_by_average(self, rules, purchases):
        """Thresholds of money in average purchases, so that no currency matters."""
        return SQL(
            "ARRAY(SELECT times * coalesce(spent / purchases, 0) "
            "FROM unnest(%s::numeric[]) AS times ORDER BY times)",
            list(AVERAGES if rules.by_average else purchases),
        )

    def _read_cuts(self):
        """The cut points that were stored on the way, as values for the run."""
        # As text: Odoo reads numeric as float, and cut points must be what was found.
        self.env.cr.execute(
            "SELECT customers, buyers, revenue, by_fifths, r::text[], f::text[], "
            "m::text[] FROM loyalty_club_rfm_tmp_cuts"
        )
        customers, buyers, revenue, by_fifths, r, f, m = self.env.cr.fetchone()
        return {
            "customers": customers,
            "buyers": buyers,
            "revenue": revenue,
            "mode": "quantile" if by_fifths else "fixed",
            "cuts": {"r": r, "f": f, "m": m},
        }
