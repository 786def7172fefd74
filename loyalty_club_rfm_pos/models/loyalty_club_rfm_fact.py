from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from .. import sources

# Neither the invoice of a till order nor what reverses it is a document of its own.
NOT_OF_TILL = SQL(
    """
    AND NOT EXISTS (SELECT FROM pos_order AS till WHERE till.account_move = doc.id)
    """
)


class LoyaltyClubRfmFact(models.Model):
    """Till orders are facts; their invoices are none."""

    _inherit = "loyalty.club.rfm.fact"

    source = fields.Selection(
        selection_add=[("pos", "Point of sale")],
        ondelete={"pos": lambda facts: facts._forget_tills()},
    )

    @api.model
    def _sources(self):
        found = super()._sources()
        invoices = found["inv"]
        found["inv"] = replace(
            invoices, qualifies=SQL("%s %s", invoices.qualifies, NOT_OF_TILL)
        )
        return {"pos": sources.till_orders(), **found}

    @api.model
    def _source_models(self):
        return super()._source_models() + [
            "pos.order",
            "pos.order.line",
            "pos.config",
        ]

    @api.model
    def _forget_tills(self):
        """Without us the invoices of till orders are invoices like others."""
        self.env.cr.execute(
            """
            DELETE FROM loyalty_club_rfm_fact WHERE source = 'pos';
            DELETE FROM loyalty_club_rfm_gather WHERE source = 'pos';
            UPDATE loyalty_club_rfm_gather SET state = 'waiting', last_id = 0
             WHERE source = 'inv'
            """
        )
        self.invalidate_model()
        self.env["loyalty.club.rfm.gather"].invalidate_model()
