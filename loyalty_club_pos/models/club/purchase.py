from odoo import models
from odoo.fields import Domain


class LoyaltyClubPurchase(models.Model):
    _inherit = "loyalty.club.purchase"

    def _spending_domain(self):
        """What a till's order has spent, whichever document takes its goods back."""
        if self.source != "pos":
            return super()._spending_domain()
        # The order that was recorded; who returns its goods may not read orders.
        order_sudo = self.env["pos.order"].sudo().search([("uuid", "=", self.key)])
        return (
            Domain(order_sudo._club_spending_domain()) if order_sudo else Domain.FALSE
        )
