from uuid import uuid4

from odoo.tests import freeze_time

from .test_returns import ReturnCase


@freeze_time("2026-03-10 09:00:00")
class TestQueryCount(ReturnCase):
    """As many statements for a hundred lines, or members, as for one."""

    def queries(self, step):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def draft(self, member, lines):
        """A saved order that has yet to be settled, with all rights as in a sync."""
        basket = self.basket(member, lines)
        order = self.sync({**basket, "state": "draft"})
        order.write({"state": "paid"})
        return order.sudo()

    def settling(self, lines, member):
        order = self.draft(member, lines)
        count = self.queries(order._club_settle)
        if member:
            self.assertTrue(order.club_receipt)
        return count

    def goods(self, count):
        return [self.line(self.tea if n % 2 else self.cup) for n in range(count)]

    def test_settling_a_sale(self):
        self.settling(self.goods(2), self.ali)
        few, some, many = (
            self.settling(self.goods(count), self.ali) for count in (1, 60, 100)
        )
        self.assertEqual(some, many)
        self.assertLessEqual(many, few)
        # With nothing cached at all: what a shop, its rules and its till are is read.
        self.assertLessEqual(few, 39)

    def test_saving_a_paid_order(self):
        """All of what a till waits for: Odoo's own part asks for no line by itself."""

        def saving(count):
            basket = self.basket(self.ali, self.goods(count))
            return self.queries(lambda: self.sync(basket))

        saving(2)
        few, some, many = (saving(count) for count in (2, 60, 100))
        self.assertEqual(some, many)
        self.assertLessEqual(many, few)

    def test_confirming_a_sale(self):
        """The second call of a till reads the account and whose the order is."""

        def confirming(count):
            order = self.sell(self.ali, self.goods(count))
            card = self.ali.card_ids.filtered(lambda c: c.club_account == "points")
            said = {
                str(card.id): {
                    "points": 5,
                    "program_id": card.program_id.id,
                    "coupon_id": card.id,
                    "barcode": False,
                }
            }
            order = order.with_user(self.cashier).sudo(False)
            return self.queries(lambda: order.confirm_coupon_programs(said))

        confirming(1)
        few, many = confirming(1), confirming(60)
        self.assertEqual((few, many), (2, 2))

    def test_settling_an_order_without_a_member(self):
        few = self.settling(self.goods(2), None)
        many = self.settling(self.goods(100), None)
        self.assertEqual(few, many)
        self.assertLess(few, 20)

    def test_settling_with_a_discount_on_each_line(self):
        """Prices before discounts are looked up where a rule asks for them."""

        def goods(count):
            return [self.line(self.tea, 1, discount=10) for _n in range(count)]

        self.settling(goods(2), self.ali)
        few, many = (self.settling(goods(n), self.ali) for n in (2, 100))
        self.assertLessEqual(many, few + 2)

    def test_settling_a_refund(self):
        def refund(count):
            order = self.sell(self.ali, self.goods(count))
            lines = [self.refund_of(line) for line in order.lines]
            return self.settling(lines, self.ali)

        refund(2)
        few, many = refund(2), refund(100)
        # Each returned line of the purchase is written: twice a line at most.
        self.assertLessEqual(many - few, 2 * 98)

    def test_recognising(self):
        self.ask("recognise", self.ali.number)
        few = self.queries(lambda: self.ask("recognise", self.ali.number))
        self.members(100)
        for _time in range(100):
            self.grant(self.ali, 1)
        many = self.queries(lambda: self.ask("recognise", self.ali.number))
        self.assertLess(many - few, 5)
        self.assertLess(few, 45)

    def test_opening_the_till(self):
        def load():
            self.till._club_policy()

        load()
        one = self.queries(load)
        for member in self.members(100):
            self.grant(member, 1)
        self.assertEqual(one, self.queries(load))

    def test_holding(self):
        self.grant(self.ali, 1000)
        self.hold(str(uuid4()), self.ali, {"points": 10})
        few = self.queries(lambda: self.hold(str(uuid4()), self.ali, {"points": 10}))
        for _time in range(100):
            self.grant(self.ali, 1)
        many = self.queries(lambda: self.hold(str(uuid4()), self.ali, {"points": 10}))
        self.assertEqual(few, many)
