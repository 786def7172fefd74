from uuid import uuid4

from odoo.exceptions import MissingError
from odoo.tests import freeze_time

from .common import TillCase


@freeze_time("2026-03-10 09:00:00")
class TestSaving(TillCase):
    """What is saved with less work is what Odoo saves."""

    def setUp(self):
        super().setUp()
        self.ali = self.member("Ali")

    def costs(self, order):
        return [
            (line.total_cost, line.is_total_cost_computed, line.margin)
            for line in order.lines
        ] + [(order.is_total_cost_computed, order.margin)]

    def test_costs_and_margins(self):
        lines = [self.line(self.tea, 2), self.line(self.cup, discount=50)]
        basket = self.basket(self.ali, lines)
        order = self.sync({**basket, "state": "draft"}).sudo()
        nothing_yet = [(0, False, 100), (0, False, 10), (False, 0)]
        self.assertEqual(self.costs(order), nothing_yet)

        order._process_saved_order(draft=False)

        costs = [(40, True, 60), (10, True, 0), (True, 60)]
        self.assertEqual(self.costs(order), costs)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.costs(order), costs)

    def test_lines_of_an_order_that_is_gone(self):
        basket = self.basket(self.ali, [self.line(self.tea)])
        order = self.sync({**basket, "state": "draft"})
        values = {**self.line(self.tea), "order_id": order.id}
        self.env["pos.order.line"].sudo().create([dict(values, uuid=str(uuid4()))])
        order.sudo().unlink()
        self.assertFalse(order.exists())
        with self.assertRaises(MissingError):
            self.env["pos.order.line"].create([values])
