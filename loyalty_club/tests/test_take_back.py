from datetime import date

from odoo.tests import freeze_time

from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestTakeBack(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.card_id = cls.account(cls.ali)

    def state(self):
        """(balance, debt, what lots have left)"""
        card = self.card(self.ali)
        return card.points, card.club_debt, [int(lot[0]) for lot in self.lots(self.ali)]

    def take(self, units, sale):
        return self.ledger._take_back(self.card_id, units, sale.id)

    def test_from_the_own_lot_first(self):
        self.grant(self.ali, 50, expires_on=date(2026, 3, 11))  # would be spent first
        sale = self.purchase(self.ali, 30)
        self.take(20, sale)
        self.assertEqual(self.state(), (60, 0, [50, 10]))

    def test_debt_stops_at_zero_and_the_next_earning_pays(self):
        sale = self.purchase(self.ali, 30)
        self.spend(self.ali, 25)
        self.take(30, sale)
        self.assertEqual(self.state(), (0, 25, [0]))
        self.grant(self.ali, 10)
        self.assertEqual(self.state(), (0, 15, [0, 0]))
        self.grant(self.ali, 40, key="k")
        self.assertEqual(self.state(), (25, 0, [0, 0, 25]))
        collected = self.entries(self.ali)[-1]
        self.assertEqual((collected.kind, collected.key), ("return", "k:debt"))
        self.assertEqual((collected.amount, collected.debt), (-15, -15))

    def test_negative_goes_below_zero_and_comes_up_again(self):
        self.club.clawback = "negative"
        sale = self.purchase(self.ali, 30)
        self.spend(self.ali, 25)
        self.take(30, sale)
        self.assertEqual(self.state(), (-25, 0, [0]))
        with self.assertClubError("insufficient_balance"):
            self.spend(self.ali, 1)
        self.grant(self.ali, 40)
        self.assertEqual(self.state(), (15, 0, [0, 15]))

    def test_debt_takes_other_points_before(self):
        sale = self.purchase(self.ali, 30)
        self.spend(self.ali, 30)
        self.grant(self.ali, 20)
        self.take(30, sale)
        self.assertEqual(self.state(), (0, 10, [0, 0]))

    # ------------------------------------------------------------------ giving back

    def give(self, entries, units, **options):
        return self.ledger._give_back(entries, units, **options)

    def test_lot_by_lot_the_last_used_first(self):
        self.grant(self.ali, 10, expires_on=date(2026, 4, 1))
        self.grant(self.ali, 10)
        spent = self.spend(self.ali, 15)
        self.give(spent, 7)
        self.assertEqual(self.state(), (12, 0, [2, 10]))

    def test_several_partial_ones_give_back_exactly_what_was_spent(self):
        self.grant(self.ali, 10, expires_on=date(2026, 4, 1))
        self.grant(self.ali, 10)
        spent = self.spend(self.ali, 15)
        for units in (4, 4, 4, 3):
            self.give(spent, units)
        self.assertEqual(self.state(), (20, 0, [10, 10]))
        with self.assertRaises(ValueError):
            self.give(spent, 1)

    def test_two_spendings_of_one_sale(self):
        self.grant(self.ali, 20)
        spent = self.spend(self.ali, 5) + self.spend(self.ali, 8)
        self.give(spent, 10, key="back")
        self.assertEqual(self.state(), (17, 0, [17]))
        self.assertEqual(
            self.entries(self.ali)[-2:].mapped("key"), ["back:0", "back:1"]
        )

    def test_what_expired_meanwhile_gets_days_of_grace(self):
        self.club.give_back_grace_days = 14
        self.grant(self.ali, 10, expires_on=date(2026, 3, 15))
        spent = self.spend(self.ali, 10)
        with freeze_time("2026-03-20"):
            self.give(spent, 4)
            self.give(spent, 6)
            with self.assertRaises(ValueError):
                self.give(spent, 1)
            self.assertEqual(self.available(self.ali), 10)
            self.assertEqual(self.lots(self.ali)[1][2], date(2026, 4, 3))
        self.assertEqual(self.state(), (10, 0, [0, 4, 6]))

    def test_what_comes_back_pays_a_debt(self):
        self.grant(self.ali, 10)
        spent = self.spend(self.ali, 10)
        sale = self.purchase(self.ali, 6)
        self.spend(self.ali, 6)
        self.take(6, sale)
        self.give(spent, 10)
        self.assertEqual(self.state(), (4, 0, [4, 0]))
        with self.assertRaises(ValueError):
            self.give(spent, 1)

    def test_what_comes_back_lifts_a_negative_balance(self):
        self.club.clawback = "negative"
        self.grant(self.ali, 10)
        spent = self.spend(self.ali, 10)
        sale = self.purchase(self.ali, 6)
        self.spend(self.ali, 6)
        self.take(6, sale)
        self.give(spent, 10)
        self.assertEqual(self.state(), (4, 0, [4, 0]))

    def tearDown(self):
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})
        super().tearDown()
