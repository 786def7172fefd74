"""Cancelling gives back exactly, and erases nothing."""

from datetime import date

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
