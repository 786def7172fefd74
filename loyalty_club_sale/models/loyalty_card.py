from odoo import models

# Marks what an order does to cards and lines while it settles with the ledger at the
# end. No RPC call can send an object, so nobody can pretend to be such an order.
ORDER_FLOW = object()


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    def write(self, vals):
        """Leave managed balances alone while an order is going to settle.

        Odoo's order lines add and subtract points themselves whenever they change.
        """
        if "points" not in vals or not self._club_in_order_flow():
            return super().write(vals)
        managed = self.filtered("club_id")
        rest = {key: value for key, value in vals.items() if key != "points"}
        if rest:
            super(LoyaltyCard, managed).write(rest)
        return super(LoyaltyCard, self - managed).write(vals)

    def _club_in_order_flow(self):
        return self.env.context.get("loyalty_club_order") is ORDER_FLOW
