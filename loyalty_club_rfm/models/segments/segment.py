from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LoyaltyClubRfmSegment(models.Model):
    """Customers who behave alike, with a name, a colour and what to do for them."""

    _name = "loyalty.club.rfm.segment"
    _description = "Segment of customers"
    _order = "map_id, sequence, id"

    map_id = fields.Many2one(
        "loyalty.club.rfm.map", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="A name for programs, which never is translated."
    )
    sequence = fields.Integer(default=10)
    codes = fields.Text(help="Scores of recency, frequency and money, as 555 554 545.")
    is_none = fields.Boolean(
        "Without purchases", help="For customers without a purchase in the window."
    )
    color = fields.Integer()
    hex = fields.Char("Colour", default="#8f8f8f")
    action = fields.Text("What to do", translate=True)

    _code_uniq = models.UniqueIndex(
        "(map_id, code)", "This code is used by another segment of the map."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_used(self):
        """Snapshots name the segment: it can't go while there are any."""
        if self.env["loyalty.club.rfm.run.cell"].search_count(
            [("segment_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._(
                    "Customers were in this segment, so that it can't be deleted. Give "
                    "its codes to other segments; it stays empty then."
                )
            )

    def _audience(self, definition=None):
        """The customers who are in one of these segments now, as of the last run.

        For other addons: a server-side audience that stays right while it is used, as
        in ``Domain("partner_id", "in", segments._audience())``.

        :param definition: whose customers; those of the current company's first one
            when left out. Other companies may use the same segments.
        :return: ``SQL`` that selects partner ids
        """
        definition = definition or self.env["loyalty.club.rfm.definition"]._main()
        return SQL(
            "SELECT partner_id FROM loyalty_club_rfm_score_now "
            "WHERE definition_id = %s AND segment_id IN %s",
            definition.id or 0,
            tuple(self.ids) or (0,),
        )
