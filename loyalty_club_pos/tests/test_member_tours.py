"""Who stands before the till: recognised, joining, with a card, and offline."""

import os
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.loyalty_club.tests.common import ClubKit
from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestMemberTours(ClubKit, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The shop's owner, who may set up a club; the tours run as a cashier.
        cls.env = cls.env(su=True)
        cls.env["loyalty.program"].search([]).active = False
        shop = cls._get_main_company()
        # Mobiles are typed without a country.
        shop.country_id = cls.env.ref("base.ir")
        cls.club = cls.new_club("till", shop, name="Corner Club")
        cls.club.write({"welcome_points": 100, "welcome_credit": 0})
        cls.ledger = cls.env["loyalty.club.ledger"]
        cls.main_pos_config.club_id = cls.club
        cls.env["product.template"].create(
            {
                "name": "Club Shirt",
                "list_price": 40,
                "available_in_pos": True,
                "taxes_id": False,
                "is_storable": False,
            }
        )
        cls.customer = cls.env["res.partner"].create({"name": "Just A Customer"})
        cls.sara = cls.member("Sara Member", mobile="+989121234567")
        cls.omid = cls.member("Omid Member", mobile="+989127654321")
        cls.grant(cls.sara, 300)
        cls.grant(cls.sara, 2500, "wallet")
        cls.sara.tier_id = cls.env["loyalty.club.tier"].create(
            {
                "club_id": cls.club.id,
                "name": "Gold",
                "code": "gold",
                "threshold": 1000,
                "multiplier": 1.5,
            }
        )
        cls.startClassPatcher(
            patch.dict(
                os.environ, {"LOYALTY_CLUB_CARD_PEPPER": "of-the-tests-0123456789"}
            )
        )
        cls.main_pos_config.with_user(cls.pos_user).open_ui()

    def _orders(self):
        return self.env["pos.order"].search(
            [("config_id", "=", self.main_pos_config.id), ("state", "=", "paid")],
            order="id",
        )

    def _member_of(self, mobile):
        return self.env["loyalty.club.member"]._find(self.club, mobile)

    def test_recognise(self):
        """By a mobile in two scripts; the estimate follows the basket and the tier."""
        self.start_pos_tour("ClubRecogniseTour")

    def test_join(self):
        """Consent and PIN are those that were given, and the order is the member's."""
        self.start_pos_tour("ClubJoinTour")
        dara = self._member_of("0935 000 0000")
        self.assertEqual(dara.name, "Dara Newcomer")
        given = dara.consent_ids.filtered("granted").mapped("channel")
        self.assertEqual(given, ["sms"])
        self.assertEqual(self._orders().partner_id, dara.partner_id)
        self.assertGreaterEqual(self.available(dara), 100)

    def test_customer_becomes_a_member(self):
        """The customers themselves join; no second contact is made of them."""
        self.start_pos_tour("ClubMakeMemberTour")
        self.assertEqual(self._member_of("0936 111 2222").partner_id, self.customer)

    def test_cards(self):
        """A new card is attached and found again; a blocked one is refused."""
        lost = self.omid._normalise_identifier(self.club, "card", "04FFFFFFFF")
        self.omid._claim_identifiers([lost])
        card = self.omid.identifier_ids.filtered(lambda item: item.scheme == "card")
        self.omid._block_identifier(card, "Lost")
        self.start_pos_tour("ClubCardTour")
        self.assertEqual(self._member_of("04A1B2C3D4"), self.sara)
        self.assertEqual(self._orders().partner_id, self.sara.partner_id)

    def test_seen_before(self):
        """Without a network who was seen is recognised, and the sale is theirs."""
        self.start_pos_tour("ClubSeenBeforeTour")
        self.assertEqual(len(self._orders()), 2)
        self.assertEqual(self._orders().partner_id, self.sara.partner_id)

    def test_scan_with_the_focus_in_the_search(self):
        """It is a member's barcode, and no search; what they earned is said."""
        barcode = self.sara._normalise_identifier(self.club, "barcode", "0429000000962")
        self.sara._claim_identifiers([barcode])
        self.start_pos_tour("ClubScanInSearchTour")
        order = self._orders()
        self.assertEqual(order.partner_id, self.sara.partner_id)
        self.assertEqual(len(order.lines), 1)
        self.assertEqual(order.club_receipt["earned"], 60)
        self.assertEqual(self.available(self.sara), 360)

    def test_first_member_founds_the_club(self):
        """A till without a club shows one button of it, and that is enough."""
        self.main_pos_config.club_id = False
        self.env["loyalty.club"].search(
            [("company_id", "parent_of", self.main_pos_config.company_id.id)]
        ).active = False
        self.start_pos_tour("ClubFirstMemberTour")
        club = self.main_pos_config._club()
        self.assertTrue(club)
        self.assertTrue(self.env["loyalty.club.member"]._find(club, "0935 000 0000"))
