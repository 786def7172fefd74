"""What the ledger passes around: plain values, in units of the account's program.

A *unit* is the smallest amount of an account: one point, or the minor unit of the
currency. All amounts here are ``int`` units.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .engine.amounts import SCALE


def units_from_scaled(scaled, digits):
    """Units from ten-thousandths: 125000 of a point program is 12 points (digits 0).

    >>> units_from_scaled(125000, 2)
    1250
    """
    return scaled // 10 ** (SCALE - digits)


def to_column(units, digits):
    """Units as the exact number that a ``numeric`` column stores.

    >>> to_column(1250, 2)
    Decimal('12.50')
    """
    return Decimal(units).scaleb(-digits)


@dataclass(slots=True)
class Account:
    """A locked account, kept up to date while postings are prepared for it."""

    id: int
    club: object
    company_id: int
    kind: str
    digits: int
    partner_id: int | None
    member_id: int | None
    member_state: str | None
    points: int
    pending: int
    debt: int
    idles: bool  # all of it expires together, on this day:
    idle_expires_on: date | None

    def has_lapsed(self, day):
        """Whether all that can be spent has expired by inactivity before ``day``."""
        return self.idle_expires_on is not None and self.idle_expires_on < day

    def is_running(self, day):
        """Whether the clock of inactivity runs on ``day``."""
        return self.idle_expires_on is not None and self.idle_expires_on >= day

    def record(self, posting):
        """Count a posting in, so that the next one sees what it left."""
        self.points += posting.amount
        self.pending += posting.pending
        self.debt += posting.debt
        posting.balance = self.points
        return posting


@dataclass(slots=True)
class NewLot:
    """What an entry earns: usable from ``available_on`` to ``expires_on``."""

    units: int
    pending: bool = False
    available_on: date | None = None
    expires_on: date | None = None
    purchase_id: int | None = None


@dataclass(slots=True)
class Origin:
    """Where a movement comes from; every part is optional."""

    company_id: int | None = None
    purchase_id: int | None = None
    hold_id: int | None = None
    request_id: int | None = None
    reason_id: int | None = None
    reverses_id: int | None = None
    counterpart_id: int | None = None
    model: str | None = None
    res_id: int | None = None
    reference: str | None = None


@dataclass(slots=True)
class Posting:
    """One entry to write: what it moves, the lots it makes and those it uses.

    ``allocations`` are pairs (lot, units): a lot's id or a ``NewLot`` of the same
    batch; positive units use it up, negative ones restore it. ``effective_on`` is the
    day that it counts for, where that isn't the day on which it is written.
    """

    account: Account
    kind: str
    amount: int = 0
    pending: int = 0
    debt: int = 0
    balance: int = 0
    key: str | None = None
    effective_on: date | None = None
    lots: list = field(default_factory=list)
    allocations: list = field(default_factory=list)
    origin: Origin = field(default_factory=Origin)


@dataclass(slots=True)
class Grant:
    """Units to give an account; ``available_on`` in the future makes them pending."""

    card_id: int
    units: int
    kind: str
    key: str | None = None
    available_on: date | None = None
    expires_on: date | None = None
    origin: Origin = field(default_factory=Origin)
