from odoo import models

#: With fewer customers "auto" makes no forecast: it would change with each of them.
FORECAST_FROM = 1000


class LoyaltyClubRfmDefinition(models.Model):
    """Looks ahead after all purchases have been counted."""

    _inherit = "loyalty.club.rfm.definition"

    def _on_full_run(self, run):
        result = super()._on_full_run(run)
        forecasts = self.env["loyalty.club.rfm.forecast"]
        if self._is_forecast_due(run):
            forecasts._renew(run)
        else:
            forecasts._forget(self)
        return result

    def _is_forecast_due(self, run):
        # A version from before this addon was installed says nothing of it.
        wanted = run.version_id.parameters.get("forecast")
        return wanted == "on" or (wanted == "auto" and run.buyers >= FORECAST_FROM)

    def _on_explain(self, row, words):
        found = super()._on_explain(row, words)
        forecast = self.env["loyalty.club.rfm.forecast"].search_count(
            [("definition_id", "=", self.id), ("partner_id", "=", row.partner_id.id)],
            limit=1,
        )
        if not forecast:
            return found
        text = self.env._(
            "Expected in the next %(days)s days: %(purchases)s purchases, worth "
            "%(value)s.",
            days=words.number(self.forecast_days),
            purchases=words.number(row.expected_purchases, 1),
            value=words.money(row.expected_value),
        )
        return [*found, {"icon": "fa-line-chart", "kind": "info", "text": text}]
