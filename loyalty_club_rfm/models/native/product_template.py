from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    rfm_pair_ids = fields.One2many(
        "loyalty.club.rfm.pair",
        compute="_compute_rfm_pair_ids",
        string="Bought together",
        groups="loyalty_club.group_desk,loyalty_club.group_auditor",
    )

    @api.depends("product_variant_ids")
    @api.depends_context("allowed_company_ids")
    def _compute_rfm_pair_ids(self):
        pairs = self.env["loyalty.club.rfm.pair"]._of_products(self.product_variant_ids)
        none = self.env["loyalty.club.rfm.pair"]
        for template in self:
            template.rfm_pair_ids = none.union(
                *(pairs.get(v._origin, none) for v in template.product_variant_ids)
            )
