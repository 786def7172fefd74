from odoo import api, fields, models
from odoo.tools import SQL, file_open

from ... import sources

# The companies with what their branches share with them: money and the local day.
COMPANIES = """
    SELECT branch.id, root.id AS root_id, root.currency_id, root.rfm_tz AS tz,
           currency.decimal_places AS digits, currency.rounding
      FROM res_company AS branch
      JOIN res_company AS root
        ON root.id = split_part(branch.parent_path, '/', 1)::integer
      JOIN res_currency AS currency ON currency.id = root.currency_id
"""
# What is left of each document. When no piece is left, then what is left of its money
# is nothing as far as rounding explains it, and a fee beyond that.
FACTS = """
    SELECT res_id, company_id, partner_id, day,
           CASE WHEN gone AND abs(net) <= slack THEN 0 ELSE net END AS net,
           sold - CASE WHEN gone AND abs(net) <= slack THEN 0 ELSE net END AS returned,
           CASE WHEN gone THEN 0 ELSE GREATEST(goods, 0) END AS goods,
           NOT gone AND goods > 0 AS counts
      FROM (
            SELECT document.id AS res_id, document.company_id, document.partner_id,
                   document.day, document.step * count(*) AS slack,
                   round(sum(amount), digits) AS net,
                   round(sum(amount) FILTER (WHERE NOT linked), digits) AS sold,
                   COALESCE(round(sum(amount) FILTER (WHERE goods), digits), 0)
                       AS goods,
                   bool_or(linked)
                       AND COALESCE(sum(quantity) FILTER (WHERE goods), 0) <= 0 AS gone
              FROM line
              JOIN document ON document.id = line.document_id
             GROUP BY document.id, document.company_id, document.partner_id,
                      document.day, document.step, document.digits
            HAVING NOT bool_and(linked)
           ) AS document
"""
# Facts that are right are not touched and not even locked: a till never waits for
# somebody who only looks whether they are.
PUT = """
    WITH RECURSIVE %(with)s,
    fresh AS MATERIALIZED (%(fresh)s),
    gone AS (
        DELETE FROM loyalty_club_rfm_fact AS fact
         WHERE fact.source = %(source)s AND %(there)s
           AND NOT EXISTS (SELECT FROM fresh WHERE fresh.res_id = fact.res_id)
        RETURNING 1
    ),
    put AS (
        INSERT INTO loyalty_club_rfm_fact AS fact
               (source, res_id, company_id, partner_id, day, net, returned, goods,
                counts)
        SELECT %(source)s, fresh.*
          FROM fresh
          LEFT JOIN loyalty_club_rfm_fact AS fact
            ON fact.source = %(source)s AND fact.res_id = fresh.res_id
         WHERE fact.id IS NULL
            OR (fact.company_id, fact.partner_id, fact.day, fact.net, fact.returned,
                fact.goods, fact.counts)
               IS DISTINCT FROM
               (fresh.company_id, fresh.partner_id, fresh.day, fresh.net,
                fresh.returned, fresh.goods, fresh.counts)
        ON CONFLICT (source, res_id) DO UPDATE
           SET company_id = excluded.company_id, partner_id = excluded.partner_id,
               day = excluded.day, net = excluded.net, returned = excluded.returned,
               goods = excluded.goods, counts = excluded.counts
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)
"""


class LoyaltyClubRfmFact(models.Model):
    """What is left of each purchase, and each return that names no purchase.

    One row for a document, narrow and in the order in which runs read it; what is
    expensive or easy to get wrong (local days, currencies, returns) is settled once,
    when the document is posted, not at each run. Only this code writes it.

    A return that names its purchase (refunded till lines, a credit note of an invoice,
    a return of a purchase) has no row: it makes that of the purchase smaller, on the
    day of the purchase. Other returns are rows with a negative ``net`` that count as no
    visit.
    """

    _name = "loyalty.club.rfm.fact"
    _description = "RFM fact"
    _log_access = False
    _order = "day desc, id desc"
    _rec_name = "res_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="The company at the root: its branches count as the company.",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    day = fields.Date(
        required=True, readonly=True, help="In the time zone of the company."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    net = fields.Monetary(
        required=True,
        readonly=True,
        help="Without taxes and without what came back.",
    )
    returned = fields.Monetary(
        required=True, readonly=True, help="What returns took off."
    )
    goods = fields.Monetary(
        required=True,
        readonly=True,
        help="What the goods that were kept are worth, before points or a wallet paid.",
    )
    counts = fields.Boolean(
        required=True,
        readonly=True,
        help="Whether it is a purchase: some goods with a price were kept.",
    )
    source = fields.Selection(
        [("inv", "Invoice"), ("door", "Integration")], required=True, readonly=True
    )
    res_id = fields.Many2oneReference(
        "Document", model_field="model", required=True, readonly=True
    )
    model = fields.Char(compute="_compute_model")

    _document_uniq = models.UniqueIndex("(source, res_id)")
    # All that a run reads of a customer, from the index alone.
    _customer_idx = models.Index(
        "(company_id, partner_id, day) INCLUDE (net, counts, source)"
    )
    # The days that enter or leave a window; facts are added about in their order.
    _day_idx = models.Index("USING brin (day)")
    _partner_idx = models.Index("(partner_id)")

    def init(self):
        with file_open("loyalty_club_rfm/sql/fact.sql") as log:
            self.env.cr.execute(log.read())

    @api.depends("source")
    def _compute_model(self):
        found = self._sources()
        for fact in self:
            source = found.get(fact.source)
            fact.model = source and source.model

    @api.model
    def _sources(self):
        """What facts are made of: dict of source to :class:`~..sources.Source`."""
        prepaid = "is_downpayment" in self.env["account.move.line"]._fields
        return {"inv": sources.invoices(prepaid), "door": sources.api()}

    def _table_of(self, source):
        return SQL.identifier(self.env[self._sources()[source].model]._table)

    # ------------------------------------------------------------------ gathering

    @api.model
    def _gather(self, source, ids, alone=False):
        """Bring the facts of these documents in line with them.

        Returns among them lead to the purchases that they name. Documents that don't
        count, or no longer, have no fact afterwards.

        :param ids: of documents; they need not exist any more
        :param alone: the caller knows that they return nothing, and that nothing of
            them came back. To plan a statement that looks for that takes longer than
            to run one that doesn't, and a till waits for it.
        :return: number of facts that were written or removed
        """
        if not ids:
            return 0
        if alone:
            return self._put(
                source,
                first=SQL(),
                documents=SQL("doc.id = ANY(%s)", list(ids)),
                facts=SQL("fact.res_id = ANY(%s)", list(ids)),
                alone=True,
            )
        wanted = self._sources()[source].originals(SQL("%s::integer[]", list(ids)))
        return self._put(
            source,
            first=SQL("wanted AS MATERIALIZED (%s),", wanted),
            documents=SQL("doc.id IN (SELECT id FROM wanted)"),
            facts=SQL("fact.res_id IN (SELECT id FROM wanted)"),
        )

    @api.model
    def _gather_range(self, source, company, after_id, until_id):
        """As ``_gather``, of the documents of a company with ids in (after, until]."""
        # Compiling such a statement takes several times as long as running it.
        self.env.cr.execute("SET LOCAL jit = off")
        return self._put(
            source,
            first=SQL(),
            documents=SQL(
                "doc.id > %s AND doc.id <= %s AND company.root_id = %s",
                after_id,
                until_id,
                company.id,
            ),
            facts=SQL(
                "fact.res_id > %s AND fact.res_id <= %s AND fact.company_id = %s",
                after_id,
                until_id,
                company.id,
            ),
        )

    @api.model
    def _check(self, company):
        """Derive all facts of a company anew, and keep what is right.

        :return: number of facts that had differed: what the hooks have missed
        """
        differed = 0
        for source in self._sources():
            for after_id, until_id in self._ranges(source, company):
                differed += self._gather_range(source, company, after_id, until_id)
        return differed

    @api.model
    def _ranges(self, source, company, after_id=0, size=20000):
        """Ranges of ids that hold ``size`` documents of a company, and all its facts.

        :return: generator of (after, until)
        """
        while until_id := self._range_end(source, company, after_id, size):
            yield after_id, until_id
            after_id = until_id

    @api.model
    def _range_end(self, source, company, after_id, size):
        """The last id of the next range, or None after the last document and fact."""
        [(last_id, count, last_fact_id)] = self.env.execute_query(
            SQL(
                """
                SELECT max(id), count(*), (
                           SELECT max(res_id) FROM loyalty_club_rfm_fact
                            WHERE source = %(source)s AND company_id = %(company)s
                              AND res_id > %(after)s
                       )
                  FROM (
                        SELECT id FROM %(table)s
                         WHERE id > %(after)s AND company_id IN (
                                   SELECT id FROM res_company
                                    WHERE parent_path LIKE %(path)s
                               )
                         ORDER BY id LIMIT %(size)s
                       ) AS document
                """,
                table=self._table_of(source),
                source=source,
                company=company.id,
                path=f"{company.id}/%",
                after=after_id,
                size=size,
            )
        )
        if count == size:
            return last_id
        # Facts may be left of documents that are gone.
        return max(last_id or 0, last_fact_id or 0) or None

    def _put(self, source, *, first, documents, facts, alone=False):
        """Make the facts of some documents what the documents say.

        :param first: SQL of a CTE that the conditions need
        :param documents: SQL condition on ``doc`` and ``company``
        :param facts: SQL condition on ``fact``, of the same documents
        :param alone: see ``_gather``
        """
        self._flush_sources()
        with_ = SQL("%s %s", first, self._lines_of(source, documents, alone))
        [(changed,)] = self.env.execute_query(
            SQL(
                PUT,
                **{"with": with_, "fresh": SQL(FACTS), "source": source},
                there=facts,
            )
        )
        self.env["loyalty.club.rfm.fact.share"]._put(source, with_, facts)
        self.invalidate_model()
        return changed

    def _flush_sources(self):
        for model in self._source_models():
            self.env[model].flush_model()

    @api.model
    def _source_models(self):
        """Models whose pending changes facts depend on."""
        return [
            "res.company",
            "res.currency",
            "res.currency.rate",
            "account.move",
            "account.move.line",
            "loyalty.club.purchase",
            "loyalty.club.purchase.line",
        ]

    def _lines_of(self, name, documents, alone=False):
        """CTEs ``company``, ``document`` and ``line`` of documents that qualify."""
        source = self._sources()[name]
        return SQL(
            """
            company AS MATERIALIZED (%(companies)s),
            document AS MATERIALIZED (
                %(documents)s WHERE %(qualifies)s AND %(chosen)s
            ),
            line AS MATERIALIZED (%(lines)s)
            """,
            companies=SQL(COMPANIES),
            documents=source.documents,
            qualifies=source.qualifies,
            chosen=documents,
            lines=source.own_lines if alone else source.lines,
        )
