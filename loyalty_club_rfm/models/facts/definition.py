from odoo import api, models


class LoyaltyClubRfmDefinition(models.Model):
    """Leaving out other categories needs other shares of the facts."""

    _inherit = "loyalty.club.rfm.definition"

    @api.model_create_multi
    def create(self, vals_list):
        before = self.env["loyalty.club.rfm.fact.share"]._excluded()
        definitions = super().create(vals_list)
        self.env["loyalty.club.rfm.fact.share"]._follow(before)
        return definitions

    def write(self, vals):
        before = self.env["loyalty.club.rfm.fact.share"]._excluded()
        res = super().write(vals)
        if vals.keys() & {"excluded_categ_ids", "active", "company_id"}:
            self.env["loyalty.club.rfm.fact.share"]._follow(before)
        return res

    def unlink(self):
        before = self.env["loyalty.club.rfm.fact.share"]._excluded()
        res = super().unlink()
        self.env["loyalty.club.rfm.fact.share"]._follow(before)
        return res
