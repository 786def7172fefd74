"""Baskets of facts, for tests of what they earn."""

from decimal import Decimal

from odoo import fields

from ..engine.amounts import to_units
from ..facts import LineFacts, PurchaseFacts
from .common import ClubCase


class BasketCase(ClubCase):
    """A member, some products, and baskets of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.program = cls.club.points_program_id
        cls.food = cls.env["product.category"].create({"name": "Food"})
        cls.drinks = cls.env["product.category"].create(
            {"name": "Drinks", "parent_id": cls.food.id}
        )
        cls.bread = cls._product("Bread", cls.food)
        cls.tea = cls._product("Tea", cls.drinks)
        cls.cup = cls._product("Cup")

    @classmethod
    def _product(cls, name, category=None, **values):
        if category:
            values["categ_id"] = category.id
        return cls.env["product.product"].create({"name": name, **values})

    def rules(self, *rules):
        self.program.rule_ids.unlink()
        return self.env["loyalty.rule"].create(
            [
                {
                    "program_id": self.program.id,
                    "reward_point_mode": "money",
                    "reward_point_amount": 1,
                    "minimum_qty": 0,
                    "minimum_amount": 0,
                    **rule,
                }
                for rule in rules
            ]
        )

    def basket(self, *lines, moment=None):
        """Facts of (product or None, quantity, total) and other amounts of a line."""
        self._baskets = getattr(self, "_baskets", 0) + 1
        return PurchaseFacts(
            source="door",
            key=f"basket-{self._baskets}",
            moment=moment or fields.Datetime.now(),
            lines=[self._line(str(number), *line) for number, line in enumerate(lines)],
        )

    @staticmethod
    def _line(key, product, quantity, total, **amounts):
        units = to_units(total, 2)
        values = {
            name: to_units(amounts[name], 2) if name in amounts else units
            for name in ("untaxed", "total_before_discount", "untaxed_before_discount")
        }
        return LineFacts(
            key=key,
            product_id=product.id if product else None,
            name=None if product else "Something",
            quantity=Decimal(str(quantity)),
            total=units,
            **values,
        )

    def earned(self, *lines, moment=None):
        """Points that a basket would earn."""
        award = self.env["loyalty.club.purchase"]._award(
            self.club, self.ali, self.basket(*lines, moment=moment)
        )
        return award.points

    def record(self, *lines, moment=None):
        return self.env["loyalty.club.purchase"]._record(
            self.club, self.ali, self.basket(*lines, moment=moment)
        )
