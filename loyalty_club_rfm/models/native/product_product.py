from odoo import api, fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    rfm_pair_ids = fields.One2many(
        "loyalty.club.rfm.pair",
        compute="_compute_rfm_pair_ids",
        string="Bought together",
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_rfm_pair_ids(self):
        pairs = self.env["loyalty.club.rfm.pair"]._of_products(self)
        for product in self:
            product.rfm_pair_ids = pairs.get(product._origin, False)
