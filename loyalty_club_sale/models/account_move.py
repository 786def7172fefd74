from odoo import models

from odoo.addons.loyalty_club.rights import raised


class AccountMove(models.Model):
    _inherit = "account.move"

    def _club_follow(self):
        """Whatever happens to an invoice, wallets follow what it has paid for."""
        res = super()._club_follow()
        # Whoever registers a payment may have no right on sales, and needs none.
        for move_sudo in raised(self):
            orders_sudo = move_sudo.line_ids.sale_line_ids.order_id
            orders_sudo._club_settle_top_ups(move_sudo)
            orders_sudo._club_settle_ended(move_sudo)
        return res

    def _club_top_up_lines(self):
        """What an order sold is loaded by the order."""
        return (
            super()._club_top_up_lines().filtered(lambda line: not line.sale_line_ids)
        )

    def _club_returned_moves(self):
        """The credit note that an order makes names no invoice: its lines know them."""
        moves = super()._club_returned_moves()
        if moves:
            return moves
        lines = self.invoice_line_ids.sale_line_ids.invoice_lines
        return lines.move_id._club_of_type("out_invoice")

    def _club_returning_moves(self):
        lines = self.invoice_line_ids.sale_line_ids.invoice_lines
        return super()._club_returning_moves() | lines.move_id._club_of_type(
            "out_refund"
        )
