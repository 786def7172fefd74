"""Buy, return, keep the points: whichever way it is tried, nothing is left over."""

from dataclasses import replace
from decimal import Decimal

import pytest
from engine.returns import LineState, OverReturn, UnknownLine, return_lines
from engine.spending import share
from hypothesis import assume, given
from hypothesis import strategies as st

POINTS = st.integers(0, 10**6)


def sold(key="a", quantity=3, points=100, status=50, total=9000):
    nothing = Decimal(0)
    return LineState(
        key, Decimal(quantity), points, status, nothing, 0, 0, total, total_returned=0
    )


def after(state, returned):
    """The line once ``returned`` has been written down."""
    return replace(
        state,
        returned=state.returned + returned.quantity,
        points_taken=state.points_taken + returned.points,
        status_taken=state.status_taken + returned.status_points,
        total_returned=state.total_returned + returned.total,
    )


@given(
    st.lists(st.decimals("0.001", 50, places=3), min_size=1, max_size=8),
    POINTS,
    POINTS,
    st.integers(-(10**9), 10**9),
)
def test_partial_returns_take_what_a_complete_one_takes(parts, points, status, total):
    state = sold("a", sum(parts), points, status, total)
    for part in parts:
        (returned,) = return_lines([state], {"a": part})
        assert returned.points >= 0
        assert returned.status_points >= 0
        state = after(state, returned)
    assert (state.points_taken, state.status_taken) == (points, status)
    assert state.total_returned == total
    assert return_lines([state], None) == []


@given(
    st.lists(st.decimals("0.001", 50, places=3), min_size=1, max_size=8),
    st.integers(-(10**9), 10**9),
    st.integers(0, 10**9),
)
def test_every_amount_comes_back_to_the_last_unit(parts, untaxed, cost):
    amounts = {"untaxed": untaxed, "cost": cost}
    state = replace(sold("a", sum(parts)), amounts=amounts)
    so_far = dict.fromkeys(amounts, 0)
    for part in parts:
        (returned,) = return_lines(
            [replace(state, amounts_returned=so_far)], {"a": part}
        )
        state = after(state, returned)
        so_far = {name: so_far[name] + returned.amounts[name] for name in so_far}
    assert so_far == amounts


@given(st.decimals("0.001", 50, places=3), st.decimals("0.001", 50, places=3), POINTS)
def test_the_rest_completes_any_first_part(first, second, points):
    state = sold("a", first + second, points)
    (part,) = return_lines([state], {"a": first})
    (rest,) = return_lines([after(state, part)], None)
    assert part.points + rest.points == points
    assert rest.quantity == second
    # Rounded down: the member is never taken more than the share of what he returned.
    assert part.points <= points * first / (first + second)


@given(st.decimals("0.001", 9, places=3), st.decimals("0.001", 9, places=3))
def test_no_more_than_is_left_can_be_returned(returned, more):
    state = replace(sold("a", 9), returned=returned)
    wanted = 9 - returned + more
    with pytest.raises(OverReturn) as refused:
        return_lines([state], {"a": wanted})
    error = refused.value
    assert (error.key, error.wanted, error.left) == ("a", wanted, 9 - returned)


def test_one_bad_line_refuses_the_whole_return():
    lines = [sold("a"), sold("b")]
    with pytest.raises(OverReturn):
        return_lines(lines, {"a": Decimal(1), "b": Decimal(4)})
    with pytest.raises(UnknownLine) as refused:
        return_lines(lines, {"a": Decimal(1), "c": Decimal(1)})
    assert refused.value.key == "c"


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity"])
def test_a_return_is_a_positive_quantity(quantity):
    with pytest.raises(ValueError, match="positive"):
        return_lines([sold()], {"a": Decimal(quantity)})


def test_nothing_wanted_is_not_everything():
    assert return_lines([sold()], {}) == []
    assert [line.key for line in return_lines([sold("a"), sold("b")], None)] == [
        "a",
        "b",
    ]


def test_a_line_that_was_itself_a_return_stays():
    assert return_lines([sold("a", quantity=-1), sold("b", quantity=0)], None) == []
    with pytest.raises(OverReturn):
        return_lines([sold("a", quantity=-1)], {"a": Decimal(1)})


def test_a_correction_that_took_too_much_is_not_given_back():
    state = replace(sold(), points_taken=80, status_taken=50)
    (returned,) = return_lines([state], {"a": Decimal(1)})
    assert (returned.points, returned.status_points) == (0, 0)


def test_lines_with_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        return_lines([sold("a"), sold("a")], None)


# ----------------------------------------------------- what the purchase cost


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_the_cost_comes_back_whole_and_never_more(cost, values):
    total = sum(values)
    assume(total)
    returned = given = 0
    for value in values:
        now = share(cost, total, returned, value, given)
        assert now >= 0
        returned, given = returned + value, given + now
        assert given <= cost
        if returned < total:
            assert given == cost * returned // total
    assert given == cost


def test_returning_beyond_the_total_gives_no_more_than_the_cost():
    assert share(100, 9000, 8000, 5000, 88) == 12
    assert share(100, 9000, 9000, 1000, 100) == 0


def test_a_returned_discount_line_takes_nothing_back():
    assert share(100, 9000, 3000, -1000, 33) == 0
