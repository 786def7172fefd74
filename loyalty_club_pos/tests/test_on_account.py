"""What is sold on the customer's account earns when the customer pays, not before."""

from fractions import Fraction

from odoo.fields import Command
from odoo.tests import freeze_time

from .test_returns import ReturnCase


@freeze_time("2026-03-10 09:00:00")
class TestOnAccount(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account_method = cls.env["pos.payment.method"].create(
            {
                "name": "Customer account",
                "company_id": cls.company.id,
                "split_transactions": True,
            }
        )
        cls.till = cls.new_till("Till 2", cls.bank | cls.account_method)
        cls.accountant = cls.user("accountant", "account.group_account_invoice")

    def sell_on_account(self, on_account, lines=None, card=0, **values):
        payments = [(self.account_method, on_account)]
        if card:
            payments.append((self.bank, card))
        return self.sell(
            self.ali, lines or [self.line(self.tea, 2)], payments, self.till, **values
        )

    def close(self):
        """Close the session; the debts that its entry has."""
        session = self.till.current_session_id
        session.action_pos_session_closing_control()
        self.assertEqual(session.state, "closed")
        return session.move_id.line_ids.filtered(
            lambda line: line.partner_id and line.account_type == "asset_receivable"
        )

    def settle(self, debts, amount):
        """The customer pays, and an accountant books it on the debt."""
        payment = (
            self.env["account.payment"]
            .with_user(self.accountant)
            .create(
                {
                    "amount": amount,
                    "partner_id": self.ali.partner_id.id,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "journal_id": self.bank.journal_id.id,
                    "company_id": self.company.id,
                }
            )
        )
        payment.action_post()
        paid = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (paid | debts.with_user(self.accountant)).filtered(
            lambda line: not line.reconciled
        ).reconcile()
        self.env.invalidate_all()
        return payment

    def test_an_invoice_of_an_order_is_told_by_the_till(self):
        Move = self.env["account.move"]
        move = Move.new({"pos_order_ids": [Command.create({})]})
        self.assertTrue(move._on_told_elsewhere())
        self.assertFalse(Move.new({})._on_told_elsewhere())

    def test_it_earns_what_was_received_at_the_till(self):
        order = self.sell_on_account(60, card=40)
        self.assertEqual(self.available(self.ali), 40)
        self.assertEqual(order.club_receipt["earned"], 40)
        self.assertClean()

    def test_settled_later_it_earns_what_was_missing_once(self):
        order = self.sell_on_account(100)
        self.assertEqual(self.available(self.ali), 0)
        debts = self.close()
        self.assertEqual(self.available(self.ali), 0)
        self.settle(debts, 30)
        self.assertEqual(self.available(self.ali), 30)
        self.settle(debts, 70)
        self.assertEqual(self.available(self.ali), 100)
        debts.move_id._club_follow()
        self.assertEqual(self.available(self.ali), 100)
        self.assertEqual(len(self.purchases(order)), 1)
        debts.remove_move_reconcile()
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def test_a_part_of_a_hundred_lines_is_earned_at_once(self):
        counts = []
        for lines in (2, 1, 100):
            goods = [self.line(self.tea) for _n in range(lines)]
            order = self.sell_on_account(50 * lines, goods)
            sale = self.purchases(order)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            sale._settle_received(Fraction(1, 2))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(sale.points, 25 * lines)
        self.assertLessEqual(counts[2], counts[1] + 1)

    def test_settled_by_no_money_it_earns_nothing(self):
        self.sell_on_account(100)
        debts = self.close()
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "line_ids": [
                    (0, 0, {"account_id": account.id, "partner_id": partner, **sides})
                    for account, partner, sides in (
                        (
                            self.company.expense_currency_exchange_account_id,
                            False,
                            {"debit": 100},
                        ),
                        (
                            debts.account_id,
                            self.ali.partner_id.id,
                            {"credit": 100},
                        ),
                    )
                ],
            }
        )
        entry.action_post()
        (debts | entry.line_ids[1]).reconcile()
        self.assertTrue(debts.reconciled)
        self.assertEqual(self.available(self.ali), 0)

    def test_an_invoice_on_account_earns_when_it_is_paid(self):
        order = self.sell_on_account(100, to_invoice=True)
        self.assertEqual(self.available(self.ali), 0)
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.accountant)
            .with_context(
                active_model="account.move", active_ids=order.account_move.ids
            )
            .create({"amount": 25})
        )
        wizard._create_payments()
        self.assertEqual(self.available(self.ali), 25)
        self.assertEqual(len(self.purchases(order)), 1)

    def test_a_refund_of_what_is_on_account_takes_what_was_given(self):
        order = self.sell_on_account(60, card=40)
        self.refund(
            order,
            payments=[(self.account_method, -60), (self.bank, -40)],
            till=self.till,
        )
        self.assertEqual(self.available(self.ali), 0)
        self.assertEqual(self.balances(self.ali)["debt"], 0)

    def test_a_wallet_is_loaded_with_what_was_received(self):
        self.sell_on_account(60, [self.line(self.top_up, 1, 100)], card=40)
        self.assertEqual(self.available(self.ali, "wallet"), 4000)
        debts = self.close()
        payment = self.settle(debts, 60)
        self.assertEqual(self.available(self.ali, "wallet"), 10000)
        payment.action_draft()
        self.assertEqual(self.available(self.ali, "wallet"), 4000)

    def test_where_sales_earn_as_a_whole_it_earns_at_once(self):
        self.club.earn_on = "whole"
        self.sell_on_account(100)
        self.assertEqual(self.available(self.ali), 100)

    # ------------------------------------------------------------------ changed later

    def pay_by(self, order, method):
        """The cashier's *Edit Payment* on a paid order."""
        order.with_user(self.cashier).with_company(self.company).write(
            {
                "payment_ids": [
                    Command.update(
                        order.payment_ids.id, {"payment_method_id": method.id}
                    )
                ]
            }
        )
        self.env.invalidate_all()

    def test_a_payment_that_becomes_a_debt_was_not_received(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)], till=self.till)
        self.assertEqual(self.available(self.ali), 100)
        for method, points in (
            (self.account_method, 0),
            (self.account_method, 0),
            (self.bank, 100),
            (self.account_method, 0),
        ):
            self.pay_by(order, method)
            self.assertEqual(self.available(self.ali), points)
        self.settle(self.close(), 40)
        self.assertEqual(self.available(self.ali), 40)
        self.assertClean()

    def test_a_debt_that_was_none_earns_and_loads(self):
        order = self.sell_on_account(100)
        load = self.sell_on_account(100, [self.line(self.top_up, 1, 100)])
        self.assertEqual(self.available(self.ali), 0)
        self.pay_by(order, self.bank)
        self.pay_by(load, self.bank)
        self.assertEqual(self.available(self.ali), 100)
        self.assertEqual(self.available(self.ali, "wallet"), 10000)
        self.pay_by(load, self.account_method)
        self.assertEqual(self.available(self.ali, "wallet"), 0)
        self.refund(order, till=self.till)
        self.assertEqual(self.available(self.ali), 0)
        self.assertClean()

    def test_payments_of_their_own_are_followed_too(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)], till=self.till)
        payments = self.env["pos.payment"].with_user(self.cashier)
        payments = payments.with_company(self.company)
        order.payment_ids.with_env(payments.env).unlink()
        payments.create(
            {
                "pos_order_id": order.id,
                "amount": 100,
                "payment_method_id": self.account_method.id,
            }
        )
        self.assertEqual(self.available(self.ali), 0)

    def test_a_payment_that_is_taken_out_was_not_received(self):
        for earn_on in ("paid", "whole"):
            with self.subTest(earn_on):
                self.club.earn_on = earn_on
                order = self.sell(
                    self.ali,
                    [self.line(self.tea, 2)],
                    [(self.bank, 60), (self.bank, 40)],
                    self.till,
                )
                load = self.sell(
                    self.ali, [self.line(self.top_up, 1, 100)], till=self.till
                )
                self.assertEqual(self.available(self.ali), 100)
                payments = self.env["pos.payment"].with_user(self.cashier)
                payments = payments.with_company(self.company)
                first, second = order.payment_ids.with_env(payments.env).sorted(
                    "amount"
                )
                second.unlink()
                self.assertEqual(self.available(self.ali), 40)
                first.write({"amount": 0})
                load.payment_ids.with_env(payments.env).unlink()
                self.assertEqual(self.available(self.ali), 0)
                self.assertEqual(self.available(self.ali, "wallet"), 0)
                payments.create(
                    {
                        "pos_order_id": order.id,
                        "amount": 100,
                        "payment_method_id": self.bank.id,
                    }
                )
                self.assertEqual(self.available(self.ali), 100)
                self.assertClean()
                self.refund(order, till=self.till)
                self.assertEqual(self.available(self.ali), 0)

    def test_payments_that_are_written_together_are_followed_once(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)], till=self.till)
        before = self.entries(self.ali)
        order.with_user(self.cashier).with_company(self.company).write(
            {
                "payment_ids": [
                    Command.delete(order.payment_ids.id),
                    Command.create({"amount": 100, "payment_method_id": self.bank.id}),
                ]
            }
        )
        self.assertEqual(self.entries(self.ali), before)
        self.assertEqual(self.available(self.ali), 100)

    def test_what_a_till_rounds_away_was_received(self):
        account = self.company.expense_currency_exchange_account_id
        self.till.write(
            {
                "cash_rounding": True,
                "rounding_method": self.env["account.cash.rounding"]
                .with_company(self.company)
                .create(
                    {
                        "name": "Whole",
                        "rounding": 1,
                        "strategy": "add_invoice_line",
                        "rounding_method": "DOWN",
                        "profit_account_id": account.id,
                        "loss_account_id": account.id,
                    }
                )
                .id,
            }
        )
        lines = [self.line(self.tea, 1, 100.75)]
        order = self.sell(self.ali, lines, [(self.bank, 100)], self.till)
        self.assertEqual(self.available(self.ali), 100)
        self.assertFalse(self.purchases(order).in_parts)

    def test_where_sales_earn_as_a_whole_a_changed_payment_takes_nothing(self):
        self.club.earn_on = "whole"
        order = self.sell(self.ali, [self.line(self.tea, 2)], till=self.till)
        self.pay_by(order, self.account_method)
        self.assertEqual(self.available(self.ali), 100)
