import os
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from odoo.addons.loyalty_club.models.member.joining import PEPPER

from .common import TillCase


@freeze_time("2026-03-10 09:00:00")
class TestJoin(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        key = patch.dict(os.environ, {PEPPER: "a key for tests, not a secret"})
        cls.startClassPatcher(key)
        cls.club.write({"welcome_points": 100, "welcome_credit": 5})
        cls.staff = cls.user(
            "staff", "point_of_sale.group_pos_user", "loyalty_club.group_desk"
        )
        cls.manager = cls.user(
            "boss at the till",
            "point_of_sale.group_pos_user",
            "loyalty_club.group_manager",
        )

    def join(self, user=None, **values):
        return self.ask("join", {"mobile": "09121234567", **values}, user=user)

    def joined(self, answer):
        return self.env["loyalty.club.member"].browse(answer["member"]["member_id"])

    def test_a_mobile_is_enough(self):
        answer = self.join()
        member = self.joined(answer)
        self.assertTrue(answer["created"])
        self.assertEqual(answer["welcome"], {"points": 100, "credit": 5})
        self.assertEqual(answer["member"]["balances"]["points"]["available"], 100)
        self.assertEqual(answer["member"]["balances"]["credit"]["available"], 5)
        self.assertEqual(member.mobile, "+989121234567")
        self.assertEqual(member.joined_how, "till")
        self.assertEqual(member.club_id, self.club)
        self.assertEqual(self.ask("recognise", "۰۹۱۲۱۲۳۴۵۶۷")["status"], "found")

    def test_everything_that_is_given_is_kept(self):
        friend = self.member("Friend")
        answer = self.join(
            name="Ali",
            email="Ali@Example.com",
            birthdate="1990-03-12",
            consent={"sms": True, "email": False},
            card="0B00BC614E",
            pin="1234",
            user=self.manager,
            referral_code=friend.number,
        )
        member = self.joined(answer)
        self.assertEqual(member.name, "Ali")
        self.assertEqual(member.email, "ali@example.com")
        self.assertEqual(str(member.birthdate_date), "1990-03-12")
        self.assertTrue(member.consent_sms)
        self.assertFalse(member.consent_email)
        consents = self.env["loyalty.club.consent"].search(
            [("member_id", "=", member.id)]
        )
        self.assertEqual(consents.mapped("channel"), ["sms"])
        self.assertEqual(consents.source, "till")
        self.assertEqual(member.referrer_id, friend)
        self.assertTrue(answer["member"]["pin"])
        self.assertEqual(self.ask("recognise", "0012345678")["status"], "found")

    def test_the_second_join_finds_the_member_and_welcomes_him_no_more(self):
        first = self.join(name="Ali")
        again = self.ask("join", {"mobile": "+98 912 123 4567", "card": "00BC614E"})
        self.assertFalse(again["created"])
        self.assertEqual(again["welcome"], {"points": 0, "credit": 0})
        self.assertEqual(self.joined(again), self.joined(first))
        self.assertEqual(again["member"]["balances"]["points"]["available"], 100)
        self.assertEqual(self.joined(again).name, "Ali")
        self.assertEqual(self.ask("recognise", "00BC614E")["status"], "found")

    def test_who_joins_again_sets_no_pin_of_another(self):
        self.join(pin="1234", user=self.manager)
        member = self.joined(self.join(pin="9999", user=self.manager))
        self.assertEqual(member._check_pin("1234")[0], True)

    def test_a_customer_becomes_a_member(self):
        customer = self.env["res.partner"].create({"name": "Sara"})
        answer = self.ask("join", {"partner_id": customer.id, "mobile": "09127654321"})
        self.assertEqual(answer["member"]["partner_id"], customer.id)
        self.assertEqual(customer.name, "Sara")
        with self.assertClubError("ambiguous_member"):
            self.ask("join", {"partner_id": customer.id})

    def test_a_customer_does_not_become_the_member_whose_mobile_it_is(self):
        ali = self.joined(self.join(name="Ali"))
        customer = self.env["res.partner"].create({"name": "Sara"})
        with self.assertClubError("ambiguous_member"), self.env.cr.savepoint():
            self.join(partner_id=customer.id)
        self.env.invalidate_all()
        self.assertEqual(ali.name, "Ali")

    def test_joining_changes_nothing_of_a_user_s_contact(self):
        boss = self.user("boss", "base.group_system").partner_id
        boss.write({"phone": "+989127654321"})
        before = boss.read(["name", "email", "phone", "birthdate_date"])
        eve = {"name": "Eve", "email": "eve@elsewhere.example", "partner_id": boss.id}
        with self.assertClubError("ambiguous_member"):
            self.ask("join", {**eve, "mobile": "09129999999"})
        answer = self.ask("join", {**eve, "mobile": "09127654321"})
        self.assertEqual(answer["member"]["partner_id"], boss.id)
        self.assertEqual(
            boss.read(["name", "email", "phone", "birthdate_date"]), before
        )

    def test_a_cashier_is_asked_who_has_the_mobile(self):
        sara = self.env["res.partner"].create(
            {
                "name": "Sara",
                "phone": "+989121234567",
                "company_id": self.club.company_id.id,
            }
        )
        answer = self.join(name="Ali")
        self.assertEqual((answer["status"], answer["created"]), ("ask", False))
        self.assertEqual(
            answer["choices"],
            [{"partner_id": sara.id, "name": "Sara", "number": False, "mobile": False}],
        )
        self.assertFalse(sara.club_member_ids)
        other = self.joined(self.join(name="Ali", apart=True))
        self.assertNotEqual(other.partner_id, sara)

    def test_the_same_person_by_the_cashier_s_word(self):
        sara = self.env["res.partner"].create(
            {
                "name": "Sara",
                "phone": "+989121234567",
                "company_id": self.club.company_id.id,
            }
        )
        answer = self.join(name="Sara Karimi", partner_id=sara.id)
        self.assertEqual(answer["member"]["partner_id"], sara.id)
        self.assertEqual(sara.name, "Sara")

    def test_a_customer_of_another_company_stays_out_of_reach(self):
        elsewhere = self.new_company("Elsewhere")
        customer = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": elsewhere.id}
        )
        with self.assertClubError("invalid_payload"):
            self.ask("join", {"partner_id": customer.id})

    def test_nobody_gets_a_card_that_another_has(self):
        self.join(card="00BC614E")
        with self.assertClubError("ambiguous_member"):
            self.ask("join", {"mobile": "09127654321", "card": "00BC614E"})

    # ------------------------------------------------------------------ cards and PINs

    def test_attach_block_and_replace(self):
        member = self.joined(self.join())
        partner = member.partner_id.id
        answer = self.ask("attach_card", partner, "04A22B1C")
        [card] = answer["member"]["cards"]
        self.assertEqual(card["display"], "•••• 2B1C")
        for method, values in (
            ("block_card", ()),
            ("replace_card", ("04A22B1D",)),
        ):
            with self.assertRaises(AccessError):
                self.ask(method, partner, card["id"], *values)
        self.ask("replace_card", partner, card["id"], "04A22B1D", user=self.staff)
        self.assertEqual(self.ask("recognise", "04A22B1C")["status"], "unknown")
        answer = self.ask("recognise", "04A22B1D")
        self.assertEqual(answer["status"], "found")
        [card] = answer["member"]["cards"]
        self.ask("block_card", partner, card["id"], user=self.staff)
        self.assertEqual(self.ask("recognise", "04A22B1D")["status"], "blocked")

    def test_staff_blocks_no_card_of_another_member(self):
        member = self.joined(self.join(card="04A22B1C"))
        other = self.member("Other")
        card = member.identifier_ids.filtered(lambda item: item.scheme == "card")
        with self.assertClubError("invalid_payload"):
            self.ask("block_card", other.partner_id.id, card.id, user=self.staff)

    def test_a_first_pin_is_no_cashier_s_to_set(self):
        """They could set it, and spend by it at once."""
        partner = self.joined(self.join()).partner_id
        for user in (self.cashier, self.staff):
            answer = self.ask("set_pin", partner.id, "1234", user=user)
            self.assertEqual(answer["status"], "refused")
            with self.assertClubError("invalid_payload"), self.env.cr.savepoint():
                self.join(mobile="09121234568", pin="1234", user=user)
        self.env.invalidate_all()
        member = self.env["loyalty.club.member"].search(
            [("partner_id", "=", partner.id)]
        )
        self.assertFalse(member.pin_hash)
        answer = self.ask("set_pin", partner.id, "1234", user=self.manager)
        self.assertEqual(answer, {"status": "set"})

    def test_a_first_pin_is_set_with_a_code_that_was_sent(self):
        member = self.joined(self.join())
        self.patch(
            type(member),
            "_check_code",
            lambda member, ref, code: (ref, code) == ("b1", "424242"),
        )
        for proof, status in (
            ({"code": "111111", "order_uuid": "b1"}, "wrong"),
            ({"code": "424242", "order_uuid": "b2"}, "wrong"),
            ({"code": "424242", "order_uuid": "b1"}, "set"),
        ):
            answer = self.ask("set_pin", member.partner_id.id, "1234", proof=proof)
            self.assertEqual(answer["status"], status)
        self.assertTrue(member._check_pin("1234")[0])

    def test_a_pin_is_changed_by_who_knows_it_or_by_a_manager(self):
        member = self.joined(self.join(pin="1234", user=self.manager))
        partner = member.partner_id.id
        answer = self.ask("set_pin", partner, "9999", old_pin="0000")
        self.assertEqual((answer["status"], answer["left"]), ("wrong", 4))
        self.assertEqual(self.ask("set_pin", partner, "9999")["left"], 3)
        self.ask("set_pin", partner, "5678", old_pin="1234")
        self.assertTrue(member._check_pin("5678")[0])
        answer = self.ask("set_pin", partner, "4321", user=self.staff)
        self.assertEqual(answer["status"], "wrong")
        self.ask("set_pin", partner, "4321", user=self.manager)
        self.assertTrue(member._check_pin("4321")[0])

    def test_a_pin_has_four_to_eight_digits_and_is_not_kept(self):
        member = self.joined(self.join())
        for pin in ("123", "123456789", "abcd", "۱۲۳۴", 1234, None, "", "12 34"):
            with self.assertClubError("invalid_payload"):
                self.ask("set_pin", member.partner_id.id, pin, user=self.manager)
        self.ask("set_pin", member.partner_id.id, "13572468", user=self.manager)
        self.assertNotIn("13572468", member.pin_hash)
        with self.assertRaises(AccessError):
            member.with_user(self.staff).read(["pin_hash"])


@freeze_time("2026-03-10 09:00:00")
class TestFirstMember(TillCase):
    """A shop without a club: the first who joins founds it, in the shop's company."""

    def test_joining_founds_the_club_of_the_till_s_company(self):
        # There is a club already, but it is another company's.
        shop = self.new_company("New shop")
        cashier = self.user("newcomer", "point_of_sale.group_pos_user", companies=shop)
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=shop, install_demo=False
        )
        journal = self.env["account.journal"].create(
            {"name": "B", "code": "BBB", "type": "bank", "company_id": shop.id}
        )
        method = self.env["pos.payment.method"].create(
            {"name": "B", "journal_id": journal.id, "company_id": shop.id}
        )
        till = (
            self.env["pos.config"]
            .with_company(shop)
            .create(
                {
                    "name": "New till",
                    "company_id": shop.id,
                    "payment_method_ids": [(6, 0, method.ids)],
                }
            )
        )
        till.with_user(cashier).open_ui()
        self.assertFalse(till._club())
        model = self.env["loyalty.club.till"].with_user(cashier).with_company(shop)
        answer = model.recognise(till.id, "09121234567")
        self.assertEqual(answer["status"], "unknown")
        answer = model.join(till.id, {"mobile": "09121234567"})
        self.assertTrue(answer["created"])
        member = self.env["loyalty.club.member"].browse(answer["member"]["member_id"])
        self.assertEqual(member.club_id.company_id, shop)
        self.assertNotEqual(member.club_id, self.club)
        self.assertEqual(till._club(), member.club_id)
        self.assertTrue(all(member.club_id.program_ids.mapped("pos_ok")))
        again = model.join(till.id, {"mobile": "09127654321"})
        other = self.env["loyalty.club.member"].browse(again["member"]["member_id"])
        self.assertEqual(other.club_id, member.club_id)


class TestJoinAtABranch(TestJoin):
    """The same by people who work for a branch alone."""

    at_a_branch = True
