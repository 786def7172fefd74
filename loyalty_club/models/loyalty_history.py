from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..erasing import Gone
from .loyalty_club_ledger_post import SEPARATOR


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

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
