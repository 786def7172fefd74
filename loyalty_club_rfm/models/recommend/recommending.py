from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.periods import day_bounds, local_day
from odoo.addons.loyalty_club.words import day_text


class LoyaltyClubRfmPair(models.Model):
    """The next best products of a customer, each with the reason for it."""

    _inherit = "loyalty.club.rfm.pair"

    @api.model
    def _next_best(
        self,
        partner,
        limit=5,
        basket=None,
        company=None,
        definition=None,
        only=None,
    ):
        """What goes with what a customer bought, then what their segment likes most.

        What they bought counts less the longer ago it is; what is in their basket
        counts in full. Neither that nor what they have just bought is recommended.
        Whoever bought nothing yet gets the favourites alone. The caller decides who may
        ask.

        :param partner: the customer; empty for somebody unknown
        :param basket: ``product.product`` that they are about to buy
        :param company: root company or branch that sells; by default the current one
        :param definition: whose segments count; by default the company's main one
        :param only: SQL of a select of product ids, to choose among these alone
        :return: list of dicts, the best first: ``product_id``, ``sku`` (or False) and
            ``name``; ``kind``: "pair", "segment" or "all"; ``score``: a sum of cosines,
            or for favourites a share of customers; ``because_id`` and ``because``: the
            product that a pair goes with, ``on``: ISO day on which they bought that,
            all False where there is none; and ``why``: a sentence
        """
        # What the whole company sold, as plain numbers: no record of it is given out.
        self = self.sudo()
        company = (company or self.env.company).sudo().root_id
        settings = self.env["loyalty.club.rfm.recommendation"]._of(company)
        if not settings.active or limit < 1:
            return []
        if definition is None:
            definition = self.env["loyalty.club.rfm.definition"]._main(company)
        partner = self._customer(partner.sudo(), definition)
        basket = basket or self.env["product.product"]
        window = self._window(company, settings.days, partner)
        bought = self._bought_by(window, settings, basket)
        offered = self._offered(window, only)
        found = self._closest(settings, bought, offered, limit)
        if len(found) < limit and definition:
            liked = self._liked(definition, partner, bought, offered)
            known = {row["product_id"] for row in found}
            found += [row for row in liked if row["product_id"] not in known]
        return self._worded(company, found[:limit])

    @api.model
    def _customer(self, partner, definition):
        by_company = definition.customer_by == "company"
        return partner.commercial_partner_id if by_company else partner

    @api.model
    def _segment_of(self, partner, definition):
        """The segment of a customer as of the last run, with all rights.

        :return: ``loyalty.club.rfm.segment``, empty when they are in none
        """
        if not definition:
            return self.env["loyalty.club.rfm.segment"]
        partner = self._customer(partner.sudo(), definition.sudo())
        rows = self.env.execute_query(
            SQL(
                """
                SELECT segment_id FROM loyalty_club_rfm_score_now
                 WHERE id = %s::bigint << 32 | %s
                """,
                definition.id,
                partner.id or 0,
            )
        )
        segments_sudo = self.env["loyalty.club.rfm.segment"].sudo()
        return segments_sudo.browse(segment_id for (segment_id,) in rows if segment_id)

    # ---------------------------------------------------------------- what they bought

    @api.model
    def _bought_by(self, window, settings, basket):
        """SQL of ``basis``: what counts, how much, and since when they have it.

        ``weight`` falls in a straight line, from 1 now to 0 where the window begins;
        ``recent`` says that they have it, or take it, anyway.
        """
        company = settings.company_id
        recent = self._first_day(company, settings.just_bought_days)
        recent, _end = day_bounds(recent, self._tz(company))
        self.env.flush_all()
        return SQL(
            """
            SELECT product_id, NULL::timestamp AS sold_at, 1.0::float8 AS weight,
                   TRUE AS recent
              FROM unnest(%(basket)s::integer[]) AS product_id
             UNION ALL
            SELECT product_id, max(sold_at),
                   -- An invoice of today is dated noon, which may still be to come.
                   least(1, EXTRACT(epoch FROM max(sold_at) - %(start)s)::float8
                   / EXTRACT(epoch FROM %(now)s::timestamp - %(start)s)::float8),
                   max(sold_at) >= %(recent)s
              FROM (%(bought)s) AS bought
             WHERE product_id <> ALL(%(basket)s)
             GROUP BY product_id
            """,
            basket=basket.ids,
            bought=self._bought(window),
            start=window.start,
            now=fields.Datetime.now(),
            recent=recent,
        )

    @api.model
    def _offered(self, window, only):
        """SQL of a condition on ``candidate``: it may be recommended now."""
        return SQL(
            """
            candidate NOT IN (SELECT product_id FROM basis WHERE recent)
            AND candidate IN (%s) AND %s
            """,
            self._goods(window),
            SQL("candidate IN (%s)", only) if only else SQL("TRUE"),
        )

    # ------------------------------------------------------------------ candidates

    @api.model
    def _closest(self, settings, bought, offered, limit):
        """The products that go best with all that they bought, and with which of it."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH basis AS MATERIALIZED (%(bought)s), close AS MATERIALIZED (
                    SELECT pair.other_id AS candidate, basis.product_id, basis.sold_at,
                           pair.cosine * basis.weight AS part
                      FROM basis
                      JOIN loyalty_club_rfm_pair AS pair
                        ON pair.product_id = basis.product_id
                       AND pair.company_id = %(company)s
                     WHERE basis.weight > 0
                ), best AS (
                    SELECT candidate, sum(part) AS score,
                           (array_agg(product_id ORDER BY part DESC, product_id))[1]
                           AS because_id,
                           (array_agg(sold_at ORDER BY part DESC, product_id))[1]
                           AS sold_at
                      FROM close GROUP BY candidate
                )
                SELECT candidate, score, because_id, sold_at FROM best
                 WHERE %(offered)s
                 ORDER BY score DESC, candidate
                 LIMIT %(limit)s
                """,
                bought=bought,
                company=settings.company_id.id,
                offered=offered,
                limit=limit,
            )
        )
        return [
            {
                "product_id": product_id,
                "score": score,
                "kind": "pair",
                "because_id": because_id,
                "sold_at": sold_at,
                "segment_id": False,
            }
            for product_id, score, because_id, sold_at in rows
        ]

    @api.model
    def _liked(self, definition, partner, bought, offered):
        """The favourites of their segment, then those of all customers."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH basis AS MATERIALIZED (%(bought)s), liked AS (
                    SELECT product_id AS candidate, segment_id, share, rank
                      FROM loyalty_club_rfm_favourite
                     WHERE definition_id = %(definition)s
                       AND (segment_id IS NULL OR segment_id = (
                               SELECT segment_id FROM loyalty_club_rfm_score_now
                                WHERE id = %(definition)s::bigint << 32 | %(partner)s))
                )
                SELECT candidate, share, segment_id FROM liked
                 WHERE %(offered)s
                 ORDER BY segment_id IS NULL, rank
                """,
                bought=bought,
                definition=definition.id,
                partner=partner.id or 0,
                offered=offered,
            )
        )
        found = {}
        for product_id, share, segment_id in rows:
            found.setdefault(
                product_id,
                {
                    "product_id": product_id,
                    "score": share,
                    "kind": "segment" if segment_id else "all",
                    "because_id": False,
                    "sold_at": False,
                    "segment_id": segment_id,
                },
            )
        return list(found.values())

    # ------------------------------------------------------------------ words

    @api.model
    def _worded(self, company, found):
        """The answer: names, and why."""
        ids = {row["product_id"] for row in found}
        ids |= {row["because_id"] for row in found if row["because_id"]}
        products = self.env["product.product"].browse(sorted(ids))
        products = products.with_context(display_default_code=False)
        names = {product.id: product.display_name for product in products}
        skus = {product.id: product.default_code or False for product in products}
        dated = any(row["sold_at"] for row in found)
        calendar = dated and self._calendar(company)
        answer = []
        for row in found:
            day = row["sold_at"] and local_day(row["sold_at"], self._tz(company))
            because = names.get(row["because_id"], False)
            answer.append(
                {
                    "product_id": row["product_id"],
                    "sku": skus[row["product_id"]],
                    "name": names[row["product_id"]],
                    "kind": row["kind"],
                    "score": row["score"],
                    "because_id": row["because_id"],
                    "because": because,
                    "on": day and day.isoformat() or False,
                    "why": self._why(
                        row,
                        because,
                        day and day_text(self.env, day, calendar),
                    ),
                }
            )
        return answer

    @api.model
    def _calendar(self, company):
        club = self.env["loyalty.club"].search_fetch(
            [("company_id", "=", company.id)], ["calendar"], limit=1
        )
        return club.calendar or "gregorian"

    @api.model
    def _why(self, row, because, day):
        if row["kind"] == "all":
            return self.env._("Bought by many customers")
        if row["kind"] == "segment":
            segment = self.env["loyalty.club.rfm.segment"].browse(row["segment_id"])
            return self.env._("Favourite of %(segment)s", segment=segment.name)
        if not day:
            return self.env._("Goes with %(product)s", product=because)
        return self.env._(
            "Goes with %(product)s, bought on %(day)s", product=because, day=day
        )
