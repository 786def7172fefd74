"""The facts of a purchase, as adapters hand them over: what was sold, never points.

Money is in minor units of the club's currency (``int``), quantities are ``Decimal``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction


@dataclass(slots=True)
class LineFacts:
    """One sold line. A product that Odoo doesn't know has a name and a category.

    Parts of a combo are lines of their own with the same ``group``; the combo itself is
    the product ``group_product_id``, sold ``group_quantity`` times. ``discounted`` says
    whether the goods were sold below their price; None: if the discounts show it.
    """

    key: str
    quantity: Decimal
    total: int
    untaxed: int
    total_before_discount: int
    untaxed_before_discount: int
    product_id: int | None = None
    name: str | None = None
    category: str | None = None
    unit_price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    cost: int | None = None
    group: str | None = None
    group_quantity: Decimal = Decimal(0)
    group_product_id: int | None = None
    discounted: bool | None = None


@dataclass(slots=True)
class PurchaseFacts:
    """One paid sale; ``source`` and ``key`` make it unique in its club."""

    source: str
    key: str
    moment: datetime
    lines: list
    channel: str | None = None
    branch: str | None = None
    company_id: int | None = None
    reference: str | None = None
    payments: list = field(default_factory=list)
    move_id: int | None = None
    # The part that was received, 0 to 1, where the purchase is followed as money comes
    # and goes (``loyalty.club.purchase._settle_received``); None: it earns as a whole.
    received: Fraction | None = None
    # Products that never earn, where the adapter has looked for them already.
    unearning: object = None


@dataclass(slots=True)
class Basket:
    """What an offer may look at: who bought what, and what the rules give for it.

    ``award`` is the :class:`~.engine.earning.Award` of the rules alone.
    """

    club: object
    member: object
    facts: PurchaseFacts
    award: object
