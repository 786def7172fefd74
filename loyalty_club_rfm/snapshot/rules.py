"""A version of a definition, as the SQL of a run reads it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo.tools import SQL

# A number of our own, so that no other addon's lock is taken for one of these.
LOCK = 0x52464D
# From here the days of cut points are counted, as width_bucket knows no dates.
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
    #: The sources of facts that count, as written in the table; and those that don't.
    sources: tuple[str, ...]
    left_out_sources: tuple[str, ...]

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
