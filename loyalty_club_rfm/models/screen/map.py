from odoo import api, fields, models


class LoyaltyClubRfmMap(models.Model):
    """A map of segments as its form shows it."""

    _inherit = "loyalty.club.rfm.map"

    segment_count = fields.Integer("Segments", compute="_compute_counts")
    definition_count = fields.Integer("Used by", compute="_compute_counts")

    @api.depends("segment_ids")
    @api.depends_context("allowed_company_ids")
    def _compute_counts(self):
        used = dict(
            self.env["loyalty.club.rfm.definition"]._read_group(
                [("map_id", "in", self.ids)], ["map_id"], ["__count"]
            )
        )
        for record in self:
            record.segment_count = len(record.segment_ids)
            record.definition_count = used.get(record._origin, 0)

    def _shown_definition(self):
        """Whose numbers stand beside the segments: the asked one's, or the first's."""
        definitions = self.env["loyalty.club.rfm.definition"]
        asked = definitions.browse(self.env.context.get("rfm_definition_id") or ())
        return asked or definitions.search(
            [
                ("map_id", "=", self._origin.id),
                ("company_id", "=", self.env.company.root_id.id),
            ],
            limit=1,
        )

    def action_definitions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club_rfm.action_definition"
        )
        return {**action, "domain": [("map_id", "=", self.id)]}
