"""The time that the club goes by, for history that is recorded after the fact.

Put into the context as ``loyalty_club_clock``. It is an object of ours on purpose: no
RPC call can send one, so nobody moves the club's clock from outside.
"""

from dataclasses import dataclass
from datetime import datetime

from odoo import fields


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment (naive UTC) that takes the place of now."""

    moment: datetime


def now(env):
    """The moment (naive UTC) that the club goes by in this environment."""
    clock = env.context.get("loyalty_club_clock")
    return clock.moment if isinstance(clock, Clock) else fields.Datetime.now()
