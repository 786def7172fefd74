"""Limits count per person, day and month, nobody raises their own, and all is noted."""

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time

from ..exceptions import ClubError
from ..models.club.limit import LIMITS
from .common import ClubCase


@freeze_time("2026-05-10 09:00:00")
class TestCaps(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club.write(
            {
                "cap_desk_points": 10,
                "cap_manager_points": 5000,
                "cap_integration_points": 1000,
                "cap_integration_money": 5,
                "cap_month_times": 3,
            }
        )
        cls.ali, cls.sara = cls.member("Ali"), cls.member("Sara")
        cls.manager = cls.users["manager"]
        cls.integration = cls.users["integration"]
        cls.reason = cls.env.ref("loyalty_club.reason_mistake")

    def ask(self, amount, user=None, member=None, account="points"):
        values = {
            "member_id": (member or self.ali).id,
            "account": account,
            "amount": amount,
            "reason_id": self.reason.id,
        }
        requests = self.env["loyalty.club.request"].with_user(user or self.manager)
        request = requests.create(values)
        request.action_submit()
        return request.state

    def give(self, amount, user=None, member=None, account="points"):
        api = self.env["loyalty.club"].with_user(user or self.integration)
        return api.grant(
            key=str(self._next()),
            member=(member or self.ali).number,
            account=account,
            amount=amount,
            reason=self.reason.code,
        )

    # ------------------------------------------------------------------ counting

    def test_adjustments_are_counted_together(self):
        states = [self.ask(2000) for _time in range(5)]
        self.assertEqual(states, ["posted"] * 2 + ["waiting"] * 3)
        self.assertEqual(self.available(self.ali), 4000)
        self.assertEqual(self.ask(1000, member=self.sara), "posted")
        self.assertEqual(self.ask(1, member=self.sara), "waiting")

    def test_what_is_taken_counts_as_well(self):
        self.grant(self.ali, 9000)
        self.assertEqual(self.ask(-3000), "posted")
        self.assertEqual(self.ask(3000), "waiting")

    def test_grants_are_counted_together(self):
        self.give(500)
        self.give(500, member=self.sara)
        for _time in range(18):
            with self.assertClubError("needs_approval"):
                self.give(500)
        self.assertEqual(self.available(self.ali), 500)

    def test_a_manager_s_adjustments_and_grants_are_one(self):
        self.assertEqual(self.ask(3000), "posted")
        with self.assertClubError("needs_approval"):
            self.give(2001, user=self.manager)
        self.give(2000, user=self.manager)
        self.assertEqual(self.ask(1), "waiting")

    def test_wallet_and_credit_are_one(self):
        self.give(3, account="wallet")
        with self.assertClubError("needs_approval"):
            self.give("2.01", account="credit")
        self.give(2, account="credit")
        self.give(1000)  # points have a limit of their own

    def test_only_an_integration_loads_wallets_without_a_limit(self):
        for role, amount in (("integration", 1000), ("manager", 400)):
            api = self.env["loyalty.club"].with_user(self.users[role])
            self.club.cap_manager_money = 500
            api.top_up(key=role, member=self.ali.number, amount=amount)
        with self.assertClubError("needs_approval"):
            api.top_up(key="more", member=self.ali.number, amount=101)
        self.assertEqual(self.ask(100, account="wallet"), "posted")
        self.assertEqual(self.ask(1, account="wallet"), "waiting")

    def test_a_month_has_a_limit_too(self):
        for day in (11, 12, 13):
            with freeze_time(f"2026-05-{day} 09:00:00"):
                self.give(1000)
        with freeze_time("2026-05-14 09:00:00"), self.assertClubError("needs_approval"):
            self.give(1)
        with freeze_time("2026-06-01 09:00:00"):
            self.give(1000)

    def test_the_month_is_the_club_s(self):
        self.club.write({"calendar": "jalali", "cap_month_times": 1})
        with freeze_time("2026-05-21 09:00:00"):  # 31 Ordibehesht
            self.give(1000)
        with freeze_time("2026-05-22 09:00:00"):  # 1 Khordad
            self.give(1000)
        with freeze_time("2026-06-01 09:00:00"), self.assertClubError("needs_approval"):
            self.give(1)

    def test_each_person_and_club_has_its_own(self):
        second = self.user("second", "loyalty_club.group_manager")
        self.assertEqual(self.ask(5000), "posted")
        self.assertEqual(self.ask(5000, user=second), "posted")
        south = self.new_company("South")
        club = self.new_club("south", south)
        reza = self.member("Reza", club=club)
        self.manager.company_ids += south
        manager = self.manager.with_context(
            allowed_company_ids=(self.company + south).ids
        )
        requests = self.env["loyalty.club.request"].with_user(manager)
        request = requests.with_context(
            allowed_company_ids=(self.company + south).ids
        ).create({"member_id": reza.id, "amount": 10000, "reason_id": self.reason.id})
        request.action_submit()
        self.assertEqual(request.state, "posted")

    def test_what_a_second_person_decides_isn_t_counted(self):
        self.assertEqual(self.ask(11, user=self.users["desk"]), "waiting")
        request = self.env["loyalty.club.request"].search([], limit=1)
        request.with_user(self.manager).action_approve()
        self.assertEqual(self.ask(10, user=self.users["desk"]), "posted")
        self.assertEqual(self.ask(5000), "posted")

    def test_what_is_refused_isn_t_counted(self):
        with self.assertClubError("insufficient_balance"), self.env.cr.savepoint():
            self.ask(-5000)
        self.assertEqual(self.ask(5000), "posted")

    # ------------------------------------------------------------------ raising

    def test_nobody_raises_a_limit_alone(self):
        self.grant(self.ali, 1)
        club = self.club.with_user(self.manager)
        for name in LIMITS:
            with self.subTest(name), self.assertClubError("needs_approval"):
                club.write({name: 10**6})
        club.write({"cap_manager_points": 4000, "cap_desk_points": 5})
        self.manager.group_ids += self.env.ref("base.group_system")
        club.write({"cap_manager_points": 10**6})
        self.assertEqual(self.club.cap_manager_points, 10**6)

    def test_a_new_club_is_set_up_by_one_but_for_their_own_limit(self):
        clubs = self.env["loyalty.club"].with_user(self.manager)
        values = {"name": "Mine", "code": "mine"}
        for name in ("cap_manager_points", "cap_manager_money", "cap_month_times"):
            with self.subTest(name), self.assertClubError("needs_approval"):
                clubs.create({**values, name: 10**6})
            with self.subTest(name), self.assertClubError("needs_approval"):
                self.club.with_user(self.manager).write({name: 10**6})
        club = clubs.create({**values, "cap_desk_points": 50, "welcome_points": 30})
        club.write({"welcome_points": 40})
        self.assertEqual(club.welcome_points, 40)

    def higher(self, limit, amount, user=None):
        request = (
            self.env["loyalty.club.limit.request"]
            .with_user(user or self.manager)
            .create({"club_id": self.club.id, "limit": limit, "amount": amount})
        )
        request.action_submit()
        return request

    def test_one_asks_for_a_higher_limit_and_another_agrees(self):
        second = self.user("second", "loyalty_club.group_manager")
        self.grant(self.ali, 1)
        for limit, amount in (
            ("cap_desk_points", 20),
            ("cap_manager_points", 9000),
            ("cap_integration_money", 7.5),
            ("welcome_points", 40),
        ):
            with self.subTest(limit):
                before = self.club[limit]
                request = self.higher(limit, amount)
                self.assertEqual(self.club[limit], before)
                self.assertIn(second, request.sudo().activity_ids.user_id)
                self.assertNotIn(self.manager, request.sudo().activity_ids.user_id)
                for user in (self.manager, self.users["desk"], self.users["auditor"]):
                    with self.assertRaises(AccessError):
                        request.with_user(user).action_approve()
                request.with_user(second).action_approve()
                self.assertEqual(self.club[limit], amount)
                self.assertEqual(request.state, "posted")
                self.assertEqual(request.decided_by_id, second)
                self.assertFalse(request.sudo().activity_ids)
                bodies = " ".join(
                    self.env["mail.message"]
                    .search([("model", "=", "loyalty.club"), ("body", "like", "asked")])
                    .mapped("body")
                )
                self.assertIn(self.manager.name, bodies)
                self.assertIn(second.name, bodies)
        self.assertEqual(self.ask(20, user=self.users["desk"]), "posted")

    def test_limits_are_called_as_on_the_club_s_form(self):
        self.grant(self.ali, 1)
        request = self.higher("cap_desk_points", 20)
        self.assertEqual(request.display_name, "Desk: points")
        with self.assertRaises(ClubError) as caught:
            self.club.with_user(self.manager).cap_desk_points = 20
        self.assertIn("cap_desk_points: a higher", str(caught.exception))
        told = caught.exception.for_browser(self.env)
        self.assertTrue(str(told).startswith("Desk: points: a higher"))

    def test_a_refused_limit_stays_and_nothing_is_forged(self):
        second = self.user("second", "loyalty_club.group_manager")
        request = self.higher("cap_desk_points", 20)
        with self.assertRaises(AccessError):
            request.write({"amount": 10**6})
        with self.assertRaises(AccessError):
            request.with_user(second).write({"state": "posted"})
        request.with_user(second).action_refuse()
        self.assertEqual(self.club.cap_desk_points, 10)
        with self.assertRaises(UserError):
            request.with_user(second).action_approve()
        requests = self.env["loyalty.club.limit.request"].with_user(self.manager)
        for forged in (
            {"state": "waiting"},
            {"user_id": second.id},
            {"before": 5},
        ):
            values = {"limit": "cap_desk_points", "amount": 20, **forged}
            with self.subTest(forged), self.assertRaises(AccessError):
                requests.create(values)
        with self.assertRaises(UserError):  # it is no higher one
            self.higher("cap_desk_points", 10)
        wishing = requests.with_context(
            default_user_id=second.id, default_state="waiting"
        )
        request = wishing.create({"limit": "cap_desk_points", "amount": 20})
        self.assertEqual((request.user_id, request.state), (self.manager, "draft"))

    def test_limits_of_another_company_are_not_decided_here(self):
        south = self.new_company("South")
        stranger = self.user("stranger", "loyalty_club.group_manager", companies=south)
        request = self.higher("cap_desk_points", 20)
        self.assertNotIn(stranger, request.sudo().activity_ids.user_id)
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_approve()

    def test_a_manager_s_purchases_at_the_api_count(self):
        self.set_one_point_a_euro()
        api = self.env["loyalty.club"].with_user(self.manager)

        def sell(uuid, total, caller=api):
            return caller.purchase_record(
                purchase={
                    "uuid": uuid,
                    "member": self.ali.number,
                    "lines": [{"name": "Tea", "quantity": 1, "unit_price": total}],
                }
            )

        sell("a", 3000)
        with self.assertClubError("needs_approval"), self.env.cr.savepoint():
            sell("b", 2001)
        self.assertFalse(self.env["loyalty.club.purchase"].search([("key", "=", "b")]))
        self.assertEqual(self.ask(2000), "posted")
        self.assertEqual(self.ask(1), "waiting")
        sell("c", 9000, self.env["loyalty.club"].with_user(self.integration))

    def set_one_point_a_euro(self):
        self.club.points_program_id.rule_ids.write(
            {"club_per_amount": 1, "reward_point_amount": 1, "minimum_amount": 0}
        )

    # ------------------------------------------------------------------ the trace

    def last(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env["mail.message"].search(
            [("model", "=", "loyalty.club"), ("res_id", "=", self.club.id)],
            order="id desc",
            limit=1,
        )

    def test_a_policy_is_tracked_whatever_the_caller_wishes(self):
        self.env.cr.precommit.run()
        wish = {"tracking_disable": True, "mail_notrack": True}
        club = self.club.with_user(self.manager).with_context(**wish)
        club.write({"cap_manager_points": 4000, "clawback": "negative"})
        message = self.last()
        self.assertEqual(message.author_id, self.manager.partner_id)
        tracked = {v.field_id.name: v for v in message.sudo().tracking_value_ids}
        self.assertEqual(set(tracked), {"cap_manager_points", "clawback"})
        value = tracked["cap_manager_points"]
        self.assertEqual(
            (value.old_value_integer, value.new_value_integer), (5000, 4000)
        )

    def test_every_policy_of_a_club_is_tracked(self):
        tracked = self.club._track_get_fields()
        for name, field in self.club._fields.items():
            if (
                name.startswith(("cap_", "transfer_", "expiry_", "qualify_", "tier_"))
                and field.store
                and field.type != "one2many"
            ):
                self.assertIn(name, tracked)
        # How far the daily jobs have got is none.
        self.assertFalse({"birthday_day", "requalify_day"} & tracked)

    def test_rules_rewards_tiers_and_programs_leave_a_trace(self):
        program = self.club.points_program_id
        tier = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Gold", "code": "gold", "threshold": 10}
        )
        for record, values, words in (
            (program.rule_ids, {"reward_point_amount": 50}, ("1 ", "50")),
            (program.reward_ids, {"required_points": 7}, ("1 ", "7")),
            (tier, {"multiplier": 3}, ("1 ", "3")),
            (program, {"name": "Better points"}, ("Club test points", "Better points")),
        ):
            with self.subTest(record._name):
                wish = {"tracking_disable": True}
                record.with_user(self.manager).with_context(**wish).write(values)
                message = self.last()
                self.assertEqual(message.author_id, self.manager.partner_id)
                for word in words:
                    self.assertIn(word, message.body)
                before = message
                record.with_user(self.manager).write(values)  # nothing changes
                self.assertEqual(self.last(), before)

    def test_added_and_deleted_rules_leave_a_trace(self):
        self.env.cr.execute(
            "UPDATE loyalty_club SET create_date = create_date - interval '1 day'"
        )
        self.club.invalidate_recordset()
        rules = self.env["loyalty.rule"].with_user(self.manager)
        rule = rules.create(
            {"program_id": self.club.points_program_id.id, "reward_point_amount": 9}
        )
        self.assertIn("was added", self.last().body)
        rule.unlink()
        self.assertIn("was deleted", self.last().body)

    def test_native_programs_are_left_alone(self):
        native = self.env["loyalty.program"].create(
            {"name": "Native", "program_type": "loyalty", "company_id": self.company.id}
        )
        before = self.last()
        native.write({"name": "Other"})
        native.rule_ids.write({"reward_point_amount": 3})
        self.assertEqual(self.last(), before)

    # ------------------------------------------------------------------ transfers

    def transfer(self, amount, account):
        api = self.env["loyalty.club"].with_user(self.integration)
        return api.transfer(
            key=str(self._next()),
            member=self.ali.number,
            to_member=self.sara.number,
            account=account,
            amount=amount,
        )

    def test_transfers_of_each_account_are_limited_by_default(self):
        for account, most, month in (
            ("points", 1000, 3000),
            ("wallet", 100, 300),
            ("credit", 100, 300),
        ):
            with self.subTest(account):
                units = 1 if account == "points" else 100
                self.grant(self.ali, 10 * most * units, account)
                with self.assertClubError("limit_exceeded"):
                    self.transfer(most + 1, account)
                for _time in range(month // most):
                    self.transfer(most, account)
                with self.assertClubError("limit_exceeded"):
                    self.transfer(1, account)
                self.assertEqual(self.available(self.sara, account), month * units)

    def test_limits_of_money_go_by_the_size_of_the_currency(self):
        rial = self.env.ref("base.IRR")
        rial.active = True
        company = self.new_company("Bazaar")
        company.currency_id = rial
        club = self.new_club("bazaar", company)
        self.assertEqual(club.transfer_max_money, 100 * club._money_size())
        self.assertGreater(club.transfer_max_money, 10**6)
        self.assertEqual(self.club.transfer_max_money, 100)

    def test_no_limit_is_a_choice(self):
        self.club.write({"transfer_max_money": 0, "transfer_max_month_money": 0})
        self.grant(self.ali, 10**8, "wallet")
        self.transfer(10**6, "wallet")
        self.assertEqual(self.available(self.sara, "wallet"), 10**8)
        self.assertEqual(self.club._today(), fields.Date.to_date("2026-05-10"))
