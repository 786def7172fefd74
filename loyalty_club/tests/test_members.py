from odoo.exceptions import AccessError
from odoo.tests import Form

from .common import ClubCase


class TestJoining(ClubCase):
    def enrol(self, **values):
        return self.env["loyalty.club.member"]._enrol(self.club, values)

    def test_one_mobile_in_any_spelling_is_one_member(self):
        ali, created = self.enrol(name="Ali", mobile="0912 123 4567")
        self.assertTrue(created)
        self.assertEqual(ali.mobile, "+989121234567")
        for spelling in (
            "09121234567",
            "+98 912 123 4567",
            "00989121234567",
            "۰۹۱۲۱۲۳۴۵۶۷",
            "٠٩١٢١٢٣٤٥٦٧",
        ):
            again, created = self.enrol(mobile=spelling)
            self.assertEqual((again, created), (ali, False), spelling)

    def test_a_landline_is_refused_and_nothing_is_written(self):
        before = self.env["res.partner"].search_count([])
        with self.assertClubError("invalid_payload"):
            self.enrol(name="Ali", mobile="021 8888 7777")
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_nobody_joins_without_a_name_and_a_mobile(self):
        with self.assertClubError("invalid_payload"):
            self.enrol(email="a@example.com")

    def test_the_contact_with_this_mobile_becomes_the_member(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Sara",
                "phone": "+989351112233",
                "company_id": self.club.company_id.id,
            }
        )
        sara, _created = self.enrol(mobile="09351112233", email="sara@example.com")
        self.assertEqual(sara.partner_id, contact)
        self.assertEqual(contact.name, "Sara")
        self.assertEqual(contact.email, "sara@example.com")

    def test_two_contacts_with_this_mobile_are_left_alone(self):
        contacts = self.env["res.partner"].create(
            [{"name": name, "phone": "+989351112233"} for name in ("Sara", "Shop")]
        )
        sara, _created = self.enrol(name="Sara", mobile="09351112233")
        self.assertNotIn(sara.partner_id, contacts)

    def test_the_last_digit_of_a_number_checks_the_others(self):
        ali = self.member("Ali")
        wrong = ali.number[:-1] + str((int(ali.number[-1]) + 1) % 10)
        find = self.env["loyalty.club.member"]._find
        self.assertEqual(find(self.club, ali.number), ali)
        with self.assertClubError("unknown_member"):
            find(self.club, wrong)

    def test_a_family_may_share_an_e_mail(self):
        mother, _created = self.enrol(
            name="Mother", mobile="09121110001", email="home@example.com"
        )
        son, created = self.enrol(
            name="Son", mobile="09121110002", email="HOME@example.com"
        )
        self.assertTrue(created)
        self.assertEqual(
            self.env["loyalty.club.member"]._find(self.club, "home@example.com"), mother
        )
        self.assertEqual(son.email, "home@example.com")

    def test_identifiers_of_two_people_are_not_one_person(self):
        self.enrol(name="Ali", mobile="09121110001")
        self.enrol(
            name="Sara",
            mobile="09121110002",
            identifiers=[{"scheme": "barcode", "value": "ABC-1"}],
        )
        with self.assertClubError("ambiguous_member"):
            self.enrol(
                mobile="09121110001",
                identifiers=[{"scheme": "barcode", "value": "abc-1"}],
            )

    def test_a_new_mobile_replaces_the_old_one(self):
        ali = self.member("Ali", mobile="09121110001")
        ali.with_user(self.users["desk"]).write({"mobile": "09121110009"})
        find = self.env["loyalty.club.member"]._find
        self.assertEqual(find(self.club, "09121110009"), ali)
        with self.assertClubError("unknown_member"):
            find(self.club, "09121110001")

    def test_a_mobile_that_somebody_has_cannot_be_taken(self):
        self.member("Sara", mobile="09121110002")
        ali = self.member("Ali", mobile="09121110001")
        with self.assertClubError("ambiguous_member"):
            ali.write({"mobile": "09121110002"})

    def test_each_consent_is_logged_when_it_changes(self):
        ali, _created = self.enrol(name="Ali", consent={"sms": True, "email": False})
        ali._set_consent({"sms": True}, "door")
        ali._set_consent({"sms": False}, "member")
        self.assertFalse(ali.consent_sms)
        self.assertEqual(
            [(c.channel, c.granted, c.source) for c in ali.consent_ids.sorted("id")],
            [("sms", True, "desk"), ("sms", False, "member")],
        )
        with self.assertClubError("invalid_payload"):
            ali._set_consent({"pigeon": True}, "member")

    def test_who_referred_whom(self):
        ali = self.member("Ali")
        sara, _created = self.enrol(name="Sara", referral_code=ali.number)
        self.assertEqual(sara.referrer_id, ali)
        with self.assertClubError("unknown_member"):
            self.enrol(name="Reza", referral_code="99999")

    def test_the_welcome_comes_once(self):
        self.club.write({"welcome_points": 100, "welcome_credit": 5})
        ali = self.member("Ali").with_user(self.users["desk"])
        ali.action_welcome()
        ali.action_welcome()
        self.assertEqual(self.available(ali.sudo()), 100)
        self.assertEqual(self.available(ali.sudo(), "credit"), 500)
        ali.sudo().welcomed = False  # even if the mark is lost, the key remembers
        ali.action_welcome()
        self.assertTrue(ali.sudo().welcomed)
        self.assertEqual(self.available(ali.sudo()), 100)
        self.assertEqual(self.available(ali.sudo(), "credit"), 500)
        with self.assertDatabaseRefuses("entry_key_uniq"):
            self.grant(ali.sudo(), 100, key=f"welcome:{ali.id}:points")

    def test_only_staff_welcomes(self):
        ali = self.member("Ali")
        with self.assertRaises(AccessError):
            ali.with_user(self.users["internal"]).action_welcome()

    def test_a_desk_cannot_change_a_membership(self):
        ali = self.member("Ali").with_user(self.users["desk"])
        for values in (
            {"state": "blocked"},
            {"number": "1"},
            {"qualified": 10_000},
            {"welcomed": False},
            {"consent_sms": True},
        ):
            with self.assertRaises(AccessError, msg=values):
                ali.write(values)
        with self.assertRaises(AccessError):
            ali.action_block()

    def test_a_blocked_member_neither_earns_nor_spends(self):
        ali = self.member("Ali")
        self.grant(ali, 100)
        ali.with_user(self.users["manager"]).action_block()
        with self.assertClubError("member_blocked"):
            self.spend(ali, 10)
        ali.with_user(self.users["manager"]).action_activate()
        self.spend(ali, 10)
        self.assertEqual(self.available(ali), 90)

    def test_the_form_shows_what_a_desk_may_see(self):
        ali = self.member("Ali", mobile="09121110001")
        form = Form(ali.with_user(self.users["desk"]))
        self.assertEqual(form.mobile, "+989121110001")


class TestJoiningAtABranch(TestJoining):
    """The same by people who work for a branch alone."""

    at_a_branch = True
