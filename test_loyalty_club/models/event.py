from odoo import api, models

from odoo.addons.loyalty_club.events import Consumer, Kind

OWN_CRON = "test_loyalty_club.cron_third"


class LoyaltyClubEvent(models.Model):
    """A kind of facts of our own, and up to three consumers."""

    _inherit = "loyalty.club.event"

    @api.model
    def _kinds(self):
        waved = Kind("test.loyalty.club.heard", "_on_waved")
        return {**super()._kinds(), "waved": waved}

    @api.model
    def _consumers(self):
        heard = self.env["test.loyalty.club.heard"]
        wanted = int(heard._parameter("consumers") or 0)
        every = frozenset(self._kinds())
        ours = {
            "first": Consumer(heard._name, "_first_hears", every),
            "second": Consumer(heard._name, "_second_hears", every, batch=3),
            "third": Consumer(heard._name, "_third_hears", every, cron=OWN_CRON),
        }
        return {**super()._consumers(), **dict(list(ours.items())[:wanted])}
