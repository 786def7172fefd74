from odoo import api, models
from odoo.exceptions import UserError

# What the club finds an order and its lines by, and counts a refund, or money that
# comes later, from.
OF_ORDER = ("uuid", "session_id", "config_id", "company_id", "amount_total")
OF_LINE = (
    "uuid",
    "order_id",
    "product_id",
    "qty",
    "price_unit",
    "discount",
    "price_subtotal",
    "price_subtotal_incl",
    "refunded_orderline_id",
    "combo_parent_id",
    "is_reward_line",
    "reward_id",
    "coupon_id",
    "points_cost",
)


class PosOrder(models.Model):
    """An order that the club has followed stays what it was.

    Whoever sells may write orders and lines, paid ones too: a refund of one that was
    renamed would find nothing to take back, and one that was raised would pay out more
    than came in. A till never does that; goods and money come back by a refund.
    """

    _inherit = "pos.order"

    def write(self, vals):
        if not self.env.su:
            for order in self.filtered("club_receipt"):
                names = OF_ORDER
                if order.partner_id and order._club_on_account():
                    names += ("partner_id",)  # whose debt it is, and whose wallet
                order._club_check_kept(order, vals, names)
        return super().write(vals)

    def _club_check_kept(self, record, vals, names):
        """Refuse values that would change what the club has followed.

        :param record: this order, or a line of it
        :raises UserError:
        """
        for name in names:
            if name not in vals:
                continue
            field = record._fields[name]
            before = field.convert_to_cache(record[name], record, validate=False)
            after = field.convert_to_cache(vals[name], record, validate=False)
            if before != after:
                self._club_refuse_change()

    def _club_refuse_change(self):
        raise UserError(
            self.env._(
                "%(order)s is paid, and the club has followed it: it can be refunded, "
                "but not changed.",
                order=self.pos_reference or self.name,
            )
        )


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._club_check_entered(vals.get("order_id") for vals in vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            # Saving an order writes each of its lines twice, but nothing that is kept.
            kept = vals.keys() & set(OF_LINE)
            for line in self.filtered("order_id.club_receipt") if kept else ():
                line.order_id._club_check_kept(line, vals, OF_LINE)
            if vals.get("order_id"):
                others = self.filtered(
                    lambda line: line.order_id.id != vals["order_id"]
                )
                others and self._club_check_entered([vals["order_id"]])
        return super().write(vals)

    @api.model
    def _club_check_entered(self, order_ids):
        """Refuse a line more in an order that the club has followed.

        :raises UserError:
        """
        orders = self.env["pos.order"].browse({id_ for id_ in order_ids if id_})
        for order in orders.filtered("club_receipt"):
            order._club_refuse_change()
