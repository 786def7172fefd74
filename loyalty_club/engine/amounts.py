"""Exact amounts: between what people and documents write and integer units.

A *unit* is the smallest step of a program or currency: with two digits 12.50 is
1250 units, with none (rial, whole points) 125000 is 125000 units.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache

# Columns of amounts, prices and quantities keep ten-thousandths: four decimals hold
# every currency of ISO 4217. They leave the database as whole ones, so that no float
# stands between a numeric column and integers.
SCALE = 4
STEP = Decimal(1).scaleb(-SCALE)

# Far beyond any balance, and short enough that no input can ask for a number
# with millions of digits ("1e999999999" is eleven characters long).
_MAX_INTEGER_DIGITS = 30
_EXACT = Context(prec=100)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)


class AmountError(ValueError):
    """The value is not a finite number of a sensible size."""


def _decimal(value: int | str | float | Decimal) -> Decimal:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise AmountError(f"not a number: {value[:40]!r}")
        number = Decimal(value)
    elif isinstance(value, float):
        # repr() is the shortest text that means this float: what its author saw.
        number = Decimal(repr(value))
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        raise AmountError(f"not a number: {value!r}")
    if not number.is_finite() or number.adjusted() >= _MAX_INTEGER_DIGITS:
        raise AmountError(f"not a finite amount: {str(number)[:40]}")
    return number


@cache
def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def to_units(
    value: int | str | float | Decimal, digits: int, *, rounding: str = ROUND_HALF_UP
) -> int:
    """Count ``value`` in units of ``digits`` decimal places.

    ``rounding`` is one of the modes of :mod:`decimal`. Text is plain ASCII without
    exponent or separators; the caller folds other digits first.

    >>> to_units("12.5", 2), to_units(12, 2), to_units("-0.005", 2)
    (1250, 1200, -1)

    A float counts as the number it prints as, so nothing is lost on the way:

    >>> to_units(1.005, 2), to_units(0.1, 1) * 1000
    (101, 1000)

    Raises :class:`AmountError` for everything that isn't a finite amount:

    >>> to_units("1e9", 0)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    AmountError: not a number: '1e9'
    """
    step = _step(digits)
    number = _decimal(value).quantize(step, rounding=rounding, context=_EXACT)
    return int(number.scaleb(digits, context=_EXACT))


def decimal(value: int | float | Decimal) -> Decimal:
    """The number that ``value`` is written as, exactly.

    >>> decimal(0.1), decimal(3)
    (Decimal('0.1'), Decimal('3'))

    Raises :class:`AmountError` for everything that isn't a finite number.
    """
    return _decimal(value)


def fraction(value: int | float | Decimal) -> Fraction:
    """As :func:`decimal`, to be multiplied and divided without rounding.

    >>> fraction(0.1), fraction(3)
    (Fraction(1, 10), Fraction(3, 1))
    """
    return Fraction(decimal(value))


def in_steps(value: int | float | Decimal) -> Decimal:
    """As :func:`decimal`, in the steps that purchases keep.

    >>> in_steps(2.00005), in_steps(3)
    (Decimal('2.0000'), Decimal('3.0000'))
    """
    return decimal(value).quantize(STEP)


def scaled(value: int | float | Decimal) -> int:
    """Whole ten-thousandths of an amount.

    >>> scaled(12.5), scaled(Decimal("0.0001"))
    (125000, 1)
    """
    return to_units(value, SCALE)


def unscaled(number: int) -> Decimal:
    """The amount of so many ten-thousandths: what :func:`scaled` came from.

    >>> unscaled(125000)
    Decimal('12.5000')
    """
    return to_decimal(number, SCALE)


def to_decimal(units: int, digits: int) -> Decimal:
    """The amount of ``units`` as a decimal with exactly ``digits`` places.

    >>> to_decimal(1250, 2)
    Decimal('12.50')
    """
    return Decimal(units).scaleb(-digits, context=_EXACT)


def to_text(units: int, digits: int) -> str:
    """The amount of ``units`` as ASCII text, ready for JSON.

    >>> to_text(1250, 2), to_text(125000, 0), to_text(-5, 2)
    ('12.50', '125000', '-0.05')
    """
    return format(to_decimal(units, digits), "f")


def is_exact(value: int | str | float | Decimal, digits: int) -> bool:
    """Whether ``value`` needs no rounding at ``digits`` places.

    >>> is_exact("12.50", 1), is_exact("12.55", 1)
    (True, False)
    """
    return to_decimal(to_units(value, digits), digits) == _decimal(value)
