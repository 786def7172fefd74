from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...erasing import Gone
from ..ledger.writing import SEPARATOR


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

    # Where the ledger has written a line: what the words of it are made of.
    club_entry_id = fields.Many2one("loyalty.club.entry", readonly=True, copy=False)
    club_taken_over_by_id = fields.Many2one(
        "loyalty.club", readonly=True, copy=False, ondelete="set null"
    )
    club_description = fields.Text(
        "What it was",
        compute="_compute_club_description",
        help="What it was, in the reader's language.",
    )

    @api.depends("description", "club_entry_id", "club_taken_over_by_id")
    @api.depends_context("lang")
    def _compute_club_description(self):
        # The words alone, also for members in the portal and for who only sells; and
        # those of the line's own account, whatever a caller has made it name.
        for line, line_sudo in zip(self, self.sudo(), strict=True):
            entry, club = line_sudo.club_entry_id, line_sudo.club_taken_over_by_id
            words = line.description
            if entry and entry.card_id == line_sudo.card_id:
                words = entry._kind_name()
                # Erasing has taken it from the line, while the ledger keeps it.
                if SEPARATOR in line.description and entry.reference_name:
                    words += SEPARATOR + entry.reference_name
            elif club and club == line_sudo.card_id.club_id:
                words = club._taken_over_words()
            line.club_description = words

    # The ledger writes the lines of managed accounts itself, by SQL, one for each
    # entry. Native flows that write theirs too (orders, wizards) would count twice;
    # people who write one by hand would forge history.

    @api.model_create_multi
    def create(self, vals_list):
        managed = self._club_managed_cards(vals_list)
        if managed and not self._club_native_flow():
            self._club_refuse()
        return super().create(
            [vals for vals in vals_list if self._club_card_id(vals) not in managed]
        )

    def write(self, vals):
        managed = self._club_managed()
        moved = "card_id" in vals and self._club_managed_cards([vals])
        if moved or (managed and not self._club_native_flow()):
            self._club_refuse()
        return super(LoyaltyHistory, self - managed).write(vals)

    def unlink(self):
        managed = self._club_managed()
        if managed and not self._club_native_flow():
            self._club_refuse()
        return super(LoyaltyHistory, self - managed).unlink()

    @api.model
    def _club_card_id(self, vals):
        """The card that values mean, be it by a default in the context."""
        return vals.get("card_id") or self.default_get(["card_id"]).get("card_id")

    @api.model
    def _club_managed_cards(self, vals_list):
        """Ids of the managed accounts that these values mean."""
        cards_sudo = self.env["loyalty.card"].sudo()  # only to see what is managed
        card_ids = {self._club_card_id(vals) for vals in vals_list} - {None, False}
        return set(cards_sudo.browse(card_ids).filtered("club_id").ids)

    def _club_managed(self):
        # Only to see what is managed, also by who may not read cards.
        return self.sudo().filtered("card_id.club_id").sudo(self.env.su)

    @api.model
    def _club_native_flow(self):
        return self.env["loyalty.card"]._club_native_flow()

    def _club_refuse(self):
        raise AccessError(
            self.env._(
                "The history of a club's account is written by its ledger alone."
            )
        )

    @api.model
    def _on_erase(self, person):
        return [
            *super()._on_erase(person),
            Gone({}, lambda: self._erase_references(person)),
        ]

    @api.model
    def _erase_references(self, person):
        """What the ledger wrote keeps its kind, without what it refers to."""
        kind = {"description": SQL("split_part(description, %s, 1)", SEPARATOR)}
        person.set(self._name, kind, "card_id", person.cards.ids)
