from odoo import models


class AccountMove(models.Model):
    """What accounting credits of a till's invoice makes the till orders smaller."""

    _inherit = "account.move"

    def _rfm_follow(self):
        res = super()._rfm_follow()
        # Whoever writes credit notes need not be allowed to read till orders.
        notes_sudo = self._rfm_sales().sudo().filtered("reversed_entry_id")
        orders_sudo = notes_sudo.reversed_entry_id.pos_order_ids
        self.env["loyalty.club.rfm.fact"]._gather("pos", orders_sudo.ids)
        return res
