from odoo.tests import HttpCase, tagged

from .common import ClubKit


@tagged("post_install", "-at_install")
class TestTours(ClubKit, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpKit()

    def test_three_clicks_from_a_fresh_install(self):
        """A company without a club, somebody with nothing but the Desk group."""
        company = self.new_company("New Shop")
        company.currency_id = self.euro
        desk = self.user("fresh", "loyalty_club.group_desk", companies=company)
        clubs = self.env["loyalty.club"].with_user(desk)
        self.assertFalse(clubs.search([]))
        self.start_tour("/odoo/club-members", "loyalty_club_join", login=desk.login)
        club = clubs.search([])
        self.assertEqual(club.company_id, company)
        member = club.member_ids
        self.assertEqual(member.mobile, "+989123456789")
        self.assertEqual(member.points_balance, 100)
        self.assertEqual(member.credit_balance, 5)
        self.assertTrue(member.welcomed)
        self.assertEqual(member.tier_id.code, "bronze")

    def test_a_form_is_asked_about_before_it_is_saved(self):
        self.club.write({"expiry_mode": "days", "expiry_count": 365})
        self.grant(self.member("Ali"), 100)
        manager = self.users["manager"]
        url = f"/odoo/clubs/{self.club.id}"
        self.start_tour(url, "loyalty_club_preview", login=manager.login)
        self.assertEqual(self.club.expiry_count, 365)

    def test_a_rule_is_tried_before_it_is_saved(self):
        self.grant(self.member("Ali"), 100)
        self.env["product.product"].create(
            {"name": "Tried Tea", "list_price": 10, "taxes_id": [(5, 0, 0)]}
        )
        program = self.club.points_program_id
        manager = self.users["manager"]
        url = f"/odoo/loyalty.rule/{program.rule_ids.id}"
        self.start_tour(url, "loyalty_club_try_it", login=manager.login)
        self.assertEqual(program.rule_ids.reward_point_amount, 1)


@tagged("post_install", "-at_install")
class TestPhone(ClubKit, HttpCase):
    """What a manager looks at on the way: nothing is cut off or out of reach."""

    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpKit()
        cls.sara = cls.member("Sara Ahmadi", mobile="09121234567")
        cls.purchase(cls.sara, points=1234567, total=987654321)
        cls.grant(cls.sara, 7654321, account="wallet", kind="top_up")

    def test_a_member_on_a_phone(self):
        manager = self.users["manager"]
        self.start_tour(
            f"/odoo/club-members/{self.sara.id}",
            "loyalty_club_phone",
            login=manager.login,
        )
        self.start_tour(
            "/odoo/club-members", "loyalty_club_phone_members", login=manager.login
        )


@tagged("post_install", "-at_install")
class TestRightToLeft(ClubKit, HttpCase):
    """In Persian, a sign stands to the left of its digits, money beside its label."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpKit()
        cls.env["res.lang"]._activate_lang("fa_IR")
        cls.manager = cls.users["manager"]
        cls.manager.lang = "fa_IR"
        cls.sara = cls.member("Sara", mobile="09121234567")
        cls.grant(cls.sara, 100)
        cls.spend(cls.sara, 70)
        cls.returned = cls.purchase(cls.sara, kind="return", total=-90)

    def test_numbers_below_zero(self):
        self.start_tour(
            f"/odoo/club-members/{self.sara.id}",
            "loyalty_club_signs",
            login=self.manager.login,
        )
        self.start_tour(
            f"/odoo/club-purchases/{self.returned.id}",
            "loyalty_club_signs_in_forms",
            login=self.manager.login,
        )
        self.start_tour(
            "/odoo/club-purchases",
            "loyalty_club_amounts_in_lists",
            login=self.manager.login,
        )
