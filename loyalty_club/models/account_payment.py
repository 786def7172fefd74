from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """A payment without journal entry settles its invoices by its state alone."""
        res = super().write(vals)
        if "state" in vals:
            self.invoice_ids._club_follow()
        return res
