from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from .test_spending import SpendingCase


@freeze_time("2026-03-10 09:00:00")
class TestExceptionsList(SpendingCase):
    """What a manager should know stands in one list, and they tick it off."""

    def breach(self):
        return self.buy((self.points, 5, 500)).club_exception_ids

    def test_what_it_says(self):
        item = self.breach()
        self.assertEqual((item.kind, item.state), ("unheld", "open"))
        self.assertEqual(item.account, "points")
        self.assertEqual(item.amount, 500)
        self.assertEqual(item.member_id, self.ali)
        self.assertEqual(item.user_id, self.cashier)
        self.assertEqual(item.config_id, self.till)
        self.assertEqual(item.company_id, self.company)
        self.assertTrue(item.message)

    def test_money_is_in_money(self):
        item = self.buy((self.wallet, 12.5, 12.5)).club_exception_ids
        self.assertEqual((item.account, item.amount), ("wallet", 12.5))

    def test_the_customer_s_receipt_says_it(self):
        item = self.breach()
        self.assertEqual(item.order_id.club_receipt["exceptions"], [item.message])

    def test_the_manager_ticks_it_off_and_others_do_not(self):
        item = self.breach()
        for kind in ("desk", "auditor"):
            theirs = item.with_user(self.users[kind])
            self.assertEqual(theirs.state, "open")
            with self.assertRaises(AccessError):
                theirs.action_seen()
        item.with_user(self.users["manager"]).action_seen()
        self.assertEqual(item.state, "seen")

    def test_nobody_deletes_it(self):
        item = self.breach()
        for kind in ("desk", "manager", "auditor", "integration"):
            with self.assertRaises(AccessError):
                item.with_user(self.users[kind]).unlink()

    def test_the_manager_changes_nothing_but_its_state(self):
        item = self.breach()
        manager = item.with_user(self.users["manager"])
        for values in ({"amount": 0}, {"message": "Nothing"}, {"member_id": False}):
            with self.assertRaises(AccessError):
                manager.write(values)
        self.assertEqual(item.amount, 500)

    def test_another_company_s_manager_sees_none(self):
        item = self.breach()
        elsewhere = self.new_company("Elsewhere")
        manager = self.user("far", "loyalty_club.group_manager", companies=elsewhere)
        found = item.with_user(manager).search([("id", "in", item.ids)])
        self.assertFalse(found)

    def test_a_clean_order_lists_nothing(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 500})
        self.buy((self.points, 5, 500), uuid="b1")
        self.assertFalse(self.exceptions())
