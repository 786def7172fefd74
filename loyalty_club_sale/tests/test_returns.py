"""Goods that come back by an order's own credit note take their points with them."""

from unittest.mock import patch

from odoo.fields import Command

from .common import SaleCase


class TestReturns(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.points_program.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_mode": "money", "reward_point_amount": 1}),
        ]
        cls.lamp = cls._product("Lamp", 10)
        (cls.product | cls.lamp).invoice_policy = "delivery"
        cls.ali = cls.member("Ali")

    def points(self):
        return self.available(self.ali)

    def sold(self, quantity=3):
        """An order of chairs, delivered, invoiced and paid: the order, its invoice."""
        order = self.order(self.ali, quantity=quantity)
        order.action_confirm()
        self.deliver(order, quantity)
        invoice = self.invoice(order)
        self.pay(invoice)
        return order, invoice

    def deliver(self, order, quantity):
        order.sudo().order_line.filtered(
            lambda line: line.product_id == self.product
        ).qty_delivered = quantity

    def credit_note(self, order):
        """*Create invoice* on an order that has invoiced too much."""
        note = order.sudo()._create_invoices(final=True)
        self.assertEqual(note.move_type, "out_refund")
        self.assertFalse(note.reversed_entry_id)
        return note

    def listed(self, move):
        return self.env["loyalty.club.exception"].search(
            [("res_id", "=", move.id), ("state", "=", "open")]
        )

    def test_a_quantity_that_came_back_takes_its_points_and_tier(self):
        tier = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Silver", "code": "s", "threshold": 300}
        )
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 0})
        order, invoice = self.sold()
        self.assertEqual((self.points(), self.ali.tier_id), (300, tier))
        self.deliver(order, 2)
        note = self.credit_note(order)
        self.assertEqual(self.points(), 300, "a draft has returned nothing")
        note.action_post()
        self.assertEqual((self.points(), self.ali.tier_id.ids), (200, []))
        self.pay(note)
        note._club_follow()
        invoice._club_follow()
        self.assertEqual(self.points(), 200)
        self.assertFalse(self.listed(note))
        note.button_draft()
        self.assertEqual(self.points(), 300)

    def test_it_needs_the_lines_of_the_order(self):
        """Negative control: without them the points stay, and it is listed."""
        order, _invoice = self.sold()
        self.deliver(order, 2)
        note = self.credit_note(order)
        with patch.object(
            self.env.registry["account.move"],
            "_club_returned_moves",
            lambda move: move.reversed_entry_id,
        ):
            note.action_post()
        self.assertEqual(self.points(), 300)
        self.assertTrue(self.listed(note))

    def test_all_of_it(self):
        order, invoice = self.sold()
        self.deliver(order, 0)
        self.credit_note(order).action_post()
        self.assertEqual(self.points(), 0)
        sale = invoice._club_sales()
        self.assertEqual(sale.returned, "all")

    def test_a_note_about_two_invoices_takes_once_from_both(self):
        order, first = self.sold(2)
        self.deliver(order, 3)
        second = self.invoice(order)
        self.pay(second)
        self.assertEqual(self.points(), 300)
        self.deliver(order, 0)
        note = self.credit_note(order)
        note.action_post()
        self.assertEqual(self.points(), 0)
        backs = (first | second)._club_sales().return_ids
        self.assertEqual(sorted(backs.mapped("points")), [-200, -100])
        (first | second | note)._club_follow()
        self.assertEqual(self.points(), 0)

    def test_what_came_back_of_one_invoice_is_not_taken_from_the_next(self):
        order, _first = self.sold(2)
        self.deliver(order, 1)
        self.credit_note(order).action_post()
        self.assertEqual(self.points(), 100)
        self.deliver(order, 3)
        self.pay(self.invoice(order))
        self.assertEqual(self.points(), 300)

    def test_a_price_that_was_lowered_takes_its_money(self):
        order, _invoice = self.sold(1)
        order.sudo().order_line.price_unit = 60
        self.deliver(order, 0)
        note = self.credit_note(order)
        note.action_post()
        self.assertEqual(self.points(), 40)
