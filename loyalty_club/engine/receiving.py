"""Purchases that are paid in parts: what the part that was received has earned.

An award is of the whole purchase: its rules look at all of it. What was received of it
earns the same part of the award, counted as a *total so far*: each time it is what
should be given by now less what was given already. So the parts add up to exactly what
the whole earns, and money that goes away again takes exactly what it had brought.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .sharing import share_out


@dataclass(frozen=True, slots=True)
class PartLine:
    """A line of a purchase that is paid in parts, in units of one measure.

    ``whole`` is what it earns when all is received, ``given`` what it was given so far
    and ``taken`` what returns took of that. ``quantity`` was sold, ``returned`` of it
    came back.
    """

    key: str
    whole: int
    given: int
    taken: int
    quantity: Decimal
    returned: Decimal

    @property
    def kept(self) -> int:
        """What it earns when all is received that wasn't returned."""
        part = Fraction(self.returned) / Fraction(self.quantity)
        return self.whole - math.floor(self.whole * part)


def change(lines: Sequence[PartLine], received: Fraction) -> dict[str, int]:
    """What each line is still to be given (or, below zero, gives back), by its key.

    ``received`` is the part of what wasn't returned that was received, 0 to 1.

    >>> tea = PartLine("tea", 50, 0, 0, Decimal(1), Decimal(0))
    >>> cup = PartLine("cup", 57, 0, 0, Decimal(1), Decimal(0))
    >>> change([tea, cup], Fraction(1, 2))
    {'tea': 25, 'cup': 28}
    >>> tea = PartLine("tea", 50, 25, 0, Decimal(1), Decimal(0))
    >>> cup = PartLine("cup", 57, 28, 28, Decimal(1), Decimal(1))  # it came back
    >>> change([tea, cup], Fraction(1))
    {'tea': 25}

    Raises ValueError when ``received`` isn't between 0 and 1.
    """
    if not 0 <= received <= 1:
        raise ValueError(f"no part of a purchase: {received}")
    have = {line.key: line.given - line.taken for line in lines}
    due = math.floor(sum(line.kept for line in lines) * received)
    more = due - sum(have.values())
    if more < 0:
        less = share_out(-more, have)
        return {key: -units for key, units in less.items() if units}
    missing = {line.key: line.kept - have[line.key] for line in lines}
    return {key: units for key, units in share_out(more, missing).items() if units}


def first(whole: dict[str, int], received: Fraction) -> dict[str, int]:
    """What each line is given for the first part that was received.

    >>> first({"tea": 100, "cup": 7}, Fraction(40, 107))
    {'tea': 37, 'cup': 3}
    """
    one = Decimal(1)
    lines = [PartLine(key, units, 0, 0, one, one - one) for key, units in whole.items()]
    return dict.fromkeys(whole, 0) | change(lines, received)
