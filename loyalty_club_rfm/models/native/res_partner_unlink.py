from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    """A contact that is deleted has no score any more; the database takes his facts."""

    _inherit = "res.partner"

    def unlink(self):
        ids = self.ids
        res = super().unlink()
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM loyalty_club_rfm_score_now AS score
                 USING loyalty_club_rfm_definition AS definition,
                       unnest(%s::integer[]) AS partner (id)
                 WHERE score.id = (definition.id::bigint << 32) | partner.id;
                DELETE FROM loyalty_club_rfm_move WHERE partner_id = ANY(%s)
                """,
                ids,
                ids,
            )
        )
        return res
