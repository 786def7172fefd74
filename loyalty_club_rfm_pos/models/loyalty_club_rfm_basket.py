from odoo import api, models
from odoo.tools import SQL


class LoyaltyClubRfmBasket(models.AbstractModel):
    """Till orders are baskets as well."""

    _inherit = "loyalty.club.rfm.basket"

    @api.model
    def _sources(self, window):
        return [*super()._sources(window), self._sold_at_tills(window)]

    @api.model
    def _invoices(self, window):
        """Without the invoices of till orders, which are baskets already."""
        return SQL(
            """
            %s AND NOT EXISTS (
                SELECT FROM pos_order WHERE pos_order.account_move = sale.id)
            """,
            super()._invoices(window),
        )

    @api.model
    def _sold_at_tills(self, window):
        """Combos are one product, as the customer sees them; rewards are none."""
        orders = SQL(
            """
            sale.company_id = ANY(%s) AND sale.date_order >= %s
            AND sale.state IN ('paid', 'done') AND %s
            """,
            window.company_ids,
            window.start,
            self._of_partners(("sale", "partner_id"), window),
        )
        return SQL(
            """
            SELECT sale.id::bigint << 2 | 2, sale.partner_id, sale.date_order,
                   line.product_id, line.qty
              FROM pos_order AS sale
              JOIN pos_order_line AS line ON line.order_id = sale.id
             WHERE %(orders)s AND line.refunded_orderline_id IS NULL
               AND line.combo_parent_id IS NULL AND line.is_reward_line IS NOT TRUE
             UNION ALL
            SELECT sale.id::bigint << 2 | 2, sale.partner_id, sale.date_order,
                   line.product_id, back.qty
              FROM pos_order AS sale
              JOIN pos_order_line AS line ON line.order_id = sale.id
              JOIN pos_order_line AS back ON back.refunded_orderline_id = line.id
              JOIN pos_order AS refund ON refund.id = back.order_id
             WHERE %(orders)s AND refund.state IN ('paid', 'done')
            """,
            orders=orders,
        )

    @api.model
    def _no_goods(self):
        tips = SQL(
            "SELECT tip_product_id FROM pos_config WHERE tip_product_id IS NOT NULL"
        )
        return [*super()._no_goods(), tips]
