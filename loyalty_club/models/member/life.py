from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...exceptions import ClubError
from ...rights import raised


class LoyaltyClubMember(models.Model):
    """What happens to a membership: paused, blocked, merged into another."""

    # A part of the model: pausing, leaving, merging.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ state

    def action_pause(self):
        return self._change_state("paused")

    def action_block(self):
        return self._change_state("blocked")

    def action_leave(self):
        return self._change_state("left")

    def action_activate(self):
        return self._change_state("active")

    def _change_state(self, state):
        self._check_manager()
        if self.filtered(lambda member: member.merged_into_id or member.erased_at):
            raise UserError(
                self.env._(
                    "A membership that was merged into another, or whose person was "
                    "erased, has ended for good."
                )
            )
        members_sudo = raised(self)  # states are written by these actions only
        if state == "active":
            members_sudo._bring_back()
        members_sudo.write({"state": state, "contact_archived": False})
        return True

    def _bring_back(self):
        """Take contacts out of the archive; their members go on, see below."""
        self.partner_id.filtered(lambda contact: not contact.active).active = True

    def _follow_archiving(self):
        """Pause members whose contacts were archived, and let them go on afterwards.

        An archived contact is one that the shop doesn't deal with: their member is
        still found, and keeps what they have, but neither earns nor spends. To be
        called with all rights.
        """
        gone = self.filtered(
            lambda member: not member.partner_id.active and member.state == "active"
        )
        gone.write({"state": "paused", "contact_archived": True})
        back = self.filtered(
            lambda member: member.partner_id.active and member.contact_archived
        )
        back.filtered(lambda member: member.state == "paused").state = "active"
        back.contact_archived = False

    def _check_manager(self):
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(self.env._("Only a manager of the club may do this."))
        self.check_access("read")

    # ------------------------------------------------------------------ cards

    def _block_identifier(self, identifier, reason):
        """Block what was lost: it is recognised, and refused."""
        self._check_own(identifier)
        identifier.write(
            {"state": "blocked", "reason": reason, "changed_at": fields.Datetime.now()}
        )

    def _replace_identifier(self, identifier, shown, reason):
        """Replace what was lost or blocked by another of the same scheme.

        :param shown: the new one as ``_normalise_identifier`` returns it
        """
        self._check_own(identifier)
        self._claim_identifiers([shown])
        new = self.identifier_ids.filtered(
            lambda item: (
                (item.scheme, item.value) == shown[:2] and item.state == "active"
            )
        )
        identifier.write(
            {
                "state": "replaced",
                "reason": reason,
                "replaced_by_id": new.id,
                "changed_at": fields.Datetime.now(),
            }
        )
        return new

    def _check_own(self, identifier):
        self.ensure_one()
        if identifier.member_id != self or identifier.scheme in ("number", "mobile"):
            raise ClubError(
                "invalid_payload",
                self.env._(
                    "identifiers: only cards and barcodes are blocked or replaced"
                ),
            )

    # ------------------------------------------------------------------ merging

    def _merge_into(self, target):
        """Carry everything of this membership over to another of the same club.

        Lots, debts and identifiers move; entries stay where they were written, and
        transfer entries tell the way. Both numbers find the one member afterwards.
        """
        self.ensure_one()
        if self.club_id != target.club_id or self == target or self.merged_into_id:
            raise ClubError(
                "invalid_payload",
                self.env._("member: only two memberships of one club can be merged"),
            )
        if target.merged_into_id or target.erased_at:
            raise ClubError(
                "member_blocked",
                self.env._("The membership that is to remain has ended."),
            )
        ledger = self.env["loyalty.club.ledger"]
        ledger._release_all(self.card_ids.ids)
        for card in self.card_ids:
            ledger._move_account(card.id, ledger._account(target, card.club_account))
        self.card_ids.write({"active": False})
        # They were shown, and stay, whatever the contact that remains says.
        self.identifier_ids.write({"member_id": target.id, "followed": False})
        # Purchases count for the one member from now on; returns find its accounts.
        self.purchase_ids.write({"member_id": target.id})
        self.write({"state": "left", "merged_into_id": target.id, "tier_id": False})
        self.search([("referrer_id", "=", self.id)]).write({"referrer_id": target.id})
        self.search([("merged_into_id", "=", self.id)]).write(
            {"merged_into_id": target.id}
        )
        target.qualified_from = False  # sum the purchases of both again
        target._requalify("merge")
        self.env["loyalty.club.event"]._note("merged", self.ids)
        target.message_post(
            body=self.env._(
                "Member %(number)s was merged into this one.", number=self.number
            )
        )

    def _requalify(self, reason=None):
        """Evaluate the tier of one member again, from all their purchases."""
        self.ensure_one()
        club = self.club_id
        if not club.tier_ids:
            return
        today = club._today()
        window = self._window(today)
        value = self._sum_purchases({self.id: window})[self.id]
        self._evaluate_tiers(club, {self.id: (value, *window)}, today, reason=reason)
