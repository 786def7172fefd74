"""Scopes: which goods a rule is about.

What a rule says of goods is compiled into sets once, and what is asked of goods is
their category with those above it and their tags. Whether a rule means a product is
then a look into sets, however many rules there are.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as scopes see it; all are ids.

    ``categories`` are its own and all those above it.
    """

    id: int
    categories: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is about, and what it leaves out; all are ids.

    ``products``, ``category`` and ``tag`` each mean goods of their own; without any
    of them all goods are meant. ``found`` narrows that to what the rule's own search
    found (None: it has none). What is left out counts more than what is meant.
    """

    products: frozenset[int] = frozenset()
    category: int | None = None
    tag: int | None = None
    found: Set[int] | None = None
    left_out: frozenset[int] = frozenset()
    left_out_categories: frozenset[int] = frozenset()

    @property
    def means_all(self) -> bool:
        """Whether it is about all goods."""
        return self._names_none and self.found is None

    @property
    def _names_none(self) -> bool:
        return not self.products and self.category is None and self.tag is None

    @property
    def asks_for_facts(self) -> bool:
        """Whether more than a product's id has to be known."""
        return bool(
            self.category is not None
            or self.tag is not None
            or self.left_out_categories
        )

    def means(self, goods: Goods) -> bool:
        """Whether these goods are what the rule is about.

        >>> tea = Goods(7, categories=frozenset({1, 4}), tags=frozenset({9}))
        >>> Scope().means(tea), Scope(category=1).means(tea)
        (True, True)
        >>> Scope(products=frozenset({8}), tag=9).means(tea)
        True
        >>> Scope(category=1, found=frozenset({8})).means(tea)
        False
        """
        if self.found is not None and goods.id not in self.found:
            return False
        return (
            self._names_none
            or goods.id in self.products
            or self.category in goods.categories
            or self.tag in goods.tags
        )

    def refuses(self, goods: Goods) -> bool:
        """Whether the rule leaves these goods out.

        >>> tea = Goods(7, categories=frozenset({1, 4}))
        >>> Scope(left_out_categories=frozenset({1})).refuses(tea)
        True
        """
        return goods.id in self.left_out or not self.left_out_categories.isdisjoint(
            goods.categories
        )


def covered(
    scope: Scope,
    about: Mapping[str, Iterable[int | None]],
    goods: Mapping[int, Goods],
    unearning: Set[int] = frozenset(),
) -> frozenset[str] | None:
    """The lines that a rule covers, by their keys; None where it covers all.

    :param about: of each line the products that it is: its own and the combo that it
        is part of. What is said of a combo holds for its parts as well; None, and what
        isn't among ``goods``, is no product
    :param unearning: products that no rule covers

    >>> goods = {7: Goods(7, categories=frozenset({1})), 8: Goods(8)}
    >>> about = {"tea": (7, None), "set": (8, 7), "fee": (None, None)}
    >>> sorted(covered(Scope(category=1), about, goods))
    ['set', 'tea']
    >>> sorted(covered(Scope(left_out=frozenset({7})), about, goods))
    ['fee']
    >>> covered(Scope(), about, goods) is None
    True
    """
    refused = {
        product
        for product, item in goods.items()
        if product in unearning or scope.refuses(item)
    }
    if scope.means_all and not refused:
        return None
    meant = {product for product, item in goods.items() if scope.means(item)}
    return frozenset(
        key
        for key, products in about.items()
        if (scope.means_all or not meant.isdisjoint(products))
        and refused.isdisjoint(products)
    )
