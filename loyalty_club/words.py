"""Words that are stored, and read by people of other languages; words of numbers."""

from decimal import Decimal
from functools import reduce

from odoo.tools import format_date, format_list

from .engine.periods import format_day


def say_in_all_languages(records, field, say):
    """Write a translated field in each language that is installed.

    :param say: from a record, whose environment has one of the languages, to its text
    """
    languages = [code for code, _name in records.env["res.lang"].get_installed()]
    for record in records:
        record.update_field_translations(
            field, {code: say(record.with_context(lang=code)) for code in languages}
        )


def number_text(value):
    """A float as people write it: 100000.0 is "100,000", 0.5 is "0.5"."""
    return f"{Decimal(repr(value)).normalize():,f}"


def money_text(amount, currency):
    """An amount with its currency, without idle decimals: "100,000 ریال"."""
    parts = (number_text(amount), currency.symbol or currency.name or "")
    return "\N{NO-BREAK SPACE}".join(
        parts if currency.position == "after" else reversed(parts)
    )


def names_text(env, records):
    """The names of records in one enumeration: "Tea, Coffee, and Cups"."""
    return format_list(env, [record.display_name or "" for record in records])


def joined(env, clauses):
    """The clauses about one thing, one after the other."""
    return reduce(lambda one, two: env._("%(one)s, %(two)s", one=one, two=two), clauses)


def sentence(env, statements):
    """Statements about several things as one sentence, without its full stop."""
    text = reduce(
        lambda one, two: env._("%(one)s; %(two)s", one=one, two=two), statements
    )
    return text[:1].upper() + text[1:]


def day_text(env, day, calendar):
    """A date as the reader of ``env`` writes it: in Persian in the club's calendar.

    :param day: ``datetime.date``
    :param calendar: "gregorian" or "jalali"
    """
    lang = env.lang or ""
    if calendar == "jalali" and lang.partition("_")[0] == "fa":
        return format_day(day, calendar, lang)
    return format_date(env, day)
