from datetime import date

from odoo.tests import freeze_time, tagged

from .common import ClubCase


@tagged("post_install", "-at_install")
class TestMemberSearch(ClubCase):
    """One box finds a member by whatever he shows or is called by."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara = cls.member(
            "سارا کریمی",
            mobile="09123456789",
            email="sara@example.com",
            tags=["Coffee lovers"],
            identifiers=[{"scheme": "barcode", "value": "LC-77"}],
        )
        cls.other = cls.member("Omid", mobile="09351112233")
        cls.Member = cls.env["loyalty.club.member"].with_user(cls.users["desk"])

    def found(self, text):
        return self.Member.search([("display_name", "ilike", text)])

    def test_any_identifier_in_any_spelling(self):
        for text in (
            "0912 345 6789",
            "+98-912-3456789",
            "۰۹۱۲۳۴۵۶۷۸۹",
            self.sara.number,
            "lc-77",
            "SARA@example.com",
        ):
            with self.subTest(text=text):
                self.assertEqual(self.found(text), self.sara)

    def test_names_and_tags_in_any_letters(self):
        self.assertEqual(self.found("كريمي"), self.sara)  # Arabic kaf and yeh
        self.assertEqual(self.found("coffee"), self.sara)
        self.assertEqual(self.found("sara@"), self.sara)

    def test_nobody(self):
        self.assertFalse(self.found("09129999999"))

    def test_other_companies_stay_unseen(self):
        shop = self.new_company("Other Shop")
        club = self.new_club("other", shop)
        self.member("Unseen", club=club, mobile="09121111111")
        self.assertFalse(self.found("09121111111"))
        self.assertFalse(self.found("Unseen"))

    @freeze_time("2026-03-25 12:00:00")  # 5 Farvardin 1405
    def test_birthdays_of_the_month_in_the_clubs_calendar(self):
        self.club.calendar = "jalali"
        self.sara.birthdate_date = date(1990, 4, 18)  # 29 Farvardin
        self.other.birthdate_date = date(1990, 3, 15)  # 24 Esfand
        domain = [("birthday_this_month", "=", True), ("club_id", "=", self.club.id)]
        self.assertEqual(self.Member.search(domain), self.sara)
        self.club.calendar = "gregorian"
        self.assertEqual(self.Member.search(domain), self.other)
        self.assertTrue(self.other.birthday_this_month)
