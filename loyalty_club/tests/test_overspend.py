import random
from datetime import date, timedelta

from odoo.tests import freeze_time

from ..ledger import Origin
from .common import ClubCase

START = date(2026, 1, 1)


@freeze_time("2026-03-10 09:00:00")
class TestOverspend(ClubCase):
    """A till without a network gave more than there was: it is owed, and undone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.card_id = cls.account(cls.ali)

    def overspend(self, units, **options):
        return self.ledger._overspend(self.card_id, units, **options)

    def state(self):
        balances = self.balances(self.ali)
        return balances["available"], balances["debt"]

    def assertAgrees(self):
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_what_there_is_is_spent_and_the_rest_is_owed(self):
        self.grant(self.ali, 30)
        self.overspend(100)
        self.assertEqual(self.state(), (0, 70))
        self.assertAgrees()

    def test_with_nothing_at_all_everything_is_owed(self):
        self.overspend(100)
        self.assertEqual(self.state(), (0, 100))
        self.assertAgrees()

    def test_who_is_below_zero_owes_it_besides(self):
        self.club.clawback = "negative"
        sale = self.purchase(self.ali, points=50)
        self.spend(self.ali, 50)
        self.ledger._take_back(self.card_id, 50, sale.id)
        self.overspend(20)
        self.assertEqual(self.state(), (-50, 20))
        self.assertAgrees()

    def test_what_is_held_for_another_basket_is_not_touched(self):
        self.grant(self.ali, 100)
        self.ledger._hold(self.card_id, 80, 600)
        self.overspend(50)
        self.assertEqual(self.state(), (0, 30))
        self.assertEqual(self.balances(self.ali)["held"], 80)
        self.assertAgrees()

    def test_what_waits_or_has_expired_is_not_spent(self):
        self.grant(self.ali, 10, available_on=date(2026, 3, 20))
        self.grant(self.ali, 10, expires_on=date(2026, 3, 10))
        with freeze_time("2026-03-11 09:00:00"):
            self.overspend(15)
            self.assertEqual(self.balances(self.ali)["debt"], 15)
            self.assertEqual(self.balances(self.ali)["pending"], 10)
            self.ledger._expire_due(self.club)
            self.assertAgrees()

    def test_next_points_pay(self):
        self.overspend(100)
        self.grant(self.ali, 130)
        self.assertEqual(self.state(), (30, 0))
        self.assertAgrees()

    def test_a_blocked_member_owes_as_well(self):
        self.ali.state = "blocked"
        self.overspend(10)
        self.assertEqual(self.balances(self.ali)["debt"], 10)

    def test_given_back_while_it_is_owed_it_is_owed_no_more(self):
        self.grant(self.ali, 30)
        spent = self.overspend(100)
        self.ledger._give_back(spent, 100)
        self.assertEqual(self.state(), (30, 0))
        self.assertAgrees()

    def test_given_back_after_it_was_paid_it_comes_back(self):
        self.grant(self.ali, 30)
        spent = self.overspend(100)
        self.grant(self.ali, 70)
        self.assertEqual(self.state(), (0, 0))
        self.ledger._give_back(spent, 100)
        self.assertEqual(self.state(), (100, 0))
        self.assertAgrees()

    def test_given_back_in_parts_and_not_once_more(self):
        self.grant(self.ali, 30)
        spent = self.overspend(100)
        self.grant(self.ali, 20)
        for part in (10, 25, 40, 25):
            self.ledger._give_back(spent, part)
            self.assertAgrees()
        self.assertEqual(self.state(), (50, 0))
        with self.assertRaises(ValueError):
            self.ledger._give_back(spent, 1)

    def test_not_more_than_was_spent(self):
        self.grant(self.ali, 30)
        spent = self.overspend(100)
        with self.assertRaises(ValueError):
            self.ledger._give_back(spent, 101)
        spent = self.spend(self.member_with(50), 50)
        with self.assertRaises(ValueError):
            self.ledger._give_back(spent, 51)

    def member_with(self, units):
        member = self.member("Other")
        self.grant(member, units)
        return member

    def test_a_part_held_and_a_part_owed_are_given_back_together(self):
        """A basket held 60 of what it took; 40 more were spent without asking."""
        self.grant(self.ali, 70)
        hold = self.ledger._hold(self.card_id, 60, 600)
        held = self.ledger._capture(hold)
        owed = self.overspend(40)
        self.assertEqual(self.state(), (0, 30))
        self.ledger._give_back(held + owed, 100)
        self.assertEqual(self.state(), (70, 0))
        self.assertAgrees()

    def test_a_debt_of_another_sale_is_not_forgiven(self):
        """What comes back pays a debt; it doesn't make it disappear."""
        self.overspend(50)
        other = self.purchase(self.ali)
        self.ledger._take_back(self.card_id, 20, other.id)
        self.assertEqual(self.state(), (0, 70))
        first = self.entries(self.ali)[:1]
        self.ledger._give_back(first.ids, 50)
        self.assertEqual(self.state(), (0, 20))
        self.grant(self.ali, 20)
        self.assertEqual(self.state(), (0, 0))
        self.assertAgrees()


class TestOverspendRandom(ClubCase):
    """Any order of earning, spending beyond the balance, and giving back.

    The simple books: what somebody has less what they owe is what came in less what
    went out, and nobody has something and owes at once.
    """

    def run_with(self, seed):
        rng = random.Random(seed)
        ali = self.member(f"Ali {seed}")
        card_id = self.account(ali)
        today, worth, spendings = START, 0, []
        for step in range(150):
            with freeze_time(f"{today} 09:00:00"):
                action = rng.choice("gggoosbbbn")
                if action == "g":
                    units = rng.randint(1, 60)
                    self.grant(ali, units)
                    worth += units
                elif action == "o":
                    units = rng.randint(1, 90)
                    origin = Origin(reference=f"basket {step}")
                    entries = self.ledger._overspend(card_id, units, origin=origin)
                    spendings.append([entries, units])
                    worth -= units
                elif action == "s" and self.available(ali) > 0:
                    units = rng.randint(1, self.available(ali))
                    spendings.append([self.spend(ali, units), units])
                    worth -= units
                elif action == "b" and spendings:
                    item = rng.choice(spendings)
                    units = rng.randint(1, item[1])
                    self.ledger._give_back(item[0], units)
                    item[1] -= units
                    worth += units
                    if not item[1]:
                        spendings.remove(item)
                elif action == "n":
                    today += timedelta(days=1)
                balances = self.balances(ali)
                have, owe = balances["available"], balances["debt"]
                self.assertEqual(have - owe, worth, (seed, step, action))
                self.assertGreaterEqual(have, 0)
                self.assertFalse(have and owe, (seed, step, action))
        with freeze_time(f"{today} 09:00:00"):
            for entries, left in spendings:
                self.ledger._give_back(entries, left)
                with self.assertRaises(ValueError):
                    self.ledger._give_back(entries, 1)
            self.assertEqual(self.ledger._check_club(self.club)["details"], {})

    def test_any_order(self):
        for seed in (3, 17, 2026):
            with self.subTest(seed):
                self.run_with(seed)
