"""Offers: what comes on top of the rules, or bounds what they give.

An addon that runs campaigns says what an offer does to one basket, as *adjustments*:
multiply, add or cap, in any account, on some lines or all. They are applied after the
rules, in one order that they state themselves, so that it doesn't matter who was asked
first. Each is traced and shared out to the lines: a return then takes exactly what its
lines got, by whatever it came.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from .amounts import to_text
from .earning import Award, Line
from .sharing import share_out

Kind = Literal["multiply", "add", "cap"]
# Where an adjustment says nothing else: what the rules gave is multiplied, then comes
# what is given besides, and in the end what all of it may be at most.
_STAGES = {"multiply": 10, "add": 20, "cap": 30}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What an offer changes of one basket's award.

    ``key`` names it among all of a basket ("campaign:7"), ``name`` tells people.
    "multiply" takes what ``account`` got on its lines so far ``factor`` times, rounded
    down once; "add" gives ``units``, shared by what was paid for the lines; "cap" lets
    the lines have ``units`` of the account at most. ``lines`` are keys (None: all of
    the basket). ``stage`` is its place in the order (None: 10 for multiply, 20 for add
    and 30 for cap); within a stage the key decides. With ``status`` points that are
    multiplied or added count for a tier. ``source`` is what it came from, for the
    addon to find again ("loyalty.club.campaign,7").

    Raises ValueError for an unknown kind, and for a factor or units below zero.
    """

    key: str
    name: str
    kind: Kind
    account: str = "points"
    factor: Fraction = Fraction(1)
    units: int = 0
    lines: frozenset[str] | None = None
    stage: int | None = None
    status: bool = False
    source: str = ""

    def __post_init__(self):
        if self.kind not in _STAGES:
            raise ValueError(f"unknown kind: {self.kind!r}")
        if self.factor < 0 or self.units < 0:
            raise ValueError(f"{self.key}: nothing is below zero")

    @property
    def place(self) -> tuple[int, str]:
        """Where it comes in the order of all of them."""
        return (_STAGES[self.kind] if self.stage is None else self.stage, self.key)


@dataclass(frozen=True, slots=True)
class Applied:
    """An adjustment, and what its lines had of its account before and after it."""

    adjustment: Adjustment
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


def adjust(
    award: Award, lines: Sequence[Line], adjustments: Sequence[Adjustment]
) -> Award:
    """The award with all adjustments applied, in their order.

    ``award.accounts`` says what other accounts than points get, by line; what changed
    nothing leaves no trace.

    >>> from decimal import Decimal
    >>> from .earning import Rule, compute_award
    >>> tea = Line("tea", Decimal(1), 90, 90, 90, 90)
    >>> cup = Line("cup", Decimal(1), 60, 60, 60, 60)
    >>> rule = Rule(1, "1 for each", "money", Fraction(1))
    >>> award = compute_award([tea, cup], [rule], currency_digits=0)
    >>> award = adjust(award, [tea, cup], [
    ...     Adjustment("gift", "Welcome back", "add", account="credit", units=500),
    ...     Adjustment("double", "Double tea", "multiply", factor=Fraction(2),
    ...                lines=frozenset({"tea"})),
    ...     Adjustment("most", "At most 220", "cap", units=220),
    ... ])
    >>> award.points, award.by_line, award.accounts
    (220, {'tea': 165, 'cup': 55}, {'credit': {'tea': 300, 'cup': 200}})
    >>> [(item.adjustment.key, item.change) for item in award.applied]
    [('double', 90), ('gift', 500), ('most', -20)]
    >>> award.status_points
    150

    Raises ValueError when two adjustments have the same key.
    """
    if len({item.key for item in adjustments}) != len(adjustments):
        raise ValueError("two adjustments have the same key")
    given = {"points": dict(award.by_line)}
    status = dict(award.status_by_line)
    applied = []
    for item in sorted(adjustments, key=lambda item: item.place):
        of_account = given.setdefault(item.account, dict.fromkeys(award.by_line, 0))
        meant = [line for line in lines if item.lines is None or line.key in item.lines]
        before = sum(of_account[line.key] for line in meant)
        after = _apply(item, of_account, meant)
        if after != before:
            applied.append(Applied(item, before, after))
        if item.status and item.account == "points" and item.kind != "cap":
            _apply(item, status, meant)
    points = given.pop("points")
    return replace(
        award,
        points=sum(points.values()),
        status_points=sum(status.values()),
        by_line=points,
        status_by_line=status,
        accounts={name: units for name, units in given.items() if any(units.values())},
        applied=tuple(applied),
    )


def _apply(item: Adjustment, given: dict[str, int], lines: Sequence[Line]) -> int:
    """Change what lines were given; what they have in all then."""
    have = {line.key: given[line.key] for line in lines}
    before = sum(have.values())
    after = before
    if item.kind == "multiply":
        after = math.floor(before * item.factor)
    elif item.kind == "add" and lines:
        after = before + item.units
    elif item.kind == "cap":
        after = min(before, item.units)
    weights: Mapping[str, int | Fraction] = have
    if item.kind == "add":
        # Only what can be returned: a discount line never comes back.
        goods = [line for line in lines if line.quantity > 0] or lines
        weights = {line.key: max(line.total, 0) for line in goods}
        if not any(weights.values()):  # all of it was free
            weights = dict.fromkeys(weights, 1)
    for key, units in share_out(abs(after - before), dict(weights)).items():
        given[key] += units if after > before else -units
    return after


def applied_to_json(
    applied: Sequence[Applied], digits: Mapping[str, int]
) -> list[dict]:
    """The trace of adjustments in JSON-safe values, as items of a purchase's trace.

    They have what items of rules have, so that the points of all items add up to the
    award: ``rule`` is the name, ``base`` what the lines had of the account before (in
    whole points or money, of ``digits`` places by account), ``rate`` the factor of one
    that multiplies, and ``points`` what it changed, 0 in another account. Besides:
    ``adjustment`` (its key), ``account``, ``change`` (decimal, of that account),
    ``units`` (decimal, of one that adds or caps), ``source``, and ``lines`` where it
    isn't about all.

    >>> double = Adjustment("double", "Double", "multiply", factor=Fraction(2))
    >>> [item] = applied_to_json([Applied(double, 10, 20)], {"points": 0})
    >>> item["rule"], item["mode"], item["points"], item["change"]
    ('Double', 'multiply', 10, '10')
    """
    return [_item(item, digits[item.adjustment.account]) for item in applied]


def _item(applied: Applied, digits: int) -> dict:
    item = applied.adjustment
    points = applied.change if item.account == "points" else 0
    told: dict[str, object] = {
        "rule": item.name,
        "rule_id": None,
        "mode": item.kind,
        "base": to_text(applied.before, digits),
        "rate": str(item.factor),
        "multiplier": "1",
        "points": points,
        "cap": None,
        "uncapped": points,
        "multiplier_name": "",
        "adjustment": item.key,
        "account": item.account,
        "change": to_text(applied.change, digits),
        "source": item.source,
    }
    if item.kind != "multiply":
        told["units"] = to_text(item.units, digits)
    if item.lines is not None:
        told["lines"] = sorted(item.lines)
    return told
