"""Tiers: which one a member deserves, keeps or loses, and how far the next one is.

Tiers are in a sequence by ascending threshold; an index of -1 means below the first.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class TierRule:
    """A tier and the value (status points, or money) that is enough for it."""

    code: str
    threshold: int


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """How members go down: never, one step at a time, or to what they deserve.

    ``grace_days`` is for catching up: they count from the first day on which the
    member would go down.
    """

    downgrade: Literal["none", "one_step", "deserved"]
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The tier from today on, why, and since when the member is below it."""

    index: int
    reason: Literal["upgrade", "keep", "downgrade", "grace"]
    below_since: date | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The next tier (None at the top), what is missing to it, and the part reached."""

    next_index: int | None
    missing: int
    percent: int


def deserved(tiers: Sequence[TierRule], value: int) -> int:
    """The highest tier whose threshold ``value`` reaches; equal is enough.

    >>> tiers = [TierRule("silver", 100), TierRule("gold", 500)]
    >>> [deserved(tiers, value) for value in (99, 100, 499, 500)]
    [-1, 0, 0, 1]

    Raises ValueError when the thresholds don't ascend.
    """
    thresholds = [tier.threshold for tier in tiers]
    if thresholds != sorted(thresholds):
        raise ValueError("thresholds must ascend")
    return bisect_right(thresholds, value) - 1


def decide(
    tiers: Sequence[TierRule],
    policy: TierPolicy,
    current: int,
    value: int,
    today: date,
    valid_until: date | None,
    below_since: date | None,
) -> Decision:
    """The tier of a member today, from what they have and deserve.

    Up they go at once, several steps if deserved. Down they go only after
    ``valid_until`` (the last day of the tier; None: any day), by the policy, and after
    its grace, which begins on the first day of going down (kept in ``below_since``).

    >>> tiers = [TierRule("blue", 0), TierRule("silver", 100), TierRule("gold", 500)]
    >>> policy = TierPolicy("one_step", grace_days=30)
    >>> day = date(2026, 5, 1)
    >>> decide(tiers, policy, 0, 500, day, None, None)
    Decision(index=2, reason='upgrade', below_since=None)
    >>> decide(tiers, policy, 2, 20, day, None, None)
    Decision(index=2, reason='grace', below_since=datetime.date(2026, 5, 1))
    >>> decide(tiers, policy, 2, 20, date(2026, 6, 1), None, day)
    Decision(index=1, reason='downgrade', below_since=None)

    Raises ValueError when ``current`` is no tier of these.
    """
    if not -1 <= current < len(tiers):
        raise ValueError(f"no tier with index {current}")
    target = deserved(tiers, value)
    if target > current:
        return Decision(target, "upgrade", None)
    protected = valid_until is not None and today <= valid_until
    if target == current or protected or policy.downgrade == "none":
        return Decision(current, "keep", None)
    since = below_since or today
    if policy.grace_days and today <= since + timedelta(days=policy.grace_days):
        return Decision(current, "grace", since)
    index = current - 1 if policy.downgrade == "one_step" else target
    return Decision(index, "downgrade", None)


def progress(tiers: Sequence[TierRule], current: int, value: int) -> Progress:
    """How far a member of tier ``current`` is on the way from nothing to the next one.

    >>> tiers = [TierRule("silver", 100), TierRule("gold", 500)]
    >>> progress(tiers, 0, 300)
    Progress(next_index=1, missing=200, percent=60)
    >>> progress(tiers, 1, 900)
    Progress(next_index=None, missing=0, percent=100)

    100 percent is shown only to who has reached it.
    """
    following = current + 1
    if following >= len(tiers):
        return Progress(None, 0, 100)
    goal = tiers[following].threshold
    if value >= goal:
        return Progress(following, 0, 100)
    return Progress(following, goal - value, max(value, 0) * 100 // max(goal, 1))
