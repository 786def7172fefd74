import re

from odoo import api, models

from odoo.addons.loyalty_club.exceptions import ClubError

CARD_ID = re.compile(r"-?[0-9]{1,10}")


class PosOrder(models.Model):
    """Odoo's two calls around an order, on programs that a club manages.

    They come from the browser and carry what it computed. For managed programs both
    only read: what was due happened when the order was saved.
    """

    # A part of the model's package: the till's second call.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def validate_coupon_programs(self, point_changes, new_codes):
        """As Odoo's, for programs that no club manages; holds check the others."""
        self._club_check_keys(point_changes)
        managed = self._club_managed_ids(point_changes)
        rest = {k: v for k, v in point_changes.items() if int(k) not in managed}
        return super().validate_coupon_programs(rest, new_codes)

    def confirm_coupon_programs(self, coupon_data):
        """As Odoo's for programs that no club manages; of the others, the truth.

        :return: as Odoo's: ``coupon_updates`` say what the accounts have now
        """
        self._club_check_keys(coupon_data)
        cards_sudo = self._club_managed_cards(k for k in coupon_data if int(k) > 0)
        programs_sudo = self._club_programs(coupon_data, cards_sudo)
        ours = [key for key in coupon_data if key in programs_sudo]
        rest = {k: v for k, v in coupon_data.items() if k not in programs_sudo}
        if ours and not rest:
            # Odoo would read the order with all its lines, to answer this.
            result = {
                "coupon_updates": [],
                "program_updates": [],
                "new_coupon_info": [],
                "coupon_report": {},
            }
        else:
            result = super().confirm_coupon_programs(rest)
        if ours:
            self.fetch(["partner_id"])  # and nothing else of a wide row
        updates = [
            self._club_update(int(old_id), programs_sudo[old_id], cards_sudo)
            for old_id in ours
        ]
        result["coupon_updates"] += [update for update in updates if update]
        return result

    @api.model
    def _club_check_keys(self, by_card):
        """Refuse what isn't said by ids: a look-alike could pass by our guards.

        :raises ClubError: invalid_payload
        """
        if isinstance(by_card, dict) and all(
            CARD_ID.fullmatch(str(key))
            and (
                not isinstance(values, dict)
                or type(values.get("program_id") or 0) is int
            )
            for key, values in by_card.items()
        ):
            return
        raise ClubError("invalid_payload", "coupons: must be named by their ids")

    @api.model
    def _club_managed_ids(self, card_ids):
        """Ids of the cards among these whose balances a club keeps."""
        return set(self._club_managed_cards(card_ids).ids)

    @api.model
    def _club_managed_cards(self, card_ids):
        """The cards among these whose balances a club keeps, with all rights."""
        # Only to see what is managed, archived ones too.
        cards_sudo = self.env["loyalty.card"].sudo().with_context(active_test=False)
        return cards_sudo.search_fetch(
            [("id", "in", list(map(int, card_ids))), ("club_id", "!=", False)],
            ["program_id", "partner_id", "points", "code"],
        )

    @api.model
    def _club_programs(self, coupon_data, cards_sudo):
        """The managed programs that these data are about: dict of their key to it.

        :param cards_sudo: ``_club_managed_cards()`` of them
        """
        program_of = {card_sudo.id: card_sudo.program_id for card_sudo in cards_sudo}
        programs_sudo = self.env["loyalty.program"].sudo()
        found = {}
        for key, values in coupon_data.items():
            # A forged program doesn't make a managed card an unmanaged one, nor does
            # a forged card a program; and a card that is looked up by its owner or by a
            # code is one of the program.
            if int(key) in program_of:
                found[key] = program_of[int(key)]
                continue
            named = programs_sudo.browse(values.get("program_id")).exists()
            if named.club_id:
                found[key] = named
        return found

    def _club_update(self, old_id, program_sudo, cards_sudo):
        """What the till's card ``old_id`` really is, or None where it is nothing."""
        card_sudo = cards_sudo.filtered(lambda card_sudo: card_sudo.id == old_id)
        if not card_sudo:
            card_sudo = self.env["loyalty.card"].sudo().browse(max(old_id, 0)).exists()
        if not card_sudo:
            card_sudo = card_sudo.search(
                [
                    ("program_id", "=", program_sudo.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("partner_id", "!=", False),
                ],
                limit=1,
            )
        if card_sudo.partner_id != self.partner_id or not card_sudo:
            return None  # not this customer's: nobody's business here
        return {
            "old_id": old_id,
            "id": card_sudo.id,
            "points": card_sudo.points,
            "code": card_sudo.code,
            "program_id": card_sudo.program_id.id,
            "partner_id": card_sudo.partner_id.id,
        }
