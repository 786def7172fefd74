"""What a household should have in the end: worked out from the baskets alone.

Nothing of the addon is used here. The rules of the two clubs, in words:

- 25 points for joining.
- 1 point for each 0.70 paid, cut to whole points, times the tier; 5 more for a basket
  of 50.00 or above, which the tier doesn't multiply. What the tier doesn't multiply
  doesn't count for it either: status points are those of the money, times 1.
- Tiers by all status points so far: bronze from the start; silver from 500, times 1.25,
  100 points once; gold from 2,000, times 1.5, 300 points once. Who has fewer status
  points after a return is moved down at once.
- As soon as a household has 500 points, it spends 500, as often as it can.
- Returned articles take back their part of what the basket earned. What was spent
  already is owed and collected from the next points; or, in the second club, the
  balance goes below zero.

The file has no basket below zero, though 478 come to exactly 0.00. So that the way back
is walked on the same data, such a basket is taken for a return: its articles go back to
the household's last basket that still has some, as many as there are. Where there is
no such basket it is a purchase of nothing.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor

from tests.real.baskets import Basket

JOINING, SPENT_AT_ONCE = 25, 500
PRICE_OF_POINT, LARGE, LARGE_POINTS = Decimal("0.70"), 50, 5
#: name, from how many status points, multiplier, points on reaching it
TIERS = (
    ("bronze", 0, Fraction(1), 0),
    ("silver", 500, Fraction(5, 4), 100),
    ("gold", 2000, Fraction(3, 2), 300),
)


@dataclass
class Sold:
    """A basket on the books, and what of it has gone back."""

    basket: Basket
    points: int
    status: int
    returned: int = 0
    points_taken: int = 0
    status_taken: int = 0


@dataclass
class Book:
    """One household's account. ``below_zero``: returns may leave it negative."""

    below_zero: bool
    points: int = 0
    owed: int = 0
    status: int = 0
    tier: int = 0
    returns: int = 0
    #: times that a tier was lost, and that points were owed
    falls: int = 0
    debts: int = 0
    greeted: set = field(default_factory=set)
    sold: list = field(default_factory=list)

    @property
    def tier_name(self) -> str:
        return TIERS[self.tier][0]

    def join(self) -> None:
        self._give(JOINING)

    def buy(self, basket: Basket) -> None:
        multiplier = TIERS[self.tier][2]
        plain = Fraction(basket.paid) / Fraction(PRICE_OF_POINT)
        points, status = floor(plain * multiplier), floor(plain)
        if basket.paid >= LARGE:
            points += LARGE_POINTS
        self.sold.append(Sold(basket, points, status))
        self._give(points)
        self._count(status)

    def last_with_articles(self) -> Sold | None:
        for sold in reversed(self.sold):
            if sold.basket.paid > 0 and sold.returned < sold.basket.articles:
                return sold
        return None

    def give_back(self, sold: Sold, articles: int) -> None:
        sold.returned += articles
        part = Fraction(sold.returned, sold.basket.articles)
        points = floor(sold.points * part) - sold.points_taken
        status = floor(sold.status * part) - sold.status_taken
        sold.points_taken += points
        sold.status_taken += status
        self.returns += 1
        self._take(points)
        self._count(-status)

    def spend(self) -> None:
        self.points -= SPENT_AT_ONCE

    def _give(self, points: int) -> None:
        collected = min(points, self.owed)
        self.owed -= collected
        self.points += points - collected

    def _take(self, points: int) -> None:
        taken = points if self.below_zero else min(points, max(self.points, 0))
        self.points -= taken
        self.owed += points - taken
        self.debts += self.owed > 0 or self.points < 0

    def _count(self, status: int) -> None:
        self.status += status
        deserved = max(i for i, tier in enumerate(TIERS) if self.status >= tier[1])
        self.falls += deserved < self.tier
        if deserved > self.tier and deserved not in self.greeted:
            self.greeted.add(deserved)
            self._give(TIERS[deserved][3])
        self.tier = deserved


@dataclass(frozen=True)
class Call:
    """One call of the door; the number of the member is put in when it is known."""

    method: str
    key: str
    arguments: dict
    of_member: bool = True


def year_of(household: int, baskets: list[Basket], below_zero=False):
    """A household's calls in their order, and its book after the last of them.

    :return: (list of ``Call``, ``Book``)
    """
    book = Book(below_zero)
    calls = [_enroll(household)]
    book.join()
    for basket in baskets:
        sold = book.last_with_articles() if basket.paid == 0 else None
        if sold:
            articles = min(basket.articles, sold.basket.articles - sold.returned)
            calls.append(_return(basket, sold, articles))
            book.give_back(sold, articles)
        else:
            calls.append(_purchase(basket))
            book.buy(basket)
        count = 0
        while book.points >= SPENT_AT_ONCE:
            count += 1
            calls.append(_spend(basket, count))
            book.spend()
    return calls, book


def _enroll(household: int) -> Call:
    key = f"join-{household}"
    arguments = {
        "key": key,
        "name": f"Household {household}",
        "mobile": f"+98912{household:07d}",
    }
    return Call("enroll", key, arguments, of_member=False)


def _purchase(basket: Basket) -> Call:
    line = {
        "line": "all",
        "name": "Groceries",
        "category": "Grocery",
        "quantity": basket.articles,
        "total": str(basket.paid),
    }
    purchase = {
        "uuid": basket.id,
        "date": f"{basket.moment.isoformat()}Z",
        "channel": "store",
        "branch": basket.store,
        "lines": [line],
    }
    return Call("purchase_record", basket.id, {"purchase": purchase})


def _return(basket: Basket, sold: Sold, articles: int) -> Call:
    arguments = {
        "key": basket.id,
        "uuid": sold.basket.id,
        "lines": [{"line": "all", "quantity": articles}],
        "date": f"{basket.moment.isoformat()}Z",
    }
    return Call("purchase_return", basket.id, arguments, of_member=False)


def _spend(basket: Basket, count: int) -> Call:
    key = f"spend-{basket.id}-{count}"
    arguments = {"key": key, "account": "points", "amount": SPENT_AT_ONCE}
    return Call("spend", key, arguments)
