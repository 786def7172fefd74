"""The open lists of the core, each with one more item, as an addon would add it."""

import re

from odoo import api, fields, models


class LoyaltyClubIdentifier(models.Model):
    _inherit = "loyalty.club.identifier"

    scheme = fields.Selection(
        selection_add=[("fob", "Key fob")], ondelete={"fob": "cascade"}
    )


class LoyaltyClubMember(models.Model):
    # A part of the model: its open lists.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    consent_push = fields.Boolean("Push allowed", readonly=True)

    @api.model
    def _identifier_value(self, club, scheme, value):
        if scheme == "fob":
            match = re.fullmatch(r"f-?(\d{6})", value.strip().lower())
            return match and f"F{match[1]}"
        return super()._identifier_value(club, scheme, value)

    @api.model
    def _typed(self, club, text):
        pairs = super()._typed(club, text)
        fob = self._identifier_value(club, "fob", text)
        return [*pairs, ("fob", fob)] if fob else pairs


class LoyaltyClubConsent(models.Model):
    # A part of the model: its open lists.
    _inherit = "loyalty.club.consent"  # pylint: disable=consider-merging-classes-inherited

    channel = fields.Selection(
        selection_add=[("push", "Push message")], ondelete={"push": "cascade"}
    )


class LoyaltyClubEntry(models.Model):
    # A part of the model: its open lists.
    _inherit = "loyalty.club.entry"  # pylint: disable=consider-merging-classes-inherited

    kind = fields.Selection(
        selection_add=[("prize", "Won")], ondelete={"prize": "cascade"}
    )

    @api.model
    def _issuing_kinds(self):
        return [*super()._issuing_kinds(), "prize"]

    @api.model
    def _activity_kinds(self):
        coming, going = super()._activity_kinds()
        return coming | {"prize"}, going
