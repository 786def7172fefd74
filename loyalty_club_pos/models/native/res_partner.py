from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _on_erase_needed(self, members):
        """Who owes for an order, or waits for its invoice, isn't forgotten yet.

        The entries of a till that is closed name their customers themselves.
        """
        orders = self.env["pos.order"].search(
            Domain("partner_id", "in", self.ids)
            & Domain("state", "in", ("draft", "paid"))
            & (
                Domain("to_invoice", "=", True)
                | Domain("payment_ids.payment_method_id.journal_id", "=", False)
                | Domain("payment_ids.payment_method_id.split_transactions", "=", True)
            )
        )
        words = {
            "contact: till": self.env._("the contact, for orders that are not closed")
        }
        return [*super()._on_erase_needed(members), (orders.partner_id, words)]
