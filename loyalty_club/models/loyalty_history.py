from odoo import api, models
from odoo.exceptions import AccessError


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

    # The ledger writes the lines of managed accounts itself, by SQL, one for each
    # entry. Native flows that write theirs too (orders, wizards) would count twice;
    # people who write one by hand would forge history.

    @api.model_create_multi
    def create(self, vals_list):
        cards_sudo = self.env["loyalty.card"].sudo()  # only to see what is managed
        managed = set(
            cards_sudo.browse(
                vals["card_id"] for vals in vals_list if vals.get("card_id")
            )
            .filtered("club_id")
            .ids
        )
        if managed and not self._club_native_flow():
            self._club_refuse()
        return super().create(
            [vals for vals in vals_list if vals.get("card_id") not in managed]
        )

    def write(self, vals):
        if self._club_managed():
            self._club_refuse()
        return super().write(vals)

    def unlink(self):
        managed = self._club_managed()
        if managed and not self._club_native_flow():
            self._club_refuse()
        return super(LoyaltyHistory, self - managed).unlink()

    def _club_managed(self):
        return self.sudo().filtered("card_id.club_id").sudo(self.env.su)

    def _club_native_flow(self):
        return self.env["loyalty.card"]._club_native_flow()

    def _club_refuse(self):
        raise AccessError(
            self.env._("The history of a club's account is written by its ledger alone.")
        )
