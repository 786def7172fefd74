from odoo import api, models


class LoyaltyClubPurchase(models.Model):
    """Purchases that no other document stands behind are facts themselves."""

    _inherit = "loyalty.club.purchase"

    @api.model_create_multi
    def create(self, vals_list):
        purchases = super().create(vals_list)
        purchases._rfm_follow()
        return purchases

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"member_id", "date", "company_id", "currency_id"}:
            self._rfm_follow()
        return res

    def _rfm_follow(self):
        """Bring the facts in line with what these purchases are now."""
        own = self.filtered(lambda purchase: purchase.source in ("door", "import"))
        self.env["loyalty.club.rfm.fact"]._gather("door", own.ids)
