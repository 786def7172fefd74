"""Cancelling gives back exactly, and erases nothing."""

from datetime import date

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time

from .common import SaleCase


class TestCancel(SaleCase):
    def test_every_lot_gets_its_own_back(self):
        ali = self.member("Ali")
        self.grant(ali, 70, expires_on=date(2099, 1, 31))
        self.grant(ali, 80, expires_on=date(2099, 3, 31))
        before = self.lots(ali)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order.action_confirm()
        self.assertEqual([remaining for remaining, *_rest in self.lots(ali)], [0, 50])
        order._action_cancel()
        self.assertEqual(self.lots(ali), before)
        self.assertEqual(self.available(ali), 150)

    def test_history_is_kept(self):
        # T7: natively the line is deleted.
        ali = self.member("Ali")
        self.grant(ali, 100)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order.action_confirm()
        lines = self.card(ali).history_ids
        order._action_cancel()
        self.assertEqual(lines.exists(), lines)
        added = self.card(ali).history_ids - lines
        self.assertEqual((added.issued, added.used), (100, 0))
        self.assertEqual(
            self.kinds(ali), [("bonus", 100), ("spend", -100), ("give_back", 100)]
        )

    def test_cancelling_after_the_points_were_spent_elsewhere(self):
        # T7: natively the balance becomes -500.
        ali = self.member("Ali")
        self.points_program.rule_ids.write(
            {"reward_point_mode": "money", "reward_point_amount": 5}
        )
        order = self.order(ali)
        order.action_confirm()
        other = self.order(ali)
        self.assertFalse(other._get_claimable_rewards())
        order._action_cancel()
        self.assertEqual(self.available(ali), 0)
        self.assertFalse(self.entries(ali))

    def test_cancelling_twice_gives_back_once(self):
        ali = self.member("Ali")
        self.grant(ali, 100)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order.action_confirm()
        order._action_cancel()
        order._action_cancel()
        order._club_settle()
        self.assertEqual(self.available(ali), 100)
        self.assertEqual(len(self.entries(ali)), 3)

    def test_confirming_again_spends_again(self):
        ali = self.member("Ali")
        self.grant(ali, 100)
        order = self.order(ali)
        for _round in range(2):
            self.claim(order, self.cheap, ali)
            order.action_confirm()
            self.assertEqual(self.available(ali), 0)
            order._action_cancel()
            self.assertEqual(self.available(ali), 100)
            order.action_draft()
        keys = self.entries(ali).mapped("key")[1:]
        self.assertEqual(len(set(keys)), 4)

    def test_cancelling_a_quotation_gives_nothing(self):
        ali = self.member("Ali")
        self.grant(ali, 100)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order._action_cancel()
        self.assertEqual(self.kinds(ali), [("bonus", 100)])

    def test_expired_points_come_back_with_grace(self):
        self.club.give_back_grace_days = 10
        with freeze_time("2030-01-10"):
            ali = self.member("Ali")
            self.grant(ali, 100, expires_on=date(2030, 1, 31))
            order = self.order(ali)
            self.claim(order, self.cheap, ali)
            order.action_confirm()
        with freeze_time("2030-02-15"):
            order._action_cancel()
            self.assertEqual(self.balances(ali)["expiring"], [(100, date(2030, 2, 25))])

    def test_after_a_merge_the_points_go_where_the_member_is(self):
        ali, zahra = self.member("Ali"), self.member("Zahra")
        self.grant(ali, 100)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order.action_confirm()
        ali._merge_into(zahra)
        order._action_cancel()
        order._club_settle()
        self.assertEqual(self.available(zahra), 100)


class TestInvoiced(SaleCase):
    """What an invoice has taken off was had: it comes back by a credit note alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.grant(cls.ali, 100)

    def invoiced(self):
        """An order of the salesman's with a reward, which is invoiced and paid."""
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        self.assertEqual(invoice.amount_total, 95)
        self.before = self.available(self.ali)
        return order, invoice

    def spent(self, order):
        """What the rewards of an order have cost by now."""
        of_order = [("origin_model", "=", order._name), ("origin_id", "=", order.id)]
        return -sum(self.entries(self.ali).filtered_domain(of_order).mapped("amount"))

    def credit(self, invoice):
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard = wizard.create({"journal_id": invoice.journal_id.id})
        wizard.reverse_moves()
        wizard.new_move_ids.action_post()
        return wizard.new_move_ids

    def test_cancelling_gives_nothing_back(self):
        order, _invoice = self.invoiced()
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(self.available(self.ali), self.before)
        order.action_draft()
        self.assertEqual(self.available(self.ali), self.before)

    def test_lines_can_not_be_made_cheaper(self):
        order, _invoice = self.invoiced()
        reward = order.order_line.filtered("coupon_id")
        other = self.order(self.ali)
        for vals in (
            {"points_cost": 0},
            {"points_cost": 99},
            {"coupon_id": False},
            {"order_id": other.id},
        ):
            with self.assertRaisesRegex(ValidationError, "credited"):
                reward.write(vals)
        order._action_cancel()
        with self.assertRaisesRegex(ValidationError, "credited"):
            reward.unlink()
        order.write({"state": "draft"})
        self.assertEqual(self.available(self.ali), self.before)

    def test_a_quantity_of_the_order_is_no_measure(self):
        order, _invoice = self.invoiced()
        order.order_line.filtered("coupon_id").product_uom_qty = 1000
        order._action_cancel()
        self.assertEqual(self.available(self.ali), self.before)

    def test_the_credit_note_gives_it_back_whenever_it_comes(self):
        for first in ("note", "cancel"):
            with self.subTest(first):
                self.grant(self.ali, 100)
                order, invoice = self.invoiced()
                if first == "cancel":
                    order._action_cancel()
                note = self.credit(invoice)
                if first == "note":
                    order._action_cancel()
                self.assertEqual(self.spent(order), 0)
                note._club_follow()
                self.assertEqual(self.spent(order), 0)

    def test_a_draft_has_taken_nothing_off(self):
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        order.action_confirm()
        order.sudo()._create_invoices()
        order.sudo()._action_cancel()
        self.assertEqual(self.available(self.ali), 100)
