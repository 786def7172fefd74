from odoo import api, fields, models
from odoo.tools import SQL

TOP = 20


class LoyaltyClubRfmFavourite(models.Model):
    """What most customers of a segment buy; without a segment, most customers at all.

    Counted are customers rather than pieces, so that nobody's crate of water is the
    favourite of everybody.
    """

    _name = "loyalty.club.rfm.favourite"
    _description = "Favourite products of a segment"
    _inherit = "loyalty.club.rfm.basket"
    _order = "definition_id, segment_id, rank"
    _rec_name = "product_id"
    _log_access = False

    definition_id = fields.Many2one(
        "loyalty.club.rfm.definition", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    segment_id = fields.Many2one(
        "loyalty.club.rfm.segment", readonly=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    customers = fields.Integer(
        required=True, readonly=True, help="Customers of the segment who bought it."
    )
    share = fields.Float(
        "Share of customers",
        required=True,
        readonly=True,
        aggregator=None,
        help="Of the customers of the segment who bought anything in the same time.",
    )
    rank = fields.Integer(required=True, readonly=True, aggregator=None)

    _favourite_uniq = models.UniqueIndex(
        "(definition_id, (COALESCE(segment_id, 0)), product_id)",
        "This product is a favourite already.",
    )

    @api.model
    def _refresh(self, settings):
        """Make the favourites of a company's segments what was bought.

        :param settings: its ``loyalty.club.rfm.recommendation``
        :return: number of rows written or deleted
        """
        definitions = self.env["loyalty.club.rfm.definition"].search(
            [("company_id", "=", settings.company_id.id)]
        )
        self.env.flush_all()
        changed = self._forget(settings.company_id, definitions)
        for definition in definitions:
            self.env.cr.execute(self._refresh_query(settings, definition))
            changed += sum(self.env.cr.fetchone())
        self.invalidate_model()
        return changed

    @api.model
    def _forget(self, company, definitions):
        """Delete the favourites of definitions that are no longer in use."""
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM loyalty_club_rfm_favourite
                 WHERE company_id = %s AND definition_id <> ALL(%s) RETURNING 1
                """,
                company.id,
                definitions.ids,
            )
        )
        return len(rows)

    @api.model
    def _refresh_query(self, settings, definition):
        return SQL(
            """
            WITH wanted AS MATERIALIZED (%(wanted)s),
            gone AS (
                DELETE FROM loyalty_club_rfm_favourite AS favourite
                 WHERE favourite.definition_id = %(definition)s
                   AND NOT EXISTS (
                       SELECT FROM wanted
                        WHERE wanted.product_id = favourite.product_id
                          AND wanted.segment_id
                              IS NOT DISTINCT FROM favourite.segment_id)
             RETURNING 1
            ), changed AS (
                INSERT INTO loyalty_club_rfm_favourite
                       (definition_id, company_id, segment_id, product_id, customers,
                        share, rank)
                SELECT %(definition)s, %(company)s, changed.*
                  FROM (TABLE wanted
                        EXCEPT
                        SELECT segment_id, product_id, customers, share, rank
                          FROM loyalty_club_rfm_favourite
                         WHERE definition_id = %(definition)s) AS changed
                    ON CONFLICT (definition_id, COALESCE(segment_id, 0), product_id)
                    DO UPDATE
                   SET customers = EXCLUDED.customers, share = EXCLUDED.share,
                       rank = EXCLUDED.rank
             RETURNING 1
            )
            SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM gone)
            """,
            definition=definition.id,
            company=settings.company_id.id,
            wanted=self._wanted(settings, definition),
        )

    @api.model
    def _wanted(self, settings, definition):
        """The top of each segment, and of all customers, as SQL of a select.

        Who is left out of the definition has a score without a segment. The segment of
        those without a purchase has no favourites, even when they bought something
        before the window of its definition.
        """
        window = self._window(settings.company_id, settings.days)
        by_company = definition.customer_by == "company"
        customer = "commercial_partner_id" if by_company else "id"
        return SQL(
            """
            WITH bought AS MATERIALIZED (
                SELECT DISTINCT score.segment_id, score.partner_id, bought.product_id
                  FROM (%(bought)s) AS bought
                  JOIN res_partner AS partner ON partner.id = bought.partner_id
                  JOIN loyalty_club_rfm_score_now AS score
                    ON score.id = %(definition)s::bigint << 32 | %(customer)s
                 WHERE bought.product_id IN (%(goods)s)
                   AND score.segment_id IS NOT NULL
            ), buyers AS (
                SELECT segment_id, count(DISTINCT partner_id) AS customers
                  FROM bought GROUP BY GROUPING SETS ((segment_id), ())
            ), counted AS (
                SELECT segment_id, product_id, count(*) AS customers
                  FROM bought
                 GROUP BY GROUPING SETS ((segment_id, product_id), (product_id))
            ), ranked AS (
                SELECT *, row_number() OVER (
                           PARTITION BY segment_id
                           ORDER BY customers DESC, product_id)::integer AS rank
                  FROM counted
            )
            SELECT ranked.segment_id, ranked.product_id, ranked.customers::integer,
                   ranked.customers::float8 / buyers.customers AS share, ranked.rank
              FROM ranked
              JOIN buyers ON buyers.segment_id IS NOT DISTINCT FROM ranked.segment_id
             WHERE ranked.rank <= %(top)s
               AND (ranked.segment_id IS NULL OR ranked.segment_id NOT IN (
                       SELECT id FROM loyalty_club_rfm_segment WHERE is_none))
            """,
            bought=self._bought(window),
            definition=definition.id,
            customer=SQL.identifier("partner", customer),
            goods=self._goods(window),
            top=TOP,
        )
