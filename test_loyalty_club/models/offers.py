"""Offers, as an addon gives them that runs campaigns."""

import json
from fractions import Fraction

from odoo import api, models

from odoo.addons.loyalty_club.engine.offers import Adjustment


class LoyaltyClubPurchase(models.Model):
    # A part of the model: its hook of adjustments.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _on_award(self, baskets):
        """Every basket has the offers that a test has set; read once for all."""
        found = super()._on_award(baskets)
        told = self.env["test.loyalty.club.heard"]._parameter("offers")
        offers = [
            Adjustment(**{**offer, "factor": Fraction(offer.get("factor", 1))})
            for offer in json.loads(told or "[]")
        ]
        return [adjustments + offers for adjustments in found]
