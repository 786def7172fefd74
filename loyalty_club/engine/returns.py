"""Returns: exactly what the returned lines earned, and what they had cost.

Everything is counted as a *total so far*: a return takes what should be gone by now
minus what already went. So any number of partial returns takes in sum exactly what a
single complete one would, and no remainder is lost or taken twice.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction


class OverReturn(ValueError):
    """More of a line is to be returned than is left of it."""

    def __init__(self, key: str, wanted: Decimal, left: Decimal):
        super().__init__(f"{key}: {wanted} wanted, {left} left")
        self.key, self.wanted, self.left = key, wanted, left


class UnknownLine(ValueError):
    """The purchase has no such line."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class LineState:
    """A line as sold, and what earlier returns took of it.

    ``points`` and ``total`` (minor units) are of the whole line. The quantity
    ``returned``, ``points_taken``, ``status_taken`` and ``total_returned`` are sums
    so far. ``amounts`` are whatever else goes back in proportion, by name, and
    ``amounts_returned`` what went of them so far. ``accounts`` is what the line got in
    other accounts than points, in their units, ``accounts_taken`` what went of that.
    """

    key: str
    quantity: Decimal
    points: int
    status_points: int
    returned: Decimal
    points_taken: int
    status_taken: int
    total: int
    total_returned: int
    amounts: Mapping[str, int] = field(default_factory=dict)
    amounts_returned: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)
    accounts_taken: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """What one return takes of one line."""

    key: str
    quantity: Decimal
    points: int
    status_points: int
    total: int
    amounts: Mapping[str, int] = field(default_factory=dict, repr=False)
    accounts: Mapping[str, int] = field(default_factory=dict, repr=False)


def return_lines(
    states: Sequence[LineState], wanted: dict[str, Decimal] | None
) -> list[Returned]:
    """What returning the ``wanted`` quantities takes back, in the order of the lines.

    ``None`` returns all that is left. Either the whole return is possible or it raises
    and nothing is: :class:`UnknownLine`, :class:`OverReturn`, or ValueError for a
    quantity that isn't positive.

    >>> tea = LineState("tea", Decimal(3), 100, 50, Decimal(0), 0, 0, 9000, 0)
    >>> return_lines([tea], {"tea": Decimal(1)})  # doctest: +NORMALIZE_WHITESPACE
    [Returned(key='tea', quantity=Decimal('1'), points=33, status_points=16,
              total=3000)]
    >>> later = LineState("tea", Decimal(3), 100, 50, Decimal(1), 33, 16, 9000, 3000)
    >>> return_lines([later], None)  # doctest: +NORMALIZE_WHITESPACE
    [Returned(key='tea', quantity=Decimal('2'), points=67, status_points=34,
              total=6000)]
    >>> return_lines([later], {"tea": Decimal(3)})  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    OverReturn: tea: 3 wanted, 2 left
    """
    if len({state.key for state in states}) != len(states):
        raise ValueError("two lines have the same key")
    left = {state.key: state.quantity - state.returned for state in states}
    if wanted is None:
        wanted = {key: quantity for key, quantity in left.items() if quantity > 0}
    for key, quantity in wanted.items():
        if key not in left:
            raise UnknownLine(key)
        if not quantity.is_finite() or quantity <= 0:
            raise ValueError(f"{key}: a return is positive, not {quantity}")
        if quantity > left[key]:
            raise OverReturn(key, quantity, left[key])
    return [
        _return(state, wanted[state.key]) for state in states if state.key in wanted
    ]


def _return(state: LineState, quantity: Decimal) -> Returned:
    part = Fraction(state.returned + quantity) / Fraction(state.quantity)
    points = math.floor(state.points * part) - state.points_taken
    status = math.floor(state.status_points * part) - state.status_taken
    return Returned(
        key=state.key,
        quantity=quantity,
        points=max(points, 0),
        status_points=max(status, 0),
        total=math.floor(state.total * part) - state.total_returned,
        amounts={
            name: math.floor(whole * part) - state.amounts_returned.get(name, 0)
            for name, whole in state.amounts.items()
        },
        accounts={
            name: max(math.floor(whole * part) - state.accounts_taken.get(name, 0), 0)
            for name, whole in state.accounts.items()
        },
    )
