"""Nobody gets or loses a tier a point too early, or a day."""

from datetime import date, timedelta

import pytest
from engine.tiering import (
    Decision,
    Progress,
    TierPolicy,
    TierRule,
    decide,
    deserved,
    progress,
)
from hypothesis import given
from hypothesis import strategies as st

TIERS = [TierRule("bronze", 100), TierRule("silver", 500), TierRule("gold", 2000)]
TODAY = date(2026, 5, 1)
ONE_DAY = timedelta(days=1)

INDEX = st.integers(-1, len(TIERS) - 1)
VALUE = st.integers(-100, 3000)
DAYS = st.none() | st.dates(TODAY - 40 * ONE_DAY, TODAY + 40 * ONE_DAY)
POLICIES = st.builds(
    TierPolicy,
    st.sampled_from(["none", "one_step", "deserved"]),
    st.integers(0, 30),
)


@pytest.mark.parametrize(
    ("value", "index"),
    [(-1, -1), (99, -1), (100, 0), (499, 0), (500, 1), (1999, 1), (2000, 2), (9999, 2)],
)
def test_equal_is_enough_and_one_less_is_not(value, index):
    assert deserved(TIERS, value) == index


def test_thresholds_out_of_order_are_refused():
    with pytest.raises(ValueError, match="ascend"):
        deserved(list(reversed(TIERS)), 100)


def test_a_club_without_tiers():
    assert deserved([], 100) == -1
    assert progress([], -1, 100) == Progress(None, 0, 100)


# ---------------------------------------------------------------------- moves


@given(POLICIES, INDEX, VALUE, DAYS, DAYS)
def test_nobody_moves_beyond_what_he_deserves(policy, current, value, until, since):
    decision = decide(TIERS, policy, current, value, TODAY, until, since)
    target = deserved(TIERS, value)
    low, high = sorted((current, target))
    assert low <= decision.index <= high
    assert (decision.reason == "upgrade") == (target > current)
    assert (decision.reason == "downgrade") == (decision.index < current)
    assert (decision.reason == "grace") == (decision.below_since is not None)
    if until and until >= TODAY:
        assert decision.index >= current


@given(POLICIES, INDEX, VALUE)
def test_a_deserved_tier_is_given_at_once_and_then_kept(policy, current, value):
    target = deserved(TIERS, value)
    if target > current:
        decision = decide(TIERS, policy, current, value, TODAY, None, TODAY)
        assert decision == Decision(target, "upgrade", None)
    again = decide(TIERS, policy, target, value, TODAY, None, TODAY)
    assert again == Decision(target, "keep", None)


@given(INDEX, VALUE, st.integers(0, 20))
def test_every_night_ends_at_the_deserved_tier(current, value, grace):
    """One step each time, with a grace before each step."""
    policy = TierPolicy("one_step", grace)
    steps = max(current - deserved(TIERS, value), 0)
    day, since, downgrades = TODAY, None, 0
    for _night in range(steps * (grace + 2) + 1):
        decision = decide(TIERS, policy, current, value, day, None, since)
        downgrades += decision.reason == "downgrade"
        current, since, day = decision.index, decision.below_since, day + ONE_DAY
    assert current == deserved(TIERS, value)
    assert downgrades == steps


@pytest.mark.parametrize(
    ("downgrade", "index"), [("none", 2), ("one_step", 1), ("deserved", -1)]
)
def test_ways_down(downgrade, index):
    decision = decide(TIERS, TierPolicy(downgrade), 2, 0, TODAY, None, None)
    assert decision.index == index
    assert decision.reason == ("keep" if downgrade == "none" else "downgrade")


def test_a_tier_is_safe_up_to_its_last_day():
    policy = TierPolicy("deserved")
    kept = decide(TIERS, policy, 2, 0, TODAY, TODAY, None)
    assert kept == Decision(2, "keep", None)
    lost = decide(TIERS, policy, 2, 0, TODAY + ONE_DAY, TODAY, None)
    assert lost == Decision(-1, "downgrade", None)


def test_the_grace_begins_only_after_the_last_day():
    policy = TierPolicy("deserved", grace_days=10)
    decision = decide(TIERS, policy, 2, 0, TODAY + ONE_DAY, TODAY, None)
    assert decision == Decision(2, "grace", TODAY + ONE_DAY)


def test_the_grace_lasts_its_days_and_no_longer():
    policy = TierPolicy("deserved", grace_days=10)
    last = TODAY + 10 * ONE_DAY
    assert decide(TIERS, policy, 2, 0, last, None, TODAY) == Decision(2, "grace", TODAY)
    after = decide(TIERS, policy, 2, 0, last + ONE_DAY, None, TODAY)
    assert after == Decision(-1, "downgrade", None)


def test_catching_up_ends_the_grace():
    policy = TierPolicy("deserved", grace_days=10)
    decision = decide(TIERS, policy, 2, 2000, TODAY + ONE_DAY, None, TODAY)
    assert decision == Decision(2, "keep", None)


@pytest.mark.parametrize("current", [-2, 3])
def test_a_tier_of_another_club_is_refused(current):
    with pytest.raises(ValueError, match="no tier"):
        decide(TIERS, TierPolicy("none"), current, 0, TODAY, None, None)


# ------------------------------------------------------------------- progress


@given(INDEX, VALUE)
def test_progress_tells_what_is_missing(current, value):
    result = progress(TIERS, current, value)
    assert 0 <= result.percent <= 100
    if result.next_index is None:
        assert current == len(TIERS) - 1
        return
    assert result.next_index == current + 1
    assert deserved(TIERS, value + result.missing) >= result.next_index
    assert (result.percent == 100) == (result.missing == 0)
    if result.missing:
        assert deserved(TIERS, value + result.missing - 1) < result.next_index


def test_progress_never_rounds_up_to_done():
    assert progress(TIERS, 1, 1999) == Progress(2, 1, 99)
    assert progress([TierRule("all", 0)], -1, -5) == Progress(0, 5, 0)
