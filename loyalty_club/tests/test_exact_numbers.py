from odoo.tests import freeze_time

from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestExactNumbers(ClubCase):
    def test_a_thousand_times_a_tenth_is_a_hundred(self):
        """T11: natively it is 99.9999999999986."""
        ali = self.member("Ali")
        for _time in range(1000):
            self.grant(ali, 10, "wallet")
        self.assertEqual(self.available(ali, "wallet"), 10000)
        self.assertEqual(self.card(ali, "wallet").points, 100.0)
