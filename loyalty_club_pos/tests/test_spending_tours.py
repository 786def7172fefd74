"""What a cashier does for a member who spends and returns, in a browser."""

import os
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.loyalty_club.models.loyalty_club_member_enrol import PEPPER
from odoo.addons.loyalty_club.tests.common import ClubKit
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestSpendingTours(ClubKit, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # PINs need a key that isn't in the database.
        cls.enterClassContext(
            patch.dict(os.environ, {PEPPER: "of-the-tests-0123456789"})
        )
        # The shop's owner, who may set up a club; the tours run as a cashier.
        cls.env = cls.env(su=True)
        cls.env["loyalty.program"].search([]).active = False
        cls.club = cls.new_club("till", cls._get_main_company(), name="Corner Club")
        cls.ledger = cls.env["loyalty.club.ledger"]
        cls.main_pos_config.club_id = cls.club
        cls.shirt = cls._product("Club Shirt", 40)
        cls.coffee = cls._product("Club Coffee", 10)
        # A new club's points pay by themselves: ten of them a unit of money here.
        cls.club.points_program_id.reward_ids.discount = 0.1
        cls.gift = cls._reward(
            reward_type="product",
            reward_product_id=cls.coffee.product_variant_id.id,
            required_points=50,
        )
        top_up = cls.club.wallet_program_id.trigger_product_ids
        top_up.product_tmpl_id.write({"active": True, "available_in_pos": True})
        cls.sara = cls.member("Sara Spender", mobile="+989121234567")
        cls.grant(cls.sara, 300)
        cls.grant(cls.sara, 2500, "wallet")
        cls.main_pos_config.with_user(cls.pos_user).open_ui()

    @classmethod
    def _product(cls, name, price):
        return cls.env["product.template"].create(
            {
                "name": name,
                "list_price": price,
                "available_in_pos": True,
                "taxes_id": False,
                "is_storable": False,
            }
        )

    @classmethod
    def _reward(cls, **values):
        return cls.env["loyalty.reward"].create(
            {
                "program_id": cls.club.points_program_id.id,
                "reward_type": "discount",
                "discount_applicability": "order",
                "required_points": 1,
                **values,
            }
        )

    def _orders(self):
        orders = self.env["pos.order"].search(
            [("config_id", "=", self.main_pos_config.id)], order="id"
        )
        return orders.filtered(lambda order: order.state == "paid")

    def test_member_chooses_how_much_he_spends(self):
        """120 points and 10.00 of the wallet pay a part; the rest is cash."""
        self.start_pos_tour("ClubSpendTour")
        order = self._orders()
        self.assertEqual(len(order), 1)
        self.assertEqual(order.amount_total, 18)
        self.assertEqual(order.club_receipt["spent"], {"points": 120, "wallet": 10.0})
        self.assertEqual(self.available(self.sara, "wallet"), 1500)
        earned = order.club_receipt["earned"]
        self.assertEqual(self.available(self.sara), 300 - 120 + earned)
        holds = self.env["loyalty.club.hold"].search([("reference", "=", order.uuid)])
        self.assertEqual(set(holds.mapped("state")), {"captured"})
        self.assertFalse(order.club_exception_ids)

    def test_free_product_is_undone_and_claimed(self):
        """A reward can be taken back; what stays is what is paid for with points."""
        self.start_pos_tour("ClubRewardTour")
        order = self._orders()
        self.assertEqual(order.amount_total, 40)
        self.assertEqual(order.club_receipt["spent"], {"points": 50})

    def test_second_till_is_refused_before_it_is_paid(self):
        """Another basket holds the points: the cashier learns it, and takes less."""
        hold = self.ledger._hold(
            self.account(self.sara), 250, 900, reference="another till"
        )
        self.start_pos_tour("ClubRefusedTour")
        order = self._orders()
        self.assertEqual(order.club_receipt["spent"], {"points": 50})
        self.assertEqual(order.amount_total, 35)
        self.assertEqual(hold.state, "open")
        self.assertFalse(order.club_exception_ids)

    def test_pin_above_the_limit(self):
        """A wrong PIN is told and asked again; without one the order isn't paid."""
        self.club.confirm_points = 100
        self.sara._set_pin("2468")
        self.start_pos_tour("ClubPinTour")
        self.assertEqual(self._orders().club_receipt["spent"], {"points": 120})

    def test_change_goes_into_the_wallet(self):
        """A coffee for 10 is paid with 20: nothing leaves the drawer."""
        self.start_pos_tour("ClubChangeTour")
        order = self._orders()
        self.assertEqual(order.amount_total, 20)
        self.assertEqual(order.amount_return, 0)
        self.assertEqual(order.club_receipt["topped_up"], 10.0)
        self.assertEqual(self.available(self.sara, "wallet"), 3500)
        # What was loaded earns nothing, what was bought does.
        self.assertEqual(order.club_receipt["earned"], 10)

    def test_leaving_the_order_releases_its_hold(self):
        """The order that was left holds nothing; it isn't lost either."""
        self.start_pos_tour("ClubLeaveTour")
        holds = self.env["loyalty.club.hold"].search([("club_id", "=", self.club.id)])
        self.assertTrue(holds)
        self.assertNotIn("open", holds.mapped("state"))

    def test_return_gives_back_its_part(self):
        """Half of the goods give back half of what paid them, and then the rest."""
        self.start_pos_tour("ClubReturnTour")
        sale, first, second = self._orders()
        self.assertEqual(sale.club_receipt["spent"], {"points": 120, "wallet": 10.0})
        self.assertEqual(
            first.club_receipt["given_back"], {"points": 60, "wallet": 5.0}
        )
        self.assertEqual(
            second.club_receipt["given_back"], {"points": 60, "wallet": 5.0}
        )
        self.assertEqual(
            sale.amount_total + first.amount_total + second.amount_total, 0
        )
        self.assertEqual(self.available(self.sara), 300)
        self.assertEqual(self.available(self.sara, "wallet"), 2500)

    def test_return_into_the_wallet(self):
        """What would be paid out is loaded instead."""
        self.start_pos_tour("ClubReturnToWalletTour")
        sale, refund = self._orders()
        self.assertEqual(sale.amount_total, 40)
        self.assertEqual(refund.amount_total, 0)
        self.assertFalse(refund.payment_ids)
        self.assertEqual(refund.club_receipt["topped_up"], 40.0)
        self.assertEqual(self.available(self.sara, "wallet"), 6500)
        self.assertEqual(self.available(self.sara), 300)
