from odoo import api, models


class LoyaltyClubPurchase(models.Model):
    """How a purchase is called and looked for on screens: by its receipt."""

    _inherit = "loyalty.club.purchase"
    _rec_names_search = ["reference", "key"]

    @api.depends("reference", "key")
    def _compute_display_name(self):
        for purchase in self:
            purchase.display_name = purchase.reference or purchase.key
