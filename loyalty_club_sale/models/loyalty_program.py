from odoo import models


class LoyaltyProgram(models.Model):
    """Whoever manages a club opens its programs, without a right on sales orders."""

    _inherit = "loyalty.program"

    def _compute_order_count(self):
        programs = self
        if not self.env["sale.order.line"].has_access("read"):
            programs = self.sudo()  # a number, which tells of no order
        return super(LoyaltyProgram, programs)._compute_order_count()
