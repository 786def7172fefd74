import random
from uuid import uuid4

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .common import TillCase


@freeze_time("2026-03-10 09:00:00")
class OfflineCase(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.second = cls.new_till("Till 2")
        cls.points = cls.club.points_program_id.reward_ids[0]
        cls.points.write({"discount": 0.01, "required_points": 1})
        cls.wallet = cls.club.wallet_program_id.reward_ids[0]

    def allowance(self, till=None, member=None):
        """What the till is granted when it sees the member: dict of account to it."""
        member = member or self.ali
        answer = self.ask("summary", member.partner_id.id, till=till)
        return answer["member"]["allowance"]

    def offline(self, cost, **values):
        """An order that spends without a hold, as a till sends it later."""
        lines = [
            self.line(self.cup),
            self.reward_line(self.ali, self.points, cost / 100, cost),
        ]
        return self.sell(self.ali, lines, **values)

    def listed(self, order):
        return [(e.kind, e.amount) for e in order.club_exception_ids]


class TestSyncing(OfflineCase):
    """Orders come late, in any order, and more than once."""

    def test_twice_in_two_calls_and_in_one(self):
        basket = self.basket(self.ali, [self.line(self.tea)])
        copies = [{**basket, "lines": list(basket["lines"])} for _time in range(4)]
        self.sync(copies[0])
        self.sync(copies[1])
        self.sync(copies[2], copies[3])
        self.assertEqual(self.available(self.ali), 50)
        self.assertEqual(self.purchases_of(self.ali), 1)
        self.assertClean()

    def purchases_of(self, member):
        return self.env["loyalty.club.purchase"].search_count(
            [("member_id", "=", member.id)]
        )

    def test_draft_then_paid(self):
        basket = self.basket(self.ali, [self.line(self.tea)])
        draft = {**basket, "state": "draft", "payment_ids": [], "amount_paid": 0}
        order = self.sync({**draft, "lines": list(basket["lines"])})
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.available(self.ali), 0)
        paid = {**basket, "lines": []}
        self.assertEqual(self.sync(paid), order)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.available(self.ali), 50)
        self.assertClean()

    def test_after_a_failure_in_the_middle_of_a_batch(self):
        """All or nothing: what is sent again counts once."""
        good = self.basket(self.ali, [self.line(self.tea)])
        bad = self.basket(self.ali, [self.line(self.tea)], payments=[])
        copy = {**good, "lines": list(good["lines"])}
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            self.sync(copy, bad)
        self.env.invalidate_all()
        self.assertEqual(self.available(self.ali), 0)
        self.sync(good)
        self.assertEqual(self.available(self.ali), 50)
        self.assertClean()

    def test_settling_again_changes_nothing(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        order._club_settle()
        self.assertEqual(self.available(self.ali), 50)
        # What stops it is the receipt; without it the keys would.
        order.club_receipt = False
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            order._club_settle()
        self.assertEqual(self.available(self.ali), 50)

    def test_any_order_of_sales_gives_the_same(self):
        orders = []
        rng = random.Random(5)
        for hour in range(8):
            member = self.ali
            lines = [self.line(self.tea, rng.randint(1, 3)), self.line(self.cup)]
            moment = f"2026-03-09 {hour + 8:02}:00:00"
            orders.append(self.basket(member, lines, date_order=moment))
        expected = sum(int(order["amount_total"]) for order in orders)
        orders += [{**o, "lines": list(o["lines"])} for o in orders]
        rng.shuffle(orders)
        for order in orders:
            self.sync(order)
        self.assertEqual(self.available(self.ali), expected)
        self.assertClean()

    def test_late_points_wait_from_when_they_are_told(self):
        """Nobody has them sooner by saying an earlier day, be it year 1."""
        self.club.pending_days = 14
        for moment in (
            "2026-03-10 08:00:00", "2026-02-20 10:00:00", "0001-01-02 10:00:00"
        ):  # fmt: skip
            order = self.sell(self.ali, [self.line(self.tea)], date_order=moment)
            self.assertEqual(order.club_receipt["pending_until"], "2026-03-24")
        self.assertEqual(self.available(self.ali), 0)

    def test_an_order_of_long_ago_counts_as_of_now_and_is_listed(self):
        self.club.late_days = 30
        order = self.sell(
            self.ali, [self.line(self.tea)], date_order="2026-02-08 09:00:01"
        )
        self.assertEqual(self.listed(order), [])
        order = self.sell(
            self.ali, [self.line(self.tea)], date_order="2026-02-08 08:59:59"
        )
        self.assertEqual(self.listed(order), [("late", 0)])
        purchase = self.env["loyalty.club.purchase"].search([("key", "=", order.uuid)])
        self.assertEqual(str(purchase.day), "2026-03-10")
        self.assertEqual(self.available(self.ali), 100)

    def test_days_of_their_own_do_not_dodge_a_limit(self):
        self.set_rules({"club_cap_day": 60})
        for day in (10, 9, 8, 7):
            self.sell(
                self.ali, [self.line(self.tea)], date_order=f"2026-03-{day:02} 08:00:00"
            )
        self.assertEqual(self.available(self.ali), 60)
        self.set_rules({"club_cap_month": 60})
        sara = self.member("Sara")
        for moment in (
            "2026-03-09 08:00:00",
            "2026-03-02 08:00:00",
            "2026-02-03 08:00:00",
        ):
            self.sell(sara, [self.line(self.tea)], date_order=moment)
        self.assertEqual(self.available(sara), 60)

    def test_a_manager_may_let_late_points_wait_from_the_day_of_the_sale(self):
        self.club.write({"pending_days": 14, "late_counts": "sold"})
        self.sell(self.ali, [self.line(self.tea)], date_order="2026-02-20 10:00:00")
        self.assertEqual(self.available(self.ali), 50)  # the two weeks are over
        order = self.sell(
            self.ali, [self.line(self.tea)], date_order="2026-03-08 10:00:00"
        )
        self.assertEqual(order.club_receipt["pending_until"], "2026-03-22")

    def test_a_till_that_was_closed_meanwhile(self):
        """Odoo puts the order into the next session; its points are the same."""
        basket = self.basket(self.ali, [self.line(self.tea)], till=self.second)
        self.second.current_session_id.state = "closed"
        self.second.with_user(self.cashier).open_ui()
        with mute_logger("odoo.addons.point_of_sale.models.pos_order"):
            order = self.sync(basket)
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.available(self.ali), 50)


class TestAllowance(OfflineCase):
    """What a till may let a member spend while it has no network, and what beyond."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club.write({"offline_share": 50, "offline_minutes": 60})
        cls.set_rules({"product_ids": [(6, 0, cls.tea.ids)]})  # cups earn nothing
        cls.grant(cls.ali, 1000)

    def test_nothing_is_granted_where_the_club_grants_nothing(self):
        self.club.offline_share = 0
        self.assertEqual(self.allowance(), {})
        self.club.write({"offline_share": 50, "offline_minutes": 0})
        self.assertEqual(self.allowance(), {})

    def test_the_share_and_until_when(self):
        granted = self.allowance()["points"]
        self.assertEqual(granted, {"amount": 500, "until": "2026-03-10T10:00:00Z"})

    def test_the_cap(self):
        self.club.write({"offline_cap_points": 120, "offline_cap_money": 7.5})
        self.grant(self.ali, 10_000, "wallet")
        granted = self.allowance()
        self.assertEqual(granted["points"]["amount"], 120)
        self.assertEqual(granted["wallet"]["amount"], 7.5)

    def test_tills_together_stay_within_the_share(self):
        self.club.offline_cap_points = 300
        self.assertEqual(self.allowance()["points"]["amount"], 300)
        self.assertEqual(self.allowance(self.second)["points"]["amount"], 200)
        # What is no longer good elsewhere is free again, and one's own is renewed.
        self.assertEqual(self.allowance(self.second)["points"]["amount"], 200)
        with freeze_time("2026-03-10 10:00:01"):
            self.assertEqual(self.allowance(self.second)["points"]["amount"], 300)

    def test_what_waits_or_is_held_is_not_granted(self):
        self.hold("b1", self.ali, {"points": 400})
        self.assertEqual(self.allowance()["points"]["amount"], 300)

    def test_within_it_nothing_is_listed(self):
        self.allowance()
        for cost in (200, 200, 100):
            order = self.offline(cost)
            self.assertEqual(order.club_receipt["spent"], {"points": cost})
        self.assertEqual(self.available(self.ali), 500)
        self.assertClean()

    def test_beyond_it_the_shop_has_lost_it(self):
        self.allowance()
        self.assertEqual(self.listed(self.offline(400)), [])
        order = self.offline(250)
        self.assertEqual(self.listed(order), [("unheld", 150)])
        self.assertEqual(order.club_receipt["spent"], {"points": 100})
        self.assertEqual(self.listed(self.offline(100)), [("unheld", 100)])
        self.assertEqual(self.available(self.ali), 500)
        self.assertLedgerAgrees()

    def test_beyond_the_balance_no_more_than_was_granted_is_owed(self):
        self.allowance()
        self.spend(self.ali, 900)
        order = self.offline(1300)
        self.assertCountEqual(self.listed(order), [("overspent", 400), ("unheld", 800)])
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.club_receipt["spent"], {"points": 500})
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(self.balances(self.ali)["debt"], 400)
        self.assertLedgerAgrees()

    def test_from_nothing_at_all_nothing_is_owed(self):
        sara = self.member("Sara")
        claim = self.reward_line(sara, self.points, 1, 100)
        order = self.sell(sara, [self.line(self.cup), claim])
        self.assertEqual(self.listed(order), [("unheld", 100)])
        self.assertEqual(self.balances(sara)["debt"], 0)
        self.assertLedgerAgrees()

    def test_a_forged_cost_is_no_one_s_debt(self):
        """Neither with a hold nor without: a reward costs what its terms say."""
        self.allowance()
        self.hold("b1", self.ali, {"points": 400})
        lines = [
            self.line(self.cup),
            self.reward_line(self.ali, self.points, 1, 99_999_999),
        ]
        order = self.sell(self.ali, lines, uuid="b1")
        self.assertEqual(order.club_exception_ids.kind, "reward")
        self.assertAlmostEqual(order.club_receipt["spent"]["points"], 100, delta=1)
        self.assertEqual(self.balances(self.ali)["debt"], 0)
        self.assertLedgerAgrees()

    def test_another_till_s_allowance_is_not_this_one_s(self):
        self.allowance()
        order = self.offline(100, till=self.second)
        self.assertEqual(self.listed(order), [("unheld", 100)])

    def test_another_member_s_is_not_his(self):
        sara = self.member("Sara")
        self.grant(sara, 1000)
        self.allowance(member=sara)
        self.assertEqual(self.listed(self.offline(100)), [("unheld", 100)])

    def test_spent_within_the_minutes_and_told_later(self):
        self.allowance()
        with freeze_time("2026-03-10 18:00:00"):
            order = self.offline(100, date_order="2026-03-10 09:40:00")
            self.assertEqual(self.listed(order), [])
            order = self.offline(100, date_order="2026-03-10 10:00:01")
            self.assertEqual(self.listed(order), [("unheld", 100)])

    def test_a_till_that_sees_the_member_again_before_it_tells(self):
        """Back online it may look first and send its orders then."""
        self.allowance()
        with freeze_time("2026-03-10 09:30:00"):
            self.allowance()
            order = self.offline(100, date_order="2026-03-10 09:20:00")
        self.assertEqual(self.listed(order), [])

    def test_a_forged_moment_gives_no_more_than_was_granted(self):
        self.allowance()
        for moment in ("2026-03-10 09:01:00", "2020-01-01 00:00:00"):
            self.offline(250, date_order=moment)
        listed = self.listed(self.offline(250, date_order="2026-03-10 09:01:00"))
        self.assertEqual(listed, [("unheld", 250)])
        listed = self.listed(self.offline(100, date_order="2036-01-01 00:00:00"))
        self.assertEqual(listed, [("unheld", 100)])

    def test_money_too(self):
        self.grant(self.ali, 2000, "wallet")
        self.assertEqual(self.allowance()["wallet"]["amount"], 10)

        def pay(amount):
            claim = self.reward_line(self.ali, self.wallet, amount, amount)
            return self.sell(self.ali, [self.line(self.cup), claim], uuid=str(uuid4()))

        self.assertEqual(self.listed(pay(7.5)), [])
        self.assertEqual(self.listed(pay(7.5)), [("unheld", 5)])
        self.assertEqual(self.available(self.ali, "wallet"), 1000)

    def test_returned_offline_in_the_wrong_order(self):
        """A refund comes back to what its sale did, whenever both were told."""
        order = self.sell(
            self.ali, [self.line(self.tea)], date_order="2026-03-10 08:30:00"
        )
        self.spend(self.ali, 1000)
        back = self.refund(order, date_order="2026-03-10 08:00:00")
        self.assertEqual(back.club_receipt["taken_back"], 50)
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def test_without_a_network_no_more_than_without_a_pin(self):
        """Nor by asking for it again: it counts for the member and the hour."""
        self.club.write({"confirm_points": 120, "offline_share": 50})
        granted = []
        for _time in range(4):
            amount = self.allowance()["points"]["amount"]
            granted.append(amount)
            if amount:
                self.offline(min(amount, 70))
        self.assertEqual(granted, [120, 50, 0, 0])
        other = self.allowance(till=self.second)["points"]["amount"]
        self.assertEqual(other, 0)
        self.assertEqual(
            self.hold(str(uuid4()), self.ali, {"points": 1})["status"], "proof"
        )

    def test_what_tills_may_spend_without_a_pin_is_one_sum(self):
        self.club.write({"confirm_points": 120, "offline_share": 50})
        amounts = [
            self.allowance(till=till)["points"]["amount"]
            for till in (self.till, self.second)
        ]
        self.assertEqual(amounts, [120, 0])
