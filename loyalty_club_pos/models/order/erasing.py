from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.loyalty_club.erasing import CONTACT, Gone, Kept

NOTES = (
    "email",
    "mobile",
    "floating_order_name",
    "general_customer_note",
    "internal_note",
    "last_order_preparation_change",
)


class PosOrder(models.Model):
    """A till's order stays a document of its sale, without the person who bought."""

    # A part of the model's package: what erasing a person takes of it.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _on_erase(self, person):
        kept = Kept({"till orders": self.env._("till orders, without the person")})
        found = [*super()._on_erase(person), kept]
        if not person.contacts:
            return found
        orders = self.search([("partner_id", "in", person.contacts.ids)])
        return [
            *found,
            # Odoo copies mobile and e-mail from the contact: afterwards.
            Gone(
                {
                    "notes of till orders": self.env._(
                        "names, notes and receipts of till orders"
                    )
                },
                lambda: orders._erase_person(person),
                CONTACT + 1,
            ),
        ]

    def _erase_person(self, person):
        values = dict.fromkeys(NOTES)
        # What the club told at the till may have named somebody.
        values["club_receipt"] = SQL(
            """
            CASE WHEN jsonb_typeof(club_receipt) = 'object'
                 THEN club_receipt || '{"exceptions": []}' ELSE club_receipt END
            """
        )
        person.set(self._name, values, "id", self.ids)
        notes = {"customer_note": None, "note": None}
        person.set("pos.order.line", notes, "order_id", self.ids)
        person.set(  # a name to be engraved, for example
            "product.attribute.custom.value",
            {"custom_value": None},
            "pos_order_line_id",
            self.lines.ids,
        )
        about = Domain("model", "=", self._name) & Domain("res_id", "in", self.ids)
        messages = self.env["mail.message"].search(about)
        # What happened to the order is its log; receipts and letters are the person's.
        logged = messages.filtered(lambda m: m.message_type == "notification")
        (messages - logged).unlink()
        person.mask("mail.message", ["body"], "id", logged.ids)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        )
        files.unlink()
