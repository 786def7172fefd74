from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from ..ledger import Origin
from .common import TwoCompaniesCase


@freeze_time("2026-03-10 09:00:00")
class TestTwoCompanies(TwoCompaniesCase):
    """Who sees what, in two companies with two branches each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north_member = cls.member("North", cls.club)
        cls.south_member = cls.member("South", cls.south_club)
        for member, company in (
            (cls.north_member, cls.north),
            (cls.north_member, cls.north_1),
            (cls.north_member, cls.north_2),
            (cls.south_member, cls.south),
            (cls.south_member, cls.south_1),
            (cls.south_member, cls.south_2),
        ):
            cls.grant(member, 10, origin=Origin(company_id=company.id))
        cls.env["loyalty.club.hold"].search([]).unlink()
        cls.staff = {
            company: cls.user(
                f"desk {company.name}", "loyalty_club.group_desk", companies=company
            )
            for company in (cls.north, cls.north_1, cls.north_2, cls.south, cls.south_1)
        }

    def seen(self, model, company, field="company_id"):
        user = self.staff[company]
        clubs = (self.club + self.south_club).ids
        Model = self.env[model].with_user(user).with_company(company)
        domain = (
            [("id", "in", clubs)]
            if model == "loyalty.club"
            else [("club_id", "in", clubs)]
        )
        return set(Model.search(domain).sudo().mapped(field))

    def test_club_members_and_accounts_are_the_whole_company_s(self):
        """A member of the club is one in every branch of it."""
        for company in (self.north, self.north_1, self.north_2):
            with self.subTest(company.name):
                self.assertEqual(
                    self.seen("loyalty.club", company, "id"), {self.club.id}
                )
                for model in ("loyalty.club.member", "loyalty.card"):
                    self.assertEqual(
                        self.seen(model, company, "club_id"), {self.club}, model
                    )

    def test_entries_and_lots_are_the_branch_s_and_those_above(self):
        expected = {
            self.north: {self.north, self.north_1, self.north_2},
            self.north_1: {self.north_1},
            self.north_2: {self.north_2},
            self.south: {self.south, self.south_1, self.south_2},
            self.south_1: {self.south_1},
        }
        for company, companies in expected.items():
            for model in ("loyalty.club.entry", "loyalty.club.lot"):
                with self.subTest(model, company=company.name):
                    self.assertEqual(self.seen(model, company), companies)

    def test_reading_by_id_is_no_way_round(self):
        entry = self.entries(self.south_member)[0]
        records = [
            self.south_club,
            self.south_member,
            entry,
            entry.lot_ids,
            self.card(self.south_member),
        ]
        for record in records:
            for company in (self.north, self.north_1):
                with self.subTest(record._name, company=company.name):
                    theirs = record.with_user(self.staff[company])
                    theirs.invalidate_recordset()
                    with self.assertRaises(AccessError):
                        theirs.read(["display_name"])

    def test_the_balance_is_one_for_all_branches(self):
        for company in (self.north, self.north_1, self.north_2):
            member = self.north_member.with_user(self.staff[company])
            self.assertEqual(member.points_balance, 30)

    def test_one_person_in_two_companies_has_two_memberships(self):
        partner = self.north_member.partner_id
        other = self.env["loyalty.club.member"].create(
            {"club_id": self.south_club.id, "partner_id": partner.id}
        )
        self.grant(other, 7)
        self.assertEqual(self.available(other), 7)
        self.assertEqual(self.available(self.north_member), 30)
        self.assertNotEqual(self.account(other), self.account(self.north_member))

    def test_requests_of_another_company_are_out_of_reach(self):
        reason = self.env["loyalty.club.reason"].create({"name": "Why", "code": "two"})
        Request = self.env["loyalty.club.request"].with_user(self.staff[self.north])
        with self.assertRaises(AccessError):
            Request.create(
                {
                    "member_id": self.south_member.id,
                    "amount": 5,
                    "reason_id": reason.id,
                }
            ).action_submit()
