from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.loyalty_club.exceptions import ClubError


class LoyaltyClubTill(models.AbstractModel):
    """What members carry and know: cards and PINs."""

    # A part of the model's package: cards and PINs.
    _inherit = "loyalty.club.till"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def attach_card(self, config_id, partner_id, value):
        """Let a member be recognised by a card that nobody has.

        :return: as ``recognise``
        :raises ClubError: unknown_member, ambiguous_member, invalid_payload
        """
        config, club = self._club_of(config_id)
        member = self._known_member(club, partner_id)
        text = self._text(value, "value")
        member._claim_identifiers([member._normalise_identifier(club, "card", text)])
        return self._recognised(config, member, False)

    @api.model
    def block_card(self, config_id, partner_id, identifier_id):
        """Block a lost card; for the club's staff.

        :return: as ``recognise``
        """
        config, member, identifier = self._card_of(config_id, partner_id, identifier_id)
        member._block_identifier(identifier, self.env._("Lost, said at the till"))
        return self._recognised(config, member, False)

    @api.model
    def replace_card(self, config_id, partner_id, identifier_id, value):
        """Replace a card by another; for the club's staff.

        :return: as ``recognise``
        """
        config, member, identifier = self._card_of(config_id, partner_id, identifier_id)
        shown = member._normalise_identifier(
            member.club_id, identifier.scheme, self._text(value, "value")
        )
        reason = self.env._("Replaced at the till")
        member._replace_identifier(identifier, shown, reason)
        return self._recognised(config, member, False)

    @api.model
    def _card_of(self, config_id, partner_id, identifier_id):
        config, club = self._club_of(config_id)
        if not self.env.user.has_group("loyalty_club.group_desk"):
            raise AccessError(self.env._("Only the club's staff may do this."))
        member = self._known_member(club, partner_id)
        identifier = member.identifier_ids.filtered(
            lambda item: item.id == identifier_id and item.state != "replaced"
        )
        if not identifier:
            raise ClubError("invalid_payload", "identifier_id: is not known")
        return config, member, identifier

    @api.model
    def set_pin(self, config_id, partner_id, pin, old_pin=None, proof=False):
        """Set a member's PIN: the member does, by the old one or a code, or a manager.

        Who sells can't: they could set one and spend by it.

        :param proof: False, or a dict with the ``code`` that ``send_code`` has sent for
            ``order_uuid``, which is in it too
        :return: ``status`` set, wrong (``message``, ``left`` tries) or refused
            (``message``): only a manager of the club can do it here
        :raises ClubError: unknown_member, invalid_payload
        """
        _config, club = self._club_of(config_id)
        member = self._known_member(club, partner_id)
        proof = proof if isinstance(proof, dict) else {}
        if code := proof.get("code"):
            uuid = self._text(proof.get("order_uuid"), "order_uuid")
            if not member._check_code(uuid, str(code)):
                message = self.env._("This code is wrong.")
                return {"status": "wrong", "message": message, "left": 0}
        elif not self._may_set_pin():
            if not member.pin_hash:
                message = self.env._(
                    "A first PIN is set by a manager of the club, or by the member "
                    "with a code."
                )
                return {"status": "refused", "message": message}
            right, left = member._check_pin(old_pin or "")
            if not right:
                return self._wrong_pin(left)
        member._set_pin(pin)
        return {"status": "set"}

    @api.model
    def _may_set_pin(self):
        return self.env.user.has_group("loyalty_club.group_manager")

    @api.model
    def _wrong_pin(self, left):
        if left:
            message = self.env._("This PIN is wrong. Tries left: %(left)s.", left=left)
        else:
            message = self.env._(
                "Too many wrong PINs: wait a quarter of an hour, or spend less."
            )
        return {"status": "wrong", "message": message, "left": left}
