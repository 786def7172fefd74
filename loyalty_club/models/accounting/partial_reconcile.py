from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._club_moves().origin_payment_id._club_watch_paid_out()
        return partials

    def unlink(self):
        """Un-reconciling: there is no hook for an invoice that is no longer paid."""
        moves = self._club_moves()
        res = super().unlink()
        moves.exists()._club_follow()
        moves.exists().origin_payment_id._club_watch_paid_out()
        return res

    def _club_moves(self):
        return (self.debit_move_id | self.credit_move_id).move_id
