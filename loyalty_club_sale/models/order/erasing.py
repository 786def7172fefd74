from odoo import api, models

from odoo.addons.loyalty_club.erasing import Gone

NOTES = ("client_order_ref", "note", "reference", "signed_by")


class SaleOrder(models.Model):
    """Quotations and carts go with the person; a confirmed order needs its contact."""

    # A part of the model's package: what erasing a person takes of it.
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

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
