from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

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
