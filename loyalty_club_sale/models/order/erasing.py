from odoo import api, models

from odoo.addons.loyalty_club.erasing import Gone

NOTES = ("client_order_ref", "note", "reference", "signed_by")
PAYER = (
    "partner_name",
    "partner_email",
    "partner_phone",
    "partner_address",
    "partner_zip",
    "partner_city",
)


class SaleOrder(models.Model):
    """Quotations and carts go with the person; a confirmed order needs its contact."""

    _inherit = "sale.order"

    @api.model
    def _on_erase(self, person):
        found = super()._on_erase(person)
        if not person.contacts:
            return found
        orders = self.search([("partner_id", "in", person.contacts.ids)])
        person.logged(orders)
        words = {"quotations": self.env._("notes and signatures of quotations")}
        return [*found, Gone(words, lambda: orders._erase_person(person))]

    def _erase_person(self, person):
        person.set(self._name, dict.fromkeys(NOTES), "id", self.ids)
        person.set(
            "product.attribute.custom.value",
            {"custom_value": None},
            "sale_order_line_id",
            self.order_line.ids,
        )


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model
    def _on_erase(self, person):
        """Payments that came to nothing; one that came makes the contact needed."""
        ids = person.contacts.ids
        nothing = dict.fromkeys(PAYER)
        erase = lambda: person.set(self._name, nothing, "partner_id", ids)  # noqa: E731
        words = {"payer": self.env._("who tried to pay online")}
        return [*super()._on_erase(person), *([Gone(words, erase)] if ids else [])]


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
