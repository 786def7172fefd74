import re

from odoo import api, fields, models


class LoyaltyClubRfmSegment(models.Model):
    """How large a segment is now, and the way to its customers."""

    _inherit = "loyalty.club.rfm.segment"
    _rec_names_search = ["name", "code"]

    code = fields.Char(
        compute="_compute_code", store=True, readonly=False, precompute=True
    )
    customers = fields.Integer(compute="_compute_size")
    share = fields.Float("Share of customers", compute="_compute_size")
    revenue = fields.Monetary(compute="_compute_size")
    revenue_share = fields.Float("Share of revenue", compute="_compute_size")
    currency_id = fields.Many2one("res.currency", compute="_compute_size")

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
