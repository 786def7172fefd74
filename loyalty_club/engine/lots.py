"""Lots: which earning pays for what, what expires, and the way back.

A *lot* is what one earning still has left. Spending takes from lots, earliest expiry
first; a return takes back from the lot it came from and gives back to the lots that
had paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Lot:
    """``remaining`` units, usable up to and including ``expires_on``.

    ``pending`` units are earned but cannot be spent yet.
    """

    id: int
    remaining: int
    expires_on: date | None
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Allocation:
    """``units`` (> 0) taken from, or given back to, one lot."""

    lot_id: int
    units: int


def _require_positive(units: int) -> None:
    if units <= 0:
        raise ValueError(f"units must be positive, not {units}")


def _is_open(expires_on: date | None, today: date) -> bool:
    return expires_on is None or expires_on >= today


def _take(lots: Iterable[Lot], units: int) -> tuple[list[Allocation], int]:
    """Take ``units`` from the lots in their order; also what they couldn't give."""
    taken = []
    for lot in lots:
        part = min(lot.remaining, units)
        if part > 0:
            taken.append(Allocation(lot.id, part))
            units -= part
    return taken, units


def spending_order(lots: Iterable[Lot]) -> list[Lot]:
    """Earliest expiry first, never-expiring last, then by id (the oldest).

    >>> [lot.id for lot in spending_order([
    ...     Lot(1, 10, None), Lot(2, 10, date(2026, 5, 1)), Lot(3, 9, date(2026, 4, 1)),
    ... ])]
    [3, 2, 1]
    """
    return sorted(
        lots,
        key=lambda lot: (lot.expires_on is None, lot.expires_on or date.max, lot.id),
    )


def _spendable(lots: Iterable[Lot], today: date) -> list[Lot]:
    return [lot for lot in lots if not lot.pending and _is_open(lot.expires_on, today)]


def allocate(
    lots: Iterable[Lot], units: int, today: date
) -> tuple[list[Allocation], int]:
    """Which lots pay for ``units`` today, and how much is missing.

    >>> lots = [Lot(1, 30, None), Lot(2, 20, date(2026, 5, 1))]
    >>> allocate(lots, 25, date(2026, 5, 1))
    ([Allocation(lot_id=2, units=20), Allocation(lot_id=1, units=5)], 0)
    >>> allocate(lots, 25, date(2026, 5, 2))  # lot 2 expired yesterday
    ([Allocation(lot_id=1, units=25)], 0)
    >>> allocate(lots, 60, date(2026, 5, 1))[1]
    10

    Raises ValueError unless ``units`` is positive.
    """
    _require_positive(units)
    return _take(spending_order(_spendable(lots, today)), units)


def available(lots: Iterable[Lot], today: date) -> int:
    """What can be spent today: neither pending nor expired.

    >>> available([Lot(1, 30, None), Lot(2, 9, None, pending=True)], date(2026, 5, 1))
    30
    """
    return sum(lot.remaining for lot in _spendable(lots, today))


def expirable(lots: Iterable[Lot], today: date, held: int) -> list[Allocation]:
    """What must be written off today.

    A basket that holds ``held`` units may still be paid, so the first ``held`` units
    in spending order stay, expired or not. Pending lots wait until they are confirmed.

    >>> lots = [Lot(1, 30, None), Lot(2, 20, date(2026, 4, 30))]
    >>> expirable(lots, date(2026, 5, 1), held=0)
    [Allocation(lot_id=2, units=20)]
    >>> expirable(lots, date(2026, 5, 1), held=15)
    [Allocation(lot_id=2, units=5)]

    Raises ValueError when ``held`` is negative.
    """
    if held < 0:
        raise ValueError(f"held units cannot be negative: {held}")
    expired = []
    for lot in spending_order(lot for lot in lots if not lot.pending):
        kept = min(held, lot.remaining)
        held -= kept
        if not _is_open(lot.expires_on, today) and lot.remaining > kept:
            expired.append(Allocation(lot.id, lot.remaining - kept))
    return expired


# ---------------------------------------------------------------- the way back


@dataclass(frozen=True, slots=True)
class TakeBack:
    """From pending lots, from usable lots, and what none of them had left.

    The four parts add up to what was asked for.
    """

    pending: list[Allocation]
    allocations: list[Allocation]
    debt: int
    negative: int


def take_back(
    own: Sequence[Lot],
    others: Sequence[Lot],
    units: int,
    policy: Literal["debt", "negative"],
) -> TakeBack:
    """Where the ``units`` that a returned purchase had earned are taken from.

    ``own`` are the lots of that purchase: their pending part goes first, as the member
    could never spend it; then their usable part. What they spent since comes from
    their ``others`` in spending order, also from lots that expired but aren't written
    off yet. What is left then becomes a debt that the next earning pays, or a negative
    balance, as ``policy`` says.

    >>> own = [Lot(7, 40, None, pending=True), Lot(8, 10, None)]
    >>> take_back(own, [Lot(1, 30, None)], 60, "debt")  # doctest: +NORMALIZE_WHITESPACE
    TakeBack(pending=[Allocation(lot_id=7, units=40)],
             allocations=[Allocation(lot_id=8, units=10),
                          Allocation(lot_id=1, units=10)],
             debt=0, negative=0)
    >>> take_back([], [Lot(1, 30, None)], 50, "negative").negative
    20

    Raises ValueError unless ``units`` is positive and the policy known.
    """
    _require_positive(units)
    if policy not in ("debt", "negative"):
        raise ValueError(f"unknown policy: {policy!r}")
    pending, left = _take(spending_order(lot for lot in own if lot.pending), units)
    usable = [
        *spending_order(lot for lot in own if not lot.pending),
        *spending_order(lot for lot in others if not lot.pending),
    ]
    allocations, left = _take(usable, left)
    return TakeBack(
        pending,
        allocations,
        debt=left if policy == "debt" else 0,
        negative=left if policy == "negative" else 0,
    )


@dataclass(frozen=True, slots=True)
class Consumed:
    """``units`` of a lot that one purchase spent and hasn't got back."""

    lot_id: int
    units: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class FreshLot:
    """A new lot in place of one that expired meanwhile."""

    units: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Restore:
    """What goes back to its lots, and what needs a fresh one."""

    back: list[Allocation]
    fresh: list[FreshLot]


def restore(
    consumed: Sequence[Consumed], units: int, today: date, grace_days: int
) -> Restore:
    """Give back ``units`` of what a purchase had spent, last taken first.

    Lots that are still open keep their expiry. One that expired meanwhile isn't
    reopened; its part goes to a fresh lot, which can be used for ``grace_days`` more
    days (0: today only).

    >>> spent = [Consumed(1, 20, date(2026, 4, 30)), Consumed(2, 30, None)]
    >>> restore(spent, 40, date(2026, 5, 1), 14)  # doctest: +NORMALIZE_WHITESPACE
    Restore(back=[Allocation(lot_id=2, units=30)],
            fresh=[FreshLot(units=10, expires_on=datetime.date(2026, 5, 15))])

    Raises ValueError unless ``units`` is positive and at most what was consumed.
    """
    _require_positive(units)
    back: dict[int, int] = {}
    fresh = 0
    for item in reversed(consumed):
        part = min(item.units, units)
        units -= part
        if not part:
            continue
        if _is_open(item.expires_on, today):
            back[item.lot_id] = back.get(item.lot_id, 0) + part
        else:
            fresh += part
    if units:
        raise ValueError(f"{units} units more than were consumed")
    until = today + timedelta(days=grace_days)
    return Restore(
        [Allocation(lot_id, part) for lot_id, part in back.items()],
        [FreshLot(fresh, until)] if fresh else [],
    )


def settle(units: int, owed: int) -> tuple[int, int]:
    """Of a new earning of ``units``: what pays ``owed``, and what the member gets.

    >>> settle(100, 30), settle(20, 30), settle(20, 0)
    ((30, 70), (20, 0), (0, 20))

    Raises ValueError when either is negative.
    """
    if units < 0 or owed < 0:
        raise ValueError(f"neither may be negative: {units}, {owed}")
    paid = min(units, owed)
    return paid, units - paid
