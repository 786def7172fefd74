from odoo import api, models


class LoyaltyClub(models.Model):
    """A company's first club says where its days begin, for segments as well."""

    _inherit = "loyalty.club"

    @api.model_create_multi
    def create(self, vals_list):
        clubs = super().create(vals_list)
        for company, own in clubs.grouped(lambda club: club.company_id.root_id).items():
            first = self.search([("company_id", "child_of", company.id)], limit=1)
            if first in own and first.tz != company.rfm_tz:
                # Whoever sets up clubs need not be allowed to write companies.
                company.sudo().rfm_tz = first.tz
        return clubs
