from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Forget forecasts before their contacts become one.

        Where both contacts had one, neither says what the two together will buy. The
        contact that remains gets its own at the next full run.
        """
        self.env.cr.execute(
            SQL(
                "DELETE FROM loyalty_club_rfm_forecast WHERE partner_id = ANY(%s)",
                (src_partners + dst_partner).ids,
            )
        )
        self.env["loyalty.club.rfm.forecast"].invalidate_model(flush=False)
        return super()._update_foreign_keys(src_partners, dst_partner)
