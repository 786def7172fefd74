from odoo import api, models
from odoo.exceptions import ValidationError

from ..loyalty_card import ORDER_FLOW


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
        self._club_check_invoiced(vals)
        flow = self._club_order_flow()
        if flow is self or not {"points_cost", "coupon_id", "order_id"} & vals.keys():
            return super().write(vals)
        before = self._club_confirmed_orders()
        res = super(SaleOrderLine, flow).write(vals)
        (before | self._club_confirmed_orders())._club_settle()
        return res

    def unlink(self):
        if self.env.context.get("loyalty_club_cancelled") is ORDER_FLOW:
            self -= self.filtered("coupon_id.club_id")._club_invoiced()
        self._club_check_invoiced({"coupon_id": False})
        flow = self._club_order_flow()
        orders = self._club_confirmed_orders()
        if flow is self or not orders:
            return super().unlink()
        res = super(SaleOrderLine, flow).unlink()
        orders._club_settle()
        return res

    def _club_invoiced(self):
        """Those of these lines that a posted invoice has, and no credit note returned.

        Whole, though part of a line was credited: a quantity of the order's is no
        measure, for who sells may write it.
        """
        lines_sudo = self.sudo()  # who sells need not read invoices
        return lines_sudo.filtered(
            lambda line: line.product_uom_id.compare(line.qty_invoiced_posted, 0) > 0
        ).sudo(self.env.su)

    def _club_check_invoiced(self, vals):
        """Refuse to give back what an invoice has taken off already.

        :param vals: of a write
        :raises ValidationError:
        """
        if not {"points_cost", "coupon_id", "order_id"} & vals.keys():
            return
        for line in self.filtered("coupon_id.club_id")._club_invoiced():
            if (
                vals.get("coupon_id", line.coupon_id.id) != line.coupon_id.id
                or vals.get("order_id", line.order_id.id) != line.order_id.id
                or vals.get("points_cost", line.points_cost) < line.points_cost
            ):
                raise ValidationError(
                    self.env._(
                        "An invoice of %(order)s has “%(reward)s” on it: what it cost "
                        "comes back when that is credited.",
                        order=line.order_id.name,
                        reward=line.reward_id.description or line.name,
                    )
                )

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
