"""Months, birthdays and expiries fall on the right day in both calendars.

The Jalali dates are held against jdatetime, an implementation that the engine does
not use, and against the first days of spring as the Iranian calendar published them.
"""

from datetime import date, datetime, timedelta, timezone

import jdatetime
import pytest
from engine.periods import (
    ExpiryPolicy,
    QualificationPolicy,
    add_months,
    anniversary,
    birth_marks,
    day_bounds,
    expiry_date,
    format_day,
    is_birthday,
    local_day,
    next_birthday,
    period_end,
    period_start,
    qualification_window,
)
from hypothesis import given
from hypothesis import strategies as st

ONE_DAY = timedelta(days=1)


def jalali(year, month, day):
    """A Gregorian date from a Jalali one, by the other implementation."""
    return jdatetime.date(year, month, day).togregorian()


# Jalali 1300 to 1499: within these years the arithmetic and the astronomical calendar
# agree, and jdatetime implements the former.
DATES = st.dates(date(1921, 3, 21), date(2120, 3, 20))
# The last days of months and years, leap days among them, are where it goes wrong.
ENDS = [date(2024, 2, 29), jalali(1403, 12, 30), jalali(1404, 12, 29)]
ENDS += [date(2024, 8, 31), jalali(1404, 6, 31), jalali(1403, 1, 1)]
DATES |= st.sampled_from(ENDS)
CALENDARS = st.sampled_from(["gregorian", "jalali"])
UNITS = st.sampled_from(["month", "quarter", "year"])


def parts(day, calendar):
    if calendar == "jalali":
        day = jdatetime.date.fromgregorian(date=day)
    return day.year, day.month, day.day


def month_length(year, month, calendar):
    """Counted day by day, not computed."""
    first = jalali(year, month, 1) if calendar == "jalali" else date(year, month, 1)
    length = 0
    while parts(first + timedelta(days=length), calendar)[1] == month:
        length += 1
    return length


# --------------------------------------------------------------------- periods


@given(DATES, UNITS, CALENDARS)
def test_periods_begin_and_end_where_the_calendar_does(day, unit, calendar):
    start, end = period_start(day, unit, calendar), period_end(day, unit, calendar)
    assert start <= day <= end
    year, month, number = parts(start, calendar)
    assert number == 1
    assert (month - 1) % {"month": 1, "quarter": 3, "year": 12}[unit] == 0
    following = parts(end + ONE_DAY, calendar)
    ahead = (following[0] - year) * 12 + following[1] - month
    assert ahead == {"month": 1, "quarter": 3, "year": 12}[unit]
    assert following[2] == 1


@given(DATES, UNITS, CALENDARS)
def test_periods_leave_no_gap(day, unit, calendar):
    end = period_end(day, unit, calendar)
    assert period_start(end, unit, calendar) == period_start(day, unit, calendar)
    assert period_start(end + ONE_DAY, unit, calendar) == end + ONE_DAY


@pytest.mark.parametrize(
    ("year", "nowruz"),
    [
        (1399, date(2020, 3, 20)),
        (1400, date(2021, 3, 21)),
        (1403, date(2024, 3, 20)),
        (1404, date(2025, 3, 21)),
        (1405, date(2026, 3, 21)),
        (1408, date(2029, 3, 20)),
        (1409, date(2030, 3, 21)),
    ],
)
def test_nowruz(year, nowruz):
    assert period_start(nowruz, "year", "jalali") == nowruz
    assert period_end(nowruz - ONE_DAY, "year", "jalali") == nowruz - ONE_DAY
    assert format_day(nowruz, "jalali", "fa_IR").translate(ASCII) == f"{year}/01/01"


# ---------------------------------------------------------------------- months


@given(DATES, st.integers(-240, 240), CALENDARS)
def test_adding_months_keeps_the_day_or_takes_the_last(day, n, calendar):
    if not date(1925, 1, 1) <= day + timedelta(days=31 * n) <= date(2115, 1, 1):
        return
    year, month, number = parts(day, calendar)
    moved = parts(add_months(day, n, calendar), calendar)
    assert moved[0] * 12 + moved[1] == year * 12 + month + n
    assert moved[2] == min(number, month_length(moved[0], moved[1], calendar))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (jalali(1404, 2, 31), 5, jalali(1404, 7, 30)),
        (jalali(1404, 2, 31), 6, jalali(1404, 8, 30)),
        (jalali(1403, 12, 30), 12, jalali(1404, 12, 29)),
        (jalali(1403, 12, 30), 60, jalali(1408, 12, 30)),
        (jalali(1404, 1, 31), -1, jalali(1403, 12, 30)),
        (jalali(1404, 1, 31), 0, jalali(1404, 1, 31)),
    ],
)
def test_months_of_different_length(day, n, expected):
    assert add_months(day, n, "jalali") == expected


def test_an_unknown_calendar_is_refused():
    with pytest.raises(ValueError, match="calendar"):
        add_months(date(2026, 1, 1), 1, "lunar")


# ------------------------------------------------- membership years, birthdays


@given(DATES, DATES, CALENDARS)
def test_membership_years_follow_each_other(joined, day, calendar):
    start, end = anniversary(joined, day, calendar)
    assert start <= day <= end
    assert anniversary(joined, end + ONE_DAY, calendar)[0] == end + ONE_DAY
    assert anniversary(joined, start, calendar) == (start, end)
    assert anniversary(joined, joined, calendar)[0] == joined
    assert is_birthday(joined, start, calendar)


@given(DATES, st.integers(1930, 2100), CALENDARS)
def test_everybody_has_one_birthday_a_year(birth, year, calendar):
    first = date(year, 1, 1) if calendar == "gregorian" else jalali(year - 621, 1, 1)
    end = period_end(first, "year", calendar)
    birthday = next_birthday(birth, first, calendar)
    assert first <= birthday <= end
    assert next_birthday(birth, birthday + ONE_DAY, calendar) > end
    assert is_birthday(birth, birthday, calendar)
    assert not is_birthday(birth, birthday + ONE_DAY, calendar)
    wanted, found = parts(birth, calendar), parts(birthday, calendar)
    assert found[1] == wanted[1]
    assert found[2] == min(wanted[2], month_length(*found[:2], calendar))


@pytest.mark.parametrize(
    ("birth", "calendar", "celebrated"),
    [
        (jalali(1403, 12, 30), "jalali", [jalali(1404, 12, 29), jalali(1408, 12, 30)]),
        (jalali(1404, 12, 29), "jalali", [jalali(1408, 12, 29)]),
        (date(2024, 2, 29), "gregorian", [date(2025, 2, 28), date(2028, 2, 29)]),
        (date(2023, 2, 28), "gregorian", [date(2024, 2, 28)]),
    ],
)
def test_birthdays_on_leap_days(birth, calendar, celebrated):
    for day in celebrated:
        assert is_birthday(birth, day, calendar)
        assert not is_birthday(birth, day - ONE_DAY, calendar)
        assert not is_birthday(birth, day + ONE_DAY, calendar)


# ------------------------------------------------------------------ time zones

ZONES = st.sampled_from(
    ["Asia/Tehran", "UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"]
)


@given(st.dates(date(1990, 1, 1), date(2037, 1, 1)), ZONES)
def test_the_bounds_of_a_day_hold_exactly_that_day(day, tz):
    start, end = day_bounds(day, tz)
    moment = timedelta(microseconds=1)
    assert local_day(start, tz) == local_day(end - moment, tz) == day
    assert local_day(start - moment, tz) == day - ONE_DAY
    assert local_day(end, tz) == day + ONE_DAY
    assert day_bounds(day + ONE_DAY, tz)[0] == end


def test_days_of_23_and_25_hours():
    short = day_bounds(date(2026, 3, 29), "Europe/Berlin")
    long = day_bounds(date(2026, 10, 25), "Europe/Berlin")
    assert short[1] - short[0] == timedelta(hours=23)
    assert long[1] - long[0] == timedelta(hours=25)
    # Tehran's clocks changed at midnight itself, until 1401.
    first = day_bounds(date(2021, 3, 22), "Asia/Tehran")
    assert first[1] - first[0] == timedelta(hours=23)


def test_a_sale_after_midnight_in_tehran_is_of_the_new_day():
    assert local_day(datetime(2026, 3, 20, 20, 29), "Asia/Tehran") == date(2026, 3, 20)
    assert local_day(datetime(2026, 3, 20, 20, 30), "Asia/Tehran") == date(2026, 3, 21)
    aware = datetime(2026, 3, 20, 22, 0, tzinfo=timezone(timedelta(hours=2)))
    assert local_day(aware, "Asia/Tehran") == date(2026, 3, 20)


# ---------------------------------------------------------------------- expiry


@pytest.mark.parametrize(
    ("mode", "count", "expected"),
    [
        ("none", 0, None),
        ("days", 0, jalali(1404, 5, 31)),
        ("days", 30, jalali(1404, 6, 30)),
        ("months", 3, jalali(1404, 8, 30)),
        ("inactivity", 12, jalali(1405, 5, 31)),
        ("end_of_month", 0, jalali(1404, 5, 31)),
        ("end_of_month", 2, jalali(1404, 7, 30)),
        ("end_of_quarter", 0, jalali(1404, 6, 31)),
        ("end_of_quarter", 1, jalali(1404, 9, 30)),
        ("end_of_year", 0, jalali(1404, 12, 29)),
        ("end_of_year", 4, jalali(1408, 12, 30)),
    ],
)
def test_expiry_by_the_club_calendar(mode, count, expected):
    earned_on = jalali(1404, 5, 31)
    assert expiry_date(earned_on, ExpiryPolicy(mode, count, "jalali")) == expected


@given(
    DATES,
    st.sampled_from(["days", "months", "inactivity"])
    | UNITS.map(lambda unit: f"end_of_{unit}"),
    st.integers(0, 36),
    CALENDARS,
)
def test_nothing_expires_before_it_is_earned(day, mode, count, calendar):
    policy = ExpiryPolicy(mode, count, calendar)
    expires_on = expiry_date(day, policy)
    assert expires_on >= day
    assert expiry_date(day + ONE_DAY, policy) >= expires_on
    assert expiry_date(day, ExpiryPolicy(mode, count + 1, calendar)) > expires_on
    if mode.startswith("end_of_"):
        assert parts(expires_on + ONE_DAY, calendar)[2] == 1


def test_impossible_expiries_are_refused():
    with pytest.raises(ValueError, match="past"):
        ExpiryPolicy("days", -1)
    with pytest.raises(ValueError, match="unknown expiry"):
        expiry_date(date(2026, 1, 1), ExpiryPolicy("end_of_week"))


# --------------------------------------------------------------- qualification


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("rolling", (jalali(1403, 5, 16), jalali(1404, 5, 15))),
        ("month", (jalali(1404, 5, 1), jalali(1404, 5, 31))),
        ("quarter", (jalali(1404, 4, 1), jalali(1404, 6, 31))),
        ("year", (jalali(1404, 1, 1), jalali(1404, 12, 29))),
        ("anniversary", (jalali(1403, 9, 30), jalali(1404, 9, 29))),
        ("lifetime", (date.min, jalali(1404, 5, 15))),
    ],
)
def test_qualification_window(period, expected):
    policy = QualificationPolicy(period, calendar="jalali")
    joined = jalali(1400, 9, 30)
    assert qualification_window(jalali(1404, 5, 15), policy, joined) == expected


@given(DATES, st.integers(1, 24), CALENDARS)
def test_a_rolling_window_never_skips_or_counts_a_day_twice(day, months, calendar):
    policy = QualificationPolicy("rolling", months, calendar)
    start, end = qualification_window(day, policy, None)
    assert end == day
    # The day before it is the same day of the month, so many months ago.
    assert start - ONE_DAY == add_months(day, -months, calendar)
    tomorrow, _end = qualification_window(day + ONE_DAY, policy, None)
    assert start <= tomorrow


def test_impossible_windows_are_refused():
    day = date(2026, 1, 1)
    with pytest.raises(ValueError, match="joining"):
        qualification_window(day, QualificationPolicy("anniversary"), None)
    with pytest.raises(ValueError, match="unknown period"):
        qualification_window(day, QualificationPolicy("week"), None)
    with pytest.raises(ValueError, match="month"):
        QualificationPolicy("rolling", 0)


# --------------------------------------------------------------------- display

ASCII = str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789")


@given(DATES)
def test_display_in_persian(day):
    shown = format_day(day, "jalali", "fa")
    assert shown.translate(ASCII) == jdatetime.date.fromgregorian(date=day).strftime(
        "%Y/%m/%d"
    )
    assert not any(char in shown for char in "0123456789")


@pytest.mark.parametrize(
    ("calendar", "lang"),
    [("gregorian", "fa_IR"), ("jalali", "en_US"), ("jalali", "fat_GH")],
)
def test_display_elsewhere(calendar, lang):
    assert format_day(date(2026, 3, 21), calendar, lang) == "2026-03-21"


@pytest.mark.parametrize("calendar", ["gregorian", "jalali"])
def test_no_birthday_falls_outside_of_the_marks(calendar):
    """All births of 120 years, on all days of some leap and common years."""
    first, last = date(2023, 1, 1), date(2030, 3, 20)
    marks = {}
    for birth_year in range(1906, 2027, 1 if calendar == "gregorian" else 3):
        birth = date(birth_year, 1, 1)
        while birth.year == birth_year:
            day = next_birthday(birth, first, calendar)
            while day <= last:
                if day not in marks:
                    marks[day] = set(birth_marks(day, day))
                assert f"{birth:%m%d}" in marks[day], (birth, day)
                day = next_birthday(birth, day + 2 * ONE_DAY, calendar)
            birth += ONE_DAY if birth.month in (2, 3, 12) else 9 * ONE_DAY
