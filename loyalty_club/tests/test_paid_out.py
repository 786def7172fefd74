"""Money that goes back to a member is followed by its credit note, or it is listed."""

from odoo import fields
from odoo.tests import freeze_time

from .invoicing import InvoiceCase


@freeze_time("2026-05-10 09:00:00")
class TestPaidOut(InvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")

    def sold(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 2, 50)])
        self.pay(invoice)
        self.assertEqual(self.available(self.ali), 100)
        return invoice

    def pay_out(self, partner=None, amount=50, partner_type="customer"):
        """A payment to a contact, as an accountant enters and confirms it."""
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        payment = (
            self.as_accountant(self.env["account.payment"])
            .with_company(self.company)
            .create(
                {
                    "payment_type": "outbound",
                    "partner_type": partner_type,
                    "partner_id": (partner or self.ali.partner_id).id,
                    "amount": amount,
                    "journal_id": journal.id,
                    "date": fields.Date.today(),
                }
            )
        )
        payment.action_post()
        self.env.cr.precommit.run()
        return payment

    def listed(self, payments):
        return self.env["loyalty.club.exception"].search(
            [
                ("res_model", "=", "account.payment"),
                ("res_id", "in", payments.ids),
                ("state", "=", "open"),
            ]
        )

    def test_money_that_settles_nothing_is_listed(self):
        self.sold()
        row = self.listed(self.pay_out())
        self.assertEqual(row.member_id, self.ali)
        self.assertEqual((row.kind, row.amount), ("return", 50))
        self.assertFalse(row.can_attribute)
        self.assertEqual(self.available(self.ali), 100)

    def test_a_credit_note_that_is_paid_back_is_followed_and_not_listed(self):
        note = self.credit(self.sold())
        payment = self.pay(note)
        self.env.cr.precommit.run()
        self.assertEqual(self.available(self.ali), 0)
        rows = self.env["loyalty.club.exception"].search(
            [("res_model", "=", "account.payment")]
        )
        self.assertFalse(rows, payment)

    def test_it_goes_off_the_list_when_a_credit_note_comes(self):
        invoice = self.sold()
        payment = self.pay_out()
        self.assertTrue(self.listed(payment))
        note = self.credit(invoice, {self.tea: 1})
        _money, settling, _other = payment._seek_for_lines()
        receivable = note.line_ids.filtered(
            lambda line: line.account_id == settling.account_id
        )
        (settling | receivable).reconcile()
        self.env.cr.precommit.run()
        self.assertFalse(self.listed(payment))
        self.assertEqual(self.available(self.ali), 50)
        # And on it again, when they are taken apart.
        settling.remove_move_reconcile()
        self.env.cr.precommit.run()
        self.assertTrue(self.listed(payment))

    def test_it_goes_off_the_list_when_it_is_undone(self):
        self.sold()
        payment = self.pay_out()
        payment.action_draft()
        self.env.cr.precommit.run()
        self.assertFalse(self.listed(payment))

    def test_nobody_else_s_money_is_listed(self):
        """Strangers, members who bought nothing, and what a shop buys of a member."""
        sara = self.member("Sara")
        self.sold()
        stranger = self.env["res.partner"].create({"name": "Nobody"})
        payments = self.pay_out(stranger) | self.pay_out(sara.partner_id)
        payments |= self.pay_out(partner_type="supplier")
        self.assertFalse(self.listed(payments))
