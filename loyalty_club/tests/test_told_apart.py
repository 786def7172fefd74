import os
from unittest.mock import patch

import psycopg2

from odoo import sql_db
from odoo.tests import tagged

from ..engine.identifiers import member_number
from ..models.member.joining import PEPPER
from ..models.member.member import LoyaltyClubMember
from .common import ClubCase, TwoCompaniesCase

KEY = {PEPPER: "a key for tests, not a secret"}


@tagged("post_install", "-at_install")
class TestToldApart(ClubCase):
    """What one shows is never read as something of another's."""

    def setUp(self):
        super().setUp()
        self.ali = self.member("Ali", mobile="09121110001", email="ali@example.com")
        self.mina = self.member("Mina", mobile="09121110002")

    def shown(self, scheme, value, member=None):
        return (member or self.mina)._normalise_identifier(self.club, scheme, value)

    def claim(self, scheme, value, member=None):
        member = member or self.mina
        member._claim_identifiers([self.shown(scheme, value, member)])

    def found(self, text):
        rows = self.env["loyalty.club.member"]._lookup(self.club, text)
        return self.env["loyalty.club.member"].browse({row[0] for row in rows})

    def test_a_barcode_that_spells_what_another_shows_is_refused(self):
        number = self.ali.number
        for text in (
            number,
            f"{number[:4]}-{number[4:]}",
            "09121110001",
            "9121110001",
            "0912-111-0001",
            "+989121110001",
            "00989121110001",
            "ALI@EXAMPLE.COM",
        ):
            with self.subTest(text), self.assertClubError("ambiguous_member"):
                self.claim("barcode", text)
        for text in (number, "09121110001", "ali@example.com"):
            self.assertEqual(self.found(text), self.ali)

    def test_one_s_own_number_and_mobile_may_be_on_the_card(self):
        for text in (self.mina.number, "0912 111 0002", "۰۹۱۲۱۱۱۰۰۰۲"):
            self.claim("barcode", text)
            self.assertEqual(self.found(text), self.mina)

    def test_a_mobile_that_a_barcode_spells_already_is_refused(self):
        self.claim("barcode", "09121110009")
        with self.assertClubError("ambiguous_member"):
            self.member("Reza", mobile="0912 111 0009")
        with self.assertClubError("ambiguous_member"):
            self.claim("mobile", "+989121110009", self.ali)
        self.claim("mobile", "+989121110009")
        self.assertEqual(self.found("09121110009"), self.mina)

    def test_a_contact_s_new_mobile_is_listed_when_a_barcode_spells_it(self):
        self.claim("barcode", "09121110009")
        self.ali.partner_id.phone = "0912 111 0009"
        self.assertEqual(self.found("09121110009"), self.mina)
        listed = self.env["loyalty.club.exception"].search([("kind", "=", "mobile")])
        self.assertEqual(listed.member_id, self.ali)

    def test_no_new_member_gets_a_number_that_is_somebody_s_barcode(self):
        code = member_number(5_000_001)
        self.claim("barcode", code)
        drawn = iter([[5_000_001, 5_000_002], [5_000_003]])
        with patch.object(
            LoyaltyClubMember, "_next_numbers", lambda self, count: next(drawn)
        ):
            numbers = self.members(2).mapped("number")
        self.assertEqual(numbers, [member_number(5_000_002), member_number(5_000_003)])

    @patch.dict(os.environ, KEY)
    def test_a_card_whose_serial_spells_another_s_number(self):
        with self.assertClubError("ambiguous_member"):
            self.shown("card", self.ali.number)
        self.claim("card", self.ali.number, self.ali)
        # Nor a barcode that is read as somebody's card.
        self.claim("card", "04A22B1C", self.ali)
        with self.assertClubError("ambiguous_member"):
            self.claim("barcode", "04A22B1C")
        self.assertEqual(self.found("04A22B1C"), self.ali)

    def test_many_at_once_leave_out_what_is_mistaken(self):
        members = self.env["loyalty.club.member"]
        members._claim_codes([(self.mina, self.ali.number), (self.mina, "OWN-1")])
        self.assertEqual(self.found(self.ali.number), self.ali)
        self.assertEqual(self.found("OWN-1"), self.mina)

    # ------------------------------------------------------------------ twice, quietly

    def test_the_same_identifier_twice_is_refused_at_once(self):
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        api = api.with_company(self.company)
        twice = [
            [{"scheme": "barcode", "value": text} for text in ("X-1", "x-1 ")],
            [
                {"scheme": "mobile", "value": text}
                for text in ("0935 111 0002", "+989351110002")
            ],
            [{"scheme": "mobile", "value": "+98 935 111 0001"}],
            [{"scheme": "email", "value": "REZA@example.com"}],
        ]
        person = {"mobile": "09351110001", "email": "reza@example.com"}
        for identifiers in twice:
            with self.subTest(identifiers):
                with self.assertClubError("invalid_payload") as caught:
                    api.enroll(key="1", name="Reza", identifiers=identifiers, **person)
                self.assertNotIn("935111", str(caught.exception))
        with self.assertClubError("invalid_payload"):
            api.member_update(key="1", member=self.ali.number, identifiers=twice[0])

    def test_what_fails_in_the_database_is_not_logged(self):
        """Odoo logs a query that fails, with the mobile that it was about."""
        members = self.env["loyalty.club.member"]
        mobile = "+989351110001"
        for work in (
            lambda: members._lookup(self.club, mobile),
            lambda: members._showing(self.club, [("mobile", mobile)]),
            lambda: members._claim_free([(self.ali, "mobile", mobile)]),
            lambda: self.ali.with_context(tracking_disable=True)._update_person(
                {"name": "Reza Rezai", "mobile": mobile}
            ),
        ):
            with (
                patch.object(sql_db._logger, "error") as logged,
                self.assertRaises(psycopg2.Error),
                self.env.cr.savepoint(flush=False),
            ):
                # No table is found any more: the next statement fails.
                self.env.flush_all()
                self.env.cr.execute("SET LOCAL search_path TO pg_catalog")
                work()
            self.env.invalidate_all()
            said = str(logged.call_args_list)
            for personal in ("9351110001", "Rezai"):
                self.assertNotIn(personal, said)


@tagged("post_install", "-at_install")
class TestToldApartCompanies(TwoCompaniesCase):
    def test_clubs_don_t_meet(self):
        ali = self.member("Ali", mobile="09121110001")
        sara = self.member("Sara", club=self.south_club, mobile="09121110002")
        sara._claim_identifiers([("barcode", ali.number, ali.number)])
        found = self.env["loyalty.club.member"]._find(self.south_club, ali.number)
        self.assertEqual(found, sara)
