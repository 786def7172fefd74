from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClubCase


@tagged("post_install", "-at_install")
class TestArchivedContacts(ClubCase):
    """Whoever the shop doesn't deal with any more neither earns nor is lost."""

    def setUp(self):
        super().setUp()
        self.ali = self.member("Ali", mobile="09121110001")
        self.contact = self.ali.partner_id
        self.grant(self.ali, 100)
        self.accountant = self.user("accountant", "base.group_partner_manager")
        self.api = self.env["loyalty.club"].with_user(self.users["integration"])
        self.api = self.api.with_company(self.company)

    def archive(self):
        self.contact.with_user(self.accountant).action_archive()

    def buy(self):
        line = {"name": "Tea", "quantity": 1, "unit_price": 50}
        return self.api.purchase_record(
            purchase={
                "uuid": f"order-{self._next()}",
                "member": self.ali.number,
                "lines": [line],
            }
        )

    def test_archived_is_paused_and_back_again_is_active(self):
        self.archive()
        self.assertEqual(self.ali.state, "paused")
        with self.assertClubError("member_blocked"):
            self.buy()
        with self.assertClubError("member_blocked"):
            self.spend(self.ali, 10)
        self.assertEqual(self.available(self.ali), 100)
        found = self.ali._find(self.club, "09121110001")
        self.assertEqual(found, self.ali)
        self.contact.with_user(self.accountant).action_unarchive()
        self.assertEqual(self.ali.state, "active")
        self.spend(self.ali, 10)

    def test_what_a_manager_decided_stays(self):
        manager = self.users["manager"]
        for state, action in (("paused", "pause"), ("blocked", "block")):
            getattr(self.ali.with_user(manager), f"action_{action}")()
            self.archive()
            self.contact.action_unarchive()
            self.assertEqual(self.ali.state, state)
        self.archive()
        self.ali.with_user(manager).action_activate()
        self.assertEqual((self.ali.state, self.contact.active), ("active", True))

    def test_joining_again_brings_the_contact_back(self):
        self.archive()
        answer = self.api.enroll(key="1", mobile="09121110001", name="Ali")
        self.assertEqual(
            (answer["number"], answer["created"], answer["state"]),
            (self.ali.number, False, "active"),
        )
        self.assertTrue(self.contact.active)
        self.archive()
        wizard = self.env["loyalty.club.member.join"].with_user(self.users["desk"])
        join = wizard.create(
            {"club_id": self.club.id, "name": "Ali", "mobile": "09121110001"}
        )
        join.action_join()
        self.assertEqual((self.ali.state, self.contact.active), ("active", True))

    def test_an_archived_customer_joins_with_their_contact(self):
        customer = self.env["res.partner"].create(
            {"name": "Sara", "phone": "+989121110002", "active": False}
        )
        answer = self.api.enroll(key="1", mobile="09121110002", name="Sara")
        self.assertTrue(customer.active)
        self.assertEqual(customer.club_member_ids.number, answer["number"])
        # But whoever is there comes first.
        archived, there = self.env["res.partner"].create(
            [
                {"name": "Old", "phone": "+989121110003", "active": False},
                {"name": "Mina", "phone": "+989121110003"},
            ]
        )
        self.api.enroll(key="2", mobile="09121110003", name="Mina")
        self.assertTrue(there.club_member_ids)
        self.assertFalse(archived.active)

    def test_a_member_s_contact_is_not_deleted_and_says_so(self):
        with self.assertRaises(UserError) as caught:
            self.contact.with_user(self.accountant).unlink()
        self.assertIn("Ali is a member of a club", str(caught.exception))
        other = self.env["res.partner"].create({"name": "Nobody's"})
        other.with_user(self.accountant).unlink()
