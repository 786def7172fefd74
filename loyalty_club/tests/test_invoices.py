from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from ..exceptions import ClubError
from .invoicing import InvoiceCase

MOVE = "odoo.addons.loyalty_club.models.accounting.move"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestInvoices(InvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali", mobile="09121234567")

    # ------------------------------------------------------------------ earning

    def test_a_paid_invoice_earns(self):
        lines = [(self.tea, 2, 50), (self.cup, 1, 7)]
        invoice = self.invoice(self.ali.partner_id, lines)
        self.assertBooks(self.ali, 0)
        self.pay(invoice)
        self.assertBooks(self.ali, 107, status=107)
        purchase = self.purchases(invoice)
        self.assertEqual(
            (purchase.source, purchase.key, purchase.reference, purchase.move_id),
            ("invoice", f"{invoice.id}:1", invoice.name, invoice),
        )
        self.assertEqual(purchase.total, 107)
        self.assertEqual(purchase.day.isoformat(), "2026-03-10")
        # 2 teas had cost 20 each and a cup 10.
        self.assertTrue(purchase.has_margin)
        self.assertEqual(purchase.margin, 57)

    def test_a_posted_invoice_earns_where_the_club_says_so(self):
        self.club.earn_on = "posted"
        invoice = self.invoice(
            self.ali.partner_id, [(self.tea, 2, 50)], invoice_date="2026-02-20"
        )
        self.assertBooks(self.ali, 100)
        self.assertEqual(self.purchases(invoice).day.isoformat(), "2026-02-20")
        self.pay(invoice)
        self.assertBooks(self.ali, 100)

    def test_an_invoice_dated_outside_the_bound_counts_as_of_now_and_is_listed(self):
        self.club.write({"earn_on": "posted", "late_days": 30})
        Exception_ = self.env["loyalty.club.exception"]
        for day, listed in (
            ("2026-02-20", False),
            ("2026-03-10", False),
            ("2026-02-01", True),
            ("0001-01-01", True),
            ("2026-03-11", False),
            ("2026-03-12", True),
        ):
            with self.subTest(day):
                invoice = self.invoice(
                    self.ali.partner_id, [(self.tea, 1, 50)], invoice_date=day
                )
                found = Exception_.search(
                    [("res_model", "=", "account.move"), ("res_id", "=", invoice.id)]
                )
                self.assertEqual(found.mapped("kind"), ["late"] if listed else [])
                self.assertEqual(
                    self.purchases(invoice).day.isoformat(),
                    "2026-03-10" if listed else day,
                )
                if listed:
                    self.assertEqual(found.member_id, self.ali)
                    self.assertIn(f"{invoice.invoice_date:%Y}", found.message)
                    self.assertIn("counts as of now", found.message)

    def test_the_date_of_a_paid_invoice_is_nobody_s_concern(self):
        invoice = self.invoice(
            self.ali.partner_id, [(self.tea, 1, 50)], invoice_date="2025-01-01"
        )
        self.pay(invoice)
        self.assertBooks(self.ali, 50)
        self.assertFalse(
            self.env["loyalty.club.exception"].search([("kind", "=", "late")])
        )

    def test_the_day_of_a_posted_invoice_is_its_date_in_any_time_zone(self):
        self.club.write({"earn_on": "posted", "tz": "Pacific/Kiritimati"})
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.assertEqual(self.purchases(invoice).day.isoformat(), "2026-03-10")

    def test_a_part_payment_earns_nothing_yet_where_invoices_earn_as_a_whole(self):
        self.club.earn_on = "whole"
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 2, 50)])
        self.pay(invoice, amount=40)
        self.assertEqual(invoice.payment_state, "partial")
        self.assertBooks(self.ali, 0)
        self.pay(invoice)
        self.assertBooks(self.ali, 100)

    def test_an_invoice_in_payment_earns_and_earns_nothing_more_when_paid(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 2, 50)])
        with patch.object(
            type(invoice), "_get_invoice_in_payment_state", lambda self: "in_payment"
        ):
            self.pay(invoice)
            self.assertEqual(invoice.payment_state, "in_payment")
        self.assertBooks(self.ali, 100)
        invoice.sudo()._invoice_paid_hook()
        self.assertBooks(self.ali, 100)

    def test_a_payment_without_journal_entry_earns_and_loses_by_its_state(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 2, 50)])
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")]
        )
        payment = self.env["account.payment"].create(
            {
                "amount": 100,
                "partner_id": self.ali.partner_id.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "journal_id": journal.id,
            }
        )
        payment.outstanding_account_id = False
        payment.invoice_ids = invoice
        payment.state = "in_process"
        self.assertFalse(payment.move_id)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 100)
        payment.action_cancel()
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertBooks(self.ali, 0)

    def test_an_invoice_of_nothing_is_known_and_earns_nothing(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 2, 0)])
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.purchases(invoice).points, 0)
        self.assertBooks(self.ali, 0)

    def test_discounts_and_taxes_are_told_apart(self):
        ten = self.tax(10)
        included = self.tax(10, "10% included")
        included.price_include_override = "tax_included"
        invoice = self.invoice(
            self.ali.partner_id,
            [
                (self.tea, 2, 100, {"discount": 20, "tax_ids": [(6, 0, ten.ids)]}),
                (self.cup, 1, 110, {"discount": 50, "tax_ids": [(6, 0, included.ids)]}),
            ],
        )
        tea, cup = invoice._club_line_facts(self.club, invoice.invoice_date)
        for facts, expected in (
            (tea, (17600, 16000, 22000, 20000)),
            (cup, (5500, 5000, 11000, 10000)),
        ):
            self.assertEqual(
                (
                    facts.total,
                    facts.untaxed,
                    facts.total_before_discount,
                    facts.untaxed_before_discount,
                ),
                expected,
            )
        self.pay(invoice)
        self.assertBooks(self.ali, 176 + 55)

    def test_a_margin_is_known_where_every_cost_is(self):
        free = self.product("Nobody knows what it cost")
        for lines, margin in (
            ([(self.tea, 2, 50)], 60),
            ([(self.tea, 2, 50), (free, -1, 10)], 50),
            ([(self.tea, 2, 50), (free, 1, 10)], None),
        ):
            invoice = self.invoice(self.ali.partner_id, lines)
            self.pay(invoice)
            purchase = self.purchases(invoice)
            self.assertEqual(purchase.has_margin, margin is not None)
            self.assertEqual(purchase.margin, margin or 0)

    # ------------------------------------------------------------------ who earns

    def test_the_contact_earns_or_else_his_company(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        clerk, boss = self.env["res.partner"].create(
            [{"name": name, "parent_id": firm.id} for name in ("Clerk", "Boss")]
        )
        Member = self.env["loyalty.club.member"]
        firm_member, boss_member = Member.create(
            [{"club_id": self.club.id, "partner_id": p.id} for p in (firm, boss)]
        )
        self.pay(self.invoice(clerk, [(self.tea, 1, 50)]))
        self.assertBooks(firm_member, 50)
        self.pay(self.invoice(boss, [(self.tea, 1, 30)]))
        self.assertBooks(boss_member, 30)
        self.assertBooks(firm_member, 50)

    def test_a_stranger_earns_nothing(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        invoice = self.invoice(stranger, [(self.tea, 1, 50)])
        self.pay(invoice)
        self.assertFalse(self.purchases(invoice))

    def test_a_member_who_is_not_active_earns_nothing_and_can_be_invoiced(self):
        for state in ("paused", "blocked", "left"):
            self.ali.state = state
            invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
            self.pay(invoice)
            self.assertEqual(invoice.payment_state, "paid", state)
            self.assertFalse(self.purchases(invoice), state)

    def test_what_a_blocked_member_earned_is_still_taken_back(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        self.ali.state = "blocked"
        invoice.button_draft()
        self.assertBooks(self.ali, 0)

    def test_merged_members_earn_for_the_one_who_remains(self):
        old = self.member("Old Ali")
        partner = old.partner_id
        old._merge_into(self.ali)
        self.pay(self.invoice(partner, [(self.tea, 1, 50)]))
        self.assertBooks(self.ali, 50)

    def test_vendor_bills_and_entries_are_nobodys_purchase(self):
        self.club.earn_on = "posted"
        account = self.company.income_account_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "partner_id": self.ali.partner_id.id,
                "line_ids": [
                    (0, 0, {"account_id": account.id, "debit": 5, "credit": 0}),
                    (0, 0, {"account_id": account.id, "debit": 0, "credit": 5}),
                ],
            }
        )
        entry.action_post()
        self.assertFalse(self.purchases(entry))

    def test_an_invoice_that_another_document_tells_of_is_left_to_it(self):
        self.club.earn_on = "posted"
        Move = self.env.registry["account.move"]
        with patch.object(Move, "_on_told_elsewhere", lambda move: True):
            invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.assertFalse(self.purchases(invoice))

    # ------------------------------------------------------------------ branches

    def test_a_branch_earns_in_the_club_of_its_company(self):
        branch = self.new_branch("Branch")
        other = self.new_company("Other")
        other_club = self.new_club("other", other)
        stranger = self.env["loyalty.club.member"].create(
            {"club_id": other_club.id, "partner_id": self.ali.partner_id.id}
        )
        invoice = self.invoice(
            self.ali.partner_id, [(self.tea, 1, 50)], company_id=branch.id
        )
        self.pay(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 50)
        self.assertEqual(self.purchases(invoice).company_id, branch)
        self.assertEqual(self.entries(self.ali).company_id, branch)
        self.assertBooks(stranger, 0)

    def test_a_second_club_of_the_company_earns_for_itself(self):
        second = self.new_club("second", self.company, earn_on="posted")
        self.set_rules(second, {"reward_point_amount": 2})
        also_ali = self.env["loyalty.club.member"].create(
            {"club_id": second.id, "partner_id": self.ali.partner_id.id}
        )
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.assertBooks(also_ali, 100)
        self.assertBooks(self.ali, 0)
        self.pay(invoice)
        self.unreconcile(invoice)
        self.assertBooks(also_ali, 100)
        self.assertBooks(self.ali, 0)

    # ------------------------------------------------------------------ currencies

    def test_another_currency_counts_at_the_rate_of_the_invoice(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                }
                for day, rate in (("2026-03-01", 1.5), ("2026-03-09", 3.0))
            ]
        )
        invoice = self.invoice(
            self.ali.partner_id,
            [(self.tea, 2, 50), (self.cup, 1, 10)],
            currency_id=dollar.id,
            invoice_date="2026-03-05",
        )
        self.pay(invoice)
        purchase = self.purchases(invoice)
        # 100 / 1.5 = 66.67 and 10 / 1.5 = 6.67: rounded by line, as the currency is.
        self.assertEqual(purchase.line_ids.mapped("total"), [66.67, 6.67])
        self.assertBooks(self.ali, 73)
        # Credited after the dollar fell, the tea takes back what the tea had earned.
        self.credit(invoice, {self.tea: 2})
        tea = purchase.line_ids[0]
        self.assertEqual(tea.returned_quantity, 2)
        self.assertEqual(tea.points_taken, tea.points)
        self.assertBooks(self.ali, 73 - tea.points)

    # ------------------------------------------------------------------ going back

    def test_paying_twice_earns_once(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        invoice.sudo()._invoice_paid_hook()
        invoice.sudo()._invoice_paid_hook()
        self.assertBooks(self.ali, 50)
        self.assertEqual(len(self.purchases(invoice)), 1)

    def test_unreconciling_takes_back_and_paying_again_earns_again(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        for cycle in (1, 2, 3):
            self.pay(invoice)
            self.assertBooks(self.ali, 50, status=50)
            self.unreconcile(invoice)
            self.assertEqual(invoice.payment_state, "not_paid")
            self.assertBooks(self.ali, 0, status=0)
            self.assertEqual(
                self.purchases(invoice).mapped("key")[-1], f"{invoice.id}:{cycle}"
            )
        self.assertEqual(sum(self.purchases(invoice).mapped("visits")), 0)

    def test_unreconciling_from_the_widget_takes_back(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        partial = invoice.line_ids.matched_credit_ids
        invoice.js_remove_outstanding_partial(partial.id)
        self.assertBooks(self.ali, 0)

    def test_unreconciling_needs_its_hook(self):
        """Negative control: without it the points would stay."""
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        Partial = self.env.registry["account.partial.reconcile"]
        with patch.object(Partial, "unlink", _parent_unlink(Partial)):
            self.unreconcile(invoice)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertBooks(self.ali, 50)

    def test_draft_and_posted_again(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        invoice.button_draft()
        self.assertBooks(self.ali, 0)
        invoice.action_post()
        # Odoo keeps the payment on it, so that no hook says that it is paid.
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 50)

    def test_changed_in_draft_it_earns_what_it_is_now(self):
        self.club.earn_on = "posted"
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        invoice.button_draft()
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 3
        invoice.action_post()
        self.assertBooks(self.ali, 150)

    def test_moved_to_another_customer_in_draft(self):
        self.club.earn_on = "posted"
        babak = self.member("Babak")
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        invoice.button_draft()
        invoice.partner_id = babak.partner_id
        invoice.action_post()
        self.assertBooks(self.ali, 0)
        self.assertBooks(babak, 50)

    def test_cancelled(self):
        for earn_on in ("paid", "posted"):
            self.club.earn_on = earn_on
            invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
            self.pay(invoice)
            self.assertBooks(self.ali, 50)
            invoice.button_cancel()
            self.assertEqual(invoice.state, "cancel")
            self.assertBooks(self.ali, 0)

    def test_a_deleted_draft_leaves_its_purchase(self):
        self.club.earn_on = "posted"
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        purchases = self.purchases(invoice)
        invoice.button_draft()
        invoice.unlink()
        self.assertFalse(invoice.exists())
        self.assertFalse(purchases.move_id)
        self.assertBooks(self.ali, 0)

    def test_a_cancelled_payment_takes_back(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        payment = self.pay(invoice)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertBooks(self.ali, 0)

    def test_spent_points_become_a_debt_that_paying_again_settles(self):
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        self.spend(self.ali, 30)
        self.unreconcile(invoice)
        self.assertEqual(self.balances(self.ali)["debt"], 30)
        self.pay(invoice)
        self.assertEqual(self.balances(self.ali)["debt"], 0)
        self.assertEqual(self.available(self.ali), 20)

    def test_a_limit_of_the_day_is_free_again_for_the_same_invoice(self):
        self.set_rules(self.club, {"club_cap_day": 40})
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        self.assertBooks(self.ali, 40)
        self.unreconcile(invoice)
        self.pay(invoice)
        self.assertBooks(self.ali, 40)
        self.pay(self.invoice(self.ali.partner_id, [(self.tea, 1, 50)]))
        self.assertBooks(self.ali, 40)

    def test_waiting_points_are_taken_back_while_they_wait(self):
        self.club.pending_days = 14
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        self.pay(invoice)
        self.assertEqual(self.balances(self.ali)["pending"], 50)
        self.unreconcile(invoice)
        self.assertEqual(self.balances(self.ali)["pending"], 0)
        self.assertBooks(self.ali, 0)

    # ------------------------------------------------------------------ rights

    def test_the_accountant_has_no_rights_in_the_club(self):
        """Negative control: what the invoices do, they couldn't do themself."""
        accountant = self.users["accountant"]
        self.assertFalse(accountant.has_group("loyalty_club.group_desk"))
        with self.assertRaises(AccessError):
            self.env["loyalty.club.purchase"].with_user(accountant).search([])
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        with self.assertRaises(AccessError):
            invoice.read(["club_purchase_ids"])
        self.assertNotIn("club_points", invoice.fields_get())

    def test_a_refusal_of_the_club_does_not_stop_accounting(self):
        Purchase = self.env.registry["loyalty.club.purchase"]

        def refuse(*_args):
            raise ClubError("limit_exceeded", "No more today.")

        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        with patch.object(Purchase, "_record", refuse), mute_logger(MOVE):
            self.pay(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertBooks(self.ali, 0)
        self.assertIn("No more today.", invoice.message_ids[0].body)
        # Nothing is lost: the next thing that happens to the invoice catches up.
        invoice._invoice_paid_hook()
        self.assertBooks(self.ali, 50)

    def test_an_error_of_the_database_is_not_swallowed(self):
        """Odoo must see it, in order to try the whole payment again."""
        Purchase = self.env.registry["loyalty.club.purchase"]

        def collide(records, *_args):
            records.env.cr.execute("SELECT 1/0")

        invoice = self.invoice(self.ali.partner_id, [(self.tea, 1, 50)])
        with (
            patch.object(Purchase, "_record", collide),
            self.assertDatabaseRefuses("division by zero"),
        ):
            self.pay(invoice)

    # ------------------------------------------------------------------ batches

    def test_members_of_a_hundred_invoices_are_searched_at_once(self):
        members = self.members(100)
        one = self._queries_to_follow(members[:1])
        hundred = self._queries_to_follow(members)
        # What is left is Odoo's own prefetching in batches, not a query per invoice.
        self.assertLess(hundred, one + 20)

    def _queries_to_follow(self, members):
        """Queries to find out that nothing is to be done for posted invoices."""
        invoices = self.env["account.move"]
        for member in members:
            invoices += self.draft(member.partner_id, [(self.tea, 1, 50)])
        invoices.action_post()
        invoices = invoices.sudo()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        invoices._club_follow()
        return self.env.cr.sql_log_count - before

    def test_a_hundred_invoices_paid_at_once(self):
        self.club.earn_on = "posted"
        members = self.members(100)
        invoices = self.env["account.move"]
        for member in members:
            invoices += self.draft(member.partner_id, [(self.tea, 1, 50)])
        invoices.action_post()
        self.assertEqual(sum(self.card(m).points for m in members), 5000)

    # ------------------------------------------------------------------ screen

    def test_the_smart_button_shows_what_is_left(self):
        desk = self.users["desk"]
        desk.group_ids += self.env.ref("account.group_account_invoice")
        invoice = self.invoice(self.ali.partner_id, [(self.tea, 2, 50)])
        self.pay(invoice)
        seen = invoice.with_user(desk)
        self.assertEqual(seen.club_points, 100)
        note = self.credit(invoice, {self.tea: 1})
        self.assertEqual(seen.club_points, 50)
        self.assertEqual(note.with_user(desk).club_points, -50)
        action = seen.action_open_club_purchases()
        self.assertEqual(action["res_id"], self.purchases(invoice)[0].id)
        with Form(seen) as form:
            self.assertEqual(form.club_points, 50)


def _parent_unlink(Model):
    """The ``unlink`` that was there before ours: the next one in the class's order."""
    layers = [cls for cls in Model.__mro__ if "unlink" in vars(cls)]
    ours = next(cls for cls in layers if ".loyalty_club." in cls.__module__)
    return vars(layers[layers.index(ours) + 1])["unlink"]
