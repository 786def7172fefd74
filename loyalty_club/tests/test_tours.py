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
