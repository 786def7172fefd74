from odoo import api, fields, models
from odoo.tools import SQL, sql

from ...erasing import Gone

SCHEMES = [
    ("mobile", "Mobile"),
    ("number", "Member number"),
    ("barcode", "Barcode"),
    ("email", "E-mail"),
    ("card", "Card"),
]


class LoyaltyClubIdentifier(models.Model):
    """Something a member shows to be recognised.

    ``value`` is normalised (E.164, lower case, ASCII digits); of a card it is a keyed
    token, never the number that the card carries.
    """

    _name = "loyalty.club.identifier"
    _description = "Member Identifier"
    _order = "scheme, id"
    _rec_name = "display"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="restrict")
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    member_id = fields.Many2one(
        "loyalty.club.member", required=True, index=True, ondelete="restrict"
    )
    # An open list: an addon adds a scheme by ``selection_add``, and says at the member
    # what its texts are (``_identifier_value``, ``_typed``).
    scheme = fields.Selection(SCHEMES, required=True)
    value = fields.Char(required=True)
    display = fields.Char(
        required=True, help="What people see: of a card its last four characters."
    )
    followed = fields.Boolean(
        help="Came from the member's contact, and goes when it is changed there.",
    )
    state = fields.Selection(
        [("active", "Active"), ("blocked", "Blocked"), ("replaced", "Replaced")],
        required=True,
        default="active",
    )
    reason = fields.Char()
    replaced_by_id = fields.Many2one("loyalty.club.identifier", ondelete="restrict")
    changed_at = fields.Datetime()

    # A blocked card stays taken, so that it is recognised as blocked.
    _value_uniq = models.UniqueIndex(
        "(club_id, value, scheme) WHERE state <> 'replaced'",
        "Another member of the club already has this identifier.",
    )

    @api.model
    def _schemes_shown(self):
        """Schemes of what people show; the number is the club's own to give."""
        known = self._fields["scheme"].get_values(self.env)
        return [scheme for scheme in known if scheme != "number"]

    def _standing(self):
        """Those that a member is recognised by, or that are known as blocked."""
        return self.filtered(lambda item: item.state != "replaced")

    @api.model
    def _on_erase(self, person):
        shown = person.members.identifier_ids.filtered(lambda i: i.scheme != "number")
        words = {"identifiers": self.env._("cards, barcodes and other identifiers")}
        return [*super()._on_erase(person), Gone(words, shown.unlink)]

    def _auto_init(self):
        """Tell which identifiers of before came from contacts, in one statement."""
        cr = self.env.cr
        is_new = sql.table_exists(cr, self._table) and not sql.column_exists(
            cr, self._table, "followed"
        )
        if is_new:
            sql.create_column(cr, self._table, "followed", "bool")
            cr.execute(
                SQL(
                    """
                    UPDATE loyalty_club_identifier AS item SET followed = TRUE
                      FROM loyalty_club_member AS member
                      JOIN res_partner AS contact ON contact.id = member.partner_id
                     WHERE member.id = item.member_id
                       AND item.value IN (
                           contact.phone_sanitized, contact.email_normalized
                       )
                       AND item.scheme IN ('mobile', 'email')
                    """
                )
            )
        return super()._auto_init()
