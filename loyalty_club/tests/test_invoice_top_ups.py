"""A product that loads a wallet loads it for what an invoice was paid, and back."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..exceptions import ClubError
from .invoicing import InvoiceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestInvoiceTopUps(InvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.credit50 = cls.product("Credit of 50")
        cls.wallet = cls.club.wallet_program_id
        cls.wallet.rule_ids.product_ids = [Command.set(cls.credit50.ids)]

    def sold(self, *lines, partner=None, **values):
        lines = lines or [(self.credit50, 2, 50)]
        return self.invoice(partner or self.ali.partner_id, lines, **values)

    def assertWallet(self, units, member=None):
        member = member or self.ali
        self.assertEqual(self.available(member, "wallet"), units)
        self.assertEqual(self.balances(member, "wallet")["debt"], 0)

    def test_it_loads_when_paid_and_once(self):
        invoice = self.sold()
        self.assertWallet(0)
        self.pay(invoice)
        self.assertWallet(10000)
        invoice.sudo()._invoice_paid_hook()
        self.assertWallet(10000)
        (entry,) = self.entries(self.ali).filtered(lambda e: e.account == "wallet")
        self.assertEqual(
            (entry.kind, entry.origin_model, entry.origin_id),
            ("top_up", "account.move", invoice.id),
        )
        self.assertBooks(self.ali, 0)

    def test_other_products_load_nothing(self):
        invoice = self.sold((self.tea, 1, 50))
        self.pay(invoice)
        self.assertWallet(0)
        self.assertFalse(invoice.sudo().club_top_ups)

    def test_it_loads_what_was_received_and_no_more(self):
        invoice = self.sold((self.credit50, 1, 50), (self.tea, 1, 50))
        self.pay(invoice, amount=40)
        self.assertWallet(2000)
        self.pay(invoice, amount=20)
        self.assertWallet(3000)
        self.unreconcile(invoice)
        self.assertWallet(0)
        self.pay(invoice)
        self.assertWallet(5000)

    def test_a_credit_note_takes_it_back(self):
        invoice = self.sold()
        self.pay(invoice)
        note = self.credit(invoice, {self.credit50: 1})
        self.assertWallet(5000)
        note.button_draft()
        self.assertWallet(10000)
        note.action_post()
        self.credit(invoice, {self.credit50: 1})
        self.assertWallet(0)

    def test_a_credit_note_of_an_unpaid_invoice_moves_nothing(self):
        invoice = self.sold()
        self.credit(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(self.entries(self.ali))

    def test_in_draft_and_cancelled_it_is_taken_back(self):
        for leave in ("button_draft", "button_cancel"):
            invoice = self.sold()
            self.pay(invoice)
            getattr(invoice, leave)()
            self.assertWallet(0)

    def test_a_rule_that_changes_takes_nothing_from_who_has_paid(self):
        invoice = self.sold()
        self.pay(invoice)
        rule = self.wallet.rule_ids
        rule.reward_point_amount = 0.5
        invoice.sudo()._club_follow()
        self.assertWallet(10000)
        rule.product_ids = self.tea
        invoice.sudo()._club_follow()
        self.assertWallet(10000)
        self.credit(invoice)
        self.assertWallet(0)

    def test_it_is_taken_where_it_was_loaded(self):
        zahra = self.member("Zahra")
        self.grant(zahra, 9000, "wallet")
        invoice = self.sold()
        self.pay(invoice)
        # Whoever is the customer by now, by whatever way it was changed.
        self.env.cr.execute(
            "UPDATE account_move SET partner_id = %s WHERE id = %s",
            [zahra.partner_id.id, invoice.id],
        )
        invoice.invalidate_recordset()
        self.credit(invoice)
        self.assertWallet(0)
        self.assertEqual(self.available(zahra, "wallet"), 9000)
        self.assertEqual(self.balances(zahra, "wallet")["debt"], 0)

    def test_a_customer_who_is_no_member_gets_the_money_too(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.pay(self.sold(partner=stranger))
        card = self.env["loyalty.card"].search([("partner_id", "=", stranger.id)])
        self.assertEqual((card.program_id, card.points), (self.wallet, 100))

    def test_nobody_says_what_an_invoice_loads(self):
        invoice = self.sold((self.tea, 1, 50))
        accountant = self.user("boss", "account.group_account_manager")
        with self.assertRaises(AccessError):
            invoice.with_user(accountant).write({"club_top_ups": {"1": [1, "unit", 9]}})

    def test_a_branch_loads_the_wallet_of_its_company(self):
        branch = self.new_branch("Branch")
        invoice = self.sold(company_id=branch.id)
        self.pay(invoice)
        self.assertWallet(10000)

    def test_what_was_refused_stays_listed_though_another_step_succeeds(self):
        Purchase = self.env.registry["loyalty.club.purchase"]

        def refuse(*_args):
            raise ClubError("limit_exceeded", "No more today.")

        invoice = self.sold((self.credit50, 1, 50), (self.tea, 1, 50))
        with (
            patch.object(Purchase, "_record", refuse),
            mute_logger("odoo.addons.loyalty_club.models.accounting.move"),
        ):
            self.pay(invoice)
        self.assertWallet(5000)
        row = self.env["loyalty.club.exception"].search([("res_id", "=", invoice.id)])
        self.assertEqual((row.kind, row.state), ("refused", "open"))
        invoice.sudo()._club_follow()
        self.assertEqual(row.state, "done")
        self.assertBooks(self.ali, 50)
