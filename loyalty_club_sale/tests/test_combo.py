from odoo.fields import Command
from odoo.tests import freeze_time

from .common import SaleCase


@freeze_time("2026-03-10 09:00:00")
class TestCombo(SaleCase):
    """A combo of a sales order earns by its parts, also on its invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.tea, cls.cup = cls._product("Tea", 50), cls._product("Cup", 20)
        combos = cls.env["product.combo"].create(
            [
                {
                    "name": product.name,
                    "combo_item_ids": [Command.create({"product_id": product.id})],
                }
                for product in (cls.tea, cls.cup)
            ]
        )
        cls.breakfast = cls.env["product.product"].create(
            {
                "name": "Breakfast",
                "list_price": 60,
                "taxes_id": False,
                "type": "combo",
                "combo_ids": [Command.set(combos.ids)],
            }
        )

    def invoiced(self, quantity=1):
        """The paid invoice of an order of breakfasts: 42.86 of tea, 17.14 of a cup."""
        order = self.order(self.ali, self.breakfast, quantity)
        parent = order.order_line
        order.order_line = [
            Command.create(
                {
                    "product_id": item.product_id.id,
                    "product_uom_qty": quantity,
                    "combo_item_id": item.id,
                    "linked_line_id": parent.id,
                    "sequence": parent.sequence,
                }
            )
            for item in self.breakfast.combo_ids.combo_item_ids
        ]
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        return invoice

    def rule(self, **values):
        rule = {"minimum_qty": 0, "minimum_amount": 0, "reward_point_mode": "money"}
        self.points_program.rule_ids = [
            Command.clear(),
            Command.create({**rule, **values}),
        ]

    def earned(self, quantity=1):
        before = self.available(self.ali)
        self.invoiced(quantity)
        return self.available(self.ali) - before

    def test_rules_see_the_parts(self):
        tea = [Command.set(self.tea.ids)]
        for values, quantity, earned in (
            ({}, 1, 60),
            ({"club_excluded_product_ids": tea}, 1, 17),
            ({"product_ids": tea}, 1, 42),
            ({"product_ids": [Command.set(self.breakfast.ids)]}, 1, 60),
            ({"minimum_qty": 2}, 1, 0),
            ({"minimum_qty": 2}, 2, 120),
            ({"reward_point_mode": "unit", "reward_point_amount": 10}, 2, 20),
        ):
            with self.subTest(str(values), quantity=quantity):
                self.rule(**values)
                self.assertEqual(self.earned(quantity), earned)

    def test_it_comes_back_exactly(self):
        self.rule()
        invoice = self.invoiced(2)
        self.assertEqual(self.available(self.ali), 120)
        credit = invoice._reverse_moves([{"invoice_date": "2026-03-10"}])
        credit.action_post()
        self.assertEqual(self.available(self.ali), 0)
