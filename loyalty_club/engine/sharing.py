"""Sharing a whole number in proportion, to the last unit."""

import math
from collections.abc import Mapping
from fractions import Fraction


def share_out(units: int, weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """Share ``units`` by positive weight; the parts sum up to ``units``.

    Whole parts first, then the largest remainders (A. Hamilton's method, 1792). Among
    equal remainders the earlier one gets the unit. Without any weight nobody gets one.

    >>> share_out(10, {"a": 1, "b": 1, "c": 1, "d": 0})
    {'a': 4, 'b': 3, 'c': 3}
    """
    weights = {key: weight for key, weight in weights.items() if weight > 0}
    # In whole numbers: fractions find their lowest terms at each step.
    size = math.lcm(*(weight.denominator for weight in weights.values()))
    whole = {
        key: weight.numerator * (size // weight.denominator)
        for key, weight in weights.items()
    }
    total = sum(whole.values())
    shares, left = {}, {}
    for key, weight in whole.items():
        shares[key], left[key] = divmod(units * weight, total)
    by_remainder = sorted(left, key=left.__getitem__, reverse=True)
    for key in by_remainder[: units - sum(shares.values())]:
        shares[key] += 1
    return shares
