"""A shop in Iran: everything that its cashier sees and types is Persian."""

from datetime import date

from odoo.tests import tagged

from odoo.addons.loyalty_club.tests.common import ClubKit
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestJourneyFa(ClubKit, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The shop's owner, who may set up a club; the tour runs as a cashier.
        cls.env = cls.env(su=True)
        cls.env["loyalty.program"].search([]).active = False
        cls._speak_persian()
        shop = cls._get_main_company()
        shop.country_id = cls.env.ref("base.ir")
        cls._count_in_rials(shop)
        cls.club = cls.new_club(
            "golestan",
            shop,
            name="باشگاه گلستان",
            calendar="jalali",
            tz="Asia/Tehran",
            welcome_points=200,
            welcome_credit=0,
        )
        # So small a step that the few things of this shop earn something.
        cls.club.points_program_id.rule_ids.club_per_amount = 10_000
        cls.club.points_program_id.reward_ids.discount = 100
        cls.ledger = cls.env["loyalty.club.ledger"]
        cls.main_pos_config.club_id = cls.club
        cls._product("چای", 100_000)
        cls._product("پیراهن", 400_000)
        cash = cls.main_pos_config.payment_method_ids.filtered("is_cash_count")
        cash.with_context(lang="en_US").name = "نقد"
        cls.main_pos_config.with_user(cls.pos_user).open_ui()

    @classmethod
    def _speak_persian(cls):
        cls.env["res.lang"]._activate_lang("fa_IR")
        ours = [("name", "in", ["loyalty_club", "loyalty_club_pos"])]
        cls.env["ir.module.module"].search(ours)._update_translations(["fa_IR"])
        cls.pos_user.write({"lang": "fa_IR", "tz": "Asia/Tehran"})

    @classmethod
    def _count_in_rials(cls, shop):
        rial = cls.env.ref("base.IRR")
        rial.write({"active": True, "rounding": 1, "symbol": "ریال"})
        shop.currency_id = rial
        cls.env["product.pricelist"].search([]).currency_id = rial

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

    def test_journey(self):
        """Joins, buys, comes again, spends points, and brings one thing back.

        This club gives a point for 10,000 rials, and takes it for 100.
        """
        self.start_pos_tour("ClubJourneyFaTour")

        dara = self.env["loyalty.club.member"]._find(self.club, "09350000000")
        self.assertEqual(dara.name, "دارا نوروزی")
        # 1 Farvardin 1370.
        self.assertEqual(dara.birthdate_date, date(1991, 3, 21))
        given = dara.consent_ids.filtered("granted").mapped("channel")
        self.assertEqual(given, ["sms"])

        orders = self.env["pos.order"].search(
            [("config_id", "=", self.main_pos_config.id), ("state", "=", "paid")],
            order="id",
        )
        self.assertEqual(orders.partner_id, dara.partner_id)
        self.assertEqual(orders.mapped("amount_total"), [100_000, 488_000, -390_400])
        tea, both, back = (order.club_receipt for order in orders)
        self.assertEqual((tea["earned"], tea["balance"]["points"]), (10, 210))
        self.assertEqual(both["spent"], {"points": 120})
        # 48.8 points are 48.
        self.assertEqual((both["earned"], both["balance"]["points"]), (48, 138))
        # The shirt is four fifths of what was bought: 96 of the 120 points had paid
        # it, and of the 48 it had earned 38.4, against 9.6 of the tea.
        self.assertEqual(back["given_back"], {"points": 96})
        self.assertEqual((back["taken_back"], back["balance"]["points"]), (38, 196))

        self.assertEqual(self.available(dara), 196)
        self.assertFalse(orders.club_exception_ids)
        check = self.ledger._check_club(self.club)
        self.assertFalse(check["differences"], check["details"])
