from odoo import api, models
from odoo.exceptions import ValidationError

from .loyalty_card import ORDER_FLOW


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # A reward line that changes on a confirmed order changes what the order has to
    # spend. Odoo writes that to the card; the order settles it with the ledger.

    @api.constrains("points_cost", "coupon_id")
    def _check_club_cost(self):
        for line in self:
            if line.points_cost < 0 and line.coupon_id.club_id:
                raise ValidationError(self.env._("A reward can't give points."))

    @api.model_create_multi
    def create(self, vals_list):
        flow = self._club_order_flow()
        if flow is self or not any(vals.get("coupon_id") for vals in vals_list):
            return super().create(vals_list)
        lines = super(SaleOrderLine, flow).create(vals_list).with_env(self.env)
        lines._club_confirmed_orders()._club_settle()
        return lines

    def write(self, vals):
        flow = self._club_order_flow()
        if flow is self or not {"points_cost", "coupon_id", "order_id"} & vals.keys():
            return super().write(vals)
        before = self._club_confirmed_orders()
        res = super(SaleOrderLine, flow).write(vals)
        (before | self._club_confirmed_orders())._club_settle()
        return res

    def unlink(self):
        flow = self._club_order_flow()
        orders = self._club_confirmed_orders()
        if flow is self or not orders:
            return super().unlink()
        res = super(SaleOrderLine, flow).unlink()
        orders._club_settle()
        return res

    def _club_confirmed_orders(self):
        """The confirmed orders of those of these lines that managed accounts pay."""
        return self.filtered(
            lambda line: line.state == "sale" and line.coupon_id.club_id
        ).order_id

    def _club_order_flow(self):
        """These lines, with the word that somebody settles at the end."""
        if self.env.context.get("loyalty_club_order") is ORDER_FLOW:
            return self
        return self.with_context(loyalty_club_order=ORDER_FLOW)
