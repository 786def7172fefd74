from odoo import models

#: With fewer customers "auto" makes no forecast: it would change with each of them.
FORECAST_FROM = 1000


class LoyaltyClubRfmDefinition(models.Model):
    """Looks ahead after all purchases have been counted."""

    _inherit = "loyalty.club.rfm.definition"

    def _forecast(self, run):
        result = super()._forecast(run)
        forecasts = self.env["loyalty.club.rfm.forecast"]
        if self._is_forecast_due(run):
            forecasts._renew(run)
        else:
            forecasts._forget(self)
        return result

    def _is_forecast_due(self, run):
        wanted = run.version_id.parameters["forecast"]
        return wanted == "on" or (wanted == "auto" and run.buyers >= FORECAST_FROM)
