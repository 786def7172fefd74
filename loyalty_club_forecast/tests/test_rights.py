"""Who may read forecasts: as it is with all of RFM, which is tested alike."""

from odoo.tests import tagged

from odoo.addons.loyalty_club_rfm.tests import test_attacks


@tagged("post_install", "-at_install")
class TestForecastRights(test_attacks.TestRights):
    addon = "loyalty_club_forecast"
    rights = {
        "loyalty.club.rfm.forecast": ("r", "r", "r"),
        "loyalty.club.rfm.forecast.fit": ("r", "r", "r"),
    }
