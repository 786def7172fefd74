import os
from unittest.mock import patch

from ..models.member.joining import PEPPER
from .common import ClubCase

KEY = {PEPPER: "a key for tests, not a secret"}
CARD = "04:A2:2B:12:5C:61:80"  # the UID of a tap card
BANK_CARD = "6037 9900 0000 0006"  # a test number with a right check digit


class TestCards(ClubCase):
    def setUp(self):
        super().setUp()
        self.ali = self.member("Ali", mobile="09121110001")

    def give_card(self, value):
        self.ali._claim_identifiers(
            [self.ali._normalise_identifier(self.club, "card", value)]
        )
        return self.ali.identifier_ids.filtered(lambda item: item.scheme == "card")[-1]

    def find(self, text):
        return self.env["loyalty.club.member"]._find(self.club, text)

    def test_without_a_key_no_card_is_enrolled(self):
        for key in ({PEPPER: ""}, {PEPPER: "too short"}):
            with patch.dict(os.environ, key), self.assertClubError("invalid_payload"):
                self.give_card(CARD)

    @patch.dict(os.environ, KEY)
    def test_a_card_is_found_in_any_spelling_and_never_stored(self):
        card = self.give_card(CARD)
        self.assertEqual(self.find(CARD), self.ali)
        self.assertEqual(self.find("04a22b125c6180"), self.ali)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT row_to_json(i)::text FROM loyalty_club_identifier i WHERE id = %s",
            [card.id],
        )
        row = self.env.cr.fetchone()[0].upper()
        self.assertNotIn("04A22B125C6180", row)
        self.assertNotIn("04:A2", row)

    @patch.dict(os.environ, KEY)
    def test_another_key_knows_no_card(self):
        self.give_card(CARD)
        another = patch.dict(os.environ, {PEPPER: "another key, of another shop"})
        with another, self.assertClubError("unknown_member"):
            self.find(CARD)

    @patch.dict(os.environ, KEY)
    def test_a_bank_card_is_refused_under_every_scheme(self):
        for scheme in ("card", "barcode", "mobile", "email"):
            with self.assertClubError("invalid_payload") as caught:
                self.ali._normalise_identifier(self.club, scheme, BANK_CARD)
            self.assertNotIn("0006", str(caught.exception))
        with self.assertClubError("unknown_member"):
            self.find(BANK_CARD)

    @patch.dict(os.environ, KEY)
    def test_a_bank_card_with_its_cvv_is_refused_at_the_api(self):
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        api = api.with_company(self.company)
        number = "6037990000000006"
        for text in (f"{number} 123", f"{number}0129", f"+{number}"):
            for scheme in ("barcode", "card"):
                shown = [{"scheme": scheme, "value": text}]
                with self.assertClubError("invalid_payload"):
                    api.enroll(key="1", name="Ali", identifiers=shown)
            for field, value in (("name", f"Ali {text}"), ("tags", [text])):
                with self.assertClubError("invalid_payload"):
                    api.enroll(**{"key": "1", "name": "Ali", field: value})
        own = [
            {"scheme": "barcode", "value": value}
            for value in ("9876543210123452", "4000000000006", "1234567812345670")
        ]
        answer = api.enroll(key="1", name="Ali", identifiers=own)
        for item in own:
            self.assertEqual(self.find(item["value"]).number, answer["number"])

    @patch.dict(os.environ, KEY)
    def test_a_blocked_card_is_recognised_and_refused(self):
        card = self.give_card(CARD)
        self.ali._block_identifier(card, "Lost")
        with self.assertClubError("member_blocked"):
            self.find(CARD)
        self.assertEqual(self.find("09121110001"), self.ali)
        self.assertEqual((card.state, card.reason), ("blocked", "Lost"))

    @patch.dict(os.environ, KEY)
    def test_a_replaced_card_is_free_for_others(self):
        card = self.give_card(CARD)
        shown = self.ali._normalise_identifier(
            self.club, "card", "04:FF:00:00:00:00:01"
        )
        new = self.ali._replace_identifier(card, shown, "Broken")
        self.assertEqual(card.replaced_by_id, new)
        self.assertEqual(self.find("04FF0000000001"), self.ali)
        with self.assertClubError("unknown_member"):
            self.find(CARD)
        sara = self.member("Sara")
        sara._claim_identifiers([sara._normalise_identifier(self.club, "card", CARD)])
        self.assertEqual(self.find(CARD), sara)

    @patch.dict(os.environ, KEY)
    def test_a_card_has_one_owner(self):
        self.give_card(CARD)
        sara = self.member("Sara")
        with self.assertClubError("ambiguous_member"):
            sara._claim_identifiers(
                [sara._normalise_identifier(self.club, "card", CARD)]
            )

    def test_a_mobile_or_number_is_not_a_card_to_block(self):
        for item in self.ali.identifier_ids:
            with self.assertClubError("invalid_payload"):
                self.ali._block_identifier(item, "Lost")

    def test_the_database_refuses_two_owners(self):
        sara = self.member("Sara")
        mobile = self.ali.identifier_ids.filtered(lambda item: item.scheme == "mobile")
        with self.assertDatabaseRefuses("value_uniq"):
            self.env.cr.execute(
                """
                INSERT INTO loyalty_club_identifier
                       (club_id, member_id, scheme, value, display, state)
                VALUES (%s, %s, 'mobile', %s, 'x', 'active')
                """,
                [self.club.id, sara.id, mobile.value],
            )
