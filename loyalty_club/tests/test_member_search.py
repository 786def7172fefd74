from datetime import date
from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..engine.identifiers import name_key
from ..models.native import res_partner
from .common import ClubCase


@tagged("post_install", "-at_install")
class TestMemberSearch(ClubCase):
    """One box finds a member by whatever they show or are called by."""

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

    def test_stored_in_any_letters_and_asked_in_any(self):
        spellings = (
            "علي كريمي",
            "علی کریمی",
            "عَلِي  کریــمی",
            "کریمی علی",
            "ﻋﻠﯽ\u200cكريمى",
        )
        people = {
            spelling: self.member(spelling, mobile=f"0912000000{place}")
            for place, spelling in enumerate(spellings)
        }
        found = self.env["loyalty.club.member"].union(*people.values())
        for asked in (*spellings, "كریم"):
            with self.subTest(asked):
                self.assertLessEqual(found, self.found(asked))
                contacts = self.env["res.partner"].with_user(self.users["desk"])
                names = contacts.name_search(asked, limit=100)
                self.assertLessEqual(set(found.partner_id.ids), {n[0] for n in names})
        for asked, stored in (
            ("فاطمه", "فاطمة"),
            ("ارش", "آرش"),
            ("رضايي", "رضائی"),
            ("علیرضا", "علی\u200cرضا"),
            ("jose 12", "José ۱۲"),
            ("موسي", "موسیٰ"),
        ):
            member = self.member(stored)
            with self.subTest(asked):
                self.assertIn(member, self.found(asked))
        # A name that is changed is found by the new one.
        self.other.partner_id.name = "اميد"
        self.assertIn(self.other, self.found("امید"))
        self.assertFalse(self.found("Omid"))

    def test_the_contacts_screen_asks_so_too(self):
        view = self.env.ref("base.view_res_partner_filter")
        arch = self.env["res.partner"].get_view(view.id, "search")["arch"]
        self.assertIn("[('display_name', 'ilike', self)]", arch)

    def test_a_tag_in_other_letters_is_the_same_tag(self):
        self.member("A", tags=["قهوه كافه"])
        self.member("B", tags=["قهوه\u200cکافه", "قهوه  کافه"])
        tags = self.env["res.partner.category"].search([("name", "like", "قهوه")])
        self.assertEqual(len(tags), 1)
        self.assertEqual(len(self.found("قهوة كافه")), 2)

    def test_the_names_of_before_are_filled_in_batches(self):
        people = self.members(25).partner_id
        people[0].name = "علي كريمي"
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET club_name_key = NULL")
        with patch(f"{res_partner.__name__}.FILLED_AT_ONCE", 10):
            self.env["res.partner"]._fill_name_keys()
        self.env.invalidate_all()
        for person in self.env["res.partner"].search([("name", "!=", False)]):
            self.assertEqual(person.club_name_key, name_key(person.name))

    def test_an_index_serves_names(self):
        if not self.env.registry.has_trigram:
            self.skipTest("the database has no trigrams")
        domain = self.env["res.partner"]._club_called("علی کریمی")
        query = self.env["res.partner"].sudo()._search(domain, order="id")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_indexscan = off")
        self.env.flush_all()
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("club_name_key_index", plan)

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


class TestMemberSearchAtABranch(TestMemberSearch):
    """The same by people who work for a branch alone."""

    at_a_branch = True
