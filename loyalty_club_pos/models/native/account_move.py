from odoo import models

from odoo.addons.loyalty_club.rights import raised


class AccountMove(models.Model):
    _inherit = "account.move"

    def _club_follow(self):
        """What a customer pays of a debt is received for the orders of a till."""
        res = super()._club_follow()
        moves_sudo = raised(self)
        for note_sudo in moves_sudo._club_of_type("out_refund"):
            if not note_sudo._on_told_elsewhere():
                for order_sudo in note_sudo._club_source_moves().pos_order_ids:
                    order_sudo._club_follow_credit()
        moves_sudo |= moves_sudo._club_settled_moves()
        orders_sudo = moves_sudo.pos_order_ids | moves_sudo.pos_session_ids.order_ids
        if orders_sudo:
            whose = moves_sudo.line_ids.partner_id.commercial_partner_id
            orders_sudo.filtered(
                lambda order: (
                    order._club_on_account()
                    and order.partner_id.commercial_partner_id in whose
                )
            )._club_follow_received()
        return res

    def _on_told_elsewhere(self):
        """The till recorded the purchase of an invoice that it made."""
        return super()._on_told_elsewhere() or bool(self.pos_order_ids)

    def _club_sales(self):
        """The till recorded what an invoice of its orders sold."""
        sales = super()._club_sales()
        orders = self.pos_order_ids
        if orders:
            sales |= sales.search(
                [
                    ("source", "=", "pos"),
                    ("kind", "=", "sale"),
                    ("key", "in", orders.mapped("uuid")),
                    ("company_id", "in", orders.company_id.ids),
                ]
            )
        return sales
