from odoo import api, fields, models
from odoo.tools import SQL, file_open, ormcache

# The amounts of a document that is gone with all its goods are nobody's share.
PUT = """
    WITH RECURSIVE %(with)s,
    fresh AS MATERIALIZED (
        SELECT fact.id AS fact_id, template.categ_id,
               round(sum(line.amount), document.digits) AS net,
               GREATEST(
                   COALESCE(
                       round(sum(line.amount) FILTER (WHERE line.goods),
                             document.digits),
                       0
                   ),
                   0
               ) AS goods
          FROM line
          JOIN document ON document.id = line.document_id
          JOIN loyalty_club_rfm_fact AS fact
            ON fact.source = %(source)s AND fact.res_id = document.id
          JOIN product_product AS product ON product.id = line.product_id
          JOIN product_template AS template ON template.id = product.product_tmpl_id
          JOIN product_category AS category ON category.id = template.categ_id
         WHERE (fact.net <> 0 OR fact.goods <> 0)
           AND EXISTS (
                   SELECT FROM unnest(%(companies)s, %(categories)s)
                            AS excluded (company_id, categ_id)
                     JOIN product_category AS top ON top.id = excluded.categ_id
                    WHERE excluded.company_id = document.company_id
                      AND category.parent_path LIKE top.parent_path || '%%'
               )
         GROUP BY fact.id, template.categ_id, document.digits
    ),
    gone AS (
        DELETE FROM loyalty_club_rfm_fact_share AS share
         USING loyalty_club_rfm_fact AS fact
         WHERE fact.id = share.fact_id AND fact.source = %(source)s AND %(there)s
           AND NOT EXISTS (
                   SELECT FROM fresh
                    WHERE fresh.fact_id = share.fact_id
                      AND fresh.categ_id = share.categ_id
               )
    )
    INSERT INTO loyalty_club_rfm_fact_share AS share (fact_id, categ_id, net, goods)
    SELECT fresh.*
      FROM fresh
      LEFT JOIN loyalty_club_rfm_fact_share AS share
        ON share.fact_id = fresh.fact_id AND share.categ_id = fresh.categ_id
     WHERE share.id IS NULL
        OR (share.net, share.goods) IS DISTINCT FROM (fresh.net, fresh.goods)
    ON CONFLICT (fact_id, categ_id) DO UPDATE
       SET net = excluded.net, goods = excluded.goods
"""


class LoyaltyClubRfmFactShare(models.Model):
    """What the goods of a category are worth in a purchase.

    Only of categories that a definition leaves out: it counts a purchase without them.
    """

    _name = "loyalty.club.rfm.fact.share"
    _description = "RFM fact of a category"
    _log_access = False
    _rec_name = "categ_id"

    fact_id = fields.Many2one(
        "loyalty.club.rfm.fact", required=True, readonly=True, ondelete="cascade"
    )
    categ_id = fields.Many2one(
        "product.category",
        "Category",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="fact_id.currency_id")
    net = fields.Monetary(required=True, readonly=True)
    goods = fields.Monetary(required=True, readonly=True)

    _category_uniq = models.UniqueIndex("(fact_id, categ_id)")

    def init(self):
        with file_open("loyalty_club_rfm/sql/fact_share.sql") as log:
            self.env.cr.execute(log.read())

    @api.model
    @ormcache()
    def _excluded(self):
        """What definitions leave out: tuple of (company id, category id)."""
        # Whoever posts a document need not be allowed to read definitions.
        definitions_sudo = self.env["loyalty.club.rfm.definition"].sudo()
        definitions_sudo = definitions_sudo.search(
            [("excluded_categ_ids", "!=", False)]
        )
        return tuple(
            sorted(
                {
                    (definition.company_id.id, categ_id)
                    for definition in definitions_sudo
                    for categ_id in definition.excluded_categ_ids.ids
                }
            )
        )

    @api.model
    def _follow(self, before):
        """Read the documents again of companies that leave out other categories now.

        :param before: ``_excluded()`` as it was
        """
        self.env.registry.clear_cache()
        excluded = self._excluded()
        if not excluded:
            self.env.cr.execute(SQL("DELETE FROM loyalty_club_rfm_fact_share"))
            self.invalidate_model()
        changed = set(before) ^ set(excluded)
        companies = self.env["res.company"].browse({pair[0] for pair in changed})
        self.env["loyalty.club.rfm.gather"]._restart(companies)

    @api.model
    def _put(self, source, with_, facts):
        """Bring the shares of some facts in line with their documents.

        Where no definition leaves out anything there is nothing to do, and no
        statement.

        :param with_: SQL of the CTEs ``document`` and ``line``
        :param facts: SQL condition on ``fact``
        """
        excluded = self._excluded()
        if not excluded:
            return
        self.env["product.template"].flush_model(["categ_id"])
        self.env["product.category"].flush_model(["parent_path"])
        self.env.cr.execute(
            SQL(
                PUT,
                **{"with": with_},
                source=source,
                there=facts,
                companies=[company_id for company_id, _categ_id in excluded],
                categories=[categ_id for _company_id, categ_id in excluded],
            )
        )
        self.invalidate_model()
