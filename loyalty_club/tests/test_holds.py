from datetime import date

from odoo.tests import freeze_time

from .common import ClubCase


@freeze_time("2026-03-10 23:55:00")
class TestHolds(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.grant(cls.ali, 100)

    def hold(self, units, seconds=900, **options):
        return self.ledger._hold(self.account(self.ali), units, seconds, **options)

    def test_what_is_held_cannot_be_spent_or_held_again(self):
        self.hold(70)
        balances = self.balances(self.ali)
        self.assertEqual((balances["available"], balances["held"]), (30, 70))
        with self.assertClubError("insufficient_balance"):
            self.spend(self.ali, 31)
        with self.assertClubError("insufficient_balance"):
            self.hold(31)
        self.spend(self.ali, 30)

    def test_capture_spends_and_frees_the_rest(self):
        hold = self.hold(70, reference="basket")
        (entry_id,) = self.ledger._capture(hold, 50)
        entry = self.env["loyalty.club.entry"].browse(entry_id)
        self.assertEqual((entry.amount, entry.hold_id), (-50, hold))
        self.assertEqual(entry.reference, "basket")
        self.assertEqual((hold.state, hold.captured), ("captured", 50))
        self.assertEqual(self.available(self.ali), 50)

    def test_not_more_than_held(self):
        with self.assertClubError("limit_exceeded"):
            self.ledger._capture(self.hold(70), 71)

    def test_a_closed_hold_stays_closed(self):
        captured, released = self.hold(10), self.hold(10)
        self.ledger._capture(captured)
        self.ledger._release_hold(released)
        for hold in (captured, released):
            with self.assertClubError("hold_closed"):
                self.ledger._capture(hold)
            with self.assertClubError("hold_closed"):
                self.ledger._release_hold(hold)
        self.assertEqual(self.available(self.ali), 90)

    def test_it_times_out(self):
        hold = self.hold(70)
        with freeze_time("2026-03-11 00:10:01"):
            self.assertEqual(self.available(self.ali), 100)  # before any cron ran
            with self.assertClubError("hold_expired"):
                self.ledger._capture(hold)
            self.ledger._time_out_holds()
            self.assertEqual(hold.state, "expired")
            with self.assertClubError("hold_expired"):
                self.ledger._release_hold(hold)

    def test_a_blocked_member_holds_nothing(self):
        self.ali.state = "blocked"
        with self.assertClubError("member_blocked"):
            self.hold(1)

    def test_a_hold_keeps_over_midnight_what_expires_then(self):
        zari = self.member("Zari")
        self.grant(zari, 20, expires_on=date(2026, 3, 10))
        self.grant(zari, 20)
        hold = self.ledger._hold(self.account(zari), 30, 900)
        with freeze_time("2026-03-11 00:05:00"):
            self.ledger._expire_due(self.club)
            self.ledger._capture(hold)
            self.assertEqual(self.available(zari), 10)
        self.assertEqual([int(lot[0]) for lot in self.lots(zari)], [0, 10])

    def test_what_was_over_before_the_hold_does_not_stand_in_for_it(self):
        """The cron was late: a lot long expired isn't kept instead of a held one."""
        zari = self.member("Zari")
        self.grant(zari, 10, expires_on=date(2026, 3, 10))
        self.grant(zari, 10, expires_on=date(2026, 3, 11))
        with freeze_time("2026-03-11 23:55:00"):
            hold = self.ledger._hold(self.account(zari), 10, 900)
        with freeze_time("2026-03-12 00:05:00"):
            self.ledger._expire_due(self.club)
            self.ledger._capture(hold)
        self.assertEqual(self.card(zari).points, 0)

    def test_the_same_key_holds_once(self):
        self.hold(10, key="till-1")
        with self.assertDatabaseRefuses("hold_key_uniq"):
            self.hold(10, key="till-1")
            self.env.flush_all()
