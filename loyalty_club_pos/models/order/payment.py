from odoo import api, models


class PosPayment(models.Model):
    """A till lets its cashier change how a paid order was paid: the club follows.

    What is on the customer's account afterwards wasn't received.
    """

    _inherit = "pos.payment"

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments.pos_order_id._club_follow_payments()
        return payments

    def write(self, vals):
        if not {"amount", "payment_method_id", "pos_order_id"} & vals.keys():
            return super().write(vals)
        orders = self.pos_order_id
        res = super().write(vals)
        (orders | self.pos_order_id)._club_follow_payments()
        return res

    def unlink(self):
        orders = self.pos_order_id
        res = super().unlink()
        orders.exists()._club_follow_payments()
        return res
