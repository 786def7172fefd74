from odoo import api, models

# Of an order whose payments are written together: it is followed once, afterwards.
TOGETHER = object()


class PosPayment(models.Model):
    """A till lets its cashier change how a paid order was paid: the club follows.

    What is on the customer's account afterwards wasn't received, nor what an order has
    no payment for any more.
    """

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._club_follow(payments.pos_order_id)
        return payments

    def write(self, vals):
        if not {"amount", "payment_method_id", "pos_order_id"} & vals.keys():
            return super().write(vals)
        orders = self.pos_order_id
        res = super().write(vals)
        self._club_follow(orders | self.pos_order_id)
        return res

    def unlink(self):
        orders = self.pos_order_id
        res = super().unlink()
        self._club_follow(orders.exists())
        return res

    def _club_follow(self, orders):
        if self.env.context.get("club_payments") is not TOGETHER:
            orders._club_follow_payments()
