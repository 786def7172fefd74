"""What the demo shop may expect of its customers."""

from odoo import api, models


class LoyaltyClubRfmDefinition(models.Model):
    # For demo databases only.
    _inherit = "loyalty.club.rfm.definition"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _make_demo_forecast(self):
        """Look ahead from the last of the demo shop's snapshots."""
        club = self.env.ref("loyalty_club.demo_club")
        definition = self._main(club.company_id)
        definition.forecast = "on"
        # That day again: a shop that gets this addon later keeps its segments.
        definition._run(definition.last_run_id.day, full=True)
