from odoo.tests import freeze_time

from ..models.native.card import NATIVE_FLOW
from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestExactNumbers(ClubCase):
    def test_a_thousand_times_a_tenth_is_a_hundred(self):
        """T11: natively it is 99.9999999999986."""
        ali = self.member("Ali")
        card_id = self.account(ali, "wallet")
        for _time in range(1000):
            self.ledger._grant(card_id, 10, "top_up")
        self.assertEqual(self.available(ali, "wallet"), 10000)
        self.assertEqual(repr(self.card(ali, "wallet").points), "100.0")
        # The control: what the native addition of floats makes of it.
        self.assertNotEqual(repr(sum([0.1] * 1000)), "100.0")

    def test_a_tenth_written_natively_a_thousand_times(self):
        """A native flow adds floats to the balance; entries bring it back to cents."""
        flow = {"loyalty_club_flow": NATIVE_FLOW}
        card = self.card(self.member("Ali"), "wallet").with_context(**flow)
        for _time in range(100):
            card.points += 0.1
        self.assertEqual(repr(card.points), "10.0")

    def test_the_last_cent_can_be_spent(self):
        ali = self.member("Ali")
        for units in (10, 20, 70, 1):
            self.grant(ali, units, "wallet")
        self.spend(ali, 101, "wallet")
        self.assertEqual(repr(self.card(ali, "wallet").points), "0.0")
        with self.assertClubError("insufficient_balance"):
            self.spend(ali, 1, "wallet")

    def test_large_rial_balances(self):
        """A hundred trillion rials, and no rial more or less."""
        ali = self.member("Ali")
        self.grant(ali, 99_999_999_999_998)
        self.grant(ali, 1)
        self.assertEqual(self.available(ali), 99_999_999_999_999)
        self.spend(ali, 99_999_999_999_998)
        self.assertEqual(self.available(ali), 1)

    def test_what_could_not_be_counted_exactly_is_refused(self):
        ali = self.member("Ali")
        self.grant(ali, 99_999_999_999_999)
        with self.assertDatabaseRefuses("loyalty_club_entry_countable"):
            self.grant(ali, 2)
        self.assertEqual(self.available(ali), 99_999_999_999_999)

    def test_columns_are_exact(self):
        ali = self.member("Ali")
        self.grant(ali, 1005, "wallet")
        self.env.cr.execute(
            "SELECT amount::text, pg_typeof(amount)::text FROM loyalty_club_entry"
            " WHERE card_id = %s",
            [self.account(ali, "wallet")],
        )
        self.assertEqual(self.env.cr.fetchall(), [("10.05", "numeric")])
