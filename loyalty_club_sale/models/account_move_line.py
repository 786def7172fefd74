from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _club_combo(self):
        """The combo of a sales order; its own line is a mere title on the invoice."""
        # Whoever registers a payment may have no right on sales, and needs none.
        part_sudo = self.sudo().sale_line_ids.filtered("combo_item_id")[:1]
        if not part_sudo:
            return super()._club_combo()
        combo_sudo = part_sudo.linked_line_id
        # There is one of each part in it.
        quantity = self._club_quantity()
        return f"combo:{combo_sudo.id}", quantity, combo_sudo.product_id.id or None
