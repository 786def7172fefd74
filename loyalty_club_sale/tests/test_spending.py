"""Rewards are paid from the ledger when the order is confirmed, or not at all."""

from odoo import Command
from odoo.exceptions import ValidationError

from .common import SaleCase


class TestSpending(SaleCase):
    def test_confirming_spends_once_with_the_order_as_origin(self):
        ali = self.member("Ali")
        self.grant(ali, 250)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        self.assertEqual(self.available(ali), 250, "a quotation spends nothing")
        order.action_confirm()
        self.assertEqual(order.amount_total, 95)
        self.assertEqual(self.kinds(ali), [("bonus", 250), ("spend", -100)])
        entry = self.entries(ali)[-1]
        self.assertEqual(
            (entry.origin_model, entry.origin_id, entry.reference, entry.user_id),
            ("sale.order", order.id, order.name, self.salesman),
        )
        self.assertEqual(self.card(ali).points, 150)

    def test_the_order_shows_what_it_cost(self):
        ali = self.member("Ali")
        self.grant(ali, 250)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order.action_confirm()
        self.assertEqual(order.loyalty_data["cost"], 100)
        self.assertEqual(order.loyalty_data["issued"], 0)
        history = self.card(ali).history_ids.filtered("order_id")
        self.assertEqual((history.used, history.issued), (100, 0))

    def test_points_of_the_order_itself_are_not_spendable(self):
        # T7: natively 100 euros would give the 100 points that the reward costs.
        rule = self.points_program.rule_ids
        rule.write({"reward_point_mode": "money", "reward_point_amount": 10})
        ali = self.member("Ali")
        card = self.card(ali)
        order = self.order(ali, quantity=10)
        self.assertEqual(order._get_real_points_for_coupon(card), 0)
        self.assertFalse(order._get_claimable_rewards())
        self.assertIn("error", order._apply_program_reward(self.cheap, card))
        order.action_confirm()
        self.assertFalse(self.entries(ali))

    def test_nobody_becomes_an_account_by_a_quotation(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        order = self.order(stranger, quantity=10)
        order.action_confirm()
        self.assertFalse(
            self.env["loyalty.card"].search([("partner_id", "=", stranger.id)])
        )

    def test_held_points_are_not_offered(self):
        ali = self.member("Ali")
        self.grant(ali, 100)
        order = self.order(ali)
        self.assertIn(self.cheap, order._get_claimable_rewards()[self.card(ali)])
        self.ledger._hold(self.account(ali), 1, 600)
        self.assertEqual(order._get_real_points_for_coupon(self.card(ali)), 99)
        self.assertNotIn(
            self.cheap, order._get_claimable_rewards().get(self.card(ali), [])
        )

    def test_blocked_members_are_offered_nothing(self):
        ali = self.member("Ali")
        self.grant(ali, 100)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        ali.state = "blocked"
        self.assertEqual(order._get_real_points_for_coupon(self.card(ali)), -100)
        with self.assertRaises(ValidationError):
            order.action_confirm()
        self.assertEqual(self.kinds(ali), [("bonus", 100)])

    def test_two_quotations_confirmed_at_once_cannot_spend_the_same_points(self):
        # T10: natively both are confirmed and the balance is -50.
        ali = self.member("Ali")
        self.grant(ali, 150)
        orders = self.order(ali) + self.order(ali)
        for order in orders:
            self.claim(order, self.cheap, ali)
        with self.assertClubError("insufficient_balance"):
            orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        self.assertEqual(self.kinds(ali), [("bonus", 150)])

    def test_two_quotations_confirmed_at_once_spend_what_is_there(self):
        ali = self.member("Ali")
        self.grant(ali, 200)
        orders = self.order(ali) + self.order(ali)
        for order in orders:
            self.claim(order, self.cheap, ali)
        orders.action_confirm()
        self.assertEqual(self.available(ali), 0)
        spent = self.entries(ali).filtered(lambda entry: entry.kind == "spend")
        self.assertEqual(spent.mapped("origin_id"), orders.ids)

    def test_the_second_quotation_is_refused_after_the_first(self):
        ali = self.member("Ali")
        self.grant(ali, 150)
        first, second = self.order(ali), self.order(ali)
        for order in (first, second):
            self.claim(order, self.cheap, ali)
        first.action_confirm()
        with self.assertRaises(ValidationError):
            second.action_confirm()
        self.assertEqual(self.available(ali), 50)

    def test_a_wallet_pays_to_the_cent(self):
        ali = self.member("Ali")
        self.grant(ali, 3333, "wallet")
        order = self.order(ali)
        self.claim(order, self.pay_wallet, ali, "wallet")
        order.action_confirm()
        self.assertEqual(order.amount_total, 66.67)
        self.assertEqual(self.available(ali, "wallet"), 0)

    def test_part_of_a_point_costs_a_whole_one(self):
        reward = self.env["loyalty.reward"].create(
            {
                "program_id": self.points_program.id,
                "description": "30 cents for a point",
                "reward_type": "discount",
                "discount_mode": "per_point",
                "discount": 0.3,
                "required_points": 1,
            }
        )
        ali = self.member("Ali")
        self.grant(ali, 1000)
        order = self.order(ali)
        self.claim(order, reward, ali)
        order.action_confirm()
        self.assertEqual(order.amount_total, 0)
        self.assertEqual(self.available(ali), 1000 - 334, "100 / 0.3 = 333.33")

    def test_two_rewards_are_one_entry(self):
        ali = self.member("Ali")
        self.grant(ali, 185)
        order = self.order(ali)
        self.claim(order, self.mug, ali)  # as many mugs as there are points for
        self.assertEqual(order.order_line.filtered("reward_id").points_cost, 160)
        order.order_line.filtered("reward_id").unlink()
        self.claim(order, self.cheap, ali)
        self.claim(order, self.mug, ali)
        order.action_confirm()
        self.assertEqual(self.kinds(ali), [("bonus", 185), ("spend", -180)])

    def test_rewards_taken_on_a_confirmed_order_are_spent_at_once(self):
        ali = self.member("Ali")
        self.grant(ali, 150)
        order = self.order(ali)
        order.action_confirm()
        self.assertEqual(self.available(ali), 150)
        self.claim(order, self.cheap, ali)
        self.assertEqual(self.kinds(ali), [("bonus", 150), ("spend", -100)])
        order._update_programs_and_rewards()
        self.assertEqual(len(self.entries(ali)), 2, "nothing is moved twice")
        order.order_line.filtered("reward_id").points_cost = 0
        self.assertEqual(self.kinds(ali)[2:], [("give_back", 100)])
        self.assertEqual(self.available(ali), 150)

    def test_a_dearer_reward_line_spends_the_difference(self):
        ali = self.member("Ali")
        self.grant(ali, 150)
        order = self.order(ali)
        self.claim(order, self.cheap, ali)
        order.action_confirm()
        line = order.order_line.filtered("reward_id")
        line.points_cost = 120
        line.points_cost = 90
        self.assertEqual(
            self.kinds(ali)[1:],
            [("spend", -100), ("spend", -20), ("give_back", 20), ("give_back", 10)],
        )
        with self.assertClubError("insufficient_balance"):
            line.points_cost = 151

    def test_an_order_created_as_confirmed_spends(self):
        ali = self.member("Ali")
        self.grant(ali, 150)
        values = {
            "partner_id": ali.partner_id.id,
            "company_id": self.company.id,
            "state": "sale",
            "order_line": [
                Command.create(
                    {
                        "product_id": self.cheap.discount_line_product_id.id,
                        "name": "Five off",
                        "price_unit": -5,
                        "reward_id": self.cheap.id,
                        "coupon_id": self.account(ali),
                        "points_cost": 100,
                        "reward_identifier_code": "1",
                    }
                )
            ],
        }
        self.env["sale.order"].with_user(self.salesman).create(values)
        self.assertEqual(self.available(ali), 50)
        with self.assertClubError("insufficient_balance"):
            self.env["sale.order"].with_user(self.salesman).create(values)
