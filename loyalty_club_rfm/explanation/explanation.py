from odoo.tools import SQL

from ..words import Words
from .measures import Measures
from .purchases import Purchases

PRODUCTS = 5  # recommended on the page


class Explanation:
    """Why a contact is where they are, by a definition's last run.

    :param definition: a ``loyalty.club.rfm.definition`` that the caller may read
    :param partner: a contact that the caller may read
    """

    def __init__(self, definition, partner):
        self.env = definition.env
        self.definition = definition
        self.run = definition.last_run_id
        self.words = Words(definition)
        self.customer = self._customer_of(partner)

    def _customer_of(self, partner):
        """The contact that their purchases count for."""
        parameters = self.run.version_id.parameters or {}
        by_company = parameters.get("customer_by") == "company"
        return partner.commercial_partner_id if by_company else partner

    def all(self):
        """
        :return: dict of ``customer`` (the contact that is scored for them), ``day`` of
            the snapshot, ``segment`` (False for who is left out or never bought),
            ``measures`` (of R, F and M), ``facts`` (further sentences), ``past``,
            ``purchases`` and ``products``; empty without a snapshot
        """
        if not self.run:
            return {}
        row = self.env["loyalty.club.rfm.customer"].search(
            [("id", "=", self.definition.id << 32 | self.customer.id)]
        )
        return {
            "customer": {"id": self.customer.id, "name": self.customer.display_name},
            "day": self.words.day(self.run.day),
            "segment": self._segment(row.segment_id),
            "summary": self._summary(row),
            "measures": Measures(self.run, row, self.words).all()
            if row.frequency
            else [],
            "facts": self._facts(row) if row.frequency else [],
            "past": self._past(),
            "purchases": self.purchases(0),
            "products": self._products(),
        }

    def purchases(self, offset):
        """A page of what they bought; see :meth:`~.purchases.Purchases.page`."""
        return Purchases(self.run, self.customer, self.words).page(offset)

    @staticmethod
    def _segment(segment):
        if not segment:
            return False
        return {
            "id": segment.id,
            "name": segment.name,
            "hex": segment.hex,
            "action": segment.action or "",
        }

    def _summary(self, row):
        days = {
            "from": self.words.day(self.run.window_from),
            "day": self.words.day(self.run.day),
        }
        if not row:
            return self.env._(
                "This contact has no score: they never bought anything, or are left "
                "out. Purchases from %(from)s until before %(day)s were counted.",
                **days,
            )
        if not row.frequency:
            return self.env._(
                "No purchase that counts from %(from)s until before %(day)s.", **days
            )
        return self.env._(
            "Purchases from %(from)s until before %(day)s were counted.", **days
        )

    # ------------------------------------------------------------- further sentences

    def _facts(self, row):
        """Sentences, each with an icon and the colour of its mark."""
        return [*self._rhythm(row), *self.definition._on_explain(row, self.words)]

    def _rhythm(self, row):
        if not row.interval:
            return []
        known = {
            "interval": self.words.number(row.interval, 1),
            "days": self.words.number(row.recency),
            "factor": self.words.number(self.definition.overdue_factor, 1),
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

    # -------------------------------------------------------------------------- past

    def _past(self):
        """The segments that they were in, the first one first, with their days."""
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
                self.definition.id << 32 | self.customer.id,
                self.customer.id,
            )
        )
        segments = self.env["loyalty.club.rfm.segment"].browse(
            {segment_id for segment_id, _since, _until in rows if segment_id}
        )
        known = {segment.id: segment for segment in segments}
        return [
            {
                "name": known[segment_id].name
                if segment_id
                else self.env._("Left out"),
                "hex": known[segment_id].hex if segment_id else "#8f8f8f",
                "since": self.words.day(since),
                "until": until and self.words.day(until),
                "days": max(((until or self.run.day) - since).days, 1),
            }
            for segment_id, since, until in rows
        ]

    # ----------------------------------------------------------------------- products

    def _products(self):
        # Who asks may read the customer, which was checked before.
        pairs = self.env["loyalty.club.rfm.pair"].sudo()
        company = self.definition.company_id
        found = pairs._next_best(self.customer, PRODUCTS, company=company)
        return [
            {"id": row["product_id"], "name": row["name"], "why": row["why"]}
            for row in found
        ]
