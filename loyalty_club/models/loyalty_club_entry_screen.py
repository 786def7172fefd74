from odoo import api, models


class LoyaltyClubEntry(models.Model):
    """How an entry is called on screens."""

    _inherit = "loyalty.club.entry"

    @api.depends("kind", "reference")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for entry in self:
            name = kinds.get(entry.kind, "")
            entry.display_name = (
                f"{name}: {entry.reference}" if entry.reference else name
            )
