"""A version of a definition, as the SQL of a run reads it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import floor

from odoo.tools import SQL

EPOCH = date(1970, 1, 1)
# Thresholds of an average purchase, in average purchases of all customers.
AVERAGES = (Decimal("0.5"), Decimal(1), Decimal("1.5"), Decimal(2))


@dataclass(frozen=True, slots=True)
class Rules:
    """What one run needs of its version. Ids, plain values and days; no records."""

    definition_id: int
    company_id: int
    club_ids: tuple[int, ...]
    only_members: bool
    day: date
    window_from: date
    parameters: dict
    cells: tuple[int, ...]
    none_segment_id: int
    category_ids: tuple[int, ...]

    @property
    def sources(self):
        """The sources of facts that count, as written in the table."""
        named = {"pos": "use_pos", "inv": "use_invoice", "door": "use_door"}
        return tuple(code for code, name in named.items() if self.parameters[name])

    @property
    def by_average(self):
        return self.parameters["monetary_by"] == "average"

    @property
    def by_commercial_partner(self):
        return self.parameters["customer_by"] == "company"

    @property
    def money(self):
        """M of a row that has ``net`` and a ``frequency`` above 0."""
        if self.by_average:
            return SQL("round(net / frequency, 6)")
        return SQL("net")


@dataclass(frozen=True, slots=True)
class Cuts:
    """Four ascending cut points each; a score is 1 + the number of those below."""

    mode: str
    r: tuple[date, ...]
    f: tuple[Decimal, ...]
    m: tuple[Decimal, ...]

    def to_json(self):
        return {
            "r": [day.isoformat() for day in self.r],
            "f": [str(number) for number in self.f],
            "m": [str(number) for number in self.m],
        }

    # ``width_bucket(x, limits)`` counts the limits <= x. Those cut points below a value
    # are what is left of the four when the ones >= it are counted, with signs changed.

    @property
    def r_score(self):
        limits = sorted((EPOCH - cut).days for cut in self.r)
        return SQL("5 - width_bucket(%s - last_day, %s::int[])", EPOCH, limits)

    @property
    def f_score(self):
        # Frequency is whole: a threshold of 1.5 is passed by 2, as one of 1 is.
        limits = sorted(-floor(cut) for cut in self.f)
        return SQL("5 - width_bucket(-frequency, %s::int[])", limits)

    def m_score(self, money):
        limits = sorted(-cut for cut in self.m)
        return SQL("5 - width_bucket(-%s, %s::numeric[])", money, limits)
