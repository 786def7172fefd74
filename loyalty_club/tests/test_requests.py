from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import ClubCase


class TestRequests(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club.write(
            {"cap_desk_points": 10, "cap_manager_points": 100, "cap_manager_money": 5}
        )
        cls.ali = cls.member("Ali")
        cls.desk, cls.manager = cls.users["desk"], cls.users["manager"]
        cls.second = cls.user("second", "loyalty_club.group_manager")

    def ask(self, user, amount, account="points", reason="goodwill", **values):
        return (
            self.env["loyalty.club.request"]
            .with_user(user)
            .create(
                {
                    "member_id": self.ali.id,
                    "account": account,
                    "amount": amount,
                    "reason_id": self.env.ref(f"loyalty_club.reason_{reason}").id,
                    **values,
                }
            )
        )

    def test_a_bank_card_s_number_is_no_note_and_no_name(self):
        number = "6037 9900 0000 0006"  # a test number with a right check digit
        with self.assertClubError("invalid_payload"):
            self.ask(self.desk, 5, note=f"Paid by {number}")
        request = self.ask(self.desk, 5, note="Paid by card")
        with self.assertClubError("invalid_payload"):
            request.note = number
        with self.assertClubError("invalid_payload"):
            self.ali.with_user(self.desk).name = number

    def test_within_the_cap_it_is_posted_at_once(self):
        request = self.ask(self.desk, 10)
        request.action_submit()
        self.assertEqual(request.state, "posted")
        entry = self.entries(self.ali)
        self.assertEqual((entry.kind, entry.amount), ("adjust", 10))
        self.assertEqual(entry.reason_id.code, "goodwill")
        self.assertEqual(entry.user_id, self.desk)

    def test_above_the_cap_a_second_person_decides(self):
        request = self.ask(self.desk, 11)
        request.action_submit()
        self.assertEqual(request.state, "waiting")
        self.assertFalse(self.entries(self.ali))
        request.with_user(self.manager).action_approve()
        self.assertEqual(request.state, "posted")
        self.assertEqual(request.decided_by_id, self.manager)
        self.assertEqual(self.available(self.ali), 11)

    def test_a_refused_request_posts_nothing(self):
        request = self.ask(self.desk, 11)
        request.action_submit()
        request.with_user(self.manager).action_refuse()
        self.assertFalse(self.entries(self.ali))
        with self.assertRaises(UserError):
            request.with_user(self.second).action_approve()

    def test_nobody_approves_his_own(self):
        request = self.ask(self.manager, 101)
        request.action_submit()
        self.assertEqual(request.state, "waiting")
        with self.assertRaises(AccessError):
            request.action_approve()
        request.with_user(self.second).action_approve()
        self.assertEqual(self.available(self.ali), 101)

    def test_a_desk_decides_nothing(self):
        request = self.ask(self.manager, 101)
        request.action_submit()
        for decide in (
            request.with_user(self.desk).action_approve,
            request.with_user(self.desk).action_refuse,
        ):
            with self.assertRaises(AccessError):
                decide()

    def test_a_decided_request_is_not_decided_again(self):
        request = self.ask(self.desk, 11)
        request.action_submit()
        request.with_user(self.manager).action_approve()
        with self.assertRaises(UserError):
            request.with_user(self.second).action_approve()
        self.assertEqual(self.available(self.ali), 11)

    def test_what_was_asked_does_not_change_afterwards(self):
        request = self.ask(self.desk, 11)
        request.action_submit()
        for user in (self.desk, self.manager):
            with self.assertRaises(AccessError):
                request.with_user(user).write({"amount": 1000})

    def test_states_are_not_forged(self):
        forged = (
            {"state": "posted"},
            {"user_id": self.second.id},
            {"decided_by_id": self.second.id},
        )
        for values in forged:
            with self.assertRaises(AccessError, msg=values):
                self.ask(self.desk, 5, **values)
            request = self.ask(self.desk, 5)
            with self.assertRaises(AccessError, msg=values):
                request.write(values)

    def test_money_has_its_own_cap(self):
        request = self.ask(self.manager, 5, account="wallet")
        request.action_submit()
        self.assertEqual(request.state, "posted")
        request = self.ask(self.manager, 5.01, account="wallet")
        request.action_submit()
        self.assertEqual(request.state, "waiting")
        self.assertEqual(self.available(self.ali, "wallet"), 500)

    def test_taking_is_capped_and_covered(self):
        self.grant(self.ali, 20)
        request = self.ask(self.desk, -11, reason="mistake")
        request.action_submit()
        self.assertEqual(request.state, "waiting")
        request = self.ask(self.manager, -21, reason="mistake")
        with self.assertClubError("insufficient_balance"):
            request.action_submit()
        self.assertEqual(self.available(self.ali), 20)

    def test_bad_amounts(self):
        with self.assertRaises(UserError):
            self.ask(self.desk, 1.5)
        with self.assertRaises(UserError):
            self.ask(self.desk, -5, reason="gift")

    def test_who_is_not_of_the_club_asks_nothing(self):
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        for user in (outsider, self.users["auditor"], self.users["integration"]):
            with self.assertRaises(AccessError):
                self.ask(user, 5)


class TestRequestsAtABranch(TestRequests):
    """The same by people who work for a branch alone."""

    at_a_branch = True

    # ------------------------------------------------------------------ being asked

    def test_those_who_may_decide_are_asked(self):
        request = self.ask(self.manager, 101)
        request.action_submit()
        asked = request.sudo().activity_ids.user_id
        self.assertIn(self.second, asked)
        self.assertNotIn(self.manager, asked)
        self.assertNotIn(self.desk, asked)
        mine = self.env["mail.activity"].with_user(self.second)
        self.assertTrue(mine.search([("res_model", "=", request._name)]))
        self.assertEqual(self.club.with_user(self.second).waiting_count, 1)
        request.with_user(self.second).action_approve()
        self.assertFalse(request.sudo().activity_ids)
        self.assertEqual(self.club.with_user(self.second).waiting_count, 0)

    def test_nobody_is_asked_any_more_after_a_refusal(self):
        request = self.ask(self.desk, 11)
        request.action_submit()
        self.assertTrue(request.sudo().activity_ids)
        request.with_user(self.manager).action_refuse()
        self.assertFalse(request.sudo().activity_ids)

    def test_another_company_s_managers_are_not_asked(self):
        south = self.new_company("South")
        stranger = self.user("stranger", "loyalty_club.group_manager", companies=south)
        request = self.ask(self.desk, 11)
        request.action_submit()
        self.assertNotIn(stranger, request.sudo().activity_ids.user_id)

    def test_who_asks_sees_the_limit_the_balance_and_why_it_waits(self):
        self.grant(self.ali, 25)
        self.ask(self.desk, 4).action_submit()
        request = self.ask(self.desk, 11)
        self.assertEqual(request.balance, 29)
        self.assertIn("post 6 points more today", request.cap_words)
        self.assertIn("of 10 points a day", request.cap_words)
        request.action_submit()
        for user in (self.desk, self.manager):
            words = request.with_user(user).cap_words
            self.assertIn("at most 10 points a day", words)
            self.assertIn("had 6 points left", words)
            self.assertIn(self.desk.name, words)
        request.with_user(self.manager).action_approve()
        self.assertFalse(request.cap_words)
