"""Jalali days, and groups by Jalali months and years, for the screens of who counts so.

PostgreSQL knows no Jalali calendar: a day is looked up among the first days of all
months (or quarters, years) from 1900 to 2072. What is older counts as without a date.
"""

from bisect import bisect_right
from functools import cache

import pytz
from persiantools.jdatetime import JalaliDate

from odoo.tools import SQL
from odoo.tools.misc import DEFAULT_SERVER_DATE_FORMAT, DEFAULT_SERVER_DATETIME_FORMAT

from .engine.periods import add_months

YEARS = range(1279, 1451)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
NAMES = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
SEASONS = ("بهار", "تابستان", "پاییز", "زمستان")
# As the browser calls them for who doesn't read Persian (CLDR).
LATIN_NAMES = (
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
)


@cache
def first_days(unit):
    """The first days of all periods, in order: list of dates."""
    return [
        JalaliDate(year, month, 1).to_gregorian()
        for year in YEARS
        for month in range(1, 13, MONTHS[unit])
    ]


@cache
def _first_days_sql(unit):
    return "{" + ",".join(day.isoformat() for day in first_days(unit)) + "}"


def trunc(unit, day_sql, kind):
    """SQL of the first day of the period that a day lies in, as Odoo's ``date_trunc``.

    :param kind: type of the field, "date" or "datetime"
    """
    days = _first_days_sql(unit)
    return SQL(
        "(%s::date[])[width_bucket(%s::date, %s::date[])]::%s",
        days,
        day_sql,
        days,
        SQL("date") if kind == "date" else SQL("timestamp"),
    )


def label(unit, value, lang="fa_IR"):
    """What stands over a group.

    :param value: date or local datetime that the group begins with
    :param lang: of the reader; seasons are numbers for who doesn't read Persian

    >>> from datetime import date
    >>> label("month", date(2026, 11, 22))
    'آذر 1405'
    >>> label("quarter", date(2026, 3, 21))
    'بهار 1405'
    >>> label("month", date(2026, 11, 22), "en_US")
    'Azar 1405'
    >>> label("quarter", date(2026, 3, 21), "en_US")
    'Q1 1405'
    """
    persian = lang.startswith("fa")
    day = JalaliDate.to_jalali(value.year, value.month, value.day)
    month = (NAMES if persian else LATIN_NAMES)[day.month - 1]
    quarter = (day.month - 1) // 3
    if unit == "year":
        return f"{day.year}"
    if unit == "quarter":
        return f"{SEASONS[quarter] if persian else f'Q{quarter + 1}'} {day.year}"
    if unit == "month":
        return f"{month} {day.year}"
    if unit == "week":
        week = "هفتهٔ" if persian else "Week of"
        return f"{week} {day.day} {month} {day.year}"
    if unit == "hour":
        return f"{value:%H}:00 {day.day} {month}"
    return f"{day.day} {month} {day.year}"


# Lengths of a date that templates may ask for, as Unicode calls them; None is Odoo's.
LENGTHS = (None, "short", "medium", "long", "full")


def written(day, length=None):
    """A day as pages in Persian have it: in digits, or with the name of its month.

    >>> from datetime import date
    >>> written(date(2026, 11, 22)), written(date(2026, 11, 22), "long")
    ('1405/09/01', '1 آذر 1405')
    """
    if length in (None, "short"):
        return JalaliDate.to_jalali(day.year, day.month, day.day).strftime("%Y/%m/%d")
    return label("day", day)


def next_start(unit, value):
    """The beginning of the period after the one that begins with ``value``."""
    return add_months(value, MONTHS[unit], "jalali")


def bounds(unit, value, timezone):
    """A group's first moment and the one after its last, as domains have them.

    :param value: date, or naive local datetime, that the group begins with
    :param timezone: name, for datetimes; UTC without one
    :return: (start, end) as texts
    """
    if not hasattr(value, "hour"):
        end = next_start(unit, value)
        return tuple(day.strftime(DEFAULT_SERVER_DATE_FORMAT) for day in (value, end))
    end = value.replace(
        **dict(
            zip(
                ("year", "month", "day"),
                next_start(unit, value.date()).timetuple()[:3],
                strict=True,
            )
        )
    )
    moments = (value, end)
    if timezone in pytz.all_timezones_set:
        zone = pytz.timezone(timezone)
        moments = [zone.localize(at).astimezone(pytz.utc) for at in moments]
    return tuple(at.strftime(DEFAULT_SERVER_DATETIME_FORMAT) for at in moments)


def fill(unit, starts, first=None, last=None, least=0):
    """The beginnings of all periods between the first and the last.

    :param starts: dates or datetimes, beginnings of periods that there are
    :param first: date within the first period wanted, ``last`` likewise
    :param least: how many periods are wanted at least
    :return: sorted list
    """
    days = first_days(unit)

    def begin(day):
        return days[bisect_right(days, day) - 1]

    plain = [at.date() if hasattr(at, "hour") else at for at in starts]
    wanted = set(plain)
    ends = [*plain, *(begin(day) for day in (first, last) if day)]
    if ends:
        start = begin(first) if first else min(ends)
        end = begin(last) if last else max(ends)
        number = 0
        while start <= end or number < least:
            wanted.add(start)
            start, number = next_start(unit, start), number + 1
    return sorted(wanted)
