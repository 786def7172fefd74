from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..models.native.res_partner import ResPartner
from .common import ClubCase, TwoCompaniesCase


class FollowKit:
    """Who is found by what, and what is listed."""

    def found(self, text, club=None):
        rows = self.env["loyalty.club.member"]._lookup(club or self.club, text)
        return self.env["loyalty.club.member"].browse([row[0] for row in rows])

    def listed(self, state="open"):
        return self.env["loyalty.club.exception"].search(
            [("kind", "=", "mobile"), ("state", "=", state)]
        )


def native_write(partners, vals):
    """What a contact's ``write`` is without the club."""
    return super(ResPartner, partners).write(vals)


@tagged("post_install", "-at_install")
class TestFollowContacts(FollowKit, ClubCase):
    """A changed mobile is a changed mobile, by whatever api it came."""

    def setUp(self):
        super().setUp()
        self.ali = self.member(
            "Ali", mobile="09121110001", email="ali@example.com", club=self.club
        )
        self.contact = self.ali.partner_id

    def assertMoved(self):
        self.assertEqual(self.found("0912 111 0009"), self.ali)
        self.assertFalse(self.found("09121110001"))

    # ------------------------------------------------------------------ doors

    def test_the_accountant_s_form(self):
        accountant = self.user("accountant", "base.group_partner_manager")
        self.contact.with_user(accountant).write({"phone": "0912 111 0009"})
        self.assertMoved()

    def test_an_import(self):
        self.contact.export_data(["id"])
        [xmlid] = self.contact.export_data(["id"])["datas"][0]
        result = self.env["res.partner"].load(
            ["id", "phone"], [[xmlid, "9121110009.0"]]
        )
        self.assertFalse(result["messages"])
        self.assertMoved()

    def test_the_member_in_the_portal(self):
        portal = self.env["res.users"].with_context(no_reset_password=True)
        user = portal.create(
            {
                "name": "Ali",
                "login": "ali-portal",
                "partner_id": self.contact.id,
                "group_ids": [Command.set([self.env.ref("base.group_portal").id])],
            }
        )
        # As Odoo's portal does it, and its signup with the user's own e-mail.
        self.contact.with_user(user).sudo().write({"phone": "+989121110009"})
        self.assertMoved()
        user.write({"email": "new@example.com"})
        self.assertEqual(self.found("new@example.com"), self.ali)
        self.assertFalse(self.found("ali@example.com"))

    def test_the_member_s_own_form_writes_the_contact(self):
        self.ali.with_user(self.users["desk"]).write({"mobile": "09121110009"})
        self.assertMoved()
        self.assertEqual(self.contact.phone, "09121110009")

    def test_merged_contacts(self):
        other = self.env["res.partner"].create(
            {"name": "Ali K.", "phone": "09121110009"}
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.contact.id, other.id], other, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(self.ali.partner_id, other)
        # Both were theirs.
        self.assertEqual(self.found("09121110009"), self.ali)
        self.assertEqual(self.found("09121110001"), self.ali)

    def test_an_integrator_s_update(self):
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        api.with_company(self.company).member_update(
            key="1", member=self.ali.number, mobile="09121110009"
        )
        self.assertMoved()
        self.assertEqual(self.contact.phone, "+989121110009")

    # ------------------------------------------------------------------ what stays

    def test_what_did_not_come_from_the_contact_stays(self):
        second = [{"scheme": "mobile", "value": "09121110005"}]
        self.ali._update({"identifiers": second}, "door")
        code = [{"scheme": "barcode", "value": "ALI-1"}]
        self.ali._update({"identifiers": code}, "door")
        self.contact.write({"phone": "09121110005"})
        self.contact.write({"phone": "09121110009"})
        for text in ("09121110005", "ALI-1", "09121110009", self.ali.number):
            self.assertEqual(self.found(text), self.ali, text)

    def test_a_number_that_is_gone_finds_nobody(self):
        for phone in (False, "021 8877 6655", "by letter"):
            self.contact.phone = "09121110001"
            self.assertEqual(self.found("09121110001"), self.ali)
            self.contact.phone = phone
            self.assertFalse(self.found("09121110001"), phone)

    def test_a_national_number_is_of_the_contact_s_country(self):
        self.contact.write(
            {"country_id": self.env.ref("base.de").id, "phone": "0171 2345678"}
        )
        self.assertEqual(self.found("+49 171 2345678"), self.ali)

    def test_there_and_back_again(self):
        for phone in ("09121110009", "09121110001", "09121110009"):
            self.contact.phone = phone
        self.assertMoved()

    # ------------------------------------------------------------------ conflicts

    def test_a_mobile_of_another_is_listed_and_not_stolen(self):
        sara = self.member("Sara", mobile="09121110009")
        accountant = self.user("accountant", "base.group_partner_manager")
        self.contact.with_user(accountant).write({"phone": "09121110009"})
        self.assertEqual(self.found("09121110009"), sara)
        self.assertFalse(self.found("09121110001"))
        listed = self.listed()
        self.assertEqual((listed.member_id, listed.club_id), (self.ali, self.club))
        self.assertIn(sara.number, listed.message)
        for personal in ("Ali", "Sara", "912111"):
            self.assertNotIn(personal, listed.message)
        self.contact.with_user(accountant).write({"phone": "09121110007"})
        self.assertFalse(self.listed())
        self.assertEqual(self.listed("done").member_id, self.ali)

    def test_a_family_s_e_mail_is_no_conflict(self):
        sara = self.member("Sara", mobile="09121110009", email="s@example.com")
        self.contact.email = "s@example.com"
        self.assertEqual(self.found("s@example.com"), sara)
        self.assertFalse(self.listed())

    def test_two_contacts_get_one_mobile_at_once(self):
        sara = self.member("Sara", mobile="09121110002")
        (self.contact + sara.partner_id).write({"phone": "09121110009"})
        self.assertEqual(len(self.found("09121110009")), 1)
        self.assertEqual(len(self.listed()), 1)
        self.assertFalse(self.found("09121110001") + self.found("09121110002"))

    # ------------------------------------------------------------------ many

    def queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_batch_takes_as_many_statements_as_one(self):
        counts = []
        for number, size in enumerate((1, 100)):
            members = self.members(size)
            for when in (1, 2):
                # Not by the contacts, which follow at once.
                self.env.cr.execute(
                    """
                    UPDATE res_partner SET phone = '09' || %s || lpad(id::text, 7, '0')
                     WHERE id = ANY(%s)
                    """,
                    [f"{number}{when}", members.partner_id.ids],
                )
                counts.append(self.queries(members._follow_contacts))
            found = members.identifier_ids.filtered("followed")
            self.assertEqual(len(found.filtered(lambda i: i.state == "active")), size)
            self.assertEqual(len(found), 2 * size)
        self.assertEqual(counts[:2], counts[2:])

    def test_contacts_who_are_no_members_cost_one_query(self):
        contacts = self.env["res.partner"].create([{"name": "P"}, {"name": "Q"}])
        contacts = contacts.with_context(tracking_disable=True)

        def write(phone):
            return self.queries(lambda: contacts.write({"phone": phone}))

        write("09130000001")
        ours = write("09130000002")
        with patch.object(ResPartner, "write", native_write):
            native = write("09130000003")
        self.assertEqual(ours, native + 1)


@tagged("post_install", "-at_install")
class TestFollowCompanies(FollowKit, TwoCompaniesCase):
    def test_each_company_s_club_follows(self):
        """An accountant of one company writes a contact that both clubs know."""
        contact = self.env["res.partner"].create(
            {"name": "Ali", "phone": "09121110001"}
        )
        members = {
            club: self.env["loyalty.club.member"]._enrol(
                club, {"partner": contact, "mobile": "09121110001"}
            )[0]
            for club in (self.club, self.south_club)
        }
        sara = self.member("Sara", club=self.south_club, mobile="09121110009")
        accountant = self.user(
            "accountant", "base.group_partner_manager", companies=self.north_1
        )
        contact.with_user(accountant).with_company(self.north_1).write(
            {"phone": "09121110009"}
        )
        self.assertEqual(self.found("09121110009"), members[self.club])
        self.assertEqual(self.found("09121110009", self.south_club), sara)
        self.assertFalse(self.found("09121110001", self.south_club))
        self.assertEqual(self.listed().company_id, self.south)
