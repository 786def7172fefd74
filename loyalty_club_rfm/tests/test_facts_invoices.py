from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsInvoices(RfmCase):
    """What is left of invoices, whatever becomes of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")

    def left(self):
        """The one fact of Ali: (net, returned, goods, counts)."""
        [row] = self.rows(self.ali)
        return row["net"], row["returned"], row["goods"], row["counts"]

    def test_posting_makes_a_fact_of_its_own_day(self):
        draft = self.invoice(
            self.ali, [(self.tea, 2, 50)], post=False, invoice_date="2026-02-01"
        )
        self.assertEqual(self.rows(self.ali), [], "a draft is no purchase")
        draft.action_post()
        self.assertEqual(
            self.rows(self.ali, self.company),
            [
                {
                    "partner": self.ali.id,
                    "day": "2026-02-01",
                    "net": 100,
                    "returned": 0,
                    "goods": 100,
                    "counts": True,
                    "source": "inv",
                }
            ],
        )
        self.assertFactsAgree()

    def test_taxes_do_not_count(self):
        tax = self.tax(10)
        self.invoice(self.ali, [(self.tea, 1, 50, {"tax_ids": [(6, 0, tax.ids)]})])
        self.assertEqual(self.left(), (50, 0, 50, True))

    def test_included_taxes_do_not_count(self):
        tax = self.tax(10)
        tax.price_include_override = "tax_included"
        self.invoice(self.ali, [(self.tea, 1, 55, {"tax_ids": [(6, 0, tax.ids)]})])
        self.assertEqual(self.left(), (50, 0, 50, True))

    def test_deductions_reduce_money_but_not_the_purchase(self):
        self.invoice(self.ali, [(self.tea, 1, 50), (self.cup, 1, -50)])
        self.assertEqual(self.left(), (0, 0, 50, True))

    def test_a_gift_is_no_purchase(self):
        self.invoice(self.ali, [(self.tea, 1, 0)])
        self.assertEqual(self.left(), (0, 0, 0, False))

    def test_cash_rounding_is_the_price_of_nothing(self):
        Rounding = self.env["account.cash.rounding"].with_company(self.company)
        rounding = Rounding.create(
            {
                "name": "Whole",
                "rounding": 1,
                "strategy": "add_invoice_line",
                "profit_account_id": self.company.income_account_id.id,
                "loss_account_id": self.company.income_account_id.id,
            }
        )
        invoice = self.bill(self.ali, 49.60, invoice_cash_rounding_id=rounding.id)
        self.assertEqual(invoice.amount_untaxed, 50)
        self.assertEqual(self.left(), (49.60, 0, 49.60, True))

    def test_a_down_payment_is_money_for_a_later_purchase(self):
        if "is_downpayment" not in self.env["account.move.line"]._fields:
            self.skipTest("without sales orders there are no down payments")
        down = {"is_downpayment": True}
        self.invoice(self.ali, [(self.cup, 1, 20, down)], invoice_date="2026-02-01")
        self.invoice(
            self.ali,
            [(self.tea, 1, 50), (self.cup, -1, 20, down)],
            invoice_date="2026-03-01",
        )
        self.assertEqual(
            self.facts_of(self.ali),
            [("2026-02-01", 20, False), ("2026-03-01", 30, True)],
        )

    # ------------------------------------------------------------------ credit notes

    def test_a_partial_credit_note_reduces_its_invoice(self):
        invoice = self.bill(self.ali, 50, "2026-02-01", quantity=2)
        self.credit(invoice, {self.tea: 1})
        self.assertEqual(self.left(), (50, 50, 50, True))
        self.assertEqual(self.rows(self.ali)[0]["day"], "2026-02-01")
        self.assertFactsAgree()

    def test_what_came_back_whole_counts_nowhere(self):
        self.credit(self.bill(self.ali, 50, quantity=2))
        self.assertEqual(self.left(), (0, 100, 0, False))
        self.assertFactsAgree()

    def test_several_credit_notes_leave_no_cents(self):
        # A third of 10.00 is 3.33: one cent would be left of nothing.
        line = (self.tea, 3, 10, {"discount": 66.6667})
        invoice = self.invoice(self.ali, [line])
        self.assertEqual(invoice.amount_untaxed, 10)
        for _time in range(3):
            self.credit(invoice, {self.tea: 1})
        notes = invoice.reversal_move_ids
        self.assertEqual(sum(notes.mapped("amount_untaxed")), 9.99)
        self.assertEqual(self.left(), (0, 10, 0, False))

    def test_a_fee_that_was_kept_is_money_but_no_purchase(self):
        invoice = self.bill(self.ali, 50)
        note = self.credit(invoice, post=False)
        note.invoice_line_ids.price_unit = 45
        note.action_post()
        self.assertEqual(self.left(), (5, 45, 0, False))

    def test_a_credit_note_that_names_nothing_is_no_visit(self):
        self.bill(self.ali, 50, "2026-02-01")
        self.credit_note(self.ali, 20, "2026-03-01")
        self.assertEqual(
            self.facts_of(self.ali),
            [("2026-02-01", 50, True), ("2026-03-01", -20, False)],
        )
        self.assertFactsAgree()

    def test_a_credit_note_of_a_credit_note_gives_back(self):
        invoice = self.bill(self.ali, 50, quantity=2)
        note = self.credit(invoice)
        again = note._reverse_moves([{"invoice_date": "2026-03-10"}])
        again.action_post()
        self.assertEqual(again.move_type, "out_invoice")
        self.assertEqual(self.left(), (100, 0, 100, True))
        self.assertFactsAgree()

    def test_cancelling_by_credit_note_leaves_the_new_invoice(self):
        invoice = self.bill(self.ali, 50)
        self.credit(invoice, cancel=True)
        self.bill(self.ali, 45)
        self.assertEqual(
            [net for _day, net, _counts in self.facts_of(self.ali)], [0, 45]
        )

    # ------------------------------------------------------------------ other changes

    def test_draft_and_cancel_take_the_fact_away(self):
        for method in ("button_draft", "button_cancel"):
            with self.subTest(method):
                invoice = self.bill(self.ali, 50)
                self.assertEqual(self.left(), (50, 0, 50, True))
                getattr(invoice, method)()
                self.assertEqual(self.rows(self.ali), [])

    def test_posting_again_counts_what_it_says_now(self):
        invoice = self.bill(self.ali, 50, "2026-02-01")
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 70
        invoice.invoice_date = "2026-02-05"
        invoice.action_post()
        self.assertEqual(self.facts_of(self.ali), [("2026-02-05", 70, True)])

    def test_a_credit_note_in_draft_again_gives_back(self):
        invoice = self.bill(self.ali, 50)
        note = self.credit(invoice)
        self.assertEqual(self.left(), (0, 50, 0, False))
        note.button_draft()
        self.assertEqual(self.left(), (50, 0, 50, True))
        self.assertFactsAgree()

    def test_a_deleted_invoice_leaves_nothing(self):
        invoice = self.bill(self.ali, 50)
        invoice.with_context(force_delete=True).sudo().unlink()
        self.assertEqual(self.rows(self.ali), [])

    def test_what_we_buy_is_nobodys_purchase(self):
        journal = self.env["account.journal"].create(
            {
                "name": "Purchases",
                "code": "BILL",
                "type": "purchase",
                "company_id": self.company.id,
                "default_account_id": self.company.income_account_id.id,
            }
        )
        bill = self.bill(self.ali, 50, move_type="in_invoice", journal_id=journal.id)
        self.assertEqual(bill.state, "posted")
        self.assertEqual(self.rows(self.ali), [])

    # ------------------------------------------------------------------ money

    def foreign(self, **rates):
        """Dollars: how many of them one euro of ours is, from these days on."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day.replace("_", "-").lstrip("d"),
                    "rate": rate,
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                }
                for day, rate in rates.items()
            ]
        )
        return dollar

    def test_other_currencies_count_at_the_rate_of_the_day(self):
        dollar = self.foreign(d2026_01_01=2, d2026_03_01=4)
        self.bill(self.ali, 100, "2026-02-01", currency_id=dollar.id)
        self.bill(self.ali, 100, "2026-03-02", currency_id=dollar.id)
        self.assertEqual(
            self.facts_of(self.ali),
            [("2026-02-01", 50, True), ("2026-03-02", 25, True)],
        )

    def test_a_credit_note_counts_at_the_rate_of_its_invoice(self):
        dollar = self.foreign(d2026_01_01=3, d2026_03_01=4)
        invoice = self.bill(
            self.ali, 100, "2026-02-01", quantity=2, currency_id=dollar.id
        )
        self.assertEqual(self.left(), (66.67, 0, 66.67, True))
        self.credit(invoice, {self.tea: 1})
        self.assertEqual(self.left(), (33.34, 33.33, 33.34, True))
        self.credit(invoice, {self.tea: 1})
        self.assertEqual(self.left(), (0, 66.67, 0, False))

    def test_ten_times_the_price_is_ten_times_the_fact(self):
        for price in (0.5, 5):
            with self.subTest(price=price):
                partner = self.customer()
                self.credit(self.bill(partner, price, quantity=3), {self.tea: 1})
                [row] = self.rows(partner)
                self.assertEqual(row["net"], 2 * price)
