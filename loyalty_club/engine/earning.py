"""Earning: what a purchase is worth, and why.

Each rule sums its base over the lines it applies to, multiplies once, rounds once and
is capped once. Only then are its points shared out to the lines, so that splitting a
line never changes what is earned and a return knows what every line got.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from .amounts import to_text
from .sharing import share_out

if TYPE_CHECKING:
    from .offers import Applied

# A quantity enters the trace in thousandths: grams of a kilogram.
_QUANTITY_DIGITS = 3
_ROUNDING = {
    "down": math.floor,
    "nearest": lambda exact: math.floor(exact + Fraction(1, 2)),
    "up": math.ceil,
}

Cap = Literal["purchase", "day", "month"]
Mode = Literal["order", "money", "unit", "multiply"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paid purchase; amounts in minor units of its currency.

    A line with a positive quantity and a negative total is a discount. Lines of the
    same ``group`` are the parts of one combo, sold ``group_quantity`` times: each is
    counted by its own money, and in pieces all of them together are the combo.
    ``discounted`` lines were sold below their price.
    """

    key: str
    quantity: Decimal
    total: int
    untaxed: int
    total_before_discount: int
    untaxed_before_discount: int
    group: str | None = None
    group_quantity: Decimal = Decimal(0)
    discounted: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What earns, or (``mode`` "multiply") changes what the other rules give.

    ``rate`` is units of points per order, per 1 major unit of money or per 1.0 of
    quantity. ``lines`` are the keys of the lines that the rule applies to (None: all).
    Minimums look at those lines only, after discount. ``used_day`` and ``used_month``
    are what the member got from this rule before. Without ``status`` the points don't
    count for a tier, without ``multiplied`` a tier doesn't multiply them.

    With a ``step`` (minor units of money) only full steps of money count. A
    ``full_price`` rule leaves discounted lines out. A rule that multiplies gives
    nothing itself: what its lines count for in rules by money or by piece is taken
    ``rate`` times, and several such rules one after the other.
    """

    id: int
    name: str
    mode: Mode
    rate: Fraction
    lines: frozenset[str] | None = None
    minimum_quantity: Decimal = Decimal(0)
    minimum_amount: int = 0
    minimum_tax: Literal["incl", "excl"] = "incl"
    base_tax: Literal["incl", "excl"] = "incl"
    base_discount: Literal["after", "before"] = "after"
    rounding: Literal["down", "nearest", "up"] = "down"
    multiplied: bool = True
    status: bool = True
    cap_purchase: int | None = None
    cap_day: int | None = None
    cap_month: int | None = None
    used_day: int = 0
    used_month: int = 0
    step: int | None = None
    full_price: bool = False

    def __post_init__(self):
        if self.mode not in ("order", "money", "unit", "multiply"):
            raise ValueError(f"unknown mode: {self.mode!r}")
        if self.rate < 0:
            raise ValueError(f"a rate cannot be negative: {self.rate}")
        if self.step is not None and self.step <= 0:
            raise ValueError(f"a step is positive, not {self.step}")


@dataclass(frozen=True, slots=True)
class TraceLine:
    """How one rule came to its points: enough to compute them again.

    ``base`` is counted in steps of ``base_digits`` places: minor units of money,
    thousandths of quantity, or 1 order. ``uncapped`` is what it would have been without
    ``cap``. ``bought`` is what the lines had in them, where ``base`` differs: because
    of the rules in ``boosts`` (name, factor), or because only full steps of ``step``
    minor units count.
    """

    rule_id: int
    rule: str
    mode: str
    base: int
    base_digits: int
    rate: Fraction
    multiplier: Fraction
    points: int
    cap: Cap | None
    uncapped: int
    multiplier_name: str = ""
    bought: int | None = None
    step: int | None = None
    boosts: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Award:
    """What a purchase earns: in all, by rule (``trace``) and by line (by its key).

    Each of the three adds up to the same number of points, with what offers changed
    of it (``applied``, see :mod:`.offers`). ``accounts`` are units of other accounts,
    by line.
    """

    points: int
    status_points: int
    trace: tuple[TraceLine, ...]
    by_line: dict[str, int]
    status_by_line: dict[str, int]
    accounts: dict[str, dict[str, int]] = field(default_factory=dict)
    applied: tuple["Applied", ...] = ()

    @property
    def capped(self) -> bool:
        """Whether some rule reached a limit."""
        return any(line.cap for line in self.trace)


def compute_award(
    lines: Sequence[Line],
    rules: Sequence[Rule],
    *,
    currency_digits: int,
    multiplier: Fraction = Fraction(1),
    multiplier_name: str = "",
) -> Award:
    """What the rules grant for these lines.

    The member's ``multiplier`` (of a tier, say; ``multiplier_name`` tells the trace
    whose) applies before rounding, and never to the points that count for a tier.

    >>> tea = Line("tea", Decimal(2), 90_000, 90_000, 90_000, 90_000)
    >>> cup = Line("cup", Decimal(1), 60_000, 60_000, 60_000, 60_000)
    >>> per_money = Rule(1, "1 per 1000", "money", Fraction(1, 1000))
    >>> award = compute_award([tea, cup], [per_money], currency_digits=0,
    ...                       multiplier=Fraction(3, 2), multiplier_name="Gold")
    >>> award.points, award.status_points, award.by_line
    (225, 150, {'tea': 135, 'cup': 90})
    >>> trace_to_json(award.trace)  # doctest: +NORMALIZE_WHITESPACE
    [{'rule': '1 per 1000', 'rule_id': 1, 'mode': 'money', 'base': '150000',
      'rate': '1/1000', 'multiplier': '3/2', 'points': 225, 'cap': None,
      'uncapped': 225, 'multiplier_name': 'Gold'}]

    A rule below its minimum, or with nothing to count, leaves no trace.
    Raises ValueError when two lines have the same key or the multiplier is negative.
    """
    by_line = {line.key: 0 for line in lines}
    if len(by_line) != len(lines):
        raise ValueError("two lines have the same key")
    if multiplier < 0:
        raise ValueError(f"a multiplier cannot be negative: {multiplier}")
    status_by_line = dict(by_line)
    boosts = _boosts(rules, lines)
    trace = []
    for rule in rules:
        if rule.mode == "multiply":
            continue
        eligible = _eligible(rule, lines)
        counted = _count(rule, eligible, boosts, currency_digits)
        if counted.base <= 0 or not _reaches_minimum(rule, eligible):
            continue
        applied = multiplier if rule.multiplied else Fraction(1)
        entry, status = _grant(rule, counted, applied, multiplier_name)
        shares = share_out(entry.points, counted.weights)
        _add(by_line, shares)
        if status != entry.points or counted.status_weights is not counted.weights:
            shares = share_out(status, counted.status_weights)
        _add(status_by_line, shares)
        trace.append(entry)
    return Award(
        points=sum(by_line.values()),
        status_points=sum(status_by_line.values()),
        trace=tuple(trace),
        by_line=by_line,
        status_by_line=status_by_line,
    )


def _eligible(rule: Rule, lines: Sequence[Line]) -> list[Line]:
    return [
        line
        for line in lines
        if (rule.lines is None or line.key in rule.lines)
        and not (rule.full_price and line.discounted)
    ]


def _pieces(lines: Sequence[Line]) -> dict[str, Fraction]:
    """What each line counts in pieces: parts of a combo share those of the combo.

    A discount line is no piece of anything.
    """
    parts: dict[str, list[Line]] = {}
    for line in lines:
        if line.group is not None:
            parts.setdefault(line.group, []).append(line)
    pieces = {}
    for line in lines:
        if line.quantity > 0 and line.total < 0:
            pieces[line.key] = Fraction(0)
        elif line.group is None:
            pieces[line.key] = Fraction(line.quantity)
        else:
            together = parts[line.group]
            pieces[line.key] = Fraction(line.group_quantity) / len(together)
    return pieces


def _money(rule: Rule, line: Line) -> int:
    if rule.base_discount == "before":
        with_tax, without = line.total_before_discount, line.untaxed_before_discount
    else:
        with_tax, without = line.total, line.untaxed
    return with_tax if rule.base_tax == "incl" else without


def _weights(rule: Rule, eligible: Sequence[Line]) -> dict[str, Fraction]:
    """What each line contributes to the rule, for sharing out its points."""
    if rule.mode == "unit":
        return _pieces(eligible)
    if rule.mode == "money":
        return {line.key: Fraction(_money(rule, line)) for line in eligible}
    return {line.key: Fraction(line.total) for line in eligible}


def _boosts(rules: Sequence[Rule], lines: Sequence[Line]) -> list[tuple[Rule, set]]:
    """The rules that multiply and reach their minimums, and the keys of their lines."""
    found = []
    for rule in rules:
        if rule.mode == "multiply":
            eligible = _eligible(rule, lines)
            if eligible and _reaches_minimum(rule, eligible):
                found.append((rule, {line.key for line in eligible}))
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the rate multiplies, in steps of ``digits`` places, and how it came about.

    ``bought`` is the base without boosts and steps, ``status_base`` the base of what
    counts for a tier.
    """

    base: int
    status_base: int
    bought: int
    digits: int
    weights: dict[str, Fraction]
    status_weights: dict[str, Fraction]
    boosts: tuple[tuple[str, Fraction], ...]


def _count(
    rule: Rule,
    eligible: Sequence[Line],
    boosts: Sequence[tuple[Rule, set]],
    currency_digits: int,
) -> _Counted:
    plain = weights = status_weights = _weights(rule, eligible)
    used: list[tuple[str, Fraction]] = []
    for boost, keys in boosts if rule.mode != "order" else ():
        # A line without weight has nothing to multiply.
        keys = {key for key in keys if plain.get(key)}
        if not keys or boost.rate == 1:
            continue
        if not used:
            weights, status_weights = dict(plain), dict(plain)
        used.append((boost.name, boost.rate))
        for key in keys:
            weights[key] *= boost.rate
            if boost.status:
                status_weights[key] *= boost.rate
    whole = _sum(plain)
    base, digits = _base(rule, _sum(weights) if used else whole, currency_digits)
    status = _sum(status_weights) if used else whole
    return _Counted(
        base=base,
        status_base=_base(rule, status, currency_digits)[0],
        bought=_base(replace(rule, step=None), whole, currency_digits)[0],
        digits=digits,
        weights=weights,
        status_weights=status_weights,
        boosts=tuple(used),
    )


def _sum(weights: dict[str, Fraction]) -> Fraction:
    """All together; fractions apart: they find their lowest terms at each step."""
    whole, rest = 0, Fraction(0)
    for weight in weights.values():
        if weight.denominator == 1:
            whole += weight.numerator
        else:
            rest += weight
    return rest + whole


def _base(rule: Rule, weight: Fraction, currency_digits: int) -> tuple[int, int]:
    """What the rate multiplies, and its number of decimal places."""
    if rule.mode == "unit":
        # Summed first and cut to thousandths once, like everything that is rounded.
        return math.floor(weight * 10**_QUANTITY_DIGITS), _QUANTITY_DIGITS
    if rule.mode == "money":
        money = math.floor(weight)
        return money - money % (rule.step or 1), currency_digits
    return (1 if weight > 0 else 0), 0


def _reaches_minimum(rule: Rule, eligible: Sequence[Line]) -> bool:
    quantity = _sum(_pieces(eligible))
    amount = sum(
        line.total if rule.minimum_tax == "incl" else line.untaxed for line in eligible
    )
    return quantity >= Fraction(rule.minimum_quantity) and amount >= rule.minimum_amount


def _grant(
    rule: Rule, counted: _Counted, multiplier: Fraction, multiplier_name: str
) -> tuple[TraceLine, int]:
    """The trace of one rule's points, and its points for the tier."""
    to_whole = _ROUNDING[rule.rounding]
    unit = Fraction(1, 10**counted.digits) * rule.rate
    uncapped = to_whole(counted.base * unit * multiplier)
    points, cap = _capped(rule, uncapped)
    status = to_whole(counted.status_base * unit) if rule.status else 0
    status, _cap = _capped(rule, status)
    entry = TraceLine(
        rule_id=rule.id,
        rule=rule.name,
        mode=rule.mode,
        base=counted.base,
        base_digits=counted.digits,
        rate=rule.rate,
        multiplier=multiplier,
        points=points,
        cap=cap,
        uncapped=uncapped,
        multiplier_name=multiplier_name if multiplier != 1 else "",
        bought=counted.bought if counted.bought != counted.base else None,
        step=rule.step if rule.mode == "money" else None,
        boosts=counted.boosts,
    )
    return entry, status


def _capped(rule: Rule, points: int) -> tuple[int, Cap | None]:
    """The points within the tightest limit, and which limit that was, if any."""
    rooms: list[tuple[Cap, int]] = []
    if rule.cap_purchase is not None:
        rooms.append(("purchase", rule.cap_purchase))
    if rule.cap_day is not None:
        rooms.append(("day", rule.cap_day - rule.used_day))
    if rule.cap_month is not None:
        rooms.append(("month", rule.cap_month - rule.used_month))
    cap, room = min(rooms, key=lambda item: item[1], default=(None, points))
    # What was used before may exceed a limit that was lowered since.
    room = max(room, 0)
    return (points, None) if room >= points else (room, cap)


def _add(totals: dict[str, int], shares: dict[str, int]) -> None:
    for key, share in shares.items():
        totals[key] += share


def trace_to_json(trace: Sequence[TraceLine]) -> list[dict]:
    """The trace in JSON-safe values: decimals and fractions as text.

    Each item: ``rule``, ``rule_id``, ``mode``, ``base`` (decimal, in major units),
    ``rate`` and ``multiplier`` (whole or "p/q"), ``points``, ``cap`` (None, "purchase",
    "day" or "month"), ``uncapped`` and ``multiplier_name``. Where they apply, also
    ``bought`` (what ``base`` would be without steps and boosts), ``step`` (decimal) and
    ``boosts`` (list of [name, factor]).
    """
    return [_item(line) for line in trace]


def _item(line: TraceLine) -> dict:
    item = {
        "rule": line.rule,
        "rule_id": line.rule_id,
        "mode": line.mode,
        "base": to_text(line.base, line.base_digits),
        "rate": str(line.rate),
        "multiplier": str(line.multiplier),
        "points": line.points,
        "cap": line.cap,
        "uncapped": line.uncapped,
        "multiplier_name": line.multiplier_name,
    }
    if line.bought is not None:
        item["bought"] = to_text(line.bought, line.base_digits)
    if line.step is not None:
        item["step"] = to_text(line.step, line.base_digits)
    if line.boosts:
        item["boosts"] = [[name, str(factor)] for name, factor in line.boosts]
    return item
