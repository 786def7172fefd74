from collections import defaultdict

from odoo.tools import SQL

PAGE = 20


class Purchases:
    """The purchases behind a customer's scores, and what each of them counted for.

    :param run: the run that counted them
    :param customer: the contact that they count for, whom the caller may read
    :param words: :class:`~..words.Words`
    """

    def __init__(self, run, customer, words):
        self.env = run.env
        self.run = run
        self.customer = customer
        self.words = words
        self.sources = self.env["loyalty.club.rfm.fact"]._sources()

    def page(self, offset):
        """
        :return: dict of ``total``, ``page`` (the size) and ``rows``
        """
        rows = self._rows(offset)
        names = self._names(rows)
        return {
            "total": rows[0]["total"] if rows else 0,
            "page": PAGE,
            "rows": [
                {
                    "id": row["id"],
                    "day": self.words.day(row["day"]),
                    "model": self._model(row["source"]),
                    "res_id": row["res_id"],
                    "name": names.get((row["source"], row["res_id"]), ""),
                    "net": self.words.money(row["net"]),
                    "returned": row["returned"] > 0
                    and self.words.money(row["returned"]),
                    **self._counted_for(row),
                }
                for row in rows
            ],
        }

    def _rows(self, offset):
        """Facts of the window, and those after it, the latest first."""
        rules = self.run._rules()
        who = SQL("%s", self.customer.id)
        if rules.by_commercial_partner:
            who = SQL(
                "SELECT id FROM res_partner WHERE commercial_partner_id = %s",
                self.customer.id,
            )
        self.env.cr.execute(
            SQL(
                """
                SELECT *, day = max(day) FILTER (WHERE counts) OVER () AS last,
                       row_number() OVER (
                           PARTITION BY day ORDER BY counts DESC, id) = 1 AS first,
                       count(*) OVER () AS total
                  FROM (
                        SELECT fact.id, fact.day, fact.source, fact.res_id,
                               fact.returned, used, before,
                               fact.net - coalesce(share.net, 0) AS net,
                               share.net IS NOT NULL AS shared,
                               used AND before AND fact.counts
                                   AND fact.goods > coalesce(share.goods, 0) AS counts
                          FROM loyalty_club_rfm_fact AS fact
                          CROSS JOIN LATERAL (
                                SELECT fact.day < %(day)s AS before,
                                       fact.source = ANY(%(sources)s) AS used
                               ) AS rule
                          LEFT JOIN LATERAL (
                                SELECT sum(net) AS net, sum(goods) AS goods
                                  FROM loyalty_club_rfm_fact_share
                                 WHERE fact_id = fact.id
                                   AND categ_id = ANY(%(categories)s)
                               ) AS share ON TRUE
                         WHERE fact.company_id = %(company)s
                           AND fact.partner_id IN (%(who)s)
                           AND fact.day >= %(from)s
                       ) AS fact
                 ORDER BY day DESC, id DESC
                 LIMIT %(page)s OFFSET %(offset)s
                """,
                day=self.run.day,
                sources=list(rules.sources),
                categories=list(rules.category_ids),
                company=rules.company_id,
                who=who,
                page=PAGE,
                offset=offset,
                **{"from": self.run.window_from},
            )
        )
        return self.env.cr.dictfetchall()

    def _names(self, rows):
        """What the documents are called: dict of source and id to name."""
        ids = defaultdict(list)
        for row in rows:
            ids[row["source"]].append(row["res_id"])
        names = {}
        for source, some in ids.items():
            model = self._model(source)
            if not model:
                continue
            # The customer may be read; so may the numbers of what they bought.
            documents_sudo = self.env[model].sudo().browse(some).exists()
            for document in documents_sudo:
                names[source, document.id] = document.display_name
        return names

    def _model(self, source):
        """The model of a source's documents; False when its addon is gone."""
        return self.sources[source].model if source in self.sources else False

    def _counted_for(self, row):
        """The letters that a purchase counted for, and why not where it didn't."""
        by_day = self.run.version_id.parameters["frequency_by"] == "day"
        letters, why = "", ""
        if not row["used"]:
            why = self.env._("Left out: sales of this kind don't count")
        elif not row["before"]:
            why = self.env._("Counts from the next snapshot on")
        elif not row["counts"]:
            letters, why = self._not_counted(row)
        elif by_day and not row["first"]:
            letters, why = "M", self.env._("Another purchase of the same day")
        else:
            # Of all purchases only the last one says how long ago that was.
            letters = "RFM" if row["last"] else "FM"
        if row["shared"] and not why:
            why = self.env._("Without products of categories that are left out")
        return {"letters": letters, "why": why}

    def _not_counted(self, row):
        if row["net"] < 0:
            return "M", self.env._("A return that names no purchase: lowers M")
        if row["returned"]:
            return "", self.env._("Everything came back: counts nowhere")
        if row["shared"]:
            return "", self.env._("Nothing but products of categories left out")
        return "M" if row["net"] else "", self.env._(
            "Nothing was sold that has a price"
        )
