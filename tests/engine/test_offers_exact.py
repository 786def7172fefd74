"""What offers change adds up, stays within its bounds, and has its way back."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from engine import offers
from engine.earning import Line, Rule, compute_award
from engine.offers import Adjustment, adjust
from engine.returns import LineState, return_lines
from hypothesis import given
from hypothesis import strategies as st

KEYS = ("a", "b", "c")
LINES = st.lists(
    st.builds(
        lambda key, quantity, total: Line(
            key, Decimal(quantity), total, total, total, total
        ),
        key=st.sampled_from(KEYS),
        quantity=st.integers(1, 9),
        total=st.integers(0, 10**6),
    ),
    min_size=1,
    unique_by=lambda line: line.key,
)
ADJUSTMENTS = st.lists(
    st.builds(
        Adjustment,
        key=st.text("xyz", min_size=1, max_size=6),
        name=st.just("offer"),
        kind=st.sampled_from(["multiply", "add", "cap"]),
        account=st.sampled_from(["points", "credit", "wallet"]),
        factor=st.fractions(0, 4, max_denominator=20),
        units=st.integers(0, 10**6),
        lines=st.none() | st.frozensets(st.sampled_from(KEYS)),
        stage=st.none() | st.integers(0, 40),
        status=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda item: item.key,
)


def earned(lines):
    rule = Rule(1, "1 for each", "money", Fraction(1, 100))
    return compute_award(lines, [rule], currency_digits=0)


@given(LINES, ADJUSTMENTS)
def test_trace_lines_and_sums_agree(lines, adjustments):
    before = earned(lines)
    award = adjust(before, lines, adjustments)
    changes = {}
    for item in award.applied:
        account = item.adjustment.account
        changes[account] = changes.get(account, 0) + item.change
    assert award.points == before.points + changes.pop("points", 0)
    assert award.points == sum(award.by_line.values())
    assert award.status_points == sum(award.status_by_line.values())
    assert min(award.by_line.values()) >= 0 <= min(award.status_by_line.values())
    in_all = {name: sum(units.values()) for name, units in award.accounts.items()}
    assert in_all == {name: units for name, units in changes.items() if units}
    assert all(min(units.values()) >= 0 for units in award.accounts.values())


@given(LINES, ADJUSTMENTS, st.randoms(use_true_random=False))
def test_it_matters_to_nobody_who_was_asked_first(lines, adjustments, dice):
    mixed = list(adjustments)
    dice.shuffle(mixed)
    assert adjust(earned(lines), lines, mixed) == adjust(
        earned(lines), lines, adjustments
    )


@given(LINES, ADJUSTMENTS, st.integers(0, 1000))
def test_the_last_cap_holds(lines, adjustments, most):
    cap = Adjustment("~", "at most", "cap", account="credit", units=most, stage=99)
    award = adjust(earned(lines), lines, [*adjustments, cap])
    assert sum(award.accounts.get("credit", {}).values()) <= most


@given(LINES, ADJUSTMENTS, st.data())
def test_partial_returns_take_what_a_complete_one_takes(lines, adjustments, data):
    award = adjust(earned(lines), lines, adjustments)
    states = {
        line.key: LineState(
            line.key,
            line.quantity,
            award.by_line[line.key],
            award.status_by_line[line.key],
            Decimal(0),
            0,
            0,
            line.total,
            0,
            accounts={name: units[line.key] for name, units in award.accounts.items()},
        )
        for line in lines
    }
    taken = {}
    for _return in range(3):
        open_keys = [k for k, s in states.items() if s.quantity > s.returned]
        if not open_keys:
            break
        key = data.draw(st.sampled_from(open_keys))
        state = states[key]
        pieces = data.draw(st.integers(1, int(state.quantity - state.returned)))
        [back] = return_lines([state], {key: Decimal(pieces)})
        states[key] = _after(state, back)
        _count(taken, back)
    for back in return_lines(list(states.values()), None):
        _count(taken, back)
    in_all = {name: sum(units.values()) for name, units in award.accounts.items()}
    assert {name: units for name, units in taken.items() if units} == in_all


def _after(state, back):
    return replace(
        state,
        returned=state.returned + back.quantity,
        points_taken=state.points_taken + back.points,
        status_taken=state.status_taken + back.status_points,
        total_returned=state.total_returned + back.total,
        accounts_taken={
            name: state.accounts_taken.get(name, 0) + units
            for name, units in back.accounts.items()
        },
    )


def _count(taken, back):
    for name, units in back.accounts.items():
        taken[name] = taken.get(name, 0) + units


def test_what_was_free_gets_its_share_and_a_discount_line_none():
    free = Line("a", Decimal(1), 0, 0, 100, 100)
    less = Line("b", Decimal(1), -100, -100, -100, -100)
    gift = Adjustment("gift", "Gift", "add", account="credit", units=10)
    award = adjust(earned([free, less]), [free, less], [gift])
    assert sum(award.accounts["credit"].values()) == 10
    back = Line("c", Decimal(-1), 50, 50, 50, 50)
    award = adjust(earned([free, back]), [free, back], [gift])
    assert award.accounts == {"credit": {"a": 10, "c": 0}}


def test_no_line_that_is_meant_gets_nothing():
    line = Line("a", Decimal(1), 100, 100, 100, 100)
    gift = Adjustment("gift", "Gift", "add", units=10, lines=frozenset({"other"}))
    award = adjust(earned([line]), [line], [gift])
    assert (award.points, award.applied) == (1, ())


def test_what_is_no_adjustment():
    for values in ({"kind": "halve"}, {"kind": "add", "units": -1}):
        with pytest.raises(ValueError, match="kind|below zero"):
            Adjustment("x", "x", **values)
    with pytest.raises(ValueError, match="below zero"):
        Adjustment("x", "x", "multiply", factor=Fraction(-1))
    line = Line("a", Decimal(1), 100, 100, 100, 100)
    twice = [Adjustment("x", "x", "add", units=1)] * 2
    with pytest.raises(ValueError, match="same key"):
        adjust(earned([line]), [line], twice)


@given(LINES, ADJUSTMENTS)
def test_the_points_of_the_trace_add_up_in_json_too(lines, adjustments):
    award = adjust(earned(lines), lines, adjustments)
    digits = {"points": 0, "credit": 2, "wallet": 2}
    told = offers.applied_to_json(award.applied, digits)
    rules = sum(item.points for item in award.trace)
    assert rules + sum(item["points"] for item in told) == award.points
    for item in told:
        change = Decimal(item["change"]) * 10 ** digits[item["account"]]
        assert item["account"] != "points" or change == item["points"]
