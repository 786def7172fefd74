"""Spending: what a reward costs, what may be paid with it, and what comes back.

Amounts of accounts are units (the smallest step of points or money), money and what a
document *says* are ``Decimal`` or ``Fraction`` in whole points and money. Part of a
unit always costs a whole one, and never gives one back: nothing is given away by
rounding.

What a till has to know before it asks stands in JavaScript as well, and both run the
cases of ``cases/spending.json``.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction
from typing import Literal

from .amounts import SCALE, scaled, to_units

Account = str
Kind = Literal["points", "money"]
Reason = Literal["none", "balance", "offline", "basket", "share", "reward", "least"]

# ------------------------------------------------------------------ what it costs


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reward asks for.

    ``kind`` is "goods" (pieces for a price each ``each`` pieces), "money" (any amount:
    a whole point or unit of money pays ``each``) or "price" (one price for all of it).
    ``price`` is in whole points or money of the account, which has ``digits`` places.
    One that ``clears`` its account takes all there is, so nothing is too much.

    Raises ValueError where ``each`` isn't positive.
    """

    kind: Literal["goods", "money", "price"]
    digits: int
    price: Decimal = Decimal(0)
    each: Decimal = Decimal(1)
    clears: bool = False

    def __post_init__(self):
        if self.each <= 0:
            raise ValueError(f"nothing is paid by {self.each}")


def cost_said(parts: Iterable[int | float | Decimal], digits: int) -> int:
    """Units that a document says a reward costs: the sum of what its lines say.

    >>> cost_said([0.1, 0.2], 0), cost_said([0.1, 0.2], 2), cost_said([12.00001], 0)
    (1, 30, 12)

    A line that says less than nothing says nothing:

    >>> cost_said([5, -3], 0)
    5
    """
    said = sum(max(scaled(part), 0) for part in parts)
    return -(-said // 10 ** (SCALE - digits))


def cost_of_money(money: Decimal, each: Decimal, digits: int) -> int:
    """Units that pay ``money``, where a whole point or unit of money pays ``each``.

    >>> cost_of_money(Decimal("12.34"), Decimal("0.1"), 0)
    124
    """
    return to_units(max(money, Decimal(0)) / each, digits, rounding=ROUND_UP)


def cost_bounds(
    terms: Terms, taken: Decimal = Decimal(0), slack: Decimal = Decimal(0)
) -> tuple[int, int | None]:
    """Units that a reward costs: at least and at most (None: no bound).

    :param taken: of goods the pieces, of money what was taken off; of a price nothing
    :param slack: what rounding may have made of ``taken``, of money

    >>> cost_bounds(Terms("goods", 0, Decimal(50), each=Decimal(2)), Decimal(3))
    (100, 100)
    >>> cost_bounds(Terms("money", 0, each=Decimal("0.1")), Decimal(12), Decimal("0.1"))
    (119, 121)
    >>> cost_bounds(Terms("price", 2, Decimal("7.5")))
    (750, 750)
    >>> cost_bounds(Terms("price", 0, Decimal(7), clears=True))
    (7, None)
    """
    if terms.kind == "money":
        least, most = (
            cost_of_money(amount, terms.each, terms.digits)
            for amount in (taken - slack, taken + slack)
        )
    elif terms.kind == "goods":
        times = (taken / terms.each).to_integral_value(rounding=ROUND_UP)
        least = most = to_units(times * terms.price, terms.digits)
    else:
        least = most = to_units(terms.price, terms.digits, rounding=ROUND_UP)
    return least, None if terms.clears else most


def cost_within(
    said: int, least: int, most: int | None
) -> tuple[int, Literal["less", "more"] | None]:
    """Units that a reward really costs, and how that differs from what was said.

    >>> cost_within(90, 100, 110), cost_within(105, 100, 110), cost_within(500, 1, None)
    ((100, 'less'), (105, None), (500, None))
    """
    if said < least:
        return least, "less"
    if most is not None and said > most:
        return most, "more"
    return said, None


# ------------------------------------------------------------------ how much may be


@dataclass(frozen=True, slots=True)
class Policy:
    """What a club lets members spend at once.

    ``share`` of a basket, in percent, may be paid with points and promotional credit
    together; a wallet is the member's own money and pays all. Points are spent in
    steps of ``step``, ``least`` at least.
    """

    share: int = 100
    least: int = 0
    step: int = 1

    def allows(self, points: Decimal) -> bool:
        """Whether points may be spent as an amount.

        >>> policy = Policy(least=100, step=50)
        >>> [policy.allows(Decimal(points)) for points in (50, 100, 120, 150)]
        [False, True, False, True]
        """
        if points < self.least:
            return False
        return self.step <= 1 or not round(points) % self.step

    def most_of(self, basket: Decimal) -> Decimal:
        """Money of a basket that points and credit may pay together.

        >>> Policy(share=30).most_of(Decimal(50))
        Decimal('15')
        """
        return basket * self.share / 100


def common_step(of_reward: Decimal | int, of_club: int) -> int:
    """The smallest step that both a reward and the club allow, in units.

    >>> common_step(200, 50), common_step(6, 4), common_step(0, 0)
    (200, 12, 1)
    """
    first = int(Decimal(of_reward).to_integral_value(rounding=ROUND_HALF_UP))
    return math.lcm(max(first, 1), max(of_club, 1))


def can_pay(account: Account, *, loads: bool = False, earns: bool = True) -> bool:
    """Whether an account may pay for a line.

    A wallet buys no wallet. What came as a gift can't be turned into a balance that is
    paid out, or into a tip: into nothing that doesn't earn.

    :param loads: the line loads a wallet
    :param earns: its goods may earn at all

    >>> can_pay("wallet", earns=False), can_pay("wallet", loads=True, earns=False)
    (True, False)
    >>> can_pay("credit"), can_pay("points", earns=False)
    (True, False)
    """
    return not loads if account == "wallet" else earns


@dataclass(frozen=True, slots=True)
class Bound:
    """At most so much, in whole points or money of the account, and why."""

    reason: Reason
    amount: Fraction


def basket_bounds(
    account: Account,
    *,
    left: Fraction,
    basket: Fraction,
    others: Fraction = Fraction(0),
    policy: Policy,
    most: Fraction | None = None,
    goods: Fraction | None = None,
) -> list[Bound]:
    """What of a basket an account may pay, in money.

    :param left: what nothing else pays of it, without what the account can't pay
    :param basket: all of it but what no account pays, before any was used
    :param others: what other points and credit pay less than nothing: negative money
    :param most: what the reward gives at most
    :param goods: the worth of the goods that the reward is about

    >>> half = Policy(share=50)
    >>> bounds = basket_bounds("points", left=Fraction(40), basket=Fraction(50),
    ...                        others=Fraction(-10), policy=half)
    >>> [(bound.reason, int(bound.amount)) for bound in bounds]
    [('basket', 40), ('share', 15)]
    >>> bounds = basket_bounds("wallet", left=Fraction(40), basket=Fraction(50),
    ...                        policy=half)
    >>> [(bound.reason, int(bound.amount)) for bound in bounds]
    [('basket', 40)]
    """
    bounds = [Bound("basket", left)]
    if account != "wallet":
        bounds.append(Bound("share", basket * policy.share / 100 + others))
    bounds += [Bound("reward", bound) for bound in (most, goods) if bound is not None]
    return bounds


def most_of(
    bounds: Sequence[Bound], *, digits: int, step: int = 1, least: int = 0
) -> tuple[int, Reason]:
    """Units that can be spent at most, and what bounds them.

    The tightest bound wins, the first of equals. 0 with the reason "least" where less
    than the fewest is left.

    >>> bounds = [Bound("balance", Fraction(300)), Bound("basket", Fraction("255.9"))]
    >>> most_of(bounds, digits=0, step=10)
    (250, 'basket')
    >>> most_of(bounds, digits=0, step=10, least=251)
    (0, 'least')
    """
    tightest = min(bounds, key=lambda bound: bound.amount)
    units = max(math.floor(tightest.amount * 10**digits), 0)
    units -= units % step
    if units and units < least:
        return 0, "least"
    return units, tightest.reason


def chosen_of(wish: int, most: int, *, step: int = 1, least: int = 0) -> int:
    """Units that are used of those a member wishes: as far as it goes, in whole steps.

    >>> chosen_of(128, 100, step=25), chosen_of(128, 130, step=25)
    (100, 125)
    >>> chosen_of(9, 9, least=10)
    0
    """
    units = max(min(wish, most), 0)
    units -= units % step
    return 0 if units < least else units


def most_taken_off(
    mode: str, rate: Decimal, sold: Decimal, most: Decimal | None = None
) -> Decimal:
    """Money that a discount takes off at most, of goods that were sold for ``sold``.

    ``mode`` is "percent", "per_order" or another, which has no price of its own; a
    ``most`` of None or 0 is none.

    >>> most_taken_off("percent", Decimal(10), Decimal(250), Decimal(20))
    Decimal('20')
    >>> most_taken_off("per_point", Decimal("0.1"), Decimal(250))
    Decimal('250')
    """
    off = sold
    if mode == "percent":
        off = sold * rate / 100
    elif mode == "per_order":
        off = rate
    return min(off, most) if most else off


def affordable(available: int, price: int) -> int:
    """How many times a reward of one price can be claimed.

    >>> affordable(120, 50), affordable(49, 50), affordable(-5, 50)
    (2, 0, 0)

    Raises ValueError for a price that isn't positive: it could be had for ever.
    """
    if price <= 0:
        raise ValueError(f"not a price: {price}")
    return max(available, 0) // price


@dataclass(frozen=True, slots=True)
class Claim:
    """What a basket claims of an account, in units.

    ``adjustable`` ones pay any amount, the others are claimed ``times`` times whole.
    """

    key: str
    cost: int
    times: int = 1
    adjustable: bool = False


def reduced(claims: Sequence[Claim], most: int) -> dict[str, int]:
    """What is kept of claims on one account that has no more than ``most``.

    A whole reward is kept before an amount, which can be made smaller.

    >>> reduced([Claim("money", 120, adjustable=True), Claim("tea", 100, 2)], 180)
    {'tea': 100, 'money': 80}
    >>> reduced([Claim("money", 120, adjustable=True), Claim("tea", 100, 2)], 70)
    {'tea': 50, 'money': 20}
    """
    kept = {}
    for claim in sorted(claims, key=lambda claim: claim.adjustable):
        if claim.adjustable:
            kept[claim.key] = min(most, claim.cost)
        else:
            each = claim.cost // claim.times
            kept[claim.key] = min(claim.times, most // each if each else 0) * each
        most -= kept[claim.key]
    return kept


# ------------------------------------------------------------------ who has to agree


def kind_of(account: Account) -> Kind:
    """What the limits of an account are counted in: all money counts together.

    >>> kind_of("points"), kind_of("wallet"), kind_of("credit")
    ('points', 'money', 'money')
    """
    return "points" if account == "points" else "money"


def limits_left(
    limits: Mapping[Kind, int], spent: Iterable[tuple[Account, int]]
) -> dict[Kind, int]:
    """Units that a card alone may still spend; a limit of 0 is none, and isn't in it.

    :param spent: what was spent lately without anybody agreeing, by account

    >>> limits_left({"points": 100, "money": 0}, [("points", 30), ("wallet", 9)])
    {'points': 70}
    """
    left = {kind: most for kind, most in limits.items() if most}
    for account, units in spent:
        if (kind := kind_of(account)) in left:
            left[kind] -= units
    return {kind: max(units, 0) for kind, units in left.items()}


def needs_agreement(
    left: Mapping[Kind, int], wanted: Iterable[tuple[Account, int]]
) -> bool:
    """Whether these claims, by account, are above what a card alone may spend.

    >>> needs_agreement({"money": 100}, [("wallet", 60), ("credit", 41)])
    True
    >>> needs_agreement({"money": 100}, [("wallet", 100), ("points", 10**6)])
    False
    """
    totals = dict.fromkeys(left, 0)
    for account, units in wanted:
        if (kind := kind_of(account)) in totals:
            totals[kind] += units
    return any(units > left[kind] for kind, units in totals.items())


def was_agreed(
    held: Mapping[Hashable, tuple[int, bool]], wanted: Mapping[Hashable, int]
) -> bool:
    """Whether the member agreed to as much before.

    :param held: what is held of each account, and whether the member agreed to it
    :param wanted: units of each account

    >>> held = {"a": (50, True)}
    >>> was_agreed(held, {"a": 50}), was_agreed(held, {"a": 51}), was_agreed({}, {})
    (True, False, False)
    """
    return bool(held and wanted) and all(
        key in held and held[key][1] and units <= held[key][0]
        for key, units in wanted.items()
    )


def without_agreement(
    available: int, limit: int | None, *, used: int = 0, step: int = 1
) -> int:
    """Units of an account that can be spent without anybody agreeing.

    :param limit: what a card alone may still spend (None: as much as there is)
    :param used: what the basket claims of the same limit already
    :param step: only whole steps are spent

    >>> without_agreement(500, 120), without_agreement(500, None)
    (120, 500)
    >>> without_agreement(500, 120, used=15, step=10)
    100
    """
    units = available if limit is None else min(available, limit)
    return chosen_of(units - used, units, step=step)


# ------------------------------------------------------------------ without a network


@dataclass(frozen=True, slots=True)
class Offline:
    """An account of a member that a till may spend from without a network, in units.

    ``elsewhere`` is what other tills may still spend; a ``cap`` of 0 is none.
    """

    key: Hashable
    account: Account
    available: int
    elsewhere: int = 0
    cap: int = 0


def granted_offline(
    accounts: Sequence[Offline], share: int, left: Mapping[Kind, int]
) -> dict[Hashable, int]:
    """Units of each account that one till may spend without a network.

    All tills together stay within ``share`` (percent) of the balance. Nobody can agree
    without a network: no more is granted than a card alone may spend (``left``), which
    what other tills were granted counts against.

    >>> wallet = Offline("w", "wallet", 1000, elsewhere=100)
    >>> credit = Offline("c", "credit", 1000, cap=150)
    >>> granted_offline([wallet, credit], 20, {})
    {'w': 100, 'c': 150}
    >>> granted_offline([wallet, credit], 20, {"money": 230})
    {'w': 100, 'c': 30}
    """
    unproven = dict(left)
    for item in accounts:
        if (kind := kind_of(item.account)) in unproven:
            unproven[kind] -= item.elsewhere
    granted = {}
    for item in accounts:
        units = item.available * share // 100 - item.elsewhere
        units = max(min(units, item.cap) if item.cap else units, 0)
        if (kind := kind_of(item.account)) in unproven:
            units = max(min(units, unproven[kind]), 0)
            unproven[kind] -= units
        granted[item.key] = units
    return granted


def usable_offline(granted: int, available: int, waiting: int = 0) -> int:
    """Units that a till without a network may use now of what it was granted.

    ``available`` is the balance that it knew last, ``waiting`` what its orders that the
    server hasn't heard of have used.

    >>> usable_offline(100, 80, 30), usable_offline(100, 200, 130)
    (50, 0)
    """
    return max(min(granted, available) - waiting, 0)


def risked(units: int, agreed: int, granted: int) -> tuple[int, int]:
    """What is spent of units that a till gave without a hold: (agreed to, granted).

    What the member had agreed to for this basket counts first, then what the club let
    the till risk. The rest the shop has lost.

    >>> risked(100, 30, 50), risked(100, 130, 50)
    ((30, 50), (100, 0))
    """
    agreed = min(agreed, units)
    return agreed, min(granted, units - agreed)


def overspent(units: int, available: int, most_owed: int | None) -> tuple[int, int]:
    """What is used, and what is owed, of units that were given already.

    At most ``most_owed`` becomes a debt (None: all that isn't there).

    >>> overspent(100, 60, None), overspent(100, 60, 10), overspent(100, -5, 10)
    ((60, 40), (60, 10), (0, 10))
    """
    used = max(min(units, available), 0)
    missing = units - used
    return used, missing if most_owed is None else min(missing, most_owed)


# ------------------------------------------------------------------ what comes back


def share(
    cost: int, total: int, returned_before: int, returned_now: int, given_before: int
) -> int:
    """What a return gives back of the points or wallet that the purchase had cost.

    ``cost`` is in units of that account; ``total``, ``returned_before`` and
    ``returned_now`` are values of lines in minor units, before the cost was deducted.
    It is pro rata by value, and all the rest once everything is returned.

    >>> share(100, 9000, 0, 3000, 0), share(100, 9000, 3000, 6000, 33)
    (33, 67)

    A purchase without value has no proportion: its cost goes back whole, at once.

    >>> share(100, 0, 0, 0, 0)
    100
    """
    after = returned_before + returned_now
    part = Fraction(1) if after >= total else Fraction(after, total)
    return given_back(cost, part, given_before)


def given_back(cost: int, part: Fraction, given_before: int) -> int:
    """Units that a return gives back, where ``part`` of what was paid is back by now.

    Counted as a total so far: several returns of one sale give exactly what one does.

    >>> given_back(100, Fraction(1, 3), 0), given_back(100, Fraction(1), 33)
    (33, 67)
    """
    return max(math.floor(cost * part) - given_before, 0)


@dataclass(frozen=True, slots=True)
class Paid:
    """A reward that was used: its cost, what it took off, and what is back of that.

    ``is_back`` says whether anything of it came back, for one that took nothing off.
    """

    cost: Fraction
    worth: Fraction
    back: Fraction
    is_back: bool = False


def part_back(rewards: Iterable[Paid]) -> Fraction | None:
    """The part of what rewards of one account had cost that is back by now, 0 to 1.

    By cost: of two rewards the dearer counts more. None where none had a cost.

    >>> part_back([Paid(Fraction(30), Fraction(3), Fraction(1)),
    ...            Paid(Fraction(10), Fraction(0), Fraction(0), is_back=True)])
    Fraction(1, 2)
    """
    due = total = Fraction(0)
    for reward in rewards:
        if reward.worth > 0:
            part = min(max(reward.back / reward.worth, Fraction(0)), Fraction(1))
        else:
            part = Fraction(reward.is_back)  # it took nothing off: whole, or not
        due += reward.cost * part
        total += reward.cost
    return due / total if total else None


def part_due(goods: Iterable[tuple[Fraction, Fraction, Fraction]]) -> Fraction:
    """The part of a reward that goes back with some of the goods that it paid: 0 to 1.

    :param goods: of each the value of all pieces, their number, and how many are back

    >>> part_due([(Fraction(30), Fraction(3), Fraction(1)),
    ...           (Fraction(10), Fraction(1), Fraction(0))])
    Fraction(1, 4)
    >>> part_due([])
    Fraction(0, 1)
    """
    total = back = Fraction(0)
    for value, quantity, returned in goods:
        total += abs(value)
        back += abs(value) * returned / quantity
    return min(back / total, Fraction(1)) if total else Fraction(0)


def amount_back(worth: int, part: Fraction, before: int) -> int:
    """Minor units that go back of a line that had paid ``worth``: a total so far.

    >>> amount_back(1000, Fraction(1, 3), 0), amount_back(1000, Fraction(1), 333)
    (333, 667)
    """
    so_far = worth if part >= 1 else math.floor(worth * part + Fraction(1, 2))
    return max(so_far - before, 0)
