from decimal import Decimal

from odoo import fields
from odoo.tests import freeze_time, tagged

from .baskets import BasketCase

AMOUNTS = ("untaxed", "total_before_discount", "untaxed_before_discount", "cost")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestExactReturns(BasketCase):
    """What comes back in parts adds up to the last unit, and leaves no margin."""

    def sale(self, *costs):
        """Seven pieces for 100.00 (90.91 without tax, 110.00 before a discount)."""
        facts = self.basket()
        facts.lines = [
            self._line(
                str(number),
                self.tea,
                7,
                100,
                untaxed=90.91,
                total_before_discount=110,
                untaxed_before_discount=100.01,
            )
            for number, _cost in enumerate(costs)
        ]
        for line, cost in zip(facts.lines, costs, strict=True):
            line.cost = cost
        return self.env["loyalty.club.purchase"]._record(self.club, self.ali, facts)

    def back(self, sale, wanted=None):
        self._backs = getattr(self, "_backs", 0) + 1
        return sale._return(
            wanted and {line: Decimal(quantity) for line, quantity in wanted.items()},
            source="door",
            key=f"back-{self._backs}",
            moment=fields.Datetime.now(),
        )

    def sums(self, name, record=None):
        """Sum of an amount over all purchases, or all their lines, in cents."""
        purchases = self.env["loyalty.club.purchase"].search(
            [("member_id", "=", self.ali.id)]
        )
        records = purchases.line_ids if record == "line" else purchases
        return round(sum(records.mapped(name)) * 100)

    def assertNothingLeft(self):
        for name in ("total", "untaxed", "margin", "points", "status_points"):
            self.assertEqual(self.sums(name), 0, name)
        for name in ("total", *AMOUNTS):
            self.assertEqual(self.sums(name, "line"), 0, name)

    def test_a_sale_keeps_what_its_lines_cost(self):
        sale = self.sale(6003, None)
        known, unknown = sale.line_ids
        self.assertEqual((known.cost, known.has_cost), (60.03, True))
        self.assertEqual((unknown.cost, unknown.has_cost), (0, False))
        self.assertEqual(known.total_before_discount, 110)
        self.assertEqual(known.untaxed_before_discount, 100.01)
        self.assertFalse(sale.has_margin)

    def test_a_whole_return_takes_the_margin(self):
        sale = self.sale(6003)
        self.assertEqual(sale.margin, 30.88)
        back = self.back(sale)
        self.assertEqual((back.margin, back.has_margin), (-30.88, True))
        self.assertNothingLeft()

    def test_parts_add_up_to_the_last_unit(self):
        sale = self.sale(6003, 1)
        for wanted in ({"0": 1}, {"0": 3, "1": "0.5"}, {"1": 1}, {"0": 2}):
            self.back(sale, wanted)
        self.assertEqual(
            self.sums("margin"), self.sums("untaxed") - self.sums("cost", "line")
        )
        self.back(sale)
        self.assertNothingLeft()

    def test_an_undone_return_is_as_if_it_had_never_been(self):
        sale = self.sale(6003)
        first = self.back(sale, {"0": 2})
        self.back(sale, {"0": 3})
        first._undo_return(moment=fields.Datetime.now())
        self.assertEqual(
            self.sums("margin"), self.sums("untaxed") - self.sums("cost", "line")
        )
        self.back(sale)
        self.assertNothingLeft()

    def test_a_sale_of_before_lines_knew_their_cost(self):
        sale = self.sale(6003)
        sale.line_ids.write({"cost": 0, "has_cost": False})
        for _piece in range(6):
            self.back(sale, {"0": 1})
        self.assertEqual(self.sums("margin"), -(-3088 // 7))
        self.back(sale)
        self.assertNothingLeft()
