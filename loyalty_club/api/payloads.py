"""Checks of what integrators send: plain Python, no Odoo.

A check takes a value and the name of its field, and returns the value in the form
that the API works with, or raises :class:`Refused`. Texts are English on purpose:
they speak to programmers, who log and search them, and they never repeat the value,
which may be a card's number.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from ..engine.amounts import AmountError, to_units
from ..engine.identifiers import looks_like_pan

# XML-RPC has no larger integers.
MAX_INTEGER = 2**31 - 1
MAX_MONEY = 10**12
MAX_QUANTITY = 10**6
MAX_LINES = 1000
EARLIEST = date(1900, 1, 1)
# Clocks differ, and so do opinions about time zones; further ahead is a mistake.
AHEAD = timedelta(days=1)

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Refused(ValueError):
    """A value that can't be used; its text is ``field: reason``."""

    def __init__(self, field, reason):
        super().__init__(f"{field}: {reason}")


def text(longest, shortest=1):
    """Text of so many characters, without blanks around it."""

    def check(value, field):
        if not isinstance(value, str):
            raise Refused(field, "must be text")
        value = value.strip()
        if not shortest <= len(value) <= longest:
            raise Refused(field, f"must have {shortest} to {longest} characters")
        if not _storable(value):
            raise Refused(field, "has characters that can't be stored")
        return value

    return check


def prose(longest):
    """Text that is kept as it is said; a bank card's number in it is refused."""

    def check(value, field):
        value = text(longest)(value, field)
        if looks_like_pan(value):
            raise Refused(field, "a bank card's number is never stored")
        return value

    return check


def _storable(value):
    # A database holds no NUL, and UTF-8 no halves of a surrogate pair.
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def choice(*known):
    def check(value, field):
        if value not in known or not isinstance(value, str):
            raise Refused(field, f"must be one of {', '.join(known)}")
        return value

    return check


def boolean(value, field):
    if not isinstance(value, bool):
        raise Refused(field, "must be true or false")
    return value


def whole(least, most=MAX_INTEGER):
    def check(value, field):
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(field, "must be an integer")
        if not least <= value <= most:
            raise Refused(field, f"must be {least} to {most}")
        return value

    return check


def number(least=-MAX_MONEY, most=MAX_MONEY, above=None):
    """A finite number, given as decimal text, integer or float, as ``Decimal``."""

    def check(value, field):
        try:
            to_units(value, 0)
        except AmountError:
            raise Refused(field, "must be a number, as 12 or '12.50'") from None
        # A float counts as the number it prints as: what its author saw.
        exact = Decimal(repr(value) if isinstance(value, float) else value)
        if above is not None and exact <= above:
            raise Refused(field, f"must be more than {above}")
        if not least <= exact <= most:
            raise Refused(field, f"must be {least} to {most}")
        return exact

    return check


def day(value, field):
    """A date written ``YYYY-MM-DD``."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Refused(field, "must be a date, as '2026-03-21'")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise Refused(field, "is not in the calendar") from None
    if found < EARLIEST:
        raise Refused(field, f"must not be before {EARLIEST}")
    return found


def birthday(value, field):
    found = day(value, field)
    if found > datetime.now(UTC).date():
        raise Refused(field, "lies in the future")
    return found


def moment(value, field):
    """A past time in ISO 8601, UTC unless it says otherwise, as naive UTC."""
    if not isinstance(value, str):
        raise Refused(field, "must be a time, as '2026-03-21T10:30:00Z'")
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(field, "must be a time, as '2026-03-21T10:30:00Z'") from None
    if found.date() < EARLIEST:
        raise Refused(field, f"must not be before {EARLIEST}")
    if found > datetime.now(UTC) + AHEAD:
        raise Refused(field, "lies in the future")
    return found.replace(tzinfo=None, microsecond=0)


def list_of(check_item, most, least=0):
    def check(value, field):
        if not isinstance(value, list | tuple):
            raise Refused(field, "must be a list")
        if not least <= len(value) <= most:
            raise Refused(field, f"must have {least} to {most} items")
        return [check_item(item, f"{field}[{i}]") for i, item in enumerate(value)]

    return check


def record(required, **checks):
    """An object with these fields; what is null counts as left out.

    :param required: names that must be there
    """

    def check(value, field):
        if not isinstance(value, dict):
            raise Refused(field, "must be an object")
        return fields(value, checks, required, f"{field}.")

    return check


def flags(most):
    """An object of names to true or false; what is null counts as left out."""

    def check(value, field):
        if not isinstance(value, dict):
            raise Refused(field, "must be an object")
        if len(value) > most:
            raise Refused(field, f"must have at most {most} names")
        names = {name: text(32)(name, field) for name in value}
        return {
            names[name]: boolean(on, f"{field}.{names[name]}")
            for name, on in value.items()
            if on is not None
        }

    return check


def fields(values, checks, required, prefix=""):
    """Check named values: nothing unknown, nothing missing, each one right."""
    values = {name: value for name, value in values.items() if value is not None}
    for name in values:
        if name not in checks:
            shown = str(name)[:64].encode("ascii", "backslashreplace").decode()
            raise Refused(f"{prefix}{shown}", "is not known here")
    for name in required:
        if name not in values:
            raise Refused(f"{prefix}{name}", "is missing")
    return {
        name: checks[name](value, f"{prefix}{name}") for name, value in values.items()
    }


# ---------------------------------------------------------------- the contract's values

KEY = text(64)
MEMBER = text(128)
REFERENCE = prose(128)
ACCOUNT = choice("points", "wallet", "credit")
POSITIVE = number(above=0)
GENDER = choice("male", "female", "other")
TAGS = list_of(text(64), 20)
# Channels and schemes are open lists of the database: the member knows them.
CONSENT = flags(20)
IDENTIFIERS = list_of(record(("scheme", "value"), scheme=text(32), value=text(128)), 20)


def line_name(value, field):
    """A line's name at the caller: text, or its number."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(whole(0)(value, field))
    return text(64)(value, field)


_LINE = record(
    ("quantity",),
    line=line_name,
    sku=text(128),
    product_id=whole(1),
    name=prose(256),
    category=prose(128),
    quantity=number(0, MAX_QUANTITY),
    unit_price=number(),
    discount=number(0, 100),
    total=number(),
    untaxed=number(),
)
_PAYMENT = record(("method", "amount"), method=prose(64), amount=number())
_PURCHASE = {
    "uuid": KEY,
    "member": MEMBER,
    "date": moment,
    "channel": prose(64),
    "branch": prose(128),
    "currency": text(16),
    "lines": list_of(_LINE, MAX_LINES, least=1),
    "payments": list_of(_PAYMENT, 50),
    "reference": REFERENCE,
}
_RETURN_LINES = list_of(
    record(
        ("line", "quantity"), line=line_name, quantity=number(0, MAX_QUANTITY, above=0)
    ),
    MAX_LINES,
    least=1,
)


def return_lines(value, field):
    found = _RETURN_LINES(value, field)
    _check_names(found)
    return found


def purchase(*required):
    """The facts of a purchase; its fields are named as in the contract."""

    def check(value, field):
        if not isinstance(value, dict):
            raise Refused(field, "must be an object")
        found = fields(value, _PURCHASE, required)
        for index, line in enumerate(found["lines"]):
            line.setdefault("line", str(index + 1))
            if "unit_price" not in line and "total" not in line:
                raise Refused(f"lines[{index}].unit_price", "is missing, as is total")
        _check_names(found["lines"])
        return found

    return check


def _check_names(lines):
    seen = set()
    for index, line in enumerate(lines):
        if line["line"] in seen:
            raise Refused(f"lines[{index}].line", "is used twice")
        seen.add(line["line"])


PURCHASE = purchase("uuid", "member", "lines")
QUOTED = purchase("member", "lines")


def fingerprint(values):
    """The same for the same payload, whatever the order of its fields."""
    values = {name: value for name, value in values.items() if value is not None}
    plain = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()
