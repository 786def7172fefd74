from datetime import date

from odoo.tests import freeze_time

from ..ledger import Grant
from .common import ClubCase


@freeze_time("2026-03-10 09:00:00")
class TestQueryCount(ClubCase):
    """As many statements for a hundred accounts as for one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cards = [cls.account(member) for member in cls.members(101)]

    def queries(self, step):
        """Statements that a step takes, with warm caches of the club itself."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.club.read(["tz", "currency_id", "company_id"])
        before = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def assertSameForMany(self, step):
        one = self.queries(lambda: step(self.cards[:1]))
        hundred = self.queries(lambda: step(self.cards[1:]))
        self.assertEqual(one, hundred)
        return one

    def grants(self, cards, **options):
        self.ledger._grant_bulk([Grant(card, 10, "bonus", **options) for card in cards])

    def test_granting(self):
        queries = self.assertSameForMany(self.grants)
        self.assertLess(queries, 15)

    def test_granting_by_inactivity(self):
        self.club.write({"expiry_mode": "inactivity", "expiry_count": 2})
        self.assertSameForMany(self.grants)

    def test_releasing(self):
        def step(cards):
            done, _last = self.ledger._release_due(self.club, limit=1000)
            self.assertEqual(done, len(cards))

        self.grants(self.cards[:1], available_on=date(2026, 3, 20))
        with freeze_time("2026-03-20"):
            one = self.queries(lambda: step(self.cards[:1]))
        self.grants(self.cards[1:], available_on=date(2026, 3, 20))
        with freeze_time("2026-03-20"):
            hundred = self.queries(lambda: step(self.cards[1:]))
        self.assertEqual(one, hundred)

    def test_expiring(self):
        def step(cards):
            done, _last = self.ledger._expire_due(self.club, limit=1000)
            self.assertEqual(done, len(cards))

        self.grants(self.cards[:1], expires_on=date(2026, 3, 11))
        with freeze_time("2026-03-12"):
            one = self.queries(lambda: step(self.cards[:1]))
        self.grants(self.cards[1:], expires_on=date(2026, 3, 11))
        with freeze_time("2026-03-12"):
            hundred = self.queries(lambda: step(self.cards[1:]))
        self.assertEqual(one, hundred)

    def test_releasing_many_purchases(self):
        """A posting for each costs no statement of its own."""
        member = self.env["loyalty.card"].browse(self.cards[0]).member_id
        sales = [self.purchase(member) for _time in range(21)]

        def step(some):
            for sale in some:
                self.ledger._grant(
                    self.cards[0],
                    5,
                    "earn",
                    available_on=date(2026, 3, 20),
                    origin=sale._ledger_origin(),
                )
            with freeze_time("2026-03-20"):
                return self.queries(lambda: self.ledger._release_due(self.club))

        self.assertEqual(step(sales[:1]), step(sales[1:]))

    def test_expiring_many_days(self):
        def step(count):
            for day in range(11, 11 + count):
                self.grants(self.cards[:1], expires_on=date(2026, 3, day))
            with freeze_time("2026-04-12"):
                return self.queries(lambda: self.ledger._expire_due(self.club))

        self.assertEqual(step(1), step(20))

    def test_proving(self):
        self.grants(self.cards[:1])
        self.ledger._check_club(self.club)
        one = self.queries(lambda: self.ledger._check_club(self.club))
        self.grants(self.cards)
        self.assertEqual(one, self.queries(lambda: self.ledger._check_club(self.club)))

    def test_one_more_costs_the_same_after_a_hundred_entries(self):
        card = self.cards[0]
        first = self.queries(lambda: self.ledger._grant(card, 1, "bonus"))
        for _time in range(100):
            self.ledger._grant(card, 1, "bonus")
        self.assertEqual(
            first, self.queries(lambda: self.ledger._grant(card, 1, "bonus"))
        )

    def test_the_control(self):
        """A loop over the members is seen as what it is."""
        one = self.queries(lambda: self.grants(self.cards[:1]))
        loop = self.queries(lambda: [self.grants([card]) for card in self.cards[1:11]])
        self.assertGreater(loop, 5 * one)
