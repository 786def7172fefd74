from odoo import models

SALES = ("out_invoice", "out_refund", "out_receipt")


class AccountMove(models.Model):
    """Customer invoices and credit notes are facts from their posting on."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted.filtered(lambda move: move.partner_id)._rfm_follow()
        return posted

    def button_draft(self):
        # Cancelling comes through here as well: nothing is cancelled while posted.
        res = super().button_draft()
        self._rfm_follow()
        return res

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"partner_id", "invoice_date", "reversed_entry_id"}:
            self.filtered(lambda move: move.state == "posted")._rfm_follow()
        return res

    def unlink(self):
        sales = self._rfm_sales()
        ids = (sales | sales.reversed_entry_id).ids
        res = super().unlink()
        self.env["loyalty.club.rfm.fact"]._gather("inv", ids)
        return res

    def _rfm_sales(self):
        """Those among these that sell to customers or take back from them."""
        return self.filtered(lambda move: move.move_type in SALES)

    def _rfm_follow(self):
        """Bring the facts in line with what these documents are now."""
        self.env["loyalty.club.rfm.fact"]._gather("inv", self._rfm_sales().ids)
