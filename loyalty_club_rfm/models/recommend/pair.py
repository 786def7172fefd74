from odoo import api, fields, models
from odoo.tools import SQL


class LoyaltyClubRfmPair(models.Model):
    """Two products that are often in one basket, seen from the first of them.

    ``cosine`` is n_ab / sqrt(n_a n_b), where n counts baskets: 1 when neither is ever
    bought without the other. Unlike lift it isn't at its highest for two rarities that
    met by chance, and unlike confidence it doesn't recommend what everybody buys
    anyway.

    Source: G. Linden, B. Smith, J. York, "Amazon.com Recommendations: Item-to-Item
    Collaborative Filtering", IEEE Internet Computing 7(1), 2003.
    """

    _name = "loyalty.club.rfm.pair"
    _description = "Products bought together"
    _inherit = "loyalty.club.rfm.basket"
    _order = "product_id, rank"
    _rec_name = "other_id"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "product.product",
        "Goes with",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    together = fields.Integer(
        "Baskets", required=True, readonly=True, help="Baskets that have both."
    )
    cosine = fields.Float(
        "Closeness",
        required=True,
        readonly=True,
        aggregator=None,
        help="100 %: neither is bought without the other.",
    )
    rank = fields.Integer(required=True, readonly=True, aggregator=None)

    _pair_uniq = models.UniqueIndex(
        "(product_id, company_id, other_id)", "These two are a pair already."
    )

    @api.model
    def _refresh(self, settings):
        """Make the pairs of a company what its baskets say, and write nothing else.

        :param settings: its ``loyalty.club.rfm.recommendation``
        :return: number of rows written or deleted
        """
        self.env.flush_all()
        self.env.cr.execute(self._refresh_query(settings))
        changed, gone = self.env.cr.fetchone()
        self.invalidate_model()
        return changed + gone

    @api.model
    def _refresh_query(self, settings):
        return SQL(
            """
            WITH wanted AS MATERIALIZED (%(wanted)s),
            gone AS (
                DELETE FROM loyalty_club_rfm_pair AS pair
                 WHERE pair.company_id = %(company)s
                   AND NOT EXISTS (SELECT FROM wanted
                                    WHERE wanted.product_id = pair.product_id
                                      AND wanted.other_id = pair.other_id)
             RETURNING 1
            ), changed AS (
                INSERT INTO loyalty_club_rfm_pair
                       (company_id, product_id, other_id, together, cosine, rank)
                SELECT %(company)s, changed.*
                  FROM (TABLE wanted
                        EXCEPT
                        SELECT product_id, other_id, together, cosine, rank
                          FROM loyalty_club_rfm_pair
                         WHERE company_id = %(company)s) AS changed
                    ON CONFLICT (product_id, company_id, other_id) DO UPDATE
                   SET together = EXCLUDED.together, cosine = EXCLUDED.cosine,
                       rank = EXCLUDED.rank
             RETURNING 1
            )
            SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM gone)
            """,
            company=settings.company_id.id,
            wanted=self._wanted(settings),
        )

    @api.model
    def _wanted(self, settings):
        """The closest products of each product, as SQL of a select.

        Baskets of one product say nothing, and those of very many would make more
        pairs than all the others. What is in too few baskets to be in a pair is left
        out before pairs are made.
        """
        window = self._window(settings.company_id, settings.days)
        return SQL(
            """
            WITH bought AS MATERIALIZED (
                SELECT basket, product_id FROM (%(bought)s) AS bought
                 WHERE product_id IN (%(goods)s)
            ), sized AS (
                SELECT basket, product_id,
                       count(*) OVER (PARTITION BY basket) AS size
                  FROM bought
            ), content AS MATERIALIZED (
                SELECT basket, product_id FROM sized
                 WHERE size BETWEEN 2 AND %(most)s
            ), product AS MATERIALIZED (
                SELECT product_id, count(*) AS baskets FROM content
                 GROUP BY product_id HAVING count(*) >= %(least)s
            ), kept AS MATERIALIZED (
                SELECT basket, product_id FROM content JOIN product USING (product_id)
            ), pair AS MATERIALIZED (
                SELECT one.product_id, other.product_id AS other_id,
                       count(*)::integer AS together
                  FROM kept AS one JOIN kept AS other USING (basket)
                 WHERE one.product_id < other.product_id
                 GROUP BY 1, 2 HAVING count(*) >= %(least)s
            ), both_ways AS (
                TABLE pair
                 UNION ALL
                SELECT other_id, product_id, together FROM pair
            ), measured AS (
                SELECT pair.*,
                       together / sqrt(one.baskets::float8 * other.baskets) AS cosine
                  FROM both_ways AS pair
                  JOIN product AS one ON one.product_id = pair.product_id
                  JOIN product AS other ON other.product_id = pair.other_id
            ), ranked AS (
                SELECT *, row_number() OVER (
                           PARTITION BY product_id
                           ORDER BY cosine DESC, together DESC, other_id)::integer
                       AS rank
                  FROM measured
            )
            SELECT product_id, other_id, together, cosine, rank FROM ranked
             WHERE rank <= %(top)s
            """,
            bought=self._bought(window),
            goods=self._goods(window),
            most=settings.most_in_basket,
            least=settings.least_together,
            top=settings.pairs_each,
        )

    @api.model
    def _of_products(self, products):
        """The pairs of products that can be sold now: dict of product to its pairs."""
        pairs = self.search(
            [
                ("product_id", "in", products.ids),
                ("company_id", "in", self.env.companies.root_id.ids),
                ("other_id.active", "=", True),
                ("other_id.sale_ok", "=", True),
            ]
        )
        return pairs.grouped("product_id")
