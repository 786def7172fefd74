import random
from datetime import date
from uuid import uuid4

from odoo.exceptions import AccessError
from odoo.tests import freeze_time
from odoo.tools import float_round

from .test_earning_base import EarningCase


@freeze_time("2026-03-10 09:00:00")
class ReturnCase(EarningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.points = cls.club.points_program_id.reward_ids[0]
        cls.points.write({"discount": 0.01, "required_points": 1})
        cls.wallet = cls.club.wallet_program_id.reward_ids[0]
        cls.credit = cls.club.credit_program_id.reward_ids[0]
        cls.top_up = cls.club.wallet_program_id.trigger_product_ids[:1]

    def buy_with(self, lines, *claims, **values):
        """Sell lines; each claim (reward, amount, cost) was held before."""
        uuid = str(uuid4())
        held = {}
        for reward, _amount, cost in claims:
            account = reward.program_id.club_account
            held[account] = held.get(account, 0) + cost
        if held:
            self.assertEqual(self.hold(uuid, self.ali, held)["status"], "held")
        lines = lines + [self.reward_line(self.ali, *claim) for claim in claims]
        return self.sell(self.ali, lines, uuid=uuid, **values)

    def taken(self, order):
        return sum(self.purchases(order).line_ids.mapped("points_taken"))


class TestReturns(ReturnCase):
    """What comes back takes what it earned, and brings what it cost."""

    def test_all_of_it(self):
        order = self.sell(self.ali, [self.line(self.tea, 2), self.line(self.cup)])
        back = self.refund(order)
        self.assertEqual(back.club_receipt["taken_back"], 120)
        self.assertEqual(back.club_receipt["earned"], 0)
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(self.purchases(order).returned, "all")
        self.assertClean()

    def test_some_pieces_of_a_line(self):
        order = self.sell(self.ali, [self.line(self.tea, 3, 33.5), self.line(self.cup)])
        tea = order.lines[0]  # 100.50 and 20: 120 points, of which tea has 100
        before = self.available(self.ali)
        self.assertEqual(before, 120)
        backs = [self.refund(order, {tea: 1}) for _time in range(3)]
        self.assertEqual([b.club_receipt["taken_back"] for b in backs], [33, 33, 34])
        self.assertEqual(self.available(self.ali), 20)
        self.assertClean()

    def test_any_split_of_returns_is_one_return(self):
        """Whatever is returned in whatever parts: in the end nothing is left over."""
        seeds = random.Random(20260310)
        for number in range(8):
            with self.subTest(number):
                goods = [
                    self.line(
                        seeds.choice((self.tea, self.cup)),
                        seeds.randint(1, 6),
                        round(seeds.uniform(0.01, 99), 2),
                        discount=seeds.choice((0, 0, 7.5, 33)),
                    )
                    for _line in range(seeds.randint(1, 4))
                ]
                self.grant(self.ali, 600)
                self.grant(self.ali, 6000, "wallet")
                start = self.all_balances()
                total = sum(line["price_subtotal_incl"] for line in goods)
                worth = int(min(total / 3, 5) * 100) / 100
                order = self.buy_with(
                    goods,
                    (self.points, worth, round(worth * 100)),
                    (self.wallet, worth, worth),
                )
                self.assertNotEqual(self.all_balances(), start)
                parts = self.random_parts(seeds, order)
                for quantities in parts:
                    self.refund(order, quantities)
                self.assertEqual(self.all_balances(), start)
                self.assertEqual(self.purchases(order).returned, "all")
        self.assertClean()

    def all_balances(self):
        return [self.available(self.ali, a) for a in ("points", "wallet", "credit")]

    def random_parts(self, seeds, order):
        """Piece by piece in any order, some together; rewards in tenths."""
        pieces = []
        for line in order.lines:
            parts = 10 if line.is_reward_line else round(line.qty)
            pieces += [(line, line.qty / parts)] * parts
        seeds.shuffle(pieces)
        while pieces:
            quantities = {}
            for _piece in range(seeds.randint(1, 6)):
                if pieces:
                    line, quantity = pieces.pop()
                    quantities[line] = round(quantities.get(line, 0) + quantity, 3)
            yield quantities

    def test_lot_by_lot_with_the_days_they_had(self):
        self.grant(self.ali, 100, expires_on=date(2026, 4, 1))
        self.grant(self.ali, 100, expires_on=date(2026, 5, 1))
        order = self.buy_with([self.line(self.tea)], (self.points, 1.5, 150))
        reward = order.lines.filtered("is_reward_line")
        tea = order.lines - reward
        self.refund(order, {tea: 0.5, reward: 0.5})
        # Last used is first given back: 75 of 150, 50 to the second lot.
        by_day = {day: left for left, _amount, day in self.lots(self.ali) if day}
        self.assertEqual(by_day, {date(2026, 4, 1): 25, date(2026, 5, 1): 100})
        self.refund(order, {tea: 0.5, reward: 0.5})
        by_day = {day: left for left, _amount, day in self.lots(self.ali) if day}
        self.assertEqual(by_day, {date(2026, 4, 1): 100, date(2026, 5, 1): 100})
        self.assertClean()

    def test_what_expired_meanwhile_comes_back_with_grace(self):
        self.grant(self.ali, 100, expires_on=date(2026, 3, 20))
        order = self.buy_with([self.line(self.tea)], (self.points, 1, 100))
        with freeze_time("2026-04-01 09:00:00"):
            self.ledger._expire_due(self.club)
            back = self.refund(order)
            self.assertEqual(back.club_receipt["given_back"], {"points": 100})
            self.assertEqual(self.available(self.ali), 100)
            days = {day for left, _amount, day in self.lots(self.ali) if left}
            self.assertEqual(days, {date(2026, 5, 1)})
        self.assertClean()

    def test_points_that_wait_are_taken_first(self):
        self.grant(self.ali, 30)
        self.club.pending_days = 14
        order = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(self.balances(self.ali)["pending"], 50)
        self.refund(order)
        self.assertEqual(self.balances(self.ali)["pending"], 0)
        self.assertEqual(self.available(self.ali), 30)
        self.assertClean()

    def test_spent_already_becomes_a_debt(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        self.spend(self.ali, 70)
        self.refund(order)
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(self.balances(self.ali)["debt"], 70)
        self.sell(self.ali, [self.line(self.tea, 2)])
        self.assertEqual(self.available(self.ali), 30)
        self.assertClean()

    def quote(self, *lines, user=None):
        """What the till is told before these (line, quantity) are refunded."""
        till = self.env["loyalty.club.till"].with_user(user or self.cashier)
        wanted = [{"line_id": line.id, "quantity": q} for line, q in lines]
        return till.quote_refund(config_id=self.till.id, lines=wanted)

    def test_what_will_be_owed_is_said_before_and_comes_true(self):
        for policy in ("debt", "negative"):
            self.club.clawback = policy
            member = self.member(f"Owes {policy}")
            order = self.sell(member, [self.line(self.tea, 2), self.line(self.cup)])
            self.spend(member, 70)
            partner_id = member.partner_id.id
            tea = order.lines[0]
            self.assertEqual(
                self.quote((tea, 1)),
                [{"partner_id": partner_id, "taken": 50, "owed": 0}],
            )
            quoted = self.quote((tea, 2), (order.lines[1], 1))
            self.assertEqual(
                quoted, [{"partner_id": partner_id, "taken": 120, "owed": 70}]
            )
            self.assertFalse(self.purchases(order).return_ids, "nothing was written")
            told = self.refund(order, {line: line.qty for line in order.lines})
            self.assertEqual(told.club_receipt["taken_back"], 120)
            self.assertEqual(told.club_receipt["owed"], {"points": 70})
            summary = (
                self.env["loyalty.club.till"]
                .with_user(self.cashier)
                .summary(config_id=self.till.id, partner_id=partner_id)
            )
            self.assertEqual(summary["member"]["balances"]["points"]["owed"], 70)
            # What came back already isn't taken twice.
            self.assertEqual(self.quote((tea, 2)), [])

    def test_a_refund_is_quoted_of_orders_that_the_cashier_sees(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        stranger = self.user("stranger")
        with self.assertRaises(AccessError):
            self.quote((order.lines, 1), user=stranger)
        for lines in ({}, [7], [{"line_id": order.lines.id, "quantity": True}]):
            with self.assertClubError("invalid_payload"):
                self.env["loyalty.club.till"].with_user(self.cashier).quote_refund(
                    config_id=self.till.id, lines=lines
                )

    def test_parts_of_what_paid_are_exact(self):
        """448 points for a part of 0.448…, not the 450 that two digits make of it."""
        self.grant(self.ali, 1000)
        goods = [self.line(self.tea, 1, 13), self.line(self.cup, 1, 16)]
        order = self.buy_with(goods, (self.points, 10, 1000))
        tea, cup, paid = order.lines
        forty = self.refund_of(paid)
        forty.update(price_unit=-4.48, price_subtotal=4.48, price_subtotal_incl=4.48)
        back = self.sell(self.ali, [self.refund_of(tea), forty], is_refund=True)
        self.assertEqual(back.club_receipt["given_back"], {"points": 448})
        self.assertEqual(float_round(paid.refunded_qty, 6), 0.448)
        self.assertTrue(order.has_refundable_lines)
        rest = self.refund_of(paid)
        rest.update(price_unit=-5.52, price_subtotal=5.52, price_subtotal_incl=5.52)
        back = self.sell(self.ali, [self.refund_of(cup), rest], is_refund=True)
        self.assertEqual(back.club_receipt["given_back"], {"points": 552})
        self.assertFalse(order.has_refundable_lines)

    def test_spent_already_goes_below_zero_where_the_club_says_so(self):
        self.club.clawback = "negative"
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        self.spend(self.ali, 70)
        self.refund(order)
        self.assertEqual(self.available(self.ali), -70)
        self.assertClean()

    def test_paid_by_points_wallet_credit_and_cash(self):
        self.grant(self.ali, 1000)
        self.grant(self.ali, 3000, "wallet")
        self.grant(self.ali, 500, "credit")
        order = self.buy_with(
            [self.line(self.tea, 2)],
            (self.points, 10, 1000),
            (self.wallet, 30, 30),
            (self.credit, 5, 5),
        )
        self.assertEqual(order.club_receipt["earned"], 85)
        self.assertEqual(self.all_balances(), [85, 0, 0])
        half = {line: line.qty / 2 for line in order.lines}
        back = self.refund(order, half)
        self.assertEqual(sum(back.payment_ids.mapped("amount")), -27.5)
        self.assertEqual(
            back.club_receipt["given_back"],
            {"points": 500, "wallet": 15.0, "credit": 2.5},
        )
        self.assertEqual(back.club_receipt["taken_back"], 42)
        self.assertEqual(self.all_balances(), [543, 1500, 250])
        self.refund(order, half)
        self.assertEqual(self.all_balances(), [1000, 3000, 500])
        self.assertClean()

    def test_two_rewards_of_one_account_are_told_apart(self):
        """The dearer one comes back with what it cost."""
        self.grant(self.ali, 1000)
        fixed = self.new_reward(
            discount_mode="per_order", discount=2, required_points=600
        )
        order = self.buy_with(
            [self.line(self.tea)], (self.points, 4, 400), (fixed, 2, 600)
        )
        dear = order.lines.filtered(lambda line: line.reward_id == fixed)
        back = self.refund(order, {dear: 1})
        self.assertEqual(back.club_receipt["given_back"], {"points": 600})
        self.assertClean()

    # ------------------------------------------------------------------ where and how

    def test_at_another_till(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        self.refund(order, till=self.new_till("Till 2"))
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def test_without_naming_the_member(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        back = self.refund(order, partner=self.env["res.partner"])
        self.assertFalse(back.partner_id)
        self.assertEqual(back.club_receipt["taken_back"], 50)
        self.assertEqual(self.available(self.ali), 0)

    def test_in_the_back_office(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        order.with_user(self.env.user).refund()
        back = order.lines.refund_orderline_ids.order_id
        wizard = self.env["pos.make.payment"].with_context(active_id=back.id)
        wizard.create({"amount": -100, "payment_method_id": self.bank.id}).check()
        self.assertEqual(back.state, "paid")
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def credit_in_accounting(self, order):
        """Reverse the invoice of an order, as an accountant does; the credit note."""
        invoice = order.account_move
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        return self.env["account.move"].browse(wizard.refund_moves()["res_id"])

    def test_an_invoice_of_the_till_that_accounting_credits(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)], to_invoice=True)
        earned = self.available(self.ali)
        self.assertGreater(earned, 0)
        note = self.credit_in_accounting(order)
        note.action_post()
        self.assertEqual(self.available(self.ali), 0)
        note._club_follow()
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(
            self.purchases(order).filtered("line_ids").mapped("returned")[0], "all"
        )
        self.refund(order, {order.lines: 2}, to_invoice=True)
        self.assertEqual(self.available(self.ali), 0, "nothing is taken twice")
        self.assertEqual(self.balances(self.ali)["debt"], 0)

    def test_a_top_up_that_accounting_credits_leaves_the_wallet(self):
        order = self.sell(self.ali, [self.line(self.top_up, 1, 50)], to_invoice=True)
        self.assertEqual(self.available(self.ali, "wallet"), 5000)
        note = self.credit_in_accounting(order)
        note.action_post()
        self.assertEqual(self.available(self.ali, "wallet"), 0)
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 0)
        note.button_draft()
        self.assertEqual(self.available(self.ali, "wallet"), 5000)

    def test_goods_without_their_sale_are_attributed_by_a_manager_once(self):
        sale = self.sell(self.ali, [self.line(self.tea, 3)])
        back = self.sell(self.ali, [self.line(self.tea, -1)])
        self.assertEqual(self.available(self.ali), 150)
        row = self.env["loyalty.club.exception"].search([("res_id", "=", back.id)])
        self.assertEqual(
            (row.res_model, row.kind, row.amount), ("pos.order", "return", 50)
        )
        row = row.with_user(self.users["manager"])
        row._attribute(self.purchases(sale))
        self.assertEqual(self.available(self.ali), 100)
        with self.assertClubError("invalid_payload"):
            row._attribute(self.purchases(sale))
        self.refund(sale, {sale.lines: 3})
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(self.balances(self.ali)["debt"], 0)

    def test_an_exchange_without_the_sale_is_settled_by_itself(self):
        """What came back makes the new goods cheaper: there is nothing to attribute."""
        self.sell(self.ali, [self.line(self.tea, 1)])
        back = self.sell(self.ali, [self.line(self.tea, -1), self.line(self.tea, 2)])
        self.assertEqual(self.available(self.ali), 100)
        self.assertFalse(
            self.env["loyalty.club.exception"].search([("res_id", "=", back.id)])
        )

    def test_points_that_paid_come_back_with_a_credit_note_of_accounting(self):
        self.grant(self.ali, 1000)
        order = self.buy_with(
            [self.line(self.tea, 2)], (self.points, 10, 1000), to_invoice=True
        )
        self.credit_in_accounting(order).action_post()
        self.assertEqual(self.available(self.ali), 1000)

    def test_invoiced_sale_and_credit_note_count_once(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)], to_invoice=True)
        self.refund(order, {order.lines: 1}, to_invoice=True)
        self.assertEqual(self.available(self.ali), 50)
        self.refund(order, {order.lines: 1}, to_invoice=True)
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def test_the_same_refund_sent_twice(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        lines = [self.refund_of(order.lines, 1)]
        basket = self.basket(self.ali, lines, is_refund=True)
        for _time in range(2):
            self.sync({**basket, "lines": list(basket["lines"])})
        self.assertEqual(self.available(self.ali), 50)
        self.assertClean()

    def test_refunded_twice_by_two_orders(self):
        order = self.sell(self.ali, [self.line(self.tea), self.line(self.cup)])
        tea = order.lines[0]
        self.refund(order, {tea: 1})
        self.refund(order, {tea: 1})
        self.assertEqual(self.available(self.ali), 20)
        self.assertClean()

    def test_more_than_was_sold_takes_what_was_earned(self):
        order = self.sell(self.ali, [self.line(self.tea), self.line(self.cup)])
        self.grant(self.ali, 1000)
        self.refund(order, {order.lines[0]: 7})
        self.assertEqual(self.available(self.ali), 1020)
        self.assertLedgerAgrees()

    def test_an_exchange_takes_and_gives(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        back = self.refund(order, extra=[self.line(self.cup, 4)])
        self.assertEqual(back.club_receipt["taken_back"], 50)
        self.assertEqual(back.club_receipt["earned"], 80)
        self.assertEqual(self.available(self.ali), 80)
        self.assertClean()

    def test_goods_without_their_sale_are_listed(self):
        order = self.sell(self.ali, [self.line(self.tea, -1)])
        self.assertEqual(order.club_exception_ids.mapped("kind"), ["return"])
        self.assertEqual(order.club_exception_ids.member_id, self.ali)
        self.assertEqual(order.club_receipt["earned"], 0)
        self.assertLedgerAgrees()

    def test_a_sale_of_before_the_club_earned_nothing_to_take(self):
        customer = self.env["res.partner"].create({"name": "Later a member"})
        order = self.sell(customer, [self.line(self.tea)])
        member = self.env["loyalty.club.member"].create(
            {"club_id": self.club.id, "partner_id": customer.id}
        )
        self.grant(member, 10)
        back = self.refund(order)
        self.assertEqual(back.club_receipt["taken_back"], 0)
        self.assertEqual(self.available(member), 10)
        self.assertClean()

    def test_after_a_merge_it_is_the_other_s(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        sara = self.member("Sara")
        self.ali._merge_into(sara)
        self.refund(order, {order.lines: 1})
        self.assertEqual(self.available(sara), 50)
        self.assertLedgerAgrees()

    def test_a_combo_comes_back_as_one(self):
        parent, parts, mapping = self.combo(2)
        order = self.sell(self.ali, [parent, *parts], relations_uuid_mapping=mapping)
        self.assertEqual(self.available(self.ali), 120)
        self.refund(order, dict.fromkeys(order.lines, 1))
        self.assertEqual(self.available(self.ali), 60)
        self.refund(order, dict.fromkeys(order.lines, 1))
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def test_parts_of_a_combo_come_back_exactly(self):
        """By the cashier all at once, or one after the other: the sum is the same."""
        parent, parts, mapping = self.combo(3)
        order = self.sell(self.ali, [parent, *parts], relations_uuid_mapping=mapping)
        self.assertEqual(self.available(self.ali), 180)
        tea = order.lines.filtered(lambda line: line.product_id == self.tea)
        self.refund(order, {tea: 1})
        # Tea had earned 129 of the 180, by largest remainders.
        self.assertEqual(self.available(self.ali), 180 - 43)
        self.refund(order, {line: 3 - (line == tea) for line in order.lines})
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    # ------------------------------------------------------------------ gift cards

    def test_a_gift_card_gets_its_part_back_once(self):
        card = self.native_card("gift_card", 100)
        order = self.sell(self.ali, [self.line(self.tea), self.card_line(card, 40)])
        paid = order.lines.filtered("is_reward_line")
        card.points = 60  # what the browser's second call does
        self.refund(order)
        self.assertEqual(card.points, 100)
        [line] = card.history_ids.filtered("issued")
        self.assertEqual(line.issued, 40)
        self.refund(order, {paid: 1})
        self.assertEqual(card.points, 100)
        self.refund(order, {paid: 25})
        self.assertEqual(card.points, 100)

    def test_a_gift_card_gets_no_more_than_it_paid(self):
        card = self.native_card("gift_card", 100)
        order = self.sell(self.ali, [self.line(self.tea), self.card_line(card, 40)])
        paid = order.lines.filtered("is_reward_line")
        forged = self.refund_of(paid)
        forged.update(price_unit=-4000, price_subtotal=4000, price_subtotal_incl=4000)
        self.sell(self.ali, [forged], is_refund=True)
        self.assertEqual(card.points, 140)

    def test_the_second_call_gives_the_gift_card_nothing_more(self):
        card = self.native_card("gift_card", 100)
        order = self.sell(self.ali, [self.line(self.tea), self.card_line(card, 40)])
        card.points = 60
        back = self.refund(order)
        coupon = {
            "program_id": card.program_id.id,
            "partner_id": False,
            "points": 40,
            "coupon_id": card.id,
            "code": card.code,
        }
        back.with_user(self.cashier).confirm_coupon_programs({str(card.id): coupon})
        self.assertEqual(card.points, 100)

    # ------------------------------------------------------------------ beyond

    def test_what_was_spent_beyond_the_balance_is_no_longer_owed(self):
        self.grant(self.ali, 30)
        order = self.sell(
            self.ali,
            [self.line(self.tea), self.reward_line(self.ali, self.points, 1, 100)],
        )
        self.assertEqual(order.club_exception_ids.mapped("kind"), ["overspent"])
        earned = order.club_receipt["earned"]
        self.assertEqual(earned, 49)
        self.assertEqual(self.balances(self.ali)["debt"], 21)
        self.refund(order)
        balances = self.balances(self.ali)
        self.assertEqual((balances["available"], balances["debt"]), (30, 0))
        self.assertLedgerAgrees()

    def test_the_entries_name_their_order(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        back = self.refund(order)
        entries = self.entries(self.ali)
        self.assertEqual(entries.mapped("kind"), ["earn", "return"])
        purchases = entries.mapped("purchase_id")
        self.assertEqual(purchases.mapped("key"), [order.uuid, back.uuid])


class TestReturnsAtABranch(TestReturns):
    """The same by people who work for a branch alone."""

    at_a_branch = True
