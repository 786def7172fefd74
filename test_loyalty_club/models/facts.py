"""Every hook of a fact, extended as another addon would."""

from odoo import models


class LoyaltyClubEntry(models.Model):
    # A part of the model: its hook of facts.
    _inherit = "loyalty.club.entry"  # pylint: disable=consider-merging-classes-inherited

    def _on_posted(self):
        self.env["test.loyalty.club.heard"]._hear("_on_posted", self)
        return super()._on_posted()


class LoyaltyClubPurchase(models.Model):
    # A part of the model: its hook of facts.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    def _on_purchased(self):
        self.env["test.loyalty.club.heard"]._hear("_on_purchased", self)
        return super()._on_purchased()

    def _on_returned(self):
        self.env["test.loyalty.club.heard"]._hear("_on_returned", self)
        return super()._on_returned()


class LoyaltyClubMember(models.Model):
    # A part of the model: its hook of facts.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    def _on_joined(self):
        self.env["test.loyalty.club.heard"]._hear("_on_joined", self)
        return super()._on_joined()

    def _on_merged(self):
        self.env["test.loyalty.club.heard"]._hear("_on_merged", self)
        return super()._on_merged()

    def _on_erased(self):
        self.env["test.loyalty.club.heard"]._hear("_on_erased", self)
        return super()._on_erased()


class LoyaltyClubTierMove(models.Model):
    _inherit = "loyalty.club.tier.move"

    def _on_tier_moved(self):
        self.env["test.loyalty.club.heard"]._hear("_on_tier_moved", self)
        return super()._on_tier_moved()


class LoyaltyClubConsent(models.Model):
    # A part of the model: its hook of facts.
    _inherit = "loyalty.club.consent"  # pylint: disable=consider-merging-classes-inherited

    def _on_consent_changed(self):
        self.env["test.loyalty.club.heard"]._hear("_on_consent_changed", self)
        return super()._on_consent_changed()


class LoyaltyClubRequest(models.Model):
    _inherit = "loyalty.club.request"

    def _on_decided(self):
        self.env["test.loyalty.club.heard"]._hear("_on_decided", self)
        return super()._on_decided()
