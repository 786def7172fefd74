import logging
import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from odoo.addons.loyalty_club.models.member.joining import PEPPER

from .common import TillCase

# A number that passes the check of bank cards, and belongs to nobody.
PAN = "6037990000000006"


@freeze_time("2026-03-10 09:00:00")
class TestRecognise(TillCase):
    """Who is found by what they show, by whom, and what nobody may ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key = patch.dict(os.environ, {PEPPER: "a key for tests, not a secret"})
        cls.startClassPatcher(key)
        cls.ali = cls.member(
            "Ali",
            mobile="09121234567",
            email="ali@example.com",
            identifiers=[
                {"scheme": "card", "value": "0B00BC614E"},
                {"scheme": "barcode", "value": "mbr-42"},
            ],
        )
        cls.partner = cls.ali.partner_id.id

    def status(self, text, **options):
        return self.ask("recognise", text, **options)["status"]

    def assertFound(self, *texts):
        for text in texts:
            with self.subTest(text):
                answer = self.ask("recognise", text)
                self.assertEqual(answer["status"], "found")
                self.assertEqual(answer["member"]["partner_id"], self.partner)

    def test_a_member_is_found_by_name_in_any_letters(self):
        member = self.member("علي كريمي", mobile="09121230099")
        self.member("Elsewhere", club=self.new_club("far", self.new_company("Far")))
        [row] = self.ask("search_name", "کریمی علی")
        self.assertEqual(
            row,
            {
                "partner_id": member.partner_id.id,
                "name": "علي كريمي",
                "number": member.number,
                "mobile": "•••• 0099",
                "tier": member.tier_id.name or False,
            },
        )
        for nothing in ("عل", "Elsewhere", "09121230099", "_%_", "%%%"):
            self.assertEqual(self.ask("search_name", nothing), [], nothing)
        for wrong in (None, 5, "", "x" * 200, "\0abc"):
            with self.assertClubError("invalid_payload"):
                self.ask("search_name", wrong)
        for number in range(10):
            self.member(f"Omid {number}x")
        self.assertEqual(len(self.ask("search_name", "omid")), 8)
        with self.assertRaises(AccessError):
            self.ask("search_name", "omid", user=self.users["internal"])

    def test_a_mobile_in_every_spelling(self):
        self.assertFound(
            "09121234567",
            "0912 123 4567",
            "0912-123-4567",
            "9121234567",
            "989121234567",
            "+989121234567",
            "+98 (0) 912 123 4567",
            "00989121234567",
            "۰۹۱۲۱۲۳۴۵۶۷",
            "٠٩١٢١٢٣٤٥٦٧",
            "\u200e۰۹۱۲ ۱۲۳ ۴۵۶۷\r\n",
        )

    def test_number_barcode_and_email(self):
        number = self.ali.number
        self.assertFound(number, f"{number[:4]}-{number[4:]}", "MBR-42", "mbr-42\r\n")
        self.assertFound("Ali@Example.com")

    def test_a_card_in_every_form_that_readers_say(self):
        self.assertFound("0B00BC614E", "0b:00:bc:61:4e", "00BC614E", "0012345678")

    def test_what_was_shown_is_told_without_the_card_s_number(self):
        shown = self.ask("recognise", "0B00BC614E")["shown"]
        self.assertEqual(shown, {"scheme": "card", "display": "•••• 614E"})
        shown = self.ask("recognise", "0912 1234567")["shown"]
        self.assertEqual(shown, {"scheme": "mobile", "display": "+989121234567"})
        # What a reader read is a card's, also when its digits make a mobile.
        shown = self.ask("recognise", "09127654321", scheme="card")["shown"]
        self.assertEqual(shown, {"scheme": "card", "display": "•••• 4321"})

    def test_the_till_gets_the_contact_and_his_accounts(self):
        self.grant(self.ali, 30)
        records = self.ask("recognise", "09121234567")["records"]
        self.assertEqual([r["id"] for r in records["res.partner"]], [self.partner])
        [card] = records["loyalty.card"]
        self.assertEqual((card["id"], card["points"]), (self.account(self.ali), 30))

    def test_the_summary(self):
        self.grant(self.ali, 30)
        self.grant(self.ali, 250, "wallet")
        self.ali.partner_id.birthdate_date = "1990-03-12"
        member = self.ask("summary", self.partner)["member"]
        self.assertEqual(member["balances"]["points"]["available"], 30)
        self.assertEqual(member["balances"]["wallet"]["available"], 2.5)
        self.assertEqual(member["birthday"], {"on": "2026-03-12", "days": 2})
        self.assertEqual(member["cards"][0]["display"], "•••• 614E")
        self.assertFalse(member["pin"])
        self.assertEqual(member["state"], "active")

    def test_a_birthday_is_near_for_a_week_before_and_three_days_after(self):
        near = {}
        for day in range(1, 29):
            self.ali.partner_id.birthdate_date = f"1990-03-{day:02}"
            birthday = self.ask("summary", self.partner)["member"]["birthday"]
            near[day] = birthday and birthday["days"]
        expected = {day: day - 10 if 7 <= day <= 17 else False for day in near}
        self.assertEqual(near, expected)

    def test_offers_are_what_his_points_pay_or_come_near_to(self):
        program = self.club.points_program_id
        program.with_context(loyalty_skip_reward_check=True).reward_ids.unlink()
        near = self.new_reward(
            required_points=50, discount=5, discount_mode="per_order"
        )
        self.new_reward(required_points=90, discount=10, discount_mode="per_order")
        self.grant(self.ali, 30)
        [offer] = self.ask("summary", self.partner)["member"]["offers"]
        self.assertIn("20 points more", offer["text"])
        self.grant(self.ali, 30)
        [offer] = self.ask("summary", self.partner)["member"]["offers"]
        self.assertEqual(offer["text"], near.description)
        # What pays any part of a basket is told by its worth, not as a reward.
        self.new_reward(discount=0.5)
        worth, offer = self.ask("summary", self.partner)["member"]["offers"]
        self.assertEqual(worth["text"], "60 points are worth 30\N{NO-BREAK SPACE}€")
        self.assertEqual(offer["text"], near.description)

    def test_unknown(self):
        for text in ("09127654321", "nobody", "sara@example.com", "00BC614F"):
            answer = self.ask("recognise", text)
            self.assertEqual(answer["status"], "unknown", text)
            self.assertFalse(answer["member"])
            self.assertEqual(answer["records"], {})

    def test_what_leads_to_two_is_ambiguous(self):
        # As stored before barcodes that spell another's mobile were refused.
        sara = self.member("Sara", mobile="09121111111")
        self.env["loyalty.club.identifier"].create(
            {
                "club_id": self.club.id,
                "member_id": sara.id,
                "scheme": "barcode",
                "value": "09121234567",
                "display": "09121234567",
            }
        )
        answer = self.ask("recognise", "09121234567")
        self.assertEqual(answer["status"], "ambiguous")
        self.assertEqual({c["name"] for c in answer["choices"]}, {"Ali", "Sara"})
        self.assertFalse(answer["message"].startswith("["))

    def test_a_blocked_card_is_no_way_in(self):
        card = self.ali.identifier_ids.filtered(lambda item: item.scheme == "card")
        self.ali._block_identifier(card, "Lost")
        answer = self.ask("recognise", "0B00BC614E")
        self.assertEqual(answer["status"], "blocked")
        self.assertFalse(answer["member"])
        self.assertFalse(answer["choices"])
        self.assertFound("09121234567")

    def test_a_bank_card_finds_nobody_and_leaves_no_trace(self):
        with self.assertLogs("odoo.addons", level="DEBUG") as log:
            for text in (
                PAN,
                "6037-9900-0000-0006",
                f";{PAN}=29011010000?",
                f"%B{PAN}^REZAEI/ALI^2901?",
            ):
                answer = self.ask("recognise", text)
                self.assertEqual(answer["status"], "unknown")
                self.assertNotIn("6037", str(answer))
                with self.assertClubError("invalid_payload") as caught:
                    self.ask("attach_card", self.partner, text)
                self.assertNotIn("6037", str(caught.exception))
                for field in ("card", "name", "mobile", "email", "referral_code"):
                    with self.assertClubError("invalid_payload") as caught:
                        self.ask("join", {"mobile": "09123334444", field: text})
                    self.assertNotIn("6037", str(caught.exception))
            logging.getLogger("odoo.addons.control").error("somebody listens")
        self.assertIn("somebody listens", log.output[-1])
        self.assertFalse([line for line in log.output if "6037" in line])
        self.env.cr.execute(
            "SELECT count(*) FROM loyalty_club_identifier WHERE value LIKE '%603799%'"
            " OR display LIKE '%603799%'"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))

    # ------------------------------------------------------------------ who may ask

    def test_who_sells_nowhere_may_not_ask(self):
        for kind in ("internal", "seller", "desk"):
            with self.assertRaises(AccessError):
                self.ask("recognise", "09121234567", user=self.users[kind])
        self.users["desk"].group_ids += self.env.ref("point_of_sale.group_pos_user")
        answer = self.ask("recognise", "09121234567", user=self.users["desk"])
        self.assertEqual(answer["status"], "found")

    def test_a_closed_till_asks_nothing(self):
        closed = self.new_till("Closed")
        closed.current_session_id.unlink()
        with self.assertClubError("invalid_payload"):
            self.ask("recognise", "09121234567", till=closed)

    def test_a_merged_member_is_the_one_he_became(self):
        old = self.member("Ali again", mobile="09125556666")
        old._merge_into(self.ali)
        self.assertFound("09125556666")
        answer = self.ask("summary", old.partner_id.id)
        self.assertEqual(answer["member"]["member_id"], self.ali.id)

    def test_a_customer_who_is_no_member(self):
        customer = self.env["res.partner"].create({"name": "Customer"})
        answer = self.ask("summary", customer.id)
        self.assertEqual((answer["status"], answer["member"]), ("unknown", False))


class TestRecogniseAtABranch(TestRecognise):
    """The same by people who work for a branch alone."""

    at_a_branch = True
