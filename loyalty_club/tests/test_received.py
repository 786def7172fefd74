"""Points are for what was received, in parts as it comes, and never for more."""

from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .invoicing import InvoiceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestReceived(InvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.expense = cls.company.expense_currency_exchange_account_id

    def sold(self, *lines, **values):
        lines = lines or [(self.tea, 2, 50)]
        return self.invoice(self.ali.partner_id, lines, **values)

    def write_off(self, invoice, amount, account=None):
        """Settle part of an invoice by an entry, as for a debt that is lost."""
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "journal_id": self.company.currency_exchange_journal_id.id,
                "date": fields.Date.today(),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": (account or self.expense).id,
                            "debit": amount,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": invoice.partner_id.id,
                            "credit": amount,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (receivable | entry.line_ids[1]).reconcile()
        return entry

    def pay_less(self, invoice, amount):
        """Pay less and mark the invoice as paid, as the payment's wizard offers."""
        wizard = (
            self.as_accountant(self.env["account.payment.register"])
            .with_company(self.company)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "amount": amount,
                    "payment_difference_handling": "reconcile",
                    "writeoff_account_id": self.expense.id,
                }
            )
        )
        return wizard._create_payments()

    # ------------------------------------------------------------------ parts

    def test_points_come_as_the_money_comes(self):
        invoice = self.sold((self.tea, 2, 50), (self.cup, 1, 7))
        self.pay(invoice, amount=40)
        self.assertBooks(self.ali, 40, status=40)
        self.pay(invoice, amount=33.5)
        self.assertBooks(self.ali, 73, status=73)
        self.pay(invoice)
        self.assertBooks(self.ali, 107, status=107)
        sale = self.purchases(invoice)
        self.assertEqual(len(sale), 1)
        self.assertEqual((sale.total, sale.whole_total), (107, 107))
        self.assertEqual(
            sale.entry_ids.sorted("id").mapped("key"),
            [
                f"invoice:{sale.key}:earn",
                f"invoice:{sale.key}:part:2",
                f"invoice:{sale.key}:part:3",
            ],
        )
        invoice.sudo()._club_follow()
        self.assertEqual(len(sale.entry_ids), 3, "the same again moves nothing")

    def test_many_parts_add_up_to_what_the_whole_earns(self):
        self.set_rules(self.club, {"reward_point_amount": 0.37})
        invoice = self.sold((self.tea, 3, 33.33), (self.cup, 7, 1.01))
        for _part in range(20):
            self.pay(invoice, amount=5.03)
        self.pay(invoice)
        whole = self.sold((self.tea, 3, 33.33), (self.cup, 7, 1.01))
        self.pay(whole)
        first, second = self.purchases(invoice), self.purchases(whole)
        self.assertEqual(first.points, second.points)
        self.assertEqual(
            first.line_ids.mapped("points"), second.line_ids.mapped("points")
        )
        self.assertBooks(self.ali, 2 * second.points)

    def test_each_part_waits_from_its_own_day(self):
        self.club.pending_days = 14
        invoice = self.sold()
        self.pay(invoice, amount=40)
        with freeze_time("2026-03-20 09:00:00"):
            self.pay(invoice)
        lots = self.env["loyalty.club.lot"].search(
            [("card_id", "=", self.account(self.ali))]
        )
        self.assertEqual(
            sorted((lot.available_on.isoformat(), lot.amount) for lot in lots),
            [("2026-03-24", 40), ("2026-04-03", 60)],
        )

    def test_a_tier_follows_what_was_received(self):
        silver = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Silver", "code": "s", "threshold": 80}
        )
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 0})
        for measure in ("status", "spend"):
            invoice = self.sold()
            self.pay(invoice, amount=40)
            self.assertFalse(self.ali.tier_id, measure)
            payment = self.pay(invoice)
            self.assertEqual(self.ali.tier_id, silver, measure)
            payment.action_draft()
            self.assertFalse(self.ali.tier_id, measure)
            self.unreconcile(invoice)
            self.assertEqual(self.ali.qualified, 0)
            self.club.env.cr.execute(
                "UPDATE loyalty_club SET qualify_measure = 'spend' WHERE id = %s",
                [self.club.id],
            )
            self.club.invalidate_recordset()

    # ------------------------------------------------------------------ no money

    def test_an_early_payment_discount_was_not_received(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "20% within 10 days",
                "company_id": self.company.id,
                "early_discount": True,
                "discount_percentage": 20,
                "discount_days": 10,
                "early_pay_discount_computation": "excluded",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        self.company.account_journal_early_pay_discount_loss_account_id = self.expense
        invoice = self.sold(invoice_payment_term_id=term.id)
        payment = self.pay(invoice)
        self.assertEqual((payment.amount, invoice.payment_state), (80, "paid"))
        self.assertBooks(self.ali, 80, status=80)
        self.assertEqual(self.purchases(invoice).total, 80)

    def test_what_is_written_off_with_the_payment_was_not_received(self):
        invoice = self.sold()
        self.pay_less(invoice, 1)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 1, status=1)

    def test_a_bad_debt_earns_what_came_in_and_later_what_is_settled_once(self):
        invoice = self.sold()
        self.pay(invoice, amount=1)
        entry = self.write_off(invoice, 99)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 1)
        entry.line_ids.remove_move_reconcile()
        self.assertBooks(self.ali, 1)
        self.pay(invoice)
        self.assertBooks(self.ali, 100)
        invoice.sudo()._invoice_paid_hook()
        self.assertBooks(self.ali, 100)
        self.assertEqual(len(self.purchases(invoice)), 1)

    def test_a_debt_that_is_all_lost_earns_nothing(self):
        invoice = self.sold()
        self.write_off(invoice, 100)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(self.purchases(invoice))
        self.assertBooks(self.ali, 0)

    def test_an_entry_that_brings_money_counts(self):
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")]
        )
        bank = journal.default_account_id
        invoice = self.sold()
        self.write_off(invoice, 60, account=bank)
        self.assertBooks(self.ali, 60)

    def test_one_payment_of_two_invoices(self):
        invoices = self.sold((self.tea, 1, 30)) | self.sold((self.tea, 1, 70))
        self.pay(invoices)
        self.assertBooks(self.ali, 100)

    def test_it_needs_to_know_what_is_money(self):
        """Negative control: taken for money, what was written off would earn."""
        invoice = self.sold()
        Move = self.env.registry["account.move"]
        with patch.object(Move, "_club_money_part", lambda move: 1):
            self.pay_less(invoice, 1)
        self.assertBooks(self.ali, 100)
        invoice.sudo()._club_follow()
        self.assertBooks(self.ali, 1)

    # ------------------------------------------------------------------ and back

    def test_a_payment_that_goes_takes_what_it_had_brought(self):
        invoice = self.sold()
        self.pay(invoice, amount=60)
        second = self.pay(invoice)
        self.assertBooks(self.ali, 100)
        second.action_draft()
        second.action_cancel()
        self.assertBooks(self.ali, 60, status=60)
        self.assertEqual(len(self.purchases(invoice)), 1)
        self.pay(invoice)
        self.assertBooks(self.ali, 100, status=100)
        self.unreconcile(invoice)
        self.assertBooks(self.ali, 0, status=0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 0)
        self.pay(invoice, amount=25)
        self.assertBooks(self.ali, 25, status=25)

    def test_withdrawn_half_paid_nothing_is_left(self):
        invoice = self.sold()
        self.pay(invoice, amount=50)
        invoice.button_draft()
        self.assertBooks(self.ali, 0, status=0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 0)
        self.assertEqual(sum(self.purchases(invoice).mapped("visits")), 0)

    def test_a_return_of_a_half_paid_invoice_leaves_what_was_paid(self):
        invoice = self.sold((self.tea, 1, 50), (self.cup, 1, 50))
        self.pay(invoice, amount=50)
        self.assertBooks(self.ali, 50)
        note = self.credit(invoice, {self.cup: 1})
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 50, status=50)
        tea, cup = self.purchases(invoice)[0].line_ids
        self.assertEqual((tea.points - tea.points_taken), 50)
        self.assertEqual((cup.points - cup.points_taken), 0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 50)
        note.button_draft()
        self.assertBooks(self.ali, 50, status=50)

    def test_what_is_returned_in_thirds_while_it_is_paid_in_parts_is_exact(self):
        self.set_rules(
            self.club, {"reward_point_mode": "order", "reward_point_amount": 100}
        )
        invoice = self.sold((self.tea, 3, 50))
        self.pay(invoice, amount=70)
        self.credit(invoice, {self.tea: 1})
        self.pay(invoice)
        self.assertBooks(self.ali, 67, status=67)
        self.credit(invoice, {self.tea: 1})
        self.credit(invoice, {self.tea: 1})
        self.assertBooks(self.ali, 0, status=0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 0)

    def test_a_credit_of_another_return_pays_like_money(self):
        first = self.sold()
        self.pay(first)
        note = self.credit(first)
        self.assertBooks(self.ali, 0)
        second = self.sold((self.cup, 10, 10))
        (second | note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        # Odoo's word for an invoice that a credit note alone has settled.
        self.assertEqual(second.payment_state, "reversed")
        self.assertBooks(self.ali, 100, status=100)

    # ------------------------------------------------------------------ policies

    def test_as_a_whole_what_is_written_off_earns_too(self):
        self.club.earn_on = "whole"
        invoice = self.sold()
        self.pay_less(invoice, 80)
        self.assertBooks(self.ali, 100)
        self.assertFalse(self.purchases(invoice).in_parts)

    def test_what_earned_as_a_whole_stays_as_it_is_when_the_policy_changes(self):
        self.club.earn_on = "whole"
        invoice = self.sold()
        self.pay_less(invoice, 80)
        self.club.earn_on = "paid"
        invoice.sudo()._club_follow()
        self.assertBooks(self.ali, 100)

    def test_why_says_how_much_was_received(self):
        invoice = self.sold()
        self.pay(invoice, amount=40)
        self.assertIn(
            "So far 40 of these 100 points", self.purchases(invoice)._why()[-1]
        )
        self.pay(invoice)
        self.assertNotIn("So far", " ".join(self.purchases(invoice)._why()))
