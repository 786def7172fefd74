from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _on_erase_needed(self, members):
        links = ("partner_id", "partner_invoice_id", "partner_shipping_id")
        confirmed = [("state", "=", "sale")]
        return [
            *super()._on_erase_needed(members),
            (
                self._named_in("sale.order", *links, domain=confirmed),
                {"contact: sales": self.env._("the contact, for sales orders")},
            ),
            (
                # Money may have come without a journal entry so far.
                self._named_in(
                    "payment.transaction",
                    "partner_id",
                    domain=[("state", "in", ("pending", "authorized", "done"))],
                ),
                {"contact: payments": self.env._("the contact, for online payments")},
            ),
        ]
