from odoo import models

PAID = ("paid", "done")


class PosOrder(models.Model):
    """Orders are facts from the moment they are paid."""

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        res = super().action_pos_order_paid()
        # Who bought without a name has no row, unless they bring back what another
        # order sold to somebody.
        if self.partner_id or self.lines.refunded_orderline_id:
            self._rfm_follow()
        return res

    def write(self, vals):
        res = super().write(vals)
        if "partner_id" in vals:
            self.filtered(lambda order: order.state in PAID)._rfm_follow()
        return res

    def _rfm_follow(self):
        """Bring the facts in line with what these orders are now."""
        self.env["loyalty.club.rfm.fact"]._gather(
            "pos", self.ids, alone=self._rfm_alone()
        )

    def _rfm_alone(self):
        """Whether these orders return nothing and nothing of them came back.

        Of lines that were just created Odoo knows it without asking.
        """
        lines_sudo = self.sudo().lines  # refunds at tills of other companies too
        return not (
            self.sudo().account_move
            or lines_sudo.refunded_orderline_id
            or lines_sudo.refund_orderline_ids
        )
