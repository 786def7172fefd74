"""Rewards for some tiers are claimed by their members only."""

from odoo.exceptions import ValidationError

from .common import SaleCase


class TestTiers(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls.env["loyalty.club.tier"].create(
            {"club_id": cls.club.id, "name": "Gold", "code": "gold", "threshold": 1000}
        )
        cls.cheap.club_tier_ids = cls.gold
        cls.ali = cls.member("Ali")
        cls.grant(cls.ali, 100)

    def test_others_are_not_offered_it(self):
        order = self.order(self.ali)
        card = self.card(self.ali)
        self.assertEqual(order._get_claimable_rewards()[card], self.mug)
        self.assertIn("error", order._apply_program_reward(self.cheap, card))
        self.assertFalse(order.order_line.reward_id)

    def test_members_of_the_tier_are(self):
        self.ali.tier_id = self.gold
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        order.action_confirm()
        self.assertEqual(self.available(self.ali), 0)

    def test_it_goes_with_the_tier(self):
        self.ali.tier_id = self.gold
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        self.ali.tier_id = False
        order.action_confirm()
        self.assertFalse(order.order_line.reward_id)
        self.assertEqual(order.amount_total, 100)
        self.assertEqual(self.available(self.ali), 100)

    def test_a_confirmed_order_keeps_it(self):
        self.ali.tier_id = self.gold
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        order.action_confirm()
        self.ali.tier_id = False
        order._update_programs_and_rewards()
        self.assertEqual(order.amount_total, 95)
        self.assertEqual(self.available(self.ali), 0)

    def test_not_even_past_the_button(self):
        self.ali.tier_id = self.gold
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        self.ali.tier_id = False
        with self.assertRaises(ValidationError):
            order.write({"state": "sale"})

    def test_nobody_claims_with_the_account_of_another(self):
        self.ali.tier_id = self.gold
        order = self.order(self.member("Zahra"))
        card = self.card(self.ali)
        self.assertIn("error", order._apply_program_reward(self.cheap, card))
