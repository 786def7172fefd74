"""No unit is spent twice, spent late, lost, or given back from nowhere."""

from datetime import date, timedelta

import pytest
from engine.lots import (
    Allocation,
    Consumed,
    FreshLot,
    Lot,
    allocate,
    available,
    expirable,
    restore,
    settle,
    spending_order,
    take_back,
)
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 5, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
DAYS = st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))
UNITS = st.integers(1, 5000)
POLICIES = st.sampled_from(["debt", "negative"])


@st.composite
def some_lots(draw, first_id=1):
    shapes = draw(st.lists(st.tuples(st.integers(0, 1000), DAYS, st.booleans())))
    return [
        Lot(number, remaining, expires_on, pending)
        for number, (remaining, expires_on, pending) in enumerate(shapes, first_id)
    ]


def total(allocations):
    return sum(allocation.units for allocation in allocations)


def assert_within(allocations, lots):
    """Each allocation is positive, of another lot, and at most what that lot has."""
    remaining = {lot.id: lot.remaining for lot in lots}
    assert len({item.lot_id for item in allocations}) == len(allocations)
    assert all(0 < item.units <= remaining[item.lot_id] for item in allocations)


# ------------------------------------------------------------------- spending


@given(some_lots(), UNITS)
def test_spending_takes_what_is_there_and_no_more(lots, units):
    allocations, shortfall = allocate(lots, units, TODAY)
    assert_within(allocations, lots)
    assert total(allocations) + shortfall == units
    assert total(allocations) == min(units, available(lots, TODAY))


@given(some_lots(), UNITS)
def test_pending_and_expired_lots_are_not_spent(lots, units):
    by_id = {lot.id: lot for lot in lots}
    for allocation in allocate(lots, units, TODAY)[0]:
        lot = by_id[allocation.lot_id]
        assert not lot.pending
        assert lot.expires_on is None or lot.expires_on >= TODAY


@given(some_lots(), UNITS, st.randoms())
def test_what_expires_first_is_spent_first(lots, units, random):
    allocations, _shortfall = allocate(lots, units, TODAY)
    shuffled = random.sample(lots, len(lots))
    assert allocate(shuffled, units, TODAY)[0] == allocations
    taken = {item.lot_id: item.units for item in allocations}
    usable = [
        lot
        for lot in lots
        if not lot.pending and (lot.expires_on is None or lot.expires_on >= TODAY)
    ]
    for lot in usable:
        left = lot.remaining - taken.get(lot.id, 0)
        later = [
            other
            for other in usable
            if (other.expires_on or date.max) > (lot.expires_on or date.max)
        ]
        assert not left or not any(taken.get(other.id) for other in later)


def test_the_last_day_is_included():
    lots = [Lot(1, 10, TODAY), Lot(2, 10, YESTERDAY)]
    assert available(lots, TODAY) == 10
    assert expirable(lots, TODAY, 0) == [Allocation(2, 10)]


def test_spending_order_breaks_ties_by_age():
    lots = [Lot(3, 1, None), Lot(2, 1, None), Lot(9, 1, TODAY), Lot(8, 1, TODAY)]
    assert [lot.id for lot in spending_order(lots)] == [8, 9, 2, 3]


@pytest.mark.parametrize("units", [0, -1])
def test_only_positive_units_move(units):
    lots = [Lot(1, 10, None)]
    with pytest.raises(ValueError, match="positive"):
        allocate(lots, units, TODAY)
    with pytest.raises(ValueError, match="positive"):
        take_back(lots, [], units, "debt")
    with pytest.raises(ValueError, match="positive"):
        restore([Consumed(1, 10, None)], units, TODAY, 0)


# --------------------------------------------------------------------- expiry


@given(some_lots())
def test_expiry_and_availability_part_the_lots(lots):
    confirmed = [lot for lot in lots if not lot.pending]
    expired = expirable(lots, TODAY, 0)
    assert_within(expired, confirmed)
    assert total(expired) + available(lots, TODAY) == sum(
        lot.remaining for lot in confirmed
    )


@given(some_lots(), st.integers(0, 3000))
def test_a_held_basket_can_still_be_paid(lots, held):
    confirmed = sum(lot.remaining for lot in lots if not lot.pending)
    expired = expirable(lots, TODAY, held)
    assert confirmed - total(expired) >= min(held, confirmed)
    # ... and the hold protects no more than it holds.
    assert total(expirable(lots, TODAY, 0)) - total(expired) <= held


def test_a_hold_keeps_the_units_that_it_would_spend_first():
    lots = [Lot(1, 10, YESTERDAY), Lot(2, 10, YESTERDAY - timedelta(days=1))]
    assert expirable(lots, TODAY, 12) == [Allocation(1, 8)]


def test_a_negative_hold_is_refused():
    with pytest.raises(ValueError, match="negative"):
        expirable([], TODAY, -1)


# ------------------------------------------------------------- the way back


@given(some_lots(), some_lots(first_id=1000), UNITS, POLICIES)
def test_taking_back_accounts_for_every_unit(own, others, units, policy):
    result = take_back(own, others, units, policy)
    assert_within(result.pending, [lot for lot in own if lot.pending])
    usable = [lot for lot in own + others if not lot.pending]
    assert_within(result.allocations, usable)
    missing = result.debt + result.negative
    assert total(result.pending) + total(result.allocations) + missing == units
    assert not (result.negative if policy == "debt" else result.debt)
    if missing:
        assert total(result.allocations) == sum(lot.remaining for lot in usable)


@given(some_lots(), some_lots(first_id=1000), UNITS)
def test_other_earnings_are_touched_last(own, others, units):
    result = take_back(own, others, units, "debt")
    if any(item.lot_id >= 1000 for item in result.allocations):
        taken = total(result.pending) + sum(
            item.units for item in result.allocations if item.lot_id < 1000
        )
        assert taken == sum(lot.remaining for lot in own)


def test_pending_points_of_others_are_left_alone():
    result = take_back([], [Lot(1, 50, None, pending=True)], 20, "debt")
    assert (result.pending, result.allocations, result.debt) == ([], [], 20)


def test_pending_points_go_before_usable_ones():
    own = [Lot(1, 10, YESTERDAY), Lot(2, 10, None, pending=True)]
    result = take_back(own, [Lot(3, 10, YESTERDAY)], 25, "debt")
    assert result.pending == [Allocation(2, 10)]
    assert result.allocations == [Allocation(1, 10), Allocation(3, 5)]


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="policy"):
        take_back([], [], 1, "forgive")


CONSUMED = st.lists(
    st.builds(Consumed, lot_id=st.integers(1, 5), units=UNITS, expires_on=DAYS),
    min_size=1,
)


@given(CONSUMED, st.data(), st.integers(0, 30))
def test_giving_back_accounts_for_every_unit(consumed, data, grace):
    units = data.draw(st.integers(1, sum(item.units for item in consumed)))
    result = restore(consumed, units, TODAY, grace)
    fresh = sum(lot.units for lot in result.fresh)
    assert total(result.back) + fresh == units
    opened = {}
    for item in consumed:
        if item.expires_on is None or item.expires_on >= TODAY:
            opened[item.lot_id] = opened.get(item.lot_id, 0) + item.units
    assert len({item.lot_id for item in result.back}) == len(result.back)
    assert all(0 < item.units <= opened[item.lot_id] for item in result.back)
    assert all(lot.units > 0 for lot in result.fresh)
    for lot in result.fresh:
        assert lot.expires_on == TODAY + timedelta(days=grace)


@given(CONSUMED, st.integers(1, 100))
def test_no_more_comes_back_than_was_spent(consumed, more):
    with pytest.raises(ValueError, match="more than were consumed"):
        restore(consumed, sum(item.units for item in consumed) + more, TODAY, 0)


def test_last_taken_is_first_given_back():
    spent = [Consumed(1, 10, TOMORROW), Consumed(2, 10, None)]
    assert restore(spent, 12, TODAY, 0).back == [Allocation(2, 10), Allocation(1, 2)]


def test_an_expired_lot_is_not_reopened():
    spent = [Consumed(1, 10, YESTERDAY), Consumed(2, 10, TODAY)]
    result = restore(spent, 20, TODAY, 0)
    assert result.back == [Allocation(2, 10)]
    assert result.fresh == [FreshLot(10, TODAY)]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_new_earning_pays_the_debt_first(units, owed):
    paid, left = settle(units, owed)
    assert paid + left == units
    assert paid == owed or not left
    assert 0 <= paid <= owed
    assert left >= 0


@pytest.mark.parametrize(("units", "owed"), [(-1, 5), (5, -1)])
def test_negative_earnings_settle_nothing(units, owed):
    with pytest.raises(ValueError, match="negative"):
        settle(units, owed)


# ------------------------------------------------- all of it, one after another


@given(
    st.lists(st.tuples(st.sampled_from(["earn", "spend", "expire", "undo"]), UNITS)),
)
def test_any_history_conserves_the_units(steps):
    """A miniature ledger: what came in is what went out plus what is left."""
    lots, spent, day = {}, [], TODAY
    came = went = 0
    for number, (step, units) in enumerate(steps, 1):
        day += timedelta(days=units % 4)
        if step == "earn":
            lots[number] = Lot(number, units, day + timedelta(days=units % 7))
            came += units
        elif step == "spend":
            allocations, missing = allocate(lots.values(), units, day)
            if missing:
                continue
            _write(lots, allocations, -1)
            spent = [
                Consumed(item.lot_id, item.units, lots[item.lot_id].expires_on)
                for item in allocations
            ]
            went += units
        elif step == "expire":
            allocations = expirable(lots.values(), day, 0)
            _write(lots, allocations, -1)
            went += total(allocations)
        elif spent:
            units = sum(item.units for item in spent)
            result = restore(spent, units, day, 5)
            _write(lots, result.back, +1)
            for lot in result.fresh:
                lots[number] = Lot(number, lot.units, lot.expires_on)
            went -= units
            spent = []
        assert all(lot.remaining >= 0 for lot in lots.values())
        assert sum(lot.remaining for lot in lots.values()) == came - went


def _write(lots, allocations, sign):
    for item in allocations:
        lot = lots[item.lot_id]
        lots[lot.id] = Lot(lot.id, lot.remaining + sign * item.units, lot.expires_on)
