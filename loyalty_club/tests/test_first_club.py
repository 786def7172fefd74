from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..models.club.club import LoyaltyClub
from .common import ClubCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestFirstClub(ClubCase):
    """What a new club begins with is of the size of its money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rial = cls.env.ref("base.IRR")
        cls.rial.active = True
        cls.shop = cls.new_company("Shop in Tehran")
        cls.shop.currency_id = cls.rial

    def found(self, company):
        Club = self.env["loyalty.club"].with_company(company)
        return Club._create_first()

    def currency(self, code):
        return self.env["res.currency"].create({"name": code, "symbol": code})

    def rate(self, currency, rate):
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": currency.id,
                "company_id": self.shop.id,
                "rate": rate,
            }
        )

    def test_the_rial_is_small_whatever_decimals_it_has(self):
        """Odoo's rial has two: a gift of 5, and a point for each, was the outcome."""
        for digits, rounding in ((2, 0.01), (0, 1)):
            with self.subTest(decimals=digits):
                self.rial.rounding = rounding
                club = self.found(self.shop)
                self.assertEqual(club.currency_id, self.rial)
                self.assertEqual(club.welcome_credit, 500_000)
                rule = club.points_program_id.rule_ids
                self.assertEqual(rule.club_per_amount, 100_000)
                self.assertEqual(club.points_program_id.reward_ids.discount, 1000)
                club.code = f"club-{digits}"
                club.flush_recordset()

    def test_the_euro(self):
        club = self.found(self.new_company("Shop in Bonn"))
        self.assertEqual(club.welcome_credit, 5)
        self.assertEqual(club.points_program_id.rule_ids.club_per_amount, 1)

    def test_a_currency_that_nobody_knows_goes_by_its_rate(self):
        unknown = self.currency("XQA")
        self.assertEqual(unknown._club_size(self.shop), 1)
        # 3 of it are 0.003 euros: a euro is a thousand.
        self.rate(unknown, 3)
        self.rate(self.euro, 0.003)
        self.assertEqual(unknown._club_size(self.shop), 1000)

    def test_the_gift_is_told_before_it_is_given(self):
        desk = self.user("tehran-desk", "loyalty_club.group_desk", companies=self.shop)
        Join = self.env["loyalty.club.member.join"].with_user(desk)
        values = {"name": "Sara", "mobile": "09121234567"}
        join = Join.with_company(self.shop).create(values)
        self.assertFalse(join.club_id)
        told = (join.welcome_points, join.welcome_credit, join.currency_id)
        self.assertEqual(told, (100, 500_000, self.rial))
        join.action_join()
        self.assertEqual(
            (join.club_id.welcome_points, join.club_id.welcome_credit), told[:2]
        )

    # ------------------------------------------------------------------ its currency

    def test_an_empty_club_follows_its_company(self):
        company = self.new_company("Shop that moves")
        club = self.found(company)
        club.points_program_id.rule_ids.minimum_amount = 20
        company.currency_id = self.rial
        self.assertEqual(club.currency_id, self.rial)
        self.assertEqual(set(club.program_ids.mapped("currency_id")), {self.rial})
        # What was 5 euros isn't 5 rial.
        self.assertEqual(club.welcome_credit, 500_000)
        points = club.points_program_id
        self.assertEqual(points.rule_ids.club_per_amount, 100_000)
        self.assertEqual(points.rule_ids.minimum_amount, 2_000_000)
        self.assertEqual(points.reward_ids.discount, 1000)
        self.assertEqual(club.wallet_program_id.reward_ids.discount, 1)

    def test_with_entries_it_stays(self):
        company = self.new_company("Shop that moves late")
        club = self.found(company)
        self.grant(self.member("Ali", club), 100)
        company.currency_id = self.rial
        self.assertEqual(club.currency_id, self.euro)
        club.company_id = self.shop
        self.assertEqual(club.currency_id, self.euro)
        with self.assertRaisesRegex(UserError, "can't be changed"):
            club.currency_id = self.rial
        club.currency_id = self.euro  # says nothing new

    def test_a_way_of_selling_without_an_addon_of_its_own_is_closed(self):
        channels = LoyaltyClub._on_channels(self.club)
        names = self.env["loyalty.program"]._fields
        self.assertEqual(set(channels), {n for n in names if n.endswith("_ok")})
        self.assertFalse(any(channels.values()))
