"""Bonuses that come of themselves: what triggers them, and who is due for one.

One mechanism gives all of them (``loyalty.club.member._give_bonuses``), each once for
its occasion. An addon that has an occasion of its own makes a :class:`Trigger`, finds
out who is due, and gives them to it.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from .ledger import Origin


@dataclass(frozen=True, slots=True)
class Trigger:
    """What gives a bonus by itself.

    ``name`` begins the keys of its entries: nobody else may use it. ``reference`` is
    what these say where who is due has no origin of their own. With ``apart`` nobody
    gets a second one within that time, whatever the occasion.
    """

    name: str
    reference: str | None = None
    apart: timedelta | None = None


@dataclass(slots=True)
class Due:
    """A member who is due for a bonus.

    ``occasion`` names it among those of the member and trigger: it is given once.
    ``units`` are of the ``account``; nothing is given where there are none.
    """

    member: object
    occasion: object
    units: int
    account: str = "points"
    origin: Origin | None = field(default=None)


# Whoever joined, in each account once.
WELCOME = Trigger("welcome", reference="Welcome")
# Whoever rose to a tier: reached again, it gives none.
TIER = Trigger("tier")
# Whoever has a birthday, once in a year of the club's calendar. A birth date or a
# calendar that is changed brings no second gift within a year; a gift that came late
# doesn't keep the next one away.
BIRTHDAY = Trigger("birthday", reference="Birthday", apart=timedelta(days=300))
