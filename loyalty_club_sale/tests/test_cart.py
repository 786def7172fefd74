"""A customer's cart in the web shop: Odoo drives orders there with all rights."""

from .common import SaleCase


class TestCart(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.grant(cls.ali, 100)

    def cart(self):
        """The order as a web controller has it: sudo, on behalf of nobody."""
        cart = self.order(self.ali).sudo()
        if "website_id" in cart._fields:
            cart.website_id = self.env["website"].create(
                {"name": "Shop", "company_id": self.company.id}
            )
        cart._update_programs_and_rewards()
        return cart

    def test_a_cart_offers_and_spends_like_an_order(self):
        cart = self.cart()
        card = self.card(self.ali)
        self.assertIn(self.cheap, cart._get_claimable_rewards()[card])
        self.assertEqual(cart._apply_program_reward(self.cheap, card), {})
        cart._update_programs_and_rewards()
        cart._validate_order()
        self.assertEqual(cart.state, "sale")
        self.assertEqual(self.kinds(self.ali), [("bonus", 100), ("spend", -100)])

    def test_two_carts_cannot_spend_the_same_points(self):
        carts = [self.cart(), self.cart()]
        for cart in carts:
            cart._apply_program_reward(self.cheap, self.card(self.ali))
        carts[0]._validate_order()
        before = carts[1].amount_total
        # What the shop does before a payment: it notices that the amount changed.
        carts[1]._update_programs_and_rewards()
        self.assertGreater(carts[1].amount_total, before)
        carts[1]._validate_order()
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(len(self.entries(self.ali)), 2)

    def test_the_shop_writes_no_balance_by_adding_points(self):
        cart = self.cart()
        cart._validate_order()
        cart._add_points_for_coupon({self.card(self.ali): 0})
        self.assertEqual(self.kinds(self.ali), [("bonus", 100)])

    def test_a_broken_rule_stops_no_cart(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE loyalty_rule SET product_domain = %s WHERE program_id = %s",
            ["[('gone_field', '=', 1)]", self.points_program.id],
        )
        self.env.invalidate_all()
        cart = self.cart()
        card = self.card(self.ali)
        self.assertEqual(cart._apply_program_reward(self.cheap, card), {})
        cart._update_programs_and_rewards()
        cart._validate_order()
        self.assertEqual(cart.state, "sale")
