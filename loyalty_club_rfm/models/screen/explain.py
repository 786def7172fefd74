from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

PRODUCTS = 5  # recommended on the page


class LoyaltyClubRfmDefinition(models.Model):
    """Why a customer has the scores that he has, in words that anybody can check."""

    _inherit = "loyalty.club.rfm.definition"

    @api.model
    def get_explanation(self, partner_id, definition_id=False):
        """All that the page of one customer shows; see :meth:`_explain`."""
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        definitions = self._to_choose_from()
        definition = definitions.filtered(lambda one: one.id == definition_id)
        definition = definition or definitions[:1]
        return {
            "definitions": [one._choice() for one in definitions],
            "definition": definition._choice() if definition else False,
            "partner": {"id": partner.id, "name": partner.display_name},
            **(definition._explain(partner) if definition else {}),
        }

    @api.model
    def _explain_action(self, partner):
        """Open the page of one customer."""
        return {
            "type": "ir.actions.client",
            "tag": "loyalty_club_rfm.explain",
            "name": partner.display_name,
            "params": {"partner_id": partner.id, "definition_id": self.id},
        }

    def _explain(self, partner):
        """Why this contact is where he is.

        :return: dict of ``customer`` (the contact that is scored for him), ``day`` of
            the snapshot, ``segment`` (False for who is left out or never bought),
            ``measures`` (of R, F and M), ``facts`` (further sentences), ``past``,
            ``purchases`` and ``products``; empty without a snapshot
        """
        self.ensure_one()
        self.check_access("read")
        run = self.last_run_id
        if not run:
            return {}
        customer = self._customer_of(partner)
        row = self.env["loyalty.club.rfm.customer"].search(
            [("id", "=", self.id << 32 | customer.id)]
        )
        return {
            "customer": {"id": customer.id, "name": customer.display_name},
            "day": self._day_writer()(run.day),
            "segment": self._explain_segment(row.segment_id),
            "summary": self._explain_summary(run, row),
            "measures": self._explain_measures(run, row) if row.frequency else [],
            "facts": self._explain_facts(row) if row.frequency else [],
            "past": self._explain_past(customer),
            "purchases": self._explain_purchases(customer, 0),
            "products": self._explain_products(customer),
        }

    @staticmethod
    def _explain_segment(segment):
        if not segment:
            return False
        return {
            "id": segment.id,
            "name": segment.name,
            "hex": segment.hex,
            "action": segment.action or "",
        }

    def _customer_of(self, partner):
        """The contact that his purchases count for."""
        by_company = self.last_run_id.version_id.parameters["customer_by"] == "company"
        return partner.commercial_partner_id if by_company else partner

    def _explain_summary(self, run, row):
        write = self._day_writer()
        days = {"from": write(run.window_from), "day": write(run.day)}
        if not row:
            return self.env._(
                "This contact has no score: he never bought anything, or is left out. "
                "Purchases from %(from)s until before %(day)s were counted.",
                **days,
            )
        if not row.frequency:
            return self.env._(
                "No purchase that counts from %(from)s until before %(day)s.", **days
            )
        return self.env._(
            "Purchases from %(from)s until before %(day)s were counted.", **days
        )

    # ----------------------------------------------------------------- R, F and M

    def _explain_measures(self, run, row):
        cuts = {
            "r": [date.fromisoformat(text) for text in run.cuts["r"]],
            "f": [Decimal(text) for text in run.cuts["f"]],
            "m": [Decimal(text) for text in run.cuts["m"]],
        }
        by_average = run.version_id.parameters["monetary_by"] == "average"
        money = row.average if by_average else row.net
        values = {"r": row.last_day, "f": row.frequency, "m": Decimal(str(money))}
        wording = {
            "r": (self.env._("Recency"), self._r_words),
            "f": (self.env._("Frequency"), self._f_words),
            "m": (self.env._("Money"), self._m_words),
        }
        return [
            {
                "letter": letter.upper(),
                "name": name,
                "score": row[letter],
                "place": _place(values[letter], cuts[letter], row[letter]),
                "limits": self._limit_words(run, letter, cuts[letter]),
                "sentence": words(run, row, cuts[letter], values[letter]),
            }
            for letter, (name, words) in wording.items()
        ]

    def _limit_words(self, run, letter, cuts):
        """What is written at the four limits between the five zones."""
        if letter == "r":
            return [
                self.env._("%s days", self._number_words((run.day - cut).days - 1))
                for cut in cuts
            ]
        if letter == "f":
            return [self._number_words(cut) for cut in cuts]
        return [self._money_words(cut) for cut in cuts]

    def _r_words(self, run, row, cuts, _value):
        known = {
            "days": self._number_words(row.recency),
            "day": self._day_writer()(row.last_day),
            "why": self._why(run, "r", row.r, self._limit_words(run, "r", cuts)),
            "score": self._number_words(row.r),
        }
        if row.recency == 1:
            return self.env._(
                "Last purchase the day before the snapshot, on %(day)s: %(why)s. "
                "R = %(score)s",
                **known,
            )
        return self.env._(
            "Last purchase %(days)s days before the snapshot, on %(day)s: %(why)s. "
            "R = %(score)s",
            **known,
        )

    def _f_words(self, run, row, cuts, value):
        known = {
            "count": self._number_words(value),
            "why": self._why(run, "f", row.f, self._limit_words(run, "f", cuts)),
            "score": self._number_words(row.f),
        }
        if run.version_id.parameters["frequency_by"] == "day":
            return self.env._(
                "Days with a purchase: %(count)s, %(why)s. F = %(score)s", **known
            )
        return self.env._("Purchases: %(count)s, %(why)s. F = %(score)s", **known)

    def _m_words(self, run, row, cuts, value):
        known = {
            "money": self._money_words(value),
            "why": self._why(run, "m", row.m, self._limit_words(run, "m", cuts)),
            "score": self._number_words(row.m),
        }
        if run.version_id.parameters["monetary_by"] == "average":
            return self.env._(
                "Average purchase, after returns and without taxes: %(money)s, "
                "%(why)s. M = %(score)s",
                **known,
            )
        return self.env._(
            "Spent, after returns and without taxes: %(money)s, %(why)s. M = %(score)s",
            **known,
        )

    def _why(self, run, letter, score, limits):
        """What a score says: the value is above the limit below it.

        Of all customers at least so many fifths are at or below that limit. Fewer than
        a fifth are below whoever isn't above the first one.
        """
        low = score == 1
        if run.mode == "fixed":
            limit = limits[0] if low else limits[score - 2]
            if letter == "r":
                if low:
                    return self.env._("more than %s ago", limit)
                return self.env._("no more than %s ago", limit)
            if low:
                return self.env._("no more than %s", limit)
            return self.env._("more than %s", limit)
        if low:
            return {
                "r": self.env._("fewer than a fifth of the customers stay away longer"),
                "f": self.env._("fewer than a fifth of the customers buy less often"),
                "m": self.env._("fewer than a fifth of the customers spend less"),
            }[letter]
        fifths = {
            2: self.env._("a fifth"),
            3: self.env._("two fifths"),
            4: self.env._("three fifths"),
            5: self.env._("four fifths"),
        }[score]
        return {
            "r": self.env._("more recently than %s of the customers", fifths),
            "f": self.env._("more often than %s of the customers", fifths),
            "m": self.env._("more than %s of the customers", fifths),
        }[letter]

    # ------------------------------------------------------------- further sentences

    def _explain_facts(self, row):
        """Sentences, each with an icon and the colour of its mark."""
        return [*self._rhythm_words(row), *self._forecast_words(row)]

    def _rhythm_words(self, row):
        if not row.interval:
            return []
        known = {
            "interval": self._number_words(row.interval, 1),
            "days": self._number_words(row.recency),
            "factor": self._number_words(self.overdue_factor, 1),
        }
        if row.overdue:
            text = self.env._(
                "Overdue: usually buys every %(interval)s days, and has stayed away "
                "for %(days)s days, more than %(factor)s times that.",
                **known,
            )
            return [{"icon": "fa-clock-o", "kind": "warning", "text": text}]
        text = self.env._("Usually buys every %(interval)s days.", **known)
        return [{"icon": "fa-clock-o", "kind": "muted", "text": text}]

    def _forecast_words(self, row):
        forecast = self.env["loyalty.club.rfm.forecast"].search_count(
            [("definition_id", "=", self.id), ("partner_id", "=", row.partner_id.id)],
            limit=1,
        )
        if not forecast:
            return []
        text = self.env._(
            "Expected in the next %(days)s days: %(purchases)s purchases, worth "
            "%(value)s.",
            days=self._number_words(self.forecast_days),
            purchases=self._number_words(row.expected_purchases, 1),
            value=self._money_words(row.expected_value),
        )
        return [{"icon": "fa-line-chart", "kind": "info", "text": text}]

    # -------------------------------------------------------------------------- past

    def _explain_past(self, customer):
        """The segments that he was in, the first one first, with their days."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT segment_id, min(since), nullif(max(until), 'infinity')
                  FROM (SELECT since, until, segment_id,
                               row_number() OVER (ORDER BY since)
                               - row_number() OVER (PARTITION BY segment_id
                                                    ORDER BY since) AS stay
                          FROM loyalty_club_rfm_score
                         WHERE id = %s AND partner_id = %s) AS row
                 GROUP BY segment_id, stay
                 ORDER BY 2
                """,
                self.id << 32 | customer.id,
                customer.id,
            )
        )
        segments = self.env["loyalty.club.rfm.segment"].browse(
            {segment_id for segment_id, _since, _until in rows if segment_id}
        )
        known = {segment.id: segment for segment in segments}
        write = self._day_writer()
        last = self.last_run_id.day
        return [
            {
                "name": known[segment_id].name
                if segment_id
                else self.env._("Left out"),
                "hex": known[segment_id].hex if segment_id else "#8f8f8f",
                "since": write(since),
                "until": until and write(until),
                "days": max(((until or last) - since).days, 1),
            }
            for segment_id, since, until in rows
        ]

    # ----------------------------------------------------------------------- products

    def _explain_products(self, customer):
        # Who asks may read the customer, which was checked before.
        pairs = self.env["loyalty.club.rfm.pair"].sudo()
        found = pairs._next_best(customer, PRODUCTS, company=self.company_id)
        return [
            {"id": row["product_id"], "name": row["name"], "why": row["why"]}
            for row in found
        ]


def _place(value, cuts, score):
    """Where a value is on five zones of the same width: 0 to 100.

    Between its limits in proportion; in the outer zones, which have one limit each, in
    the middle.
    """
    if 1 < score < 5 and cuts[score - 2] < cuts[score - 1]:
        low, high = cuts[score - 2], cuts[score - 1]
        part = float((value - low) / (high - low))
    else:
        part = 0.5
    return round(20 * (score - 1 + min(max(part, 0.1), 0.9)), 1)
