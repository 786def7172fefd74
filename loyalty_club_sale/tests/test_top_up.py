"""Products that load a wallet load it when they are paid, once, and back."""

from odoo.exceptions import AccessError
from odoo.fields import Command

from .common import SaleCase


class TestTopUp(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._product("Credit of 50", 50)
        cls.wallet_program = cls.club.wallet_program_id
        cls.wallet_program.rule_ids.product_ids = [Command.set(cls.credit.ids)]
        cls.ali = cls.member("Ali")

    def wallet(self):
        return self.available(self.ali, "wallet")

    def test_paying_the_invoice_loads_the_wallet(self):
        order = self.order(self.ali, self.credit, 2)
        order.action_confirm()
        self.assertEqual(self.wallet(), 0, "natively 100.00 are there unpaid")
        invoice = self.invoice(order)
        self.assertEqual(self.wallet(), 0)
        self.pay(invoice)
        self.assertEqual(self.kinds(self.ali), [("top_up", 100)])
        entry = self.entries(self.ali)
        self.assertEqual(
            (entry.origin_model, entry.origin_id), ("sale.order", order.id)
        )
        self.assertEqual(entry.user_id, self.biller)

    def test_other_products_load_nothing(self):
        order = self.order(self.ali)
        order.action_confirm()
        self.pay(self.invoice(order))
        self.assertNotIn("top_up", self.entries(self.ali).mapped("kind"))
        self.assertEqual(self.wallet(), 0)

    def test_paying_again_loads_once(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        invoice._invoice_paid_hook()
        self.assertEqual(self.wallet(), 5000)

    def test_an_undone_payment_takes_it_back_and_a_new_one_gives_it_again(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.wallet(), 0)
        self.pay(invoice)
        self.assertEqual(self.wallet(), 5000)
        self.assertEqual(
            [kind for kind, _amount in self.kinds(self.ali)],
            ["top_up", "return", "top_up"],
        )

    def test_back_to_draft_takes_it_back(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        invoice.button_draft()
        self.assertEqual(self.wallet(), 0)

    def _credit_note(self, invoice):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.action_post()
        return note

    def test_a_paid_credit_note_takes_it_back(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        note = self._credit_note(invoice)
        self.pay(note)
        self.assertEqual(self.wallet(), 0)
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 0)

    def test_a_credit_note_on_an_unpaid_invoice_moves_nothing(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        note = self._credit_note(invoice)
        lines = (invoice + note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.filtered(lambda line: not line.reconciled).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.wallet(), 0)
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 0)

    def test_a_rule_that_changes_takes_nothing_from_who_has_paid(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        rule = self.wallet_program.rule_ids
        rule.write({"reward_point_amount": 0.5})
        invoice._club_follow()
        self.assertEqual(self.wallet(), 5000)
        rule.product_ids = self.product
        invoice._club_follow()
        self.assertEqual(self.wallet(), 5000)
        self.assertEqual(len(self.entries(self.ali)), 1)

    def test_nobody_says_what_a_line_loads(self):
        order = self.order(self.ali)
        manager = self.user("boss", "sales_team.group_sale_manager")
        for user in (self.salesman, manager):
            with self.assertRaises(AccessError):
                order.order_line.with_user(user).write(
                    {
                        "club_wallet_id": self.wallet_program.id,
                        "club_wallet_mode": "unit",
                        "club_wallet_rate": 50000,
                    }
                )

    def test_after_a_merge_the_money_is_where_the_member_is(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        zahra = self.member("Zahra")
        self.ali._merge_into(zahra)
        invoice._club_follow()
        self.assertEqual(self.available(zahra, "wallet"), 5000)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.available(zahra, "wallet"), 0)
        self.assertEqual(self.balances(zahra, "wallet")["debt"], 0)

    def test_what_was_spent_meanwhile_is_owed(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        self.spend(self.ali, 3000, "wallet")
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.wallet(), 0)
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 3000)
        self.pay(invoice)
        self.assertEqual(self.wallet(), 2000, "30.00 were spent already")
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 0)

    def test_a_customer_who_is_no_member_gets_his_money_too(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        order = self.order(stranger, self.credit)
        order.action_confirm()
        self.pay(self.invoice(order))
        card = self.env["loyalty.card"].search([("partner_id", "=", stranger.id)])
        self.assertEqual(card.program_id, self.wallet_program)
        self.assertEqual(card.points, 50)
        later = self.order(stranger)
        self.assertEqual(later._get_real_points_for_coupon(card), 50)

    def test_two_wallets_are_told_apart(self):
        zahra = self.member("Zahra")
        for member in (self.ali, zahra):
            order = self.order(member, self.credit)
            order.action_confirm()
            self.pay(self.invoice(order))
        self.assertEqual(self.wallet(), 5000)
        self.assertEqual(self.available(zahra, "wallet"), 5000)

    def test_what_was_loaded_is_taken_where_it_was_loaded(self):
        """A salesman changes the customer of an order that has loaded a wallet."""
        zahra = self.member("Zahra")
        self.grant(zahra, 9000, "wallet")
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        order.with_user(self.salesman).partner_id = zahra.partner_id
        note = self._credit_note(invoice)
        self.pay(note)
        self.assertEqual(self.wallet(), 0)
        self.assertEqual(self.available(zahra, "wallet"), 9000)
        self.assertEqual(self.balances(zahra, "wallet")["debt"], 0)

    def test_what_was_written_off_loads_nothing(self):
        order = self.order(self.ali, self.credit, 2)
        order.action_confirm()
        invoice = self.invoice(order)
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.biller)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "amount": 30,
                    "payment_difference_handling": "reconcile",
                    "writeoff_account_id": self.company.income_account_id.id
                    or self.product.with_company(self.company)
                    .product_tmpl_id.get_product_accounts()["income"]
                    .id,
                }
            )
        )
        wizard._create_payments()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.wallet(), 3000)

    def test_an_order_loads_once_and_its_invoice_not_again(self):
        order = self.order(self.ali, self.credit)
        order.action_confirm()
        invoice = self.invoice(order)
        self.pay(invoice)
        self.assertEqual(self.kinds(self.ali), [("top_up", 50)])
        self.assertFalse(invoice.club_top_ups)
