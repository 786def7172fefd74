from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get


class ResCompany(models.Model):
    _inherit = "res.company"

    rfm_tz = fields.Selection(
        _tz_get,
        string="Time zone of sales",
        compute="_compute_rfm_tz",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="The day of a sale is the one that it is here, for the company and its "
        "branches. After a change all sales are read again.",
    )

    @api.depends("parent_id")
    def _compute_rfm_tz(self):
        """As the first club says, once: later changes are a decision of their own."""
        clubs_sudo = self.env["loyalty.club"].sudo()  # a setting that binds everybody
        for company in self:
            club = clubs_sudo.search([("company_id", "=", company._origin.id)], limit=1)
            company.rfm_tz = (
                company.rfm_tz
                or company.root_id.rfm_tz
                or club.tz
                or company.partner_id.tz
                or "UTC"
            )

    def write(self, vals):
        before = {company: company.rfm_tz for company in self}
        res = super().write(vals)
        if "rfm_tz" in vals:
            moved = self.filtered(lambda company: company.rfm_tz != before[company])
            self.env["loyalty.club.rfm.gather"]._restart(moved)
        return res
