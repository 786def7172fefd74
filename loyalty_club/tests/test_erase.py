"""Whoever is erased is nowhere in the database any more, and the ledger stays."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..erasing import LOG, Gone, Kept
from .common import ClubCase, TwoCompaniesCase
from .erasing import NAME, EraseKit, qzx
from .invoicing import InvoiceCase


@tagged("post_install", "-at_install")
class TestNothingIsLeft(EraseKit, ClubCase):
    """The whole database is searched for a person who was everywhere."""

    def test_nothing_is_left_in_the_database(self):
        zari = self.person()
        self.fill(zari)
        self.assertFilled("loyalty_club")
        entries = self.entries(zari)
        answer = zari._erase("asked for it")
        self.assertForgotten(answer)
        self.assertLessEqual(entries, self.entries(zari))
        self.assertEqual(self.available(zari, "wallet"), 0)
        with self.assertClubError("unknown_member"):
            zari._find(self.club, "09127654321")

    def test_what_is_left_out_is_found(self):
        """Negative control: the search finds what a model doesn't declare."""
        zari = self.person()
        self.fill(zari)
        for model, where in (
            ("loyalty.club.request", ("loyalty_club_request", "note")),
            ("res.partner.bank", ("res_partner_bank", "acc_number")),
            ("ir.attachment", ("ir_attachment", "(file)")),
            ("bus.bus", ("bus_bus", "message")),
        ):
            silent = patch.object(
                self.env.registry[model], "_on_erase", lambda self, person: []
            )
            with self.subTest(model), self.env.cr.savepoint() as point:
                with silent, self.assertRaises(AssertionError) as caught:
                    self.assertForgotten(zari._erase("asked for it"))
                self.assertIn(repr(where), str(caught.exception))
                point.rollback()
                self.env.invalidate_all(flush=False)

    def test_by_a_manager_on_the_screen(self):
        zari = self.person()
        self.fill(zari)
        before = self.env["loyalty.club.member.erase"].with_user(self.users["manager"])
        wizard = before.create(
            {"member_id": zari.id, "reason": f"{NAME} has called", "sure": True}
        )
        self.assertIn("bank accounts", wizard.goes)
        self.assertIn("the entries of the ledger", wizard.stays)
        self.assertIn("references and notes that were", wizard.stays)
        wizard.action_erase()
        self.assertIn("… has called", zari.message_ids.body)
        self.assertForgotten(zari._erase("again"))


class TestNothingIsLeftAtABranch(TestNothingIsLeft):
    """The same, erased by who works for a branch alone."""

    at_a_branch = True


@tagged("post_install", "-at_install")
class TestErase(EraseKit, InvoiceCase):
    """What stays, and why."""

    def erase(self, member, **values):
        """By the integrators' API."""
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        return api.member_erase(
            key=f"erase {self._next()}", member=member.number, reason="asked", **values
        )

    def test_a_contact_with_invoices_stays_for_the_law(self):
        zari = self.person()
        self.fill(zari)
        contact = self.contact_before
        self.invoice(contact, [(self.tea, 1, 50)])
        answer = zari._erase("asked for it")
        self.assertIn("link to the contact", answer["erased"])
        self.assertLessEqual({"contact", "contact: accounting"}, set(answer["kept"]))
        self.assertNotEqual(zari.partner_id, contact)
        self.assertEqual((contact.name, contact.active), (NAME, True))
        self.assertEqual(contact.bank_ids.acc_number, "3242-0000-17")
        # What is the club's goes all the same.
        self.assertFalse(contact.birthdate_date or contact.gender)
        self.assertFalse(contact.category_id)
        allowed = set().union(*(self.KEPT.get(word, ()) for word in answer["kept"]))
        club = {place for place in self.found() if place[0].startswith("loyalty_")}
        self.assertFalse(club - allowed)

    def test_an_address_with_an_invoice_keeps_the_contact(self):
        zari = self.person()
        address = self.env["res.partner"].create(
            {"parent_id": zari.partner_id.id, "type": "invoice", "name": "Home"}
        )
        self.invoice(address, [(self.tea, 1, 50)])
        self.assertIn("contact: accounting", zari._erase("asked")["kept"])
        self.assertEqual((self.contact_before.name, address.name), (NAME, "Home"))

    def test_a_contact_that_is_a_user_stays(self):
        zari = self.person()
        contact = zari.partner_id
        user = self.user("zari")
        user.partner_id = contact
        user.active = False
        answer = zari._erase("asked for it")
        self.assertIn("contact: user", answer["kept"])
        self.assertEqual(contact.email, "zqxjkvmail@example.com")
        self.assertFalse(contact.birthdate_date)
        self.assertNotEqual(zari.partner_id, contact)

    def test_a_contact_that_is_a_company_of_this_database_stays(self):
        zari = self.person()
        company = self.new_company("Third Shop")
        company.partner_id = zari.partner_id
        self.assertIn("contact: company", zari._erase("asked for it")["kept"])
        self.assertEqual(company.partner_id.name, NAME)

    def test_a_member_of_another_club_is_left_alone_there(self):
        zari = self.person()
        contact = zari.partner_id
        other = self.new_club("other", self.new_company("Other Shop"))
        there, _new = self.env["loyalty.club.member"]._enrol(
            other, {"partner": contact, "mobile": contact.phone}
        )
        answer = zari._erase("asked for it")
        self.assertIn("contact: member", answer["kept"])
        self.assertNotIn("birth date", answer["erased"])
        self.assertEqual((there.partner_id, there.name), (contact, NAME))
        self.assertTrue(contact.birthdate_date and contact.category_id)
        self.assertTrue(there.identifier_ids.filtered(lambda i: i.scheme == "mobile"))

    def test_nobody_else_is_blanked(self):
        zari = self.person()
        contact = zari.partner_id
        employer = self.env["res.partner"].create(
            {"name": "Employer", "is_company": True, "street": "Their street"}
        )
        contact.parent_id = employer
        child = self.member("Bahram", mobile="09121110002")
        child.partner_id.parent_id = contact
        zari._erase("asked for it")
        self.assertEqual((employer.name, employer.street), ("Employer", "Their street"))
        self.assertEqual((child.name, child.mobile), ("Bahram", "+989121110002"))
        self.assertFalse(contact.parent_id)
        self.assertEqual((contact.name, contact.active), ("Erased", False))
        self.assertFalse({t for t in self.found() if t[0] == "res_partner"})

    def test_a_member_who_was_merged_is_the_same_person(self):
        for through in ("old", "new"):
            with self.subTest(through), self.env.cr.savepoint() as point:
                old = self.person()
                self.fill(old)
                new = self.member(qzx("twin"), mobile="09121110003")
                old._merge_into(new)
                self.grant(new, 30)
                answer = {"old": old, "new": new}[through]._erase("asked for it")
                self.assertForgotten(answer)
                self.assertTrue(old.erased_at and new.erased_at)
                self.assertEqual(old.partner_id, new.partner_id)
                self.assertEqual(self.available(new), 0)
                point.rollback()
                self.env.invalidate_all(flush=False)

    def test_an_archived_contact(self):
        zari = self.person()
        zari.partner_id.active = False
        self.assertForgotten(zari._erase("asked for it"))
        self.assertEqual((zari.state, zari.contact_archived), ("left", False))

    def test_a_debt_stays_and_is_said(self):
        zari = self.person()
        self.club.clawback = "debt"
        sale = self.purchase(zari, points=100)
        self.spend(zari, 100)
        self.ledger._take_back(self.account(zari), 100, sale.id)
        self.grant(zari, 30, "wallet", kind="top_up")
        self.assertIn("debt", zari._erase("asked for it")["kept"])
        self.assertEqual(zari.points_debt, 100)
        self.assertEqual(self.available(zari, "wallet"), 0)
        self.assertNotIn("debt", self.member("Bahram")._erase("asked")["kept"])

    def test_holds_end_by_the_ledger(self):
        zari = self.person()
        self.grant(zari, 100)
        hold = self.ledger._hold(self.account(zari), 60, 900)
        zari._erase("asked for it")
        self.assertEqual(hold.state, "released")
        self.assertEqual((self.available(zari), zari.points_balance), (0, 0))
        with self.assertClubError("hold_closed"):
            self.ledger._capture(hold)

    def test_whoever_was_referred_stays(self):
        zari = self.person()
        friend = self.member("Bahram", referral_code=zari.number)
        zari._erase("asked for it")
        self.assertEqual(friend.referrer_id, zari)
        self.assertEqual((friend.name, friend.state), ("Bahram", "active"))

    def test_who_has_left_can_be_erased(self):
        zari = self.person()
        zari.state = "left"
        self.assertIn("mobile", self.erase(zari)["erased"])
        self.assertFalse({t for t in self.found() if t[0] == "res_partner"})

    def test_a_second_time_changes_nothing(self):
        zari = self.person()
        self.fill(zari)
        first = self.erase(zari)
        contact, when = zari.partner_id, zari.erased_at
        notes = len(zari.message_ids)
        zari.message_post(body=qzx("later"))  # something came in afterwards
        again = self.erase(zari)
        self.assertLessEqual(set(first["kept"]), set(again["kept"]))
        self.assertEqual((zari.partner_id, zari.erased_at), (contact, when))
        self.assertEqual(contact.name, f"Erased member {zari.number}")
        self.assertLessEqual(len(zari.message_ids), notes)
        self.assertForgotten({"kept": first["kept"]})


@tagged("post_install", "-at_install")
class TestEraseHook(EraseKit, ClubCase):
    """``_on_erase``: any model of any addon says what it holds."""

    def test_any_model_declares_what_it_holds(self):
        zari, done = self.person(), []

        def on_erase(model, person):
            self.assertEqual(person.members, zari)
            self.assertTrue(model.env.su)
            return [
                Gone({"stamps": "the stamps"}, lambda: done.append("stamps"), LOG + 1),
                Gone({}, lambda: done.append("unsaid")),
                Kept({"drawings": "drawings, without a name"}),
            ]

        with patch.object(self.env.registry["res.currency"], "_on_erase", on_erase):
            goes, stays = zari._erase_preview()
            self.assertFalse(done)
            answer = zari._erase("asked for it")
        self.assertEqual(done, ["unsaid", "stamps"])
        self.assertEqual((goes[-1], answer["erased"][-1]), ("the stamps", "stamps"))
        self.assertIn("drawings, without a name", stays)
        self.assertIn("drawings", answer["kept"])

    def test_any_addon_may_need_a_contact(self):
        zari = self.person()

        def needed(contacts, members):
            return [(contacts, {"contact: rented": "the contact, who rents"})]

        partner = self.env.registry["res.partner"]
        with patch.object(partner, "_on_erase_needed", needed):
            self.assertIn("contact: rented", zari._erase("asked for it")["kept"])
        self.assertEqual(self.contact_before.name, NAME)

    def test_queries_do_not_grow_with_what_there_is(self):
        counts = []
        reason = self.env["loyalty.club.reason"].create(
            {"name": "Sorry", "code": "sorry-count", "direction": "give"}
        )
        # The first time reads what the registry and caches then have.
        for number, many in enumerate((2, 2, 100)):
            member = self.member(f"Member {number}", mobile=f"0912111100{number}")
            for each in range(many):
                member.message_post(body=str(each))
                self.grant(member, 10)
            self.env["loyalty.club.request"].create(
                [
                    {"member_id": member.id, "amount": 1, "reason_id": reason.id}
                    for _each in range(many)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            member._erase("asked for it")
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 5, counts)
        self.assertLess(counts[2], 400, counts)


@tagged("post_install", "-at_install")
class TestWhoErases(TwoCompaniesCase):
    def test_only_a_manager_and_only_their_own(self):
        north = self.member("North", mobile="09121110001")
        south = self.member("South", club=self.south_club, mobile="09121110002")
        branch = self.user(
            "branch-manager", "loyalty_club.group_manager", companies=self.north_1
        )
        Wizard = self.env["loyalty.club.member.erase"].with_user(branch)
        with self.assertRaises(AccessError):
            wizard = Wizard.create({"member_id": south.id, "reason": "?"})
            wizard.action_erase()
        with self.assertRaises(AccessError):
            wizard = Wizard.new({"member_id": south.id, "reason": "?"})
            self.assertFalse(wizard.goes)
        with self.assertRaises(AccessError):
            self.env["loyalty.club.member.erase"].with_user(self.users["desk"]).create(
                {"member_id": north.id, "reason": "?"}
            )
        Wizard.create({"member_id": north.id, "reason": "asked"}).action_erase()
        self.assertTrue(north.erased_at)
        self.assertFalse(south.erased_at)

    def test_merged_balances_need_the_word_as_well(self):
        old, new = self.member("Old"), self.member("New")
        old._merge_into(new)
        self.grant(new, 10)
        wizard = (
            self.env["loyalty.club.member.erase"]
            .with_user(self.users["manager"])
            .create({"member_id": old.id, "reason": "asked"})
        )
        self.assertEqual(wizard.points_balance, 10)
