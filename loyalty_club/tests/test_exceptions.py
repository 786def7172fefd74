"""What can't be followed is listed for a person, once, and by no one else's word."""

from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from .common import TwoCompaniesCase


@freeze_time("2026-03-10 09:00:00")
class TestExceptions(TwoCompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.Exception = cls.env["loyalty.club.exception"]

    def list_one(self, record=None, **options):
        """Listed by an employee who has no right on the list."""
        return self.Exception.with_user(self.users["internal"])._list(
            self.club, "refused", "Look at this.", record=record, **options
        )

    def test_a_document_is_listed_once(self):
        row = self.list_one(self.ali.partner_id, member=self.ali, units=1250)
        self.assertEqual(row, self.list_one(self.ali.partner_id))
        self.assertEqual(row.company_id, self.company)
        self.assertEqual((row.amount, row.state), (12.5, "open"))
        self.assertEqual(row.user_id, self.users["internal"])
        self.assertEqual(row.reference, "Ali")

    def test_what_has_no_document_and_no_key_is_listed_each_time(self):
        self.assertNotEqual(self.list_one(), self.list_one())
        self.assertEqual(self.list_one(key="same"), self.list_one(key="same"))

    def test_what_a_person_has_dealt_with_stays_done(self):
        row = self.list_one(self.ali.partner_id)
        row.with_user(self.users["manager"]).action_done()
        self.assertEqual((row.state, row.done_by_id), ("done", self.users["manager"]))
        self.assertEqual(self.list_one(self.ali.partner_id).state, "done")

    def test_what_solved_itself_is_listed_again_when_it_comes_back(self):
        row = self.list_one(self.ali.partner_id)
        self.Exception._unlist("refused", self.ali.partner_id)
        self.assertEqual((row.state, row.done_by_id.ids), ("done", []))
        self.list_one(self.ali.partner_id)
        self.assertEqual((row.state, row.done_at), ("open", False))

    def test_only_a_manager_ticks_off_and_nobody_writes(self):
        row = self.list_one(self.ali.partner_id)
        for kind in ("desk", "auditor", "internal"):
            with self.subTest(kind), self.assertRaises(AccessError):
                row.with_user(self.users[kind]).action_done()
        for kind in ("desk", "manager", "auditor"):
            with self.subTest(kind), self.assertRaises(AccessError):
                row.with_user(self.users[kind]).write({"state": "done"})
        self.assertEqual(row.state, "open")

    def test_another_company_sees_nothing_and_a_branch_only_its_own(self):
        boss = self.user("boss", "loyalty_club.group_manager", companies=self.south)
        branch_boss = self.user(
            "branch", "loyalty_club.group_manager", companies=self.north_1
        )
        row = self.list_one(self.ali.partner_id)
        for user in (boss, branch_boss):
            self.assertFalse(self.Exception.with_user(user).search([]))
            with self.assertRaises(AccessError):
                row.with_user(user).action_done()
        row.company_id = self.north_1
        self.assertEqual(self.Exception.with_user(branch_boss).search([]), row)
        row.with_user(branch_boss).action_done()
        self.assertEqual(row.state, "done")

    def test_a_callers_context_says_nothing_of_what_is_listed(self):
        wishes = self.Exception.with_user(self.users["internal"]).with_context(
            default_state="done", default_done_by_id=self.users["manager"].id
        )
        row = wishes._list(self.club, "refused", "Look at this.")
        self.assertEqual((row.state, row.done_by_id.ids), ("open", []))
