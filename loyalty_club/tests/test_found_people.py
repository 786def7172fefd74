from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClubCase

ADMINS = {"name": "Ada Admin", "email": "ada@shop.example", "phone": "+989121110001"}
NEWCOMER = {
    "name": "Eve",
    "email": "eve@elsewhere.example",
    "birthdate": "1990-01-01",
    "gender": "female",
    "tags": ["Tea"],
}


@tagged("post_install", "-at_install")
class TestFoundPeople(ClubCase):
    """Who is found by what anybody may know or pick up only gets what was empty."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.env["loyalty.club"].with_user(cls.users["integration"])
        cls.api = cls.api.with_company(cls.company)

    def contact(self, **values):
        return self.env["res.partner"].create({**ADMINS, **values})

    def administrator(self):
        user = self.user("ada", "base.group_system")
        user.partner_id.write(ADMINS)
        return user.partner_id

    def enrol(self, **values):
        return self.env["loyalty.club.member"]._enrol(self.club, values)

    def join(self, who="desk", **values):
        wizard = self.env["loyalty.club.member.join"].with_user(self.users[who])
        return wizard.create({"club_id": self.club.id, **values})

    def person(self, contact):
        self.env.invalidate_all()
        return [
            contact[field]
            for field in ("name", "email", "phone", "birthdate_date", "gender")
        ] + [contact.category_id.ids]

    # ------------------------------------------------------------------ contacts

    def test_a_contact_with_a_user_is_never_changed(self):
        contact = self.administrator()
        portal = self.env["res.users"].with_context(no_reset_password=True)
        shopper = portal.create(
            {
                "name": "Pari",
                "login": "pari",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        ).partner_id
        shopper.write({"phone": "+989121110002"})
        for found, mobile in ((contact, "09121110001"), (shopper, "09121110002")):
            before = self.person(found)
            answer = self.api.enroll(key=mobile, mobile=mobile, **NEWCOMER)
            self.assertTrue(answer["created"])
            self.assertEqual(self.person(found), before)
            member = self.env["loyalty.club.member"]._find(self.club, mobile)
            self.assertEqual(member.partner_id, found)
            # Nor later, when they are found as a member.
            self.api.enroll(key=mobile + "again", mobile=mobile, **NEWCOMER)
            self.assertEqual(self.person(found), before)
            with self.assertClubError("unknown_member"):
                member._find(self.club, NEWCOMER["email"])

    def test_the_desk_and_integrations_write_no_administrator(self):
        contact = self.administrator()
        member, _created = self.enrol(mobile="09121110001", name="Ada Admin")
        before = self.person(contact)
        for role in ("desk", "manager"):
            for values in (
                {"email": "eve@elsewhere.example"},
                {"mobile": "09129999999"},
                {"name": "Eve"},
            ):
                with self.assertClubError("needs_approval"):
                    member.with_user(self.users[role]).write(values)
        with self.assertClubError("needs_approval"):
            self.api.member_update(
                key="1", member=member.number, email="eve@elsewhere.example"
            )
        self.assertEqual(self.person(contact), before)

    def test_companies_and_suppliers_stay_the_accountant_s(self):
        company = self.contact(is_company=True)
        supplier = self.contact(phone="+989121110002", supplier_rank=1)
        for found, mobile in ((company, "09121110001"), (supplier, "09121110002")):
            before = self.person(found)
            member, _created = self.enrol(mobile=mobile, name="Eve")
            self.assertNotEqual(member.partner_id, found)
            self.assertEqual(self.person(found), before)
        # Who is chosen joins, and stays as they are.
        other = self.contact(phone="+989121110003", supplier_rank=1)
        before = self.person(other)
        given = {**NEWCOMER, "mobile": "09121110003", "partner": other}
        member, _created = self.enrol(**given)
        self.assertEqual(member.partner_id, other)
        self.assertEqual(self.person(other), before)

    def test_a_plain_contact_gets_what_was_empty(self):
        contact = self.contact(email=False)
        member, created = self.enrol(mobile="09121110001", **NEWCOMER)
        self.assertTrue(created)
        self.assertEqual(member.partner_id, contact)
        self.assertEqual(
            (contact.name, contact.email, contact.gender, contact.category_id.name),
            ("Ada Admin", "eve@elsewhere.example", "female", "Tea"),
        )
        again, created = self.enrol(
            mobile="09121110001", name="Other", email="o@x.example", gender="male"
        )
        self.assertEqual((again, created), (member, False))
        self.assertEqual(
            (contact.name, contact.email, contact.gender),
            ("Ada Admin", "eve@elsewhere.example", "female"),
        )
        with self.assertClubError("unknown_member"):
            member._find(self.club, "o@x.example")

    def test_a_contact_joins_with_no_other_s_mobile(self):
        contact = self.contact()
        with self.assertClubError("ambiguous_member"):
            self.enrol(partner=contact, mobile="09129999999")
        self.assertFalse(contact.club_member_ids)

    # ------------------------------------------------------------------ members

    def test_a_known_card_with_an_unknown_mobile_is_two_people(self):
        code = [{"scheme": "barcode", "value": "CARD-1"}]
        first = self.api.enroll(
            key="1", name="Ali", mobile="09121110001", identifiers=code
        )
        member = self.env["loyalty.club.member"]._find(self.club, "CARD-1")
        before = self.person(member.partner_id)
        for key, more in (
            ("2", {"mobile": "09121110002"}),
            (
                "3",
                {"identifiers": [*code, {"scheme": "mobile", "value": "9121110002"}]},
            ),
        ):
            with self.assertClubError("ambiguous_member"):
                self.api.enroll(
                    **{"key": key, "name": "Sara", "identifiers": code, **more}
                )
        self.assertEqual(self.person(member.partner_id), before)
        with self.assertClubError("unknown_member"):
            member._find(self.club, "09121110002")
        # The same person with the same things is found as before.
        again = self.api.enroll(
            key="4", name="Ali R.", mobile="0912 111 0001", identifiers=code
        )
        self.assertEqual(
            (again["number"], again["created"], again["name"]),
            (first["number"], False, "Ali"),
        )

    def test_a_known_mobile_takes_no_second_one(self):
        self.enrol(name="Ali", mobile="09121110001")
        second = [{"scheme": "mobile", "value": "09121110002"}]
        with self.assertClubError("ambiguous_member"):
            self.enrol(mobile="09121110001", identifiers=second)

    def test_a_rounded_number_gathers_nobody(self):
        """80 rows of a spreadsheet with one card number between them."""
        for field, row in (
            ("identifiers", {"scheme": "barcode", "value": "6.26000E+12"}),
            ("identifiers", {"scheme": "mobile", "value": "9.12e+09"}),
        ):
            with self.assertClubError("invalid_payload") as caught:
                self.api.enroll(key="1", name="Ali", identifiers=[row])
            self.assertIn(f"{field}: a spreadsheet", str(caught.exception))
        with self.assertClubError("invalid_payload") as caught:
            self.api.enroll(key="1", name="Ali", mobile="9.12E+09")
        self.assertIn("mobile: a spreadsheet", str(caught.exception))
        ali = self.api.enroll(key="1", name="Ali", mobile="09121110001")["number"]
        for values in (
            {"mobile": "9.12E+09"},
            {"identifiers": [{"scheme": "barcode", "value": "6.26000E+12"}]},
        ):
            with self.assertClubError("invalid_payload"):
                self.api.member_update(key="2", member=ali, **values)
        self.assertEqual(
            self.api.enroll(key="3", name="Sara", mobile="9121110002.0")["mobile"],
            "+989121110002",
        )

    def test_an_update_refused_has_written_nothing(self):
        self.enrol(name="Sara", mobile="09121110002")
        ali, _created = self.enrol(name="Ali", mobile="09121110001")
        before = self.person(ali.partner_id)
        with self.assertClubError("ambiguous_member"):
            self.api.member_update(
                key="1", member=ali.number, name="Eve", mobile="09121110002"
            )
        self.assertEqual(self.person(ali.partner_id), before)

    # ------------------------------------------------------------------ the screen

    def test_the_desk_is_asked_who_it_is(self):
        contact = self.contact(email=False)
        values = {"name": "Eve", "mobile": "09121110001"}
        join = self.join(**values)
        self.assertEqual(join.contact_name, "Ada Admin")
        with self.assertRaises(UserError):
            join.action_join()
        action = self.join(**values, same_person="no").action_join()
        other = self.env["loyalty.club.member"].browse(action["res_id"])
        self.assertNotEqual(other.partner_id, contact)
        self.assertEqual(other.name, "Eve")

        contact = self.contact(phone="+989121110002", email=False)
        values["mobile"] = "09121110002"
        action = self.join(**values, same_person="yes", email="e@x.example")
        member = self.env["loyalty.club.member"].browse(action.action_join()["res_id"])
        self.assertEqual(member.partner_id, contact)
        self.assertEqual((contact.name, contact.email), ("Ada Admin", "e@x.example"))

    def test_nobody_is_asked_about_the_same_name(self):
        self.contact(name="علي كريمي")
        join = self.join(name="علی  کریمی", mobile="09121110001")
        self.assertFalse(join.contact_name)
        join.action_join()

    def test_the_desk_takes_no_user_over_by_the_wizard(self):
        contact = self.administrator()
        before = self.person(contact)
        with self.assertClubError("ambiguous_member"):
            self.join(
                partner_id=contact.id, name="Eve", mobile="09129999999"
            ).action_join()
        self.join(
            partner_id=contact.id,
            name="Eve",
            mobile="09121110001",
            email="eve@elsewhere.example",
        ).action_join()
        self.assertEqual(self.person(contact), before)

    def test_only_staff_joins(self):
        with self.assertRaises(AccessError):
            self.join(who="internal", name="Eve", mobile="09121110001")
