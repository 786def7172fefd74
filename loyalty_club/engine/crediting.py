"""Which sold lines a credit note is about.

Odoo's credit notes don't say which line of the invoice a line of theirs credits, so it
is read from what both say: first the same product at the same price gives its pieces
back; what is left credits money, on the same product where there is one and on the
whole sale otherwise.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from .amounts import STEP

# Quantities are kept with four places. A part of a piece that was credited is cut to
# that, and the next credit of the line evens it out.


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line that can still be returned, or a line of a credit note.

    ``item`` is the product, or the text of a line without one; ``price`` is whatever
    must be equal for pieces to be the same. ``total`` is in minor units and negative
    for a discount; the quantity never is.
    """

    key: Hashable
    item: Hashable
    price: Hashable
    quantity: Decimal
    total: int


def match_credit(
    sold: Sequence[CreditLine], credited: Sequence[CreditLine]
) -> dict[Hashable, Decimal]:
    """Quantities that a credit note returns, by the keys of the sold lines.

    ``sold`` is what is left of each line; never more than that is returned.

    >>> tea = CreditLine("1", "tea", 30, Decimal(3), 9000)
    >>> cup = CreditLine("2", "cup", 60, Decimal(1), 6000)
    >>> match_credit([tea, cup], [CreditLine("9", "tea", 30, Decimal(2), 6000)])
    {'1': Decimal('2')}

    A tea at half its price is half of a tea, and 75.00 without a product is half of
    everything:

    >>> match_credit([tea, cup], [CreditLine("9", "tea", 15, Decimal(1), 1500)])
    {'1': Decimal('0.5000')}
    >>> match_credit([tea, cup], [CreditLine("9", "sorry", 75, Decimal(1), 7500)])
    {'1': Decimal('1.5000'), '2': Decimal('0.5000')}
    """
    left = {line.key: line for line in sold if line.quantity > 0}
    rest = _credit_pieces(left, credited)
    rest = _credit_products(left, rest)
    _credit_money(left, list(left), sum(line.total for line in rest))
    return {
        line.key: line.quantity - left[line.key].quantity
        for line in sold
        if line.key in left and left[line.key].quantity < line.quantity
    }


def _credit_pieces(
    left: dict[Hashable, CreditLine], credited: Sequence[CreditLine]
) -> list[CreditLine]:
    """Return pieces of the same product and price; what remains of the credit."""
    rest = []
    for credit in credited:
        for line in list(left.values()):
            if (line.item, line.price) != (credit.item, credit.price):
                continue
            pieces = min(line.quantity, credit.quantity)
            if pieces > 0:
                left[line.key] = _without(line, pieces)
                credit = _without(credit, pieces)
        if credit.quantity > 0:
            rest.append(credit)
    return rest


def _credit_products(
    left: dict[Hashable, CreditLine], credited: Sequence[CreditLine]
) -> list[CreditLine]:
    """Return money of the same product; what remains of the credit."""
    rest = []
    for credit in credited:
        keys = [key for key, line in left.items() if line.item == credit.item]
        money = _credit_money(left, keys, credit.total)
        if money:
            rest.append(replace(credit, total=money))
    return rest


def _credit_money(
    left: dict[Hashable, CreditLine], keys: Sequence[Hashable], money: int
) -> int:
    """Return the same part of these lines, worth ``money`` in all; what remains."""
    value = sum(left[key].total for key in keys)
    if value <= 0 or money <= 0:
        return money
    part = min(Fraction(money, value), Fraction(1))
    for key in keys:
        line = left[key]
        if pieces := _part_of(line.quantity, part):
            left[key] = _without(line, pieces)
    return max(money - value, 0)


def _part_of(quantity: Decimal, part: Fraction) -> Decimal:
    if part == 1:
        return quantity
    exact = Fraction(quantity) * part
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
        STEP, rounding=ROUND_DOWN
    )


def _without(line: CreditLine, pieces: Decimal) -> CreditLine:
    part = Fraction(pieces) / Fraction(line.quantity)
    return replace(
        line,
        quantity=line.quantity - pieces,
        total=line.total - round(line.total * part),
    )
