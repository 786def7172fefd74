from unittest.mock import patch

from odoo.exceptions import AccessError
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

    # ------------------------------------------------------------------ by hand

    def free_note(self, member=None, lines=None):
        """A credit note that somebody wrote by hand, without any invoice."""
        note = self.draft(
            (member or self.ali).partner_id,
            lines or [(self.tea, 1, 50)],
            move_type="out_refund",
        )
        note.action_post()
        return note

    def listed(self, move):
        return self.env["loyalty.club.exception"].search(
            [("res_model", "=", "account.move"), ("res_id", "=", move.id)]
        )

    def attribute(self, exception, purchase, user="manager"):
        """As a manager does it, with the button of the list."""
        row = exception.with_user(self.users[user])
        action = row.action_attribute()
        wizard = Form(row.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(wizard.member_id.id, exception.member_id.id)
        wizard.purchase_id = purchase.with_user(self.users[user])
        wizard.save().action_attribute()

    def test_a_credit_note_that_names_no_invoice_is_listed(self):
        invoice = self.paid_invoice()
        note = self.free_note()
        self.assertFalse(self.purchases(note))
        self.assertBooks(self.ali, 150)
        row = self.listed(note)
        self.assertEqual(
            (row.kind, row.state, row.member_id, row.amount, row.reference),
            ("return", "open", self.ali, 50, note.display_name),
        )
        self.assertEqual(row.user_id, self.users["accountant"])
        self.assertEqual(len(self.purchases(invoice)), 1)

    def test_attributed_by_hand_it_is_a_return_like_any_other_once(self):
        invoice = self.paid_invoice()
        note = self.free_note()
        row, sale = self.listed(note), self.purchases(invoice)
        self.attribute(row, sale)
        self.assertBooks(self.ali, 100, status=100)
        self.assertEqual((row.state, row.purchase_id), ("done", sale))
        self.assertEqual(row.done_by_id, self.users["manager"])
        self.assertEqual(sale.line_ids.returned_quantity, 1)
        note.sudo()._club_follow()
        self.assertBooks(self.ali, 100)
        with self.assertClubError("invalid_payload"):
            row.with_user(self.users["manager"])._attribute(sale)
        note.button_draft()
        self.assertBooks(self.ali, 150, status=150)
        note.action_post()
        self.assertBooks(self.ali, 100, status=100)

    def test_it_is_attributed_by_a_manager_to_a_purchase_of_his_club(self):
        sale = self.purchases(self.paid_invoice())
        row = self.listed(self.free_note())
        for kind in ("desk", "auditor", "integration"):
            with self.subTest(kind), self.assertRaises(AccessError):
                row.with_user(self.users[kind])._attribute(sale)
        south = self.new_company("South")
        stranger = self.member("Other", club=self.new_club("south", south))
        with self.assertRaises(AccessError):
            row.with_user(self.users["manager"])._attribute(self.purchase(stranger, 9))
        self.assertEqual((row.state, row.purchase_id.ids), ("open", []))
        self.assertBooks(self.ali, 150)

    def test_it_is_not_attributed_where_nothing_is_left(self):
        invoice = self.paid_invoice()
        self.credit(invoice)
        sale = self.purchases(invoice)[0]
        self.paid_invoice()
        row = self.listed(self.free_note())
        with self.assertClubError("over_return"), self.env.cr.savepoint():
            row.with_user(self.users["manager"])._attribute(sale)
        self.assertEqual(row.state, "open")
        self.assertBooks(self.ali, 150)

    def test_nothing_is_listed_where_there_is_nothing_to_take(self):
        self.assertFalse(self.listed(self.free_note()), "they bought nothing")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        note = self.draft(stranger, [(self.tea, 1, 50)], move_type="out_refund")
        note.action_post()
        self.assertFalse(self.listed(note))

    def test_in_draft_again_it_is_listed_no_more(self):
        self.paid_invoice()
        note = self.free_note()
        note.button_draft()
        self.assertEqual(self.listed(note).state, "done")
        note.action_post()
        self.assertEqual(self.listed(note).state, "open")

    def test_what_it_settles_is_what_it_is_about(self):
        self.paid_invoice()
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 3, 50)])
        self.pay(invoice, amount=100)
        note = self.free_note()
        self.assertEqual(self.listed(note).state, "open")
        (invoice | note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        ).reconcile()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 250, status=250)
        self.assertEqual(self.listed(note).state, "done")
        partial = note.line_ids.matched_debit_ids
        partial.unlink()
        self.pay(invoice)
        self.assertBooks(self.ali, 300, status=300)
        self.assertEqual(self.listed(note).state, "open")

    def test_a_refusal_of_the_club_does_not_stop_a_credit_note(self):
        invoice = self.paid_invoice()
        Purchase = self.env.registry["loyalty.club.purchase"]

        def refuse(*_args, **_options):
            raise ClubError("limit_exceeded", "Not today.")

        logger = "odoo.addons.loyalty_club.models.accounting.move"
        with patch.object(Purchase, "_return", refuse), mute_logger(logger):
            note = self.credit(invoice)
        self.assertEqual(note.state, "posted")
        self.assertIn("Not today.", note.message_ids[0].body)
        row = self.listed(note)
        self.assertEqual((row.kind, row.member_id), ("refused", self.ali))
        self.assertIn("Not today.", row.message)
        self.assertBooks(self.ali, 150)
        invoice.sudo()._club_follow()
        self.assertBooks(self.ali, 0)
        self.assertEqual(row.state, "done", "it could be followed after all")
