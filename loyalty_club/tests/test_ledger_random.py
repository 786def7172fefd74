import random
from datetime import date, timedelta

from odoo.tests import freeze_time

from ..exceptions import ClubError
from .common import ClubCase

START = date(2026, 1, 1)
OPERATIONS = 400


class Book:
    """What an account should have: an independent and much simpler bookkeeping.

    A list of ``[units, first day, last day, sale]`` in the order of earning, and what
    is owed.
    """

    def __init__(self):
        self.parts = []
        self.debt = 0
        self.below = 0

    def usable(self, day):
        parts = [p for p in self.parts if p[0] and p[1] <= day <= (p[2] or date.max)]
        return sorted(parts, key=lambda part: part[2] or date.max)

    def available(self, day):
        return sum(part[0] for part in self.usable(day)) - self.below

    def pending(self, day):
        return sum(part[0] for part in self.parts if part[1] > day)

    def earn(self, units, first, last, sale, day):
        self.parts.append([units, first, last, sale])
        self.settle(day)

    def settle(self, day):
        """What is owed is paid by what can be used, newest first as it came in."""
        for part in reversed(self.parts):
            if part[1] <= day:
                for owed in ("below", "debt"):
                    paid = min(part[0], getattr(self, owed))
                    part[0] -= paid
                    setattr(self, owed, getattr(self, owed) - paid)

    def spend(self, units, day):
        for part in self.usable(day):
            used = min(part[0], units)
            part[0] -= used
            units -= used
        assert not units

    def expire(self, day):
        self.parts = [p for p in self.parts if p[1] > day or not p[2] or p[2] >= day]

    def take_back(self, units, sale, day, policy):
        own = [p for p in self.parts if p[3] == sale]
        order = (
            [p for p in own if p[1] > day]
            + [p for p in own if p[1] <= day]
            + [p for p in self.usable(day) if p[3] != sale]
        )
        for part in order:
            taken = min(part[0], units)
            part[0] -= taken
            units -= taken
        if policy == "debt":
            self.debt += units
        else:
            self.below += units


class TestLedgerRandom(ClubCase):
    """A few hundred operations in any order, against the simple books, day by day."""

    def run_with(self, seed, policy):
        self.rng = random.Random(seed)
        self.club.clawback = policy
        self.today = START
        self.people = list(self.members(4))
        self.books_of = {member: Book() for member in self.people}
        self.sales = []
        steps = [
            (self.do_earn, 6),
            (self.do_spend, 6),
            (self.do_return, 3),
            (self.do_next_day, 3),
            (self.do_overspend, 1),
        ]
        actions = [step for step, weight in steps for _time in range(weight)]
        for _number in range(OPERATIONS):
            with freeze_time(f"{self.today} 09:00:00"):
                member = self.rng.choice(self.people)
                self.rng.choice(actions)(member, self.books_of[member])
                self.compare(member)
        with freeze_time(f"{self.today} 09:00:00"):
            outcome = self.ledger._check_club(self.club)
        self.assertEqual(outcome["details"], {})
        kinds = set(self.env["loyalty.club.entry"].search([]).mapped("kind"))
        self.assertLessEqual({"earn", "spend", "return", "expire", "release"}, kinds)

    def do_earn(self, member, book):
        units = self.rng.randint(1, 50)
        first = self.today + timedelta(days=self.rng.choice([0, 0, 0, 3]))
        last = self.rng.choice([None, first + timedelta(days=self.rng.randint(0, 12))])
        sale = self.purchase(member)
        sale.points = units  # a purchase says what its entries gave
        self.grant(
            member,
            units,
            kind="earn",
            origin=sale._ledger_origin(),
            available_on=first,
            expires_on=last,
        )
        book.earn(units, first, last, sale, self.today)
        self.sales.append([sale, member, units])

    def do_spend(self, member, book):
        most = book.available(self.today)
        if most > 0:
            units = self.rng.randint(1, most)
            self.spend(member, units)
            book.spend(units, self.today)

    def do_overspend(self, member, book):
        most = max(book.available(self.today), 0)
        with self.assertRaises(ClubError):
            self.spend(member, most + 1)

    def do_return(self, _member, _book):
        open_sales = [sale for sale in self.sales if sale[2]]
        if open_sales:
            item = self.rng.choice(open_sales)
            sale, member, left = item
            units = self.rng.randint(1, left)
            item[2] -= units
            self.ledger._take_back(self.account(member), units, sale.id)
            self.books_of[member].take_back(units, sale, self.today, self.club.clawback)

    def do_next_day(self, _member, _book):
        """The night: waiting ends, then what is over is written off."""
        self.today += timedelta(days=1)
        with freeze_time(f"{self.today} 00:30:00"):
            self.ledger._release_due(self.club)
            self.ledger._expire_due(self.club)
        for book in self.books_of.values():
            book.settle(self.today)
            book.expire(self.today)
        for member in self.people:
            with freeze_time(f"{self.today} 09:00:00"):
                self.compare(member)

    def compare(self, member):
        book, balances = self.books_of[member], self.balances(member)
        self.assertEqual(
            (balances["available"], balances["pending"], balances["debt"]),
            (book.available(self.today), book.pending(self.today), book.debt),
        )

    def test_with_debts(self):
        self.run_with(7, "debt")

    def test_below_zero(self):
        self.run_with(11, "negative")
