from odoo import models

# Orders and the web shop ask the club with this addon.
SAFE = frozenset({"sale_ok", "ecommerce_ok"})


class LoyaltyClub(models.Model):
    _inherit = "loyalty.club"

    def _on_channels(self):
        """Whether orders and the web shop have a program is left to the shop."""
        channels = super()._on_channels()
        return {name: open_ for name, open_ in channels.items() if name not in SAFE}
