from unittest.mock import patch

from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..exceptions import ClubError
from .invoicing import InvoiceCase

A_HUNDRED = {"reward_point_mode": "order", "reward_point_amount": 100}


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestInvoiceCreditNotes(InvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")

    def paid_invoice(self, *lines):
        invoice = self.invoice(self.ali.partner_id, lines or [(self.tea, 3, 50)])
        self.pay(invoice)
        return invoice

    def taken(self, note):
        """What a credit note took back, in points."""
        return -sum(
            self.env["loyalty.club.purchase"]
            .search([("move_id", "=", note.id)])
            .mapped("points")
        )

    # ------------------------------------------------------------------ whole

    def test_t8_a_credited_invoice_loses_its_points(self):
        invoice = self.paid_invoice()
        self.assertBooks(self.ali, 150)
        note = self.credit(invoice)
        self.assertBooks(self.ali, 0, status=0)
        sale, back = self.purchases(invoice)
        self.assertEqual((sale.returned, back.kind), ("all", "return"))
        self.assertEqual((back.move_id, back.reference), (note, note.name))
        self.assertEqual((sale.visits, back.visits), (1, -1))
        self.assertEqual(sale.total + back.total, 0)

    def test_t8_needs_its_hook(self):
        """Negative control: without following, the points would stay as natively."""
        invoice = self.paid_invoice()
        Move = self.env.registry["account.move"]
        with patch.object(Move, "_club_follow", lambda moves: None):
            self.credit(invoice)
        self.assertBooks(self.ali, 150)

    def test_cancelled_by_its_credit_note(self):
        """Odoo un-reconciles, posts and reconciles: all that takes back once."""
        invoice = self.paid_invoice()
        self.credit(invoice, cancel=True)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertBooks(self.ali, 0, status=0)
        self.assertEqual(sum(self.purchases(invoice).mapped("visits")), 0)
        self.assertEqual(len(self.purchases(invoice)), 2)

    def test_credited_before_it_was_paid_it_never_earns(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 3, 50)])
        self.credit(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertFalse(self.purchases(invoice))
        self.assertBooks(self.ali, 0)

    def test_where_posting_earns_a_credited_invoice_loses_once(self):
        self.club.earn_on = "posted"
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 3, 50)])
        self.assertBooks(self.ali, 150)
        self.credit(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertBooks(self.ali, 0)
        self.unreconcile(invoice)
        self.assertBooks(self.ali, 0)

    # ------------------------------------------------------------------ partial

    def test_parts_take_exactly_what_their_lines_earned(self):
        self.set_rules(
            self.club,
            {"product_ids": [(6, 0, self.tea.ids)], "reward_point_amount": 1},
            {"product_ids": [(6, 0, self.cup.ids)], "reward_point_amount": 3},
        )
        invoice = self.paid_invoice((self.tea, 3, 50), (self.cup, 2, 7))
        self.assertBooks(self.ali, 150 + 42)
        self.assertEqual(self.taken(self.credit(invoice, {self.cup: 1})), 21)
        self.assertEqual(self.taken(self.credit(invoice, {self.tea: 2})), 100)
        self.assertBooks(self.ali, 50 + 21)
        rest = self.credit(invoice, {self.tea: 1, self.cup: 1})
        self.assertEqual(self.taken(rest), 71)
        self.assertBooks(self.ali, 0, status=0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 0)
        self.assertEqual(sum(self.purchases(invoice).mapped("visits")), 0)

    def test_thirds_of_a_point_are_neither_lost_nor_taken_twice(self):
        self.set_rules(self.club, A_HUNDRED)
        invoice = self.paid_invoice()
        taken = [self.taken(self.credit(invoice, {self.tea: 1})) for _part in range(3)]
        self.assertEqual(taken, [33, 33, 34])
        self.assertBooks(self.ali, 0)

    def test_the_same_product_at_two_prices(self):
        invoice = self.paid_invoice((self.tea, 2, 50), (self.tea, 2, 30))
        note = self.credit(invoice, post=False)
        with Form(note) as form:
            form.invoice_line_ids.remove(0)
            with form.invoice_line_ids.edit(0) as line:
                line.quantity = 1
        note.action_post()
        self.assertEqual(self.taken(note), 30)
        cheap = self.purchases(invoice)[0].line_ids[1]
        self.assertEqual(cheap.returned_quantity, 1)

    def test_a_line_with_a_discount_is_found_by_it(self):
        invoice = self.paid_invoice(
            (self.tea, 2, 50), (self.tea, 2, 50, {"discount": 20})
        )
        self.assertBooks(self.ali, 180)
        note = self.credit(invoice, post=False)
        with Form(note) as form:
            form.invoice_line_ids.remove(0)
        note.action_post()
        self.assertEqual(self.taken(note), 80)

    def test_another_price_takes_its_money_from_the_same_product(self):
        invoice = self.paid_invoice((self.tea, 2, 50), (self.cup, 1, 100))
        note = self._credit_with(invoice, self.tea, 1, 25)
        self.assertEqual(self.taken(note), 25)
        tea, cup = self.purchases(invoice)[0].line_ids
        self.assertEqual((tea.points_taken, cup.points_taken), (25, 0))

    def test_money_without_a_product_takes_its_part_of_all(self):
        invoice = self.paid_invoice((self.tea, 2, 50), (self.cup, 1, 100))
        sorry = self.product("Goodwill")
        note = self._credit_with(invoice, sorry, 1, 50)
        self.assertEqual(self.taken(note), 50)
        tea, cup = self.purchases(invoice)[0].line_ids
        self.assertEqual((tea.points_taken, cup.points_taken), (25, 25))

    def test_more_than_the_invoice_takes_no_more_than_the_invoice_earned(self):
        self.grant(self.ali, 1000)
        invoice = self.paid_invoice()
        self._credit_with(invoice, self.tea, 50, 50)
        self.assertEqual(self.available(self.ali), 1000)
        self._credit_with(invoice, self.tea, 1, 50)
        self.assertEqual(self.available(self.ali), 1000)

    def test_a_credited_discount_gives_no_more_than_was_earned(self):
        """A deduction is a line of negative quantity, as down payments make it."""
        deduction = self.product("Down payment")
        invoice = self.paid_invoice((self.tea, 3, 50), (deduction, -1, 40))
        self.assertBooks(self.ali, 110)
        self.assertEqual(self.purchases(invoice).total, 110)
        self.credit(invoice)
        self.assertBooks(self.ali, 0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 0)

    def test_dozens_are_counted_in_pieces(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.set_rules(self.club, {"reward_point_mode": "unit"})
        invoice = self.paid_invoice(
            (self.tea, 2, 600, {"product_uom_id": dozen.id}), (self.cup, 1, 10)
        )
        self.assertBooks(self.ali, 25)
        self.assertEqual(self.taken(self.credit(invoice, {self.tea: 1})), 12)

    def _credit_with(self, invoice, product, quantity, price):
        """A credit note that names the invoice and has a line of its own."""
        note = self.draft(
            self.ali.partner_id,
            [(product, quantity, price)],
            move_type="out_refund",
            reversed_entry_id=invoice.id,
        )
        note.action_post()
        return note

    # ------------------------------------------------------------------ and payment

    def test_credited_in_part_and_then_paid_it_earns_the_rest(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 3, 50)])
        self.credit(invoice, {self.tea: 1})
        self.assertBooks(self.ali, 0)
        self.pay(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 100, status=100)

    def test_unreconciled_and_paid_again_it_still_counts_its_credit_note(self):
        invoice = self.paid_invoice()
        self.credit(invoice, {self.tea: 1})
        self.unreconcile(invoice)
        self.assertBooks(self.ali, 0, status=0)
        self.pay(invoice)
        self.assertBooks(self.ali, 100, status=100)
        self.assertEqual(sum(self.purchases(invoice).mapped("visits")), 1)

    def test_fully_credited_and_then_unpaid_loses_nothing_more(self):
        self.grant(self.ali, 500)
        invoice = self.paid_invoice()
        self.credit(invoice)
        self.unreconcile(invoice)
        self.assertEqual(self.available(self.ali), 500)
        self.assertEqual(len(self.purchases(invoice)), 2)

    def test_the_way_of_reconciling_does_not_matter(self):
        """A free credit note reconciled later with its paid invoice's new payment."""
        invoice = self.paid_invoice()
        note = self.credit(invoice, {self.tea: 1})
        self.unreconcile(invoice)
        receivable = (invoice | note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        self.assertEqual(invoice.payment_state, "partial")
        self.assertBooks(self.ali, 0)
        self.pay(invoice)
        self.assertBooks(self.ali, 100)

    # ------------------------------------------------------------------ undone

    def test_a_credit_note_in_draft_gives_the_points_again(self):
        invoice = self.paid_invoice()
        note = self.credit(invoice, {self.tea: 1})
        self.assertBooks(self.ali, 100, status=100)
        note.button_draft()
        self.assertBooks(self.ali, 150, status=150)
        sale = self.purchases(invoice)[0]
        self.assertEqual(sale.returned, "none")
        self.assertEqual(sale.line_ids.points_taken, 0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 150)
        with Form(note) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 2
        note.action_post()
        self.assertBooks(self.ali, 50, status=50)
        note.button_cancel()
        self.assertBooks(self.ali, 150, status=150)

    def test_draft_and_posted_many_times_the_books_are_exact(self):
        self.set_rules(self.club, A_HUNDRED)
        invoice = self.paid_invoice()
        first, second = (self.credit(invoice, {self.tea: 1}) for _note in range(2))
        for _time in range(3):
            first.button_draft()
            self.assertEqual(self.purchases(invoice)[0].points - self._net(invoice), 33)
            second.button_draft()
            self.assertBooks(self.ali, 100, status=100)
            second.action_post()
            first.action_post()
            self.assertBooks(self.ali, 34, status=34)
        self.credit(invoice, {self.tea: 1})
        self.assertBooks(self.ali, 0, status=0)
        self.assertEqual(sum(self.purchases(invoice).mapped("visits")), 0)
        self.assertEqual(sum(self.purchases(invoice).mapped("total")), 0)

    def _net(self, invoice):
        return sum(self.purchases(invoice).mapped("points"))

    def test_what_is_given_again_is_taken_from_first(self):
        """The new lot is the sale's, so older points of the member stay untouched."""
        self.grant(self.ali, 70)
        invoice = self.paid_invoice()
        self.credit(invoice).button_draft()
        self.assertEqual([lot[0] for lot in self.lots(self.ali)], [70, 0, 150])
        invoice.button_draft()
        self.assertEqual([lot[0] for lot in self.lots(self.ali)], [70, 0, 0])

    def test_given_again_points_pay_the_debt_first(self):
        invoice = self.paid_invoice()
        self.spend(self.ali, 120)
        note = self.credit(invoice)
        self.assertEqual(self.balances(self.ali)["debt"], 120)
        note.button_draft()
        self.assertEqual(self.balances(self.ali)["debt"], 0)
        self.assertEqual(self.available(self.ali), 30)

    def test_given_again_points_wait_as_long_as_the_sale_says(self):
        self.club.pending_days = 14
        invoice = self.paid_invoice()
        note = self.credit(invoice)
        self.assertBooks(self.ali, 0)
        note.button_draft()
        self.assertEqual(self.balances(self.ali)["pending"], 150)
        self.assertEqual(self.available(self.ali), 0)
        self.assertBooks(self.ali, 150)

    def test_a_deleted_credit_note_leaves_the_books_exact(self):
        invoice = self.paid_invoice()
        note = self.credit(invoice, {self.tea: 1})
        note.button_draft()
        note.unlink()
        self.assertBooks(self.ali, 150)
        self.credit(invoice)
        self.assertBooks(self.ali, 0)

    def test_undoing_brings_the_tier_back(self):
        silver = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Silver", "code": "s", "threshold": 150}
        )
        self.club.write({"tier_downgrade": "deserved", "tier_grace_days": 0})
        invoice = self.paid_invoice()
        self.assertEqual(self.ali.tier_id, silver)
        note = self.credit(invoice, {self.tea: 1})
        self.assertFalse(self.ali.tier_id)
        note.button_draft()
        self.assertEqual(self.ali.tier_id, silver)

    def test_an_invoice_changed_after_it_was_fully_credited_earns_the_difference(self):
        self.club.earn_on = "posted"
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 3, 50)])
        self.credit(invoice)
        self.assertBooks(self.ali, 0)
        self.unreconcile(invoice)
        invoice.button_draft()
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 5
        invoice.action_post()
        self.assertBooks(self.ali, 100, status=100)

    # ------------------------------------------------------------------ left alone

    def test_a_credit_note_that_names_no_invoice_is_left_alone(self):
        invoice = self.paid_invoice()
        note = self.draft(
            self.ali.partner_id, [(self.tea, 1, 50)], move_type="out_refund"
        )
        note.action_post()
        self.assertFalse(self.purchases(note))
        self.assertBooks(self.ali, 150)
        self.assertEqual(len(self.purchases(invoice)), 1)

    def test_a_refusal_of_the_club_does_not_stop_a_credit_note(self):
        invoice = self.paid_invoice()
        Purchase = self.env.registry["loyalty.club.purchase"]

        def refuse(*_args, **_options):
            raise ClubError("limit_exceeded", "Not today.")

        logger = "odoo.addons.loyalty_club.models.account_move"
        with patch.object(Purchase, "_return", refuse), mute_logger(logger):
            note = self.credit(invoice)
        self.assertEqual(note.state, "posted")
        self.assertIn("Not today.", note.message_ids[0].body)
        self.assertBooks(self.ali, 150)
        invoice.sudo()._club_follow()
        self.assertBooks(self.ali, 0)
