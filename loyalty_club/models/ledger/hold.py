from odoo import api, fields, models
from odoo.tools import SQL

from ...amounts import AMOUNT
from ...erasing import Gone


class LoyaltyClubHold(models.Model):
    """An amount set aside for a basket until it is paid, given up or forgotten."""

    _name = "loyalty.club.hold"
    _description = "Hold"
    _order = "id desc"
    _rec_name = "reference"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    card_id = fields.Many2one(
        "loyalty.card", string="Account", required=True, ondelete="restrict"
    )
    member_id = fields.Many2one(
        "loyalty.club.member", index="btree_not_null", ondelete="restrict"
    )
    amount = fields.Float(required=True, **AMOUNT)
    captured = fields.Float(**AMOUNT)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("captured", "Captured"),
            ("released", "Released"),
            ("expired", "Timed out"),
        ],
        required=True,
        default="open",
    )
    day = fields.Date(required=True, help="Lots that were good on this day still are.")
    expires_at = fields.Datetime(required=True)
    reference = fields.Char()
    key = fields.Char()
    origin_model = fields.Char(
        help="What made it, of which kind: a till, for example. Empty: an integration.",
    )
    origin_id = fields.Many2oneReference(model_field="origin_model")

    _amount_positive = models.Constraint(
        "CHECK (amount > 0 AND captured >= 0 AND captured <= amount)",
        "A hold is positive, and at most its amount can be captured.",
    )
    _key_uniq = models.UniqueIndex(
        "(club_id, key) WHERE key IS NOT NULL", "This hold already exists."
    )
    _open_idx = models.Index("(card_id) WHERE state = 'open'")
    _reference_idx = models.Index("(club_id, reference) WHERE reference IS NOT NULL")

    @api.model
    def _on_erase(self, person):
        words = {"references of holds": self.env._("references of holds")}
        return [
            *super()._on_erase(person),
            Gone(words, lambda: self._erase_references(person)),
        ]

    @api.model
    def _erase_references(self, person):
        # An integration may have written anything; else it is a document's name.
        chosen = SQL("origin_model IS NULL")
        values = {"reference": None}
        person.set(self._name, values, "card_id", person.cards.ids, chosen)
