"""Scores from 1 to 5 by cut points, and the segments that their codes belong to.

A score is one more than the number of cut points below the value, so that equal values
always share one score. (``NTILE``, which makes five classes of equal size, gives equal
customers different scores, and others on another day.)
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise, product
from typing import Literal

SCORES = (1, 2, 3, 4, 5)
QUANTILES = tuple(Fraction(part, 5) for part in (1, 2, 3, 4))
DIMENSIONS = ("rfm", "rf")

# People separate by commas of either script, semicolons or spaces.
_SEPARATORS = re.compile(r"[\s,;،؛]+")


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """A code that no segment has, that several (or one twice) have, or that is none."""

    kind: Literal["missing", "double", "unknown"]
    code: str
    segments: tuple[str, ...]


# ----------------------------------------------------------------- cut points


def percentile_disc(ordered: Sequence, part: Fraction):
    """The first of the ascending values that at least ``part`` of all don't exceed.

    It is a value that occurs, never one in between (``PERCENTILE_DISC`` of SQL:2003).

    >>> percentile_disc([10, 20, 30, 40], Fraction(1, 2))
    20
    >>> percentile_disc([10, 20, 30, 40], Fraction(51, 100))
    30

    Raises ValueError without any value.
    """
    if not ordered:
        raise ValueError("no value to take a percentile of")
    # Whole numbers: a float may put a place that is a whole number just above it.
    place = -(-len(ordered) * part.numerator // part.denominator)
    return ordered[max(place, 1) - 1]


def cut_points(values: Iterable) -> tuple:
    """The four cut points of values in any order: one fifth, two, three and four.

    >>> cut_points([7, 1, 1, 1, 1, 1, 2, 3, 1, 9])
    (1, 1, 1, 3)

    Raises ValueError without any value.
    """
    ordered = sorted(values)
    return tuple(percentile_disc(ordered, part) for part in QUANTILES)


def parse_thresholds(text: str) -> tuple[Decimal, ...]:
    """The four thresholds that a person typed; none for an empty text.

    >>> parse_thresholds("30, 90,180 270") == parse_thresholds("۳۰، ۹۰، ۱۸۰، ۲۷۰")
    True
    >>> parse_thresholds(" ")
    ()

    Raises ValueError when they aren't four numbers, ascending.
    """
    words = [word for word in _SEPARATORS.split(text.replace("٫", ".")) if word]
    if not words:
        return ()
    try:
        thresholds = tuple(Decimal(word) for word in words)
    except InvalidOperation:
        raise ValueError("thresholds must be numbers") from None
    if len(thresholds) != 4 or not all(number.is_finite() for number in thresholds):
        raise ValueError("four thresholds are needed")
    if any(low >= high for low, high in pairwise(thresholds)):
        raise ValueError("thresholds must ascend")
    return thresholds


def recency_cuts(day: date, thresholds: Sequence[Decimal]) -> tuple[date, ...]:
    """Cut points of the last day of purchase, from thresholds in days before ``day``.

    Who bought no more days ago than the first threshold scores 5:

    >>> cuts = recency_cuts(date(2026, 5, 31), parse_thresholds("30,90,180,270"))
    >>> score(date(2026, 5, 1), cuts), score(date(2026, 4, 30), cuts)
    (5, 4)
    """
    return tuple(
        day - timedelta(days=int(threshold) + 1) for threshold in reversed(thresholds)
    )


def money_thresholds(
    purchases: Sequence[Decimal], total: Decimal, count: int
) -> tuple[Decimal, ...]:
    """Thresholds of money from those of frequency: so many average purchases.

    ``total`` is what the ``count`` purchases of all customers came to. Decimals keep
    the same digits when every amount is multiplied by ten, as scores must.

    >>> money_thresholds(parse_thresholds("1,2,4,8"), Decimal("50.00"), 4)
    (Decimal('12.50'), Decimal('25.00'), Decimal('50.00'), Decimal('100.00'))
    """
    return tuple(number * total / count for number in purchases)


# --------------------------------------------------------------------- scores


def score(value, cuts: Sequence) -> int:
    """1 + the number of the ascending cut points below ``value``.

    >>> [score(value, (1, 1, 2, 4)) for value in (1, 2, 3, 4, 5)]
    [1, 3, 4, 4, 5]
    """
    return 1 + bisect_left(cuts, value)


def weighted(scores: Sequence[int], weights: Sequence[int]) -> Fraction:
    """The mean of a customer's scores by weight: an order to sort by, no segment.

    >>> weighted((5, 4, 1), (1, 1, 1)), weighted((5, 4, 1), (2, 1, 0))
    (Fraction(10, 3), Fraction(14, 3))

    Raises ZeroDivisionError when all weights are 0.
    """
    pairs = zip(scores, weights, strict=True)
    return Fraction(sum(number * weight for number, weight in pairs), sum(weights))


def interval(first: date, last: date, frequency: int) -> Fraction | None:
    """Days from one purchase to the next, on average; None while there is no rhythm.

    Purchases of a single day show none, however many they are.

    >>> interval(date(2026, 5, 1), date(2026, 5, 31), 4)
    Fraction(10, 1)
    >>> interval(date(2026, 5, 1), date(2026, 5, 1), 4)
    """
    if frequency < 2 or first >= last:
        return None
    return Fraction((last - first).days, frequency - 1)


def overdue(
    first: date,
    last: date,
    frequency: int,
    day: date,
    factor: int | float | Decimal,
    minimum: int,
) -> bool:
    """Whether they stay away longer than ``factor`` of their own intervals.

    Asked only of who bought at least ``minimum`` times: fewer purchases show no rhythm.

    >>> may = [date(2026, 5, 1), date(2026, 5, 31), 4]
    >>> overdue(*may, date(2026, 6, 30), 3, 4), overdue(*may, date(2026, 7, 1), 3, 4)
    (False, True)
    """
    own = interval(first, last, frequency)
    if own is None or frequency < minimum:
        return False
    return (day - last).days > Fraction(factor) * own


# ------------------------------------------------------------------- segments


def parse_codes(text: str) -> tuple[str, ...]:
    """The codes in a text, with ASCII digits.

    >>> parse_codes("555 554، ۵۴۴")
    ('555', '554', '544')
    """
    digits = "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    )
    return tuple(word for word in _SEPARATORS.split(digits) if word)


def all_codes(dimensions: Literal["rfm", "rf"]) -> tuple[str, ...]:
    """The codes that a map divides among its segments, ascending: 125, or 25.

    >>> len(all_codes("rfm")), all_codes("rf")[:3]
    (125, ('11', '12', '13'))
    """
    digits = "".join(str(number) for number in SCORES)
    return tuple(map("".join, product(digits, repeat=len(dimensions))))


def check_codes(
    segments: Mapping[str, str], dimensions: Literal["rfm", "rf"]
) -> list[CodeProblem]:
    """Why the segments (name to codes) aren't a map: empty if each code is there once.

    >>> halves = {"low": "11 12 13", "high": "13 14 15 16"}
    >>> problems = check_codes(halves, "rf")
    >>> [problem for problem in problems if problem.code.startswith("1")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [CodeProblem(kind='double', code='13', segments=('low', 'high')),
     CodeProblem(kind='unknown', code='16', segments=('high',))]
    >>> sum(problem.kind == "missing" for problem in problems)
    20
    """
    owners = defaultdict(list)
    for name, text in segments.items():
        for code in parse_codes(text):
            owners[code].append(name)
    expected = all_codes(dimensions)
    missing = [
        CodeProblem("missing", code, ()) for code in expected if code not in owners
    ]
    double = [
        CodeProblem("double", code, tuple(owners[code]))
        for code in expected
        if len(owners.get(code, ())) > 1
    ]
    unknown = [
        CodeProblem("unknown", code, tuple(names))
        for code, names in owners.items()
        if code not in expected
    ]
    return missing + double + unknown


def cell(r: int, f: int, m: int) -> int:
    """Where the segment of these scores is in :func:`cells`.

    >>> cell(1, 1, 1), cell(5, 5, 5)
    (0, 124)
    """
    return (r - 1) * 25 + (f - 1) * 5 + (m - 1)


def cells(segments: Mapping[str, str], dimensions: Literal["rfm", "rf"]) -> list[str]:
    """The segment of each of the 125 codes, at the place that :func:`cell` gives.

    A map of R and F gives a segment to all five scores of M.

    >>> two = {"gone": " ".join(f"{r}{f}" for r in (1, 2, 3) for f in SCORES),
    ...        "here": " ".join(f"{r}{f}" for r in (4, 5) for f in SCORES)}
    >>> found = cells(two, "rf")
    >>> len(found), found[cell(3, 5, 5)], found[cell(4, 1, 1)]
    (125, 'gone', 'here')

    Raises ValueError when a code is missing, double or unknown.
    """
    if problems := check_codes(segments, dimensions):
        raise ValueError(f"{len(problems)} codes are missing, double or unknown")
    owner = {
        code: name for name, text in segments.items() for code in parse_codes(text)
    }
    return [owner[code[: len(dimensions)]] for code in all_codes("rfm")]
