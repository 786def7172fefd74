"""No amount gains or loses a unit between text, decimals and integers."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal

import pytest
from engine.amounts import AmountError, is_exact, to_decimal, to_text, to_units
from hypothesis import given
from hypothesis import strategies as st

UNITS = st.integers(-(10**24), 10**24)
DIGITS = st.integers(0, 6)


@given(UNITS, DIGITS)
def test_there_and_back(units, digits):
    assert to_units(to_text(units, digits), digits) == units
    assert to_units(to_decimal(units, digits), digits) == units
    assert is_exact(to_text(units, digits), digits)


@given(st.integers(-(10**13), 10**13))
def test_money_that_came_as_float(cents):
    assert to_units(cents / 100, 2) == cents


@given(st.decimals(-(10**12), 10**12, places=8), DIGITS)
def test_rounding_goes_half_away_from_zero(value, digits):
    units = to_units(value, digits)
    off = abs(Decimal(units) - value * 10**digits)
    assert off <= Decimal("0.5")
    if off == Decimal("0.5"):
        assert abs(units) > abs(value * 10**digits)
    assert is_exact(value, digits) == (off == 0)


def test_rounding_of_choice():
    assert to_units("1.29", 1, rounding=ROUND_DOWN) == 12
    assert to_units("1.21", 1, rounding=ROUND_UP) == 13


@pytest.mark.parametrize(
    ("value", "units"),
    [
        (1.005, 101),
        (-1.005, -101),
        ("0.005", 1),
        ("0.015", 2),
        ("0.025", 3),
        (".5", 50),
    ],
)
def test_half_a_unit_as_it_was_written(value, units):
    assert to_units(value, 2) == units


def test_a_thousand_times_a_tenth_is_a_hundred():
    assert 1000 * to_units(0.1, 1) == to_units(100, 1)


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "1,000", "1 000", "1e3", "0x10", "NaN", "inf", "۱۲", "1.2.3", "-"),
        *("9" * 31, float("nan"), float("inf"), 1e300, 10**30, 10**5000),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+999999")),
        *(True, None, [], "1\n"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(AmountError):
        to_units(value, 2)


def test_text_never_has_an_exponent_or_a_minus_zero():
    assert to_text(0, 8) == "0.00000000"
    assert to_text(1, 8) == "0.00000001"
    assert to_text(to_units("-0.001", 2), 2) == "0.00"
