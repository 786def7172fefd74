from odoo import models


class ResCompany(models.Model):
    # A part of the model: a company in use.
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals):
        res = super().write(vals)
        if "currency_id" in vals:
            # Clubs of the company are no business of who sets it up.
            clubs_sudo = self.env["loyalty.club"].sudo().with_context(active_test=False)
            clubs_sudo = clubs_sudo.search([("company_id", "in", self.ids)])
            fresh_sudo = clubs_sudo - clubs_sudo._with_entries()
            for club_sudo in fresh_sudo:
                club_sudo.currency_id = club_sudo.company_id.currency_id
        return res
