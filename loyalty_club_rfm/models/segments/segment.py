import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LoyaltyClubRfmSegment(models.Model):
    """Customers who behave alike, with a name, a colour and what to do for them."""

    _name = "loyalty.club.rfm.segment"
    _description = "Segment of customers"
    _order = "map_id, sequence, id"
    _rec_names_search = ["name", "code"]

    map_id = fields.Many2one(
        "loyalty.club.rfm.map", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="A name for programs, which never is translated.",
    )
    sequence = fields.Integer(default=10)
    codes = fields.Text(help="Scores of recency, frequency and money, as 555 554 545.")
    is_none = fields.Boolean(
        "Without purchases", help="For customers without a purchase in the window."
    )
    color = fields.Integer()
    hex = fields.Char("Colour", default="#8f8f8f")
    action = fields.Text("What to do", translate=True)

    customers = fields.Integer(compute="_compute_size")
    share = fields.Float("Share of customers", compute="_compute_size")
    revenue = fields.Monetary(compute="_compute_size")
    revenue_share = fields.Float("Share of revenue", compute="_compute_size")
    currency_id = fields.Many2one("res.currency", compute="_compute_size")

    _code_uniq = models.UniqueIndex(
        "(map_id, code)", "This code is used by another segment of the map."
    )

    @api.depends("name")
    def _compute_code(self):
        """A name for programs, from the first name that a segment has."""
        for segment in self:
            name = re.sub(r"\W+", "_", (segment.name or "").lower()).strip("_")
            segment.code = segment.code or name

    @api.depends_context("company", "rfm_definition_id")
    def _compute_size(self):
        """As of the last run of the definition of whoever looks."""
        for map_ in self.map_id:
            segments = self.filtered(lambda segment, m=map_: segment.map_id == m)
            segments._set_size(map_._shown_definition())
        (self - self.filtered("map_id"))._set_size(
            self.env["loyalty.club.rfm.definition"]
        )

    def _set_size(self, definition):
        run = definition.last_run_id
        sums = {
            segment: values
            for segment, *values in self.env["loyalty.club.rfm.run.cell"]._read_group(
                [("run_id", "in", run.ids)],
                ["segment_id"],
                ["customers:sum", "revenue:sum"],
            )
        }
        for segment in self:
            customers, revenue = sums.get(segment._origin, (0, 0))
            segment.currency_id = definition.currency_id
            segment.customers = customers
            segment.revenue = revenue
            segment.share = customers / run.customers if run.customers else 0
            # A fraction for a bar on the screen, whatever the currency's decimals.
            segment.revenue_share = revenue / run.revenue if run.revenue > 0 else 0

    # Segments are changed by whoever may change their map.

    @api.model_create_multi
    def create(self, vals_list):
        segments = super().create(vals_list)
        segments.map_id._refuse_strangers()
        return segments

    def write(self, vals):
        self.check_access("write")
        self.map_id._refuse_strangers()
        res = super().write(vals)
        if "map_id" in vals:
            self.map_id._refuse_strangers()
        return res

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

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_foreign(self):
        self.map_id._refuse_strangers()

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

    @api.model
    def _with_codes(self, codes, company=None):
        """The segments of a company's first definition that have these codes.

        For other addons, which know a segment by its code, as ``champions``.

        :param codes: list of texts; those that no segment has are passed over
        """
        definition = self.env["loyalty.club.rfm.definition"]._main(company)
        return definition.map_id.segment_ids.filtered(
            lambda segment: segment.code in codes
        )

    def action_customers(self):
        """The customers who are in these segments now."""
        definition = self.map_id._shown_definition()
        return {
            "type": "ir.actions.act_window",
            "name": ", ".join(self.mapped("name")),
            "res_model": "loyalty.club.rfm.customer",
            "views": [
                (False, mode) for mode in ("list", "kanban", "pivot", "graph", "form")
            ],
            "mobile_view_mode": "kanban",
            "domain": [
                ("segment_id", "in", self.ids),
                ("definition_id", "in", definition.ids),
            ],
        }
