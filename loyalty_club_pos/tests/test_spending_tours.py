"""What a cashier does for a member who spends and returns, in a browser."""

import os
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.loyalty_club.models.member.joining import PEPPER
from odoo.addons.loyalty_club.tests.common import ClubKit
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon

from .common import TillKit


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

    # ------------------------------------------------------------------ without a PIN

    def _spent(self, account="points"):
        """What the ledger says that the member spent, order by order."""
        entries = self.entries(self.sara).filtered(
            lambda entry: entry.account == account and entry.kind == "spend"
        )
        return [-entry.amount for entry in entries]

    def test_no_pin_and_above_the_limit(self):
        """What is possible without one is offered at once, and the order is paid."""
        self.club.confirm_points = 100
        self.start_pos_tour("ClubNoPinTour")
        first, second = self._orders()
        self.assertEqual(first.club_receipt["spent"], {"points": 100})
        self.assertEqual(first.amount_total, 30)
        self.assertEqual(second.club_receipt["spent"], {})
        self.assertEqual(second.amount_total, 40)
        self.assertEqual(self._spent(), [100])
        self.assertEqual(self.available(self.sara), 300 - 100 + 30 + 40)
        holds = self.env["loyalty.club.hold"].search([("club_id", "=", self.club.id)])
        self.assertEqual(holds.mapped("state"), ["captured"])
        self.assertFalse(holds.agreed)
        self.assertFalse((first | second).club_exception_ids)
        self.assertFalse(self.ledger._check_club(self.club)["differences"])

    def test_a_manager_at_the_till_sets_a_pin(self):
        """The member agrees with the new one, and spends what they wanted."""
        self.club.confirm_points = 100
        self.pos_user.group_ids += self.env.ref("loyalty_club.group_manager")
        self.start_pos_tour("ClubSetPinTour")
        order = self._orders()
        self.assertEqual(order.club_receipt["spent"], {"points": 250})
        self.assertEqual(order.amount_total, 15)
        self.assertEqual(self._spent(), [250])
        self.assertEqual(self.available(self.sara), 300 - 250 + 15)
        self.assertTrue(self.sara._check_pin("2468")[0])
        hold = self.env["loyalty.club.hold"].search([("reference", "=", order.uuid)])
        self.assertEqual(hold.state, "captured")
        self.assertTrue(hold.agreed)
        self.assertFalse(order.club_exception_ids)

    # --------------------------------------------------------------- all, and top-ups

    def test_all_is_one_tap(self):
        """From the strip and on the payment screen, which says what pays."""
        self.start_pos_tour("ClubAllTour")
        order = self._orders()
        self.assertEqual(order.amount_total, 0)
        self.assertEqual(order.club_receipt["spent"], {"points": 300, "wallet": 20.0})
        self.assertEqual(self._spent(), [300])
        self.assertEqual(self._spent("wallet"), [20])
        self.assertEqual(self.available(self.sara, "wallet"), 500)
        self.assertFalse(order.club_exception_ids)

    def test_top_up_without_goods(self):
        """Three taps and the amount; what is loaded earns nothing."""
        self.start_pos_tour("ClubTopUpTour")
        order = self._orders()
        self.assertEqual(order.amount_total, 25)
        self.assertEqual(order.partner_id, self.sara.partner_id)
        self.assertEqual(len(order.lines), 1)
        self.assertEqual(order.club_receipt["topped_up"], 25.0)
        self.assertEqual(order.club_receipt["earned"], 0)
        loaded = self.entries(self.sara).filtered(lambda e: e.kind == "top_up")
        self.assertEqual(loaded.mapped("amount"), [25])
        self.assertEqual(
            (loaded.origin_model, loaded.origin_id), ("pos.order", order.id)
        )
        self.assertEqual(self.available(self.sara, "wallet"), 5000)
        self.assertEqual(self.available(self.sara), 300)
        self.assertFalse(order.club_exception_ids)

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

    def test_parts_of_a_return_are_exact(self):
        """A third of what paid is no round amount; all three are what it was."""
        self.start_pos_tour("ClubReturnSharesTour")
        sale, *backs = self._orders()
        self.assertEqual(sale.club_receipt["spent"], {"points": 100, "wallet": 10.0})
        given = [back.club_receipt["given_back"] for back in backs]
        self.assertEqual([each["points"] for each in given], [33, 33, 34])
        self.assertEqual([each["wallet"] for each in given], [3.33, 3.34, 3.33])
        paid = sum(sale.union(*backs).mapped("amount_total"))
        self.assertAlmostEqual(paid, 0)
        self.assertEqual(self.available(self.sara), 300)
        self.assertEqual(self.available(self.sara, "wallet"), 2500)
        self.assertFalse(self.ledger._check_club(self.club)["differences"])

    def test_return_at_a_till_that_has_not_seen_the_member(self):
        """The club's block is there at once, and the money goes into the wallet."""
        sale = self._sell_elsewhere()
        self.assertEqual(self.available(self.sara), 340)
        self.start_pos_tour("ClubReturnElsewhereTour")
        refund = self._orders()
        self.assertEqual(refund.lines.refunded_orderline_id, sale.lines)
        self.assertEqual(refund.amount_total, 0)
        self.assertFalse(refund.payment_ids)
        self.assertEqual(refund.club_receipt["topped_up"], 40.0)
        self.assertEqual(refund.club_receipt["taken_back"], 40)
        self.assertEqual(self.available(self.sara, "wallet"), 6500)
        self.assertEqual(self.available(self.sara), 300)
        loaded = self.entries(self.sara).filtered(lambda e: e.kind == "top_up")
        self.assertEqual(loaded.mapped("amount"), [40])
        self.assertFalse(refund.club_exception_ids)

    def _sell_elsewhere(self):
        """A shirt that the member bought at another till, which shares its orders."""
        till = self.env["pos.config"].create(
            {
                "name": "Till 2",
                "payment_method_ids": [(6, 0, self.bank_payment_method.ids)],
            }
        )
        self.main_pos_config.trusted_config_ids = till
        till.with_user(self.pos_user).open_ui()
        kit = type("Kit", (TillKit,), {"env": self.env, "till": till})
        kit.company, kit.cashier = self.main_pos_config.company_id, self.pos_user
        kit.euro = kit.company.currency_id
        shirt = kit.line(self.shirt.product_variant_id, taxes=kit.no_tax())
        return kit.sell(self.sara, [shirt])
