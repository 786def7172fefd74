from odoo.fields import Command
from odoo.tests import freeze_time

from .common import RfmTillCase


@freeze_time("2026-03-10 09:00:00")
class TestFacts(RfmTillCase):
    """What is left of till orders, whatever comes back of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")
        cls.reza = cls.customer("Reza")

    def two_teas(self, **values):
        return self.sell(self.ali, [self.line(self.tea, 2)], **values)

    # ------------------------------------------------------------------ sales

    def test_a_paid_order_is_a_fact(self):
        self.two_teas()
        self.assertEqual(
            self.rows(self.ali),
            [
                {
                    "partner": self.ali.id,
                    "day": "2026-03-10",
                    "net": 100,
                    "returned": 0,
                    "goods": 100,
                    "counts": True,
                    "source": "pos",
                }
            ],
        )
        self.assertFactsAgree()

    def test_an_order_in_draft_is_none(self):
        self.sync({**self.basket(self.ali, [self.line(self.tea)]), "state": "draft"})
        self.assertEqual(self.rows(self.ali), [])
        self.assertFactsAgree()

    def test_nobodys_order_is_none(self):
        before = self.Fact.search_count([])
        self.sell(None, [self.line(self.tea)])
        self.assertEqual(self.Fact.search_count([]), before)
        self.assertFactsAgree()

    def test_naming_the_customer_later(self):
        order = self.sell(None, [self.line(self.tea)])
        order.partner_id = self.ali
        self.assertEqual(self.left(self.ali), (50, 0, 50, True))
        order.partner_id = self.reza
        self.assertEqual(self.rows(self.ali), [])
        self.assertEqual(self.left(self.reza), (50, 0, 50, True))
        order.partner_id = False
        self.assertEqual(self.rows(self.reza), [])

    def test_deductions_reduce_money_but_not_the_purchase(self):
        self.sell(self.ali, [self.line(self.tea), self.line(self.cup, 1, -50)])
        self.assertEqual(self.left(self.ali), (0, 0, 50, True))

    def test_points_and_wallet_pay_and_it_still_counts(self):
        for account, reward in (
            ("points", self.new_reward()),
            ("wallet", self.club.wallet_program_id.reward_ids[0]),
        ):
            with self.subTest(account):
                member = self.member(account)
                self.grant(member, 5000, account)
                self.allow(member)
                paying = self.reward_line(member, reward, 50, 5000)
                order = self.sell(member, [self.line(self.tea), paying])
                self.assertEqual(order.amount_total, 0)
                self.assertEqual(self.left(member.partner_id), (0, 0, 50, True))

    def test_a_gift_is_no_purchase(self):
        self.sell(self.ali, [self.line(self.tea, 1, 0)])
        self.assertEqual(self.left(self.ali), (0, 0, 0, False))

    def test_a_tip_is_the_price_of_nothing(self):
        tip = self.product("Tip", 0)
        self.till.write({"iface_tipproduct": True, "tip_product_id": tip.id})
        self.sell(self.ali, [self.line(self.tea), self.line(tip, 1, 10)])
        self.assertEqual(self.left(self.ali), (50, 0, 50, True))

    def test_taxes_do_not_count(self):
        tax = self.env["account.tax"].create(
            {
                "name": "10% included",
                "amount": 10,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
            }
        )
        self.sell(self.ali, [self.line(self.tea, 2, 55, taxes=tax)])
        self.assertEqual(self.left(self.ali), (100, 0, 100, True))

    def test_a_combo_is_worth_its_parts(self):
        parent, parts, mapping = self.combo(2)
        self.sell(self.ali, [parent, *parts], relations_uuid_mapping=mapping)
        self.assertEqual(self.left(self.ali)[::2], (120, 120))

    # ------------------------------------------------------------------ refunds

    def test_a_partial_refund_reduces_its_order(self):
        with freeze_time("2026-03-01 09:00:00"):
            order = self.two_teas()
        self.refund(order, {order.lines: 1})
        self.assertEqual(self.left(self.ali), (50, 50, 50, True))
        self.assertEqual(self.rows(self.ali)[0]["day"], "2026-03-01")
        self.assertFactsAgree()

    def test_two_refunds_of_one_order(self):
        order = self.two_teas()
        self.refund(order, {order.lines: 1})
        self.refund(order, {order.lines: 1})
        self.assertEqual(self.left(self.ali), (0, 100, 0, False))
        self.assertFactsAgree()

    def test_what_came_back_before_it_was_paid(self):
        basket = self.basket(self.ali, [self.line(self.tea, 2)])
        order = self.sync({**basket, "state": "draft"})
        self.refund(order, {order.lines: 1})
        self.assertEqual(self.rows(self.ali), [])
        order.action_pos_order_paid()
        self.assertEqual(self.left(self.ali), (50, 50, 50, True))
        self.assertFactsAgree()

    def test_what_came_back_whole_counts_nowhere(self):
        order = self.sell(self.ali, [self.line(self.tea, 2), self.line(self.cup)])
        self.refund(order)
        self.assertEqual(self.left(self.ali), (0, 120, 0, False))

    def test_a_refund_by_the_back_office(self):
        # Its amounts have the other sign than those that a browser sends.
        order = self.two_teas()
        refund = order._refund()
        self.assertLess(refund.lines.price_subtotal, 0)
        refund.lines.qty = -1
        refund.lines._onchange_amount_line_all()
        refund._compute_prices()
        refund.add_payment(
            {
                "pos_order_id": refund.id,
                "amount": refund.amount_total,
                "payment_method_id": self.cash.id,
            }
        )
        refund.action_pos_order_paid()
        self.assertEqual(self.left(self.ali), (50, 50, 50, True))

    def test_a_browser_turns_the_amounts_of_a_refund_round(self):
        # What the case above is about; if it ends, one of the two says nothing.
        order = self.two_teas()
        refund = self.refund(order, {order.lines: 1})
        self.assertGreater(refund.lines.price_subtotal, 0)

    def test_refund_and_new_goods_in_one_order(self):
        with freeze_time("2026-03-01 09:00:00"):
            order = self.two_teas()
        back = self.refund_of(order.lines, 1)
        self.sell(self.ali, [back, self.line(self.cup, 3)])
        self.assertEqual(
            self.facts_of(self.ali),
            [("2026-03-01", 50, True), ("2026-03-10", 60, True)],
        )
        self.assertFactsAgree()

    def test_a_nameless_refund_finds_the_customer(self):
        order = self.two_teas()
        self.refund(order, {order.lines: 1}, partner=self.env["res.partner"])
        self.assertEqual(self.left(self.ali), (50, 50, 50, True))

    def test_somebody_else_brings_it_back(self):
        order = self.two_teas()
        self.refund(order, partner=self.reza)
        self.assertEqual(self.left(self.ali), (0, 100, 0, False))
        self.assertEqual(self.rows(self.reza), [])

    def test_a_return_without_its_sale_is_no_visit(self):
        with freeze_time("2026-03-01 09:00:00"):
            self.two_teas()
        self.sell(self.ali, [self.line(self.tea, -1)])
        self.assertEqual(
            self.facts_of(self.ali),
            [("2026-03-01", 100, True), ("2026-03-10", -50, False)],
        )
        self.assertFactsAgree()

    def test_thirds_that_come_back_leave_no_cents(self):
        line = {
            **self.line(self.tea, 3, 3.33),
            "price_subtotal": 10,
            "price_subtotal_incl": 10,
        }
        order = self.sell(self.ali, [line])
        for _time in range(3):
            back = {
                **self.refund_of(order.lines, 1),
                "price_subtotal": -3.33,
                "price_subtotal_incl": -3.33,
            }
            self.sell(self.ali, [back], is_refund=True)
        self.assertEqual(self.left(self.ali), (0, 10, 0, False))

    def test_a_wallet_payment_comes_back_with_the_goods(self):
        member = self.member("Wallet")
        self.grant(member, 2000, "wallet")
        self.allow(member)
        reward = self.club.wallet_program_id.reward_ids[0]
        order = self.sell(
            member,
            [self.line(self.tea), self.reward_line(member, reward, 20, 20)],
        )
        self.assertEqual(self.left(member.partner_id), (30, 0, 50, True))
        self.refund(order)
        self.assertEqual(self.left(member.partner_id), (0, 30, 0, False))

    # ------------------------------------------------------------------ invoices

    def test_an_invoiced_order_counts_once(self):
        order = self.two_teas(to_invoice=True)
        self.assertEqual(order.account_move.state, "posted")
        self.assertEqual([row["source"] for row in self.rows(self.ali)], ["pos"])
        self.refund(order, {order.lines: 1}, to_invoice=True)
        self.assertEqual(self.left(self.ali), (50, 50, 50, True))
        self.assertFactsAgree()

    def test_orders_invoiced_together_count_once_each(self):
        orders = self.two_teas() + self.two_teas()
        self.invoice_together(orders)
        self.assertEqual(self.facts_of(self.ali), [("2026-03-10", 100, True)] * 2)
        # After the day's close an invoice brings entries that turn the close round.
        orders = self.two_teas() + self.two_teas()
        self.till.current_session_id.action_pos_session_closing_control()
        self.invoice_together(orders)
        self.assertEqual(self.facts_of(self.ali), [("2026-03-10", 100, True)] * 4)
        self.assertFactsAgree()

    def test_the_invoice_of_an_order_in_draft_again(self):
        order = self.two_teas(to_invoice=True)
        order.session_id.action_pos_session_closing_control()
        order.account_move.button_draft()
        self.assertEqual(order.account_move.state, "draft")
        self.assertEqual(self.left(self.ali), (100, 0, 100, True))
        order.account_move.action_post()
        self.assertEqual(self.left(self.ali), (100, 0, 100, True))
        self.assertFactsAgree()

    def test_accounting_credits_the_invoice_of_an_order(self):
        order = self.sell(
            self.ali, [self.line(self.tea), self.line(self.cup)], to_invoice=True
        )
        note = self.credit_in_accounting(order.account_move, keep=self.tea)
        self.assertEqual(self.left(self.ali), (50, 20, 50, True))
        self.assertFactsAgree()
        note.button_draft()
        self.assertEqual(self.left(self.ali), (70, 0, 70, True))
        self.credit_in_accounting(order.account_move)
        self.assertEqual(self.left(self.ali), (0, 70, 0, False))
        self.assertFactsAgree()

    def test_accounting_credits_a_collective_invoice(self):
        # One order of 100 and one of 20: what is credited of both is shared 5 to 1.
        orders = self.two_teas() + self.sell(self.ali, [self.line(self.cup)])
        invoice = self.invoice_together(orders)
        self.credit_in_accounting(invoice, keep=self.tea)
        self.assertEqual(
            [net for _day, net, _counts in self.facts_of(self.ali)], [83.33, 16.67]
        )
        note = self.two_teas(to_invoice=True).account_move
        self.assertEqual(len(self.rows(self.ali)), 3)
        self.credit_in_accounting(note)
        self.assertEqual(self.rows(self.ali)[-1]["counts"], False)
        self.assertFactsAgree()

    # ------------------------------------------------------------------ days and money

    def test_after_midnight_in_tehran(self):
        self.company.rfm_tz = "Asia/Tehran"
        for moment, day in (
            ("2026-03-08 20:29:59", "2026-03-08"),  # 23:59:59
            ("2026-03-08 20:30:00", "2026-03-09"),  # 00:00
            ("2026-03-08 23:59:59", "2026-03-09"),  # 03:29:59
            ("2026-03-09 00:00:00", "2026-03-09"),  # 03:30
            # Until 2022 Iran had summer time: midnight was at 19:30.
            ("2021-07-01 19:29:59", "2021-07-01"),
            ("2021-07-01 19:30:00", "2021-07-02"),
        ):
            with self.subTest(moment):
                customer = self.customer()
                self.sell(customer, [self.line(self.tea)], date_order=moment)
                self.assertEqual(self.facts_of(customer), [(day, 50, True)])

    def test_another_currency_at_the_rate_of_the_day(self):
        till = self.pound_till((("2026-01-01", 3), ("2026-03-01", 4)))
        with freeze_time("2026-02-01 09:00:00"):
            order = self.sell(self.ali, [self.line(self.tea, 2)], till=till)
        self.assertEqual(order.currency_rate, 3)
        self.assertEqual(self.left(self.ali), (33.33, 0, 33.33, True))
        self.refund(order, {order.lines: 1}, till=till)
        self.assertEqual(self.left(self.ali), (16.67, 16.66, 16.67, True))
        self.refund(order, {order.lines: 1}, till=till)
        self.assertEqual(self.left(self.ali), (0, 33.33, 0, False))
        self.sell(self.reza, [self.line(self.tea, 2)], till=till)
        self.assertEqual(self.left(self.reza), (25, 0, 25, True))
        self.assertFactsAgree()

    def test_brought_back_to_a_till_of_another_currency(self):
        order = self.two_teas()
        till = self.pound_till((("2026-01-01", 4),))
        back = self.refund_of(order.lines, 1)
        back.update(price_unit=200, price_subtotal=-200, price_subtotal_incl=-200)
        self.sell(self.ali, [back], till=till)
        self.assertEqual(self.left(self.ali), (50, 50, 50, True))

    def pound_till(self, rates):
        """A till that takes pounds: so many for one of ours, from these days on."""
        pound = self.env.ref("base.GBP")
        pound.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "currency_id": pound.id,
                    "company_id": self.company.id,
                    "rate": rate,
                }
                for day, rate in rates
            ]
        )
        bank, sales = self.env["account.journal"].create(
            [
                {
                    "name": name,
                    "code": code,
                    "type": kind,
                    "company_id": self.company.id,
                    "currency_id": pound.id,
                }
                for name, code, kind in (
                    ("Pound card", "TGBPC", "bank"),
                    ("Pound till", "TGBPS", "general"),
                )
            ]
        )
        method = self.env["pos.payment.method"].create(
            {
                "name": "Pounds",
                "journal_id": bank.id,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Pounds",
                "currency_id": pound.id,
                "company_id": self.company.id,
            }
        )
        return self.new_till(
            "Pounds",
            methods=method,
            journal_id=sales.id,
            pricelist_id=pricelist.id,
            available_pricelist_ids=[Command.set(pricelist.ids)],
            use_pricelist=True,
        )

    # ------------------------------------------------------------------ cost

    def statements(self, orders):
        """How many statements following these paid orders takes."""
        orders._rfm_follow()  # once, so that nothing is left to be read or flushed
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        orders._rfm_follow()
        return self.env.cr.sql_log_count - before

    def test_one_statement_for_one_order_and_for_a_hundred(self):
        one = self.two_teas()
        hundred = self.sync(
            *(self.basket(self.ali, [self.line(self.tea)]) for _n in range(100))
        )
        self.assertEqual(len(self.rows(self.ali)), 101)
        self.assertEqual(self.statements(one), 1)
        self.assertEqual(self.statements(hundred), 1)

    def test_what_has_no_customer_costs_nothing(self):
        order = self.sync(
            {**self.basket(None, [self.line(self.tea)]), "state": "draft"}
        )
        gathered = []
        self.patch(
            type(self.Fact),
            "_gather",
            lambda _self, *args, **kwargs: gathered.append(args),
        )
        order.action_pos_order_paid()
        self.assertEqual(gathered, [])
