from odoo import api, models

from odoo.addons.loyalty_club.erasing import Gone

PAYER = (
    "partner_name",
    "partner_email",
    "partner_phone",
    "partner_address",
    "partner_zip",
    "partner_city",
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
