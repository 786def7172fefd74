from odoo import api, models

# The orders of lines that are being created, in the context: a tuple, which no call
# from outside can send.
THERE = "club_orders_there"


class PosOrder(models.Model):
    """Orders are saved in as many statements for a large basket as for a small one.

    Odoo asks of each line whether its order is there. It is asked once for all of them
    here, where a till waits for it.
    """

    _inherit = "pos.order"

    def exists(self):
        there = self.env.context.get(THERE)
        if type(there) is tuple and self._ids and set(there).issuperset(self._ids):
            return self
        return super().exists()


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        orders = self.env["pos.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        there = {THERE: orders.exists()._ids}
        lines = super(PosOrderLine, self.with_context(**there)).create(vals_list)
        return lines.with_env(self.env)
