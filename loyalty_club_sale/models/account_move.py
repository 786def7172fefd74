from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _club_follow(self):
        """Whatever happens to an invoice, wallets follow what it has paid for."""
        res = super()._club_follow()
        # Whoever registers a payment may have no right on sales, and needs none.
        for move_sudo in self.sudo():
            orders_sudo = move_sudo.line_ids.sale_line_ids.order_id
            if orders_sudo:
                with move_sudo._club_guarded():
                    orders_sudo._club_settle_top_ups()
        return res
