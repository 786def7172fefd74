"""Days, months and years of the club: Gregorian or Jalali, in its own time zone.

Dates come in and go out as Gregorian :class:`datetime.date`; a calendar only decides
where months and years begin and end. Instants are UTC.

The examples use 1 Farvardin 1404 = 2025-03-21; 1403 is a leap year, 1404 is not.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

from persiantools.jdatetime import JalaliDate

Calendar = Literal["gregorian", "jalali"]
Unit = Literal["month", "quarter", "year"]

_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
_ENDS: dict[str, Unit] = {f"end_of_{unit}": unit for unit in _MONTHS}
_DAY = timedelta(days=1)
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


# ---------------------------------------------------------------- two calendars


def _split(day: date, calendar: Calendar) -> tuple[int, int, int]:
    if calendar == "gregorian":
        return day.year, day.month, day.day
    if calendar == "jalali":
        jalali = JalaliDate.to_jalali(day)
        return jalali.year, jalali.month, jalali.day
    raise ValueError(f"unknown calendar: {calendar!r}")


def _first(year: int, month: int, calendar: Calendar) -> date:
    """The first day of a month; ``month`` may lie outside 1..12."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if calendar == "jalali":
        return JalaliDate(year, month, 1).to_gregorian()
    return date(year, month, 1)


def _on(year: int, month: int, day: int, calendar: Calendar) -> date:
    """Day ``day`` of a month, or its last day when it is shorter."""
    last = _first(year, month + 1, calendar) - _DAY
    return min(_first(year, month, calendar) + timedelta(days=day - 1), last)


# ---------------------------------------------------------------------- periods


def period_start(day: date, unit: Unit, calendar: Calendar) -> date:
    """The first day of the month, quarter or year that ``day`` lies in.

    >>> period_start(date(2025, 5, 1), "month", "jalali")  # 11 Ordibehesht 1404
    datetime.date(2025, 4, 21)
    >>> period_start(date(2025, 5, 1), "quarter", "gregorian")
    datetime.date(2025, 4, 1)
    """
    year, month, _day = _split(day, calendar)
    size = _MONTHS[unit]
    return _first(year, (month - 1) // size * size + 1, calendar)


def period_end(day: date, unit: Unit, calendar: Calendar) -> date:
    """The last day, inclusive, of the period that ``day`` lies in.

    >>> period_end(date(2025, 5, 1), "year", "jalali")  # 29 Esfand 1404
    datetime.date(2026, 3, 20)
    """
    start = period_start(day, unit, calendar)
    return add_months(start, _MONTHS[unit], calendar) - _DAY


def add_months(day: date, n: int, calendar: Calendar) -> date:
    """The same day of the month ``n`` months on, or the last day of a shorter month.

    >>> add_months(date(2025, 5, 21), 6, "jalali")  # 31 Ordibehesht -> 30 Aban
    datetime.date(2025, 11, 21)
    >>> add_months(date(2025, 3, 20), 12, "jalali")  # 30 Esfand -> 29 Esfand
    datetime.date(2026, 3, 20)
    >>> add_months(date(2024, 3, 31), -1, "gregorian")
    datetime.date(2024, 2, 29)
    """
    year, month, number = _split(day, calendar)
    return _on(year, month + n, number, calendar)


def anniversary(joined: date, day: date, calendar: Calendar) -> tuple[date, date]:
    """First and last day of the membership year that ``day`` lies in.

    Counted from the day of joining each time, so that somebody who joined on a leap
    day gets it back every leap year:

    >>> anniversary(date(2024, 2, 29), date(2025, 6, 1), "gregorian")
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 27))
    >>> anniversary(date(2024, 2, 29), date(2028, 2, 29), "gregorian")
    (datetime.date(2028, 2, 29), datetime.date(2029, 2, 27))
    """
    years = _split(day, calendar)[0] - _split(joined, calendar)[0]
    if add_months(joined, 12 * years, calendar) > day:
        years -= 1
    start = add_months(joined, 12 * years, calendar)
    return start, add_months(joined, 12 * (years + 1), calendar) - _DAY


# -------------------------------------------------------------------- birthdays


def next_birthday(birth: date, day: date, calendar: Calendar) -> date:
    """The first birthday on or after ``day``.

    Born on 30 Esfand or 29 February, it is the last day of that month in common years.

    >>> next_birthday(date(1996, 2, 29), date(2025, 1, 1), "gregorian")
    datetime.date(2025, 2, 28)
    >>> next_birthday(date(2025, 3, 20), date(2025, 4, 1), "jalali")
    datetime.date(2026, 3, 20)
    """
    _year, month, number = _split(birth, calendar)
    year = _split(day, calendar)[0]
    this_year = _on(year, month, number, calendar)
    return this_year if this_year >= day else _on(year + 1, month, number, calendar)


def is_birthday(birth: date, day: date, calendar: Calendar) -> bool:
    """Whether a person born on ``birth`` celebrates on ``day``.

    >>> is_birthday(date(1996, 2, 29), date(2025, 2, 28), "gregorian")
    True
    >>> is_birthday(date(1996, 2, 29), date(2024, 2, 28), "gregorian")
    False
    """
    return next_birthday(birth, day, calendar) == day


def year_of(day: date, calendar: Calendar) -> int:
    """The year that ``day`` lies in: what makes a key yearly.

    >>> year_of(date(2024, 1, 1), "jalali"), year_of(date(2024, 12, 31), "jalali")
    (1402, 1403)
    """
    return _split(day, calendar)[0]


# A day of the Jalali year falls on Gregorian days that are at most so far apart.
_DRIFT = timedelta(days=3)


def birth_marks(first: date, last: date) -> list[str]:
    """Month and day (``MMDD``) of all births that may be celebrated in these days.

    For a database to narrow down by, in either calendar: nobody who celebrates is
    left out, and :func:`next_birthday` decides. Born on 29 February, one celebrates
    the day before in common years.

    >>> birth_marks(date(2025, 2, 28), date(2025, 2, 28))
    ['0225', '0226', '0227', '0228', '0229', '0301', '0302', '0303']
    """
    day = first - _DRIFT
    marks: set[str] = set()
    while day <= last + _DRIFT and len(marks) < 366:
        marks.add(f"{day:%m%d}")
        day += _DAY
    if {"0228", "0301"} & marks:
        marks.add("0229")
    return sorted(marks)


# ------------------------------------------------------------------- time zones


def local_day(moment_utc: datetime, tz: str) -> date:
    """The club's date at an instant; without time zone it counts as UTC.

    >>> local_day(datetime(2026, 3, 20, 21, 0), "Asia/Tehran")
    datetime.date(2026, 3, 21)
    """
    if moment_utc.tzinfo is None:
        moment_utc = moment_utc.replace(tzinfo=timezone.utc)
    return moment_utc.astimezone(ZoneInfo(tz)).date()


def day_bounds(day: date, tz: str) -> tuple[datetime, datetime]:
    """The club's day as UTC instants, without time zone: start, and end exclusive.

    >>> day_bounds(date(2026, 3, 21), "Asia/Tehran")
    (datetime.datetime(2026, 3, 20, 20, 30), datetime.datetime(2026, 3, 21, 20, 30))
    """
    zone = ZoneInfo(tz)

    def midnight(when: date) -> datetime:
        local = datetime.combine(when, time.min, zone)
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    return midnight(day), midnight(day + _DAY)


# --------------------------------------------------------------------- policies


@dataclass(frozen=True, slots=True)
class ExpiryPolicy:
    """How long an earning can be used.

    ``count`` is days for ``days``, months for ``months`` and ``inactivity``, and for
    the ``end_of_`` modes how many further whole periods follow the one of earning.
    """

    mode: Literal[
        "none",
        "days",
        "months",
        "end_of_month",
        "end_of_quarter",
        "end_of_year",
        "inactivity",
    ]
    count: int = 0
    calendar: Calendar = "gregorian"

    def __post_init__(self):
        if self.count < 0:
            raise ValueError(f"an expiry cannot lie in the past: {self.count}")


def expiry_date(earned_on: date, policy: ExpiryPolicy) -> date | None:
    """The last day on which the earning can be used; None when it never expires.

    >>> expiry_date(date(2025, 5, 1), ExpiryPolicy("days", 30))
    datetime.date(2025, 5, 31)
    >>> expiry_date(date(2025, 5, 1), ExpiryPolicy("end_of_year", 0, "jalali"))
    datetime.date(2026, 3, 20)
    >>> expiry_date(date(2025, 5, 1), ExpiryPolicy("end_of_quarter", 1))
    datetime.date(2025, 9, 30)

    With ``inactivity`` it is the date as if nothing more happened; each later activity
    moves it by asking again with that day.
    """
    mode, count, calendar = policy.mode, policy.count, policy.calendar
    if mode == "none":
        return None
    if mode == "days":
        return earned_on + timedelta(days=count)
    if mode in ("months", "inactivity"):
        return add_months(earned_on, count, calendar)
    unit = _ENDS.get(mode)
    if unit is None:
        raise ValueError(f"unknown expiry: {mode!r}")
    start = period_start(earned_on, unit, calendar)
    return period_end(
        add_months(start, count * _MONTHS[unit], calendar), unit, calendar
    )


# How many months one of a policy's numbers is; days are counted one by one.
_COUNTED = {
    "months": 1,
    "inactivity": 1,
    "end_of_month": 1,
    "end_of_quarter": 3,
    "end_of_year": 12,
}
_DAYS_A_YEAR = 365


def same_time(count: int, mode: str, new_mode: str) -> int:
    """The number that means about the same time by another kind of expiry.

    >>> same_time(12, "months", "days"), same_time(365, "days", "months")
    (365, 12)
    >>> same_time(30, "days", "months"), same_time(1, "end_of_year", "end_of_quarter")
    (1, 4)

    It is at least one where none would be no time at all, and one whole period for
    what ended with the period it was earned in:

    >>> same_time(3, "days", "months"), same_time(0, "end_of_year", "days")
    (1, 365)

    What never ended has no number: a year is proposed.

    >>> same_time(0, "none", "months"), same_time(12, "months", "none")
    (12, 0)
    """
    if mode == new_mode:
        return count
    if new_mode == "none":
        return 0
    if mode == "none":
        mode, count = "months", 12
    # In days of a twelfth: months are no whole number of days.
    if mode == "days":
        time = count * 12
    else:
        time = max(count, 1) * _COUNTED[mode] * _DAYS_A_YEAR
    size = 12 if new_mode == "days" else _COUNTED[new_mode] * _DAYS_A_YEAR
    number = (2 * time + size) // (2 * size)  # to the nearest
    return number if new_mode.startswith("end_of_") else max(number, 1)


@dataclass(frozen=True, slots=True)
class QualificationPolicy:
    """Over which days a member's status is counted; ``months`` is for ``rolling``."""

    period: Literal["rolling", "month", "quarter", "year", "anniversary", "lifetime"]
    months: int = 12
    calendar: Calendar = "gregorian"

    def __post_init__(self):
        if self.months < 1:
            raise ValueError(f"a rolling window has at least a month: {self.months}")


def qualification_window(
    day: date, policy: QualificationPolicy, joined: date | None
) -> tuple[date, date]:
    """First and last day, inclusive, of what counts for a status on ``day``.

    A rolling window ends on the day itself, a calendar period on its own last day.

    >>> qualification_window(date(2025, 5, 1), QualificationPolicy("rolling"), None)
    (datetime.date(2024, 5, 2), datetime.date(2025, 5, 1))
    >>> qualification_window(date(2025, 5, 1), QualificationPolicy("year"), None)
    (datetime.date(2025, 1, 1), datetime.date(2025, 12, 31))

    Raises ValueError for ``anniversary`` without a day of joining.
    """
    period, calendar = policy.period, policy.calendar
    if period == "lifetime":
        return date.min, day
    if period == "rolling":
        return add_months(day, -policy.months, calendar) + _DAY, day
    if period == "anniversary":
        if joined is None:
            raise ValueError("a membership year needs the day of joining")
        return anniversary(joined, day, calendar)
    if period not in _MONTHS:
        raise ValueError(f"unknown period: {period!r}")
    return period_start(day, period, calendar), period_end(day, period, calendar)


def format_day(day: date, calendar: Calendar, lang: str) -> str:
    """A date as a member reads it: Jalali in Persian digits, or else ISO 8601.

    >>> format_day(date(2026, 11, 22), "jalali", "fa_IR")
    '۱۴۰۵/۰۹/۰۱'
    >>> format_day(date(2026, 11, 22), "jalali", "en_US")
    '2026-11-22'
    """
    if calendar == "jalali" and lang.partition("_")[0] == "fa":
        year, month, number = _split(day, calendar)
        return f"{year:04}/{month:02}/{number:02}".translate(_PERSIAN_DIGITS)
    return day.isoformat()
