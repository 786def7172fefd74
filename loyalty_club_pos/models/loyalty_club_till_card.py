from odoo import api, models
from odoo.exceptions import AccessError

from odoo.addons.loyalty_club.exceptions import ClubError


class LoyaltyClubTill(models.AbstractModel):
    """What members carry and know: cards and PINs."""

    _inherit = "loyalty.club.till"

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
    def set_pin(self, config_id, partner_id, pin, old_pin=None):
        """Set a member's PIN; one that he has is asked for, save by the club's staff.

        :return: ``status`` set, or wrong with the tries that are ``left``
        :raises ClubError: unknown_member, invalid_payload
        """
        _config, club = self._club_of(config_id)
        member = self._known_member(club, partner_id)
        if member.pin_hash and not self.env.user.has_group("loyalty_club.group_desk"):
            right, left = member._check_pin(old_pin or "")
            if not right:
                return self._wrong_pin(left)
        member._set_pin(pin)
        return {"status": "set"}

    @api.model
    def _wrong_pin(self, left):
        if left:
            message = self.env._("This PIN is wrong. Tries left: %(left)s.", left=left)
        else:
            message = self.env._(
                "Too many wrong PINs: wait a quarter of an hour, or spend less."
            )
        return {"status": "wrong", "message": message, "left": left}
