from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time

from .common import TillCase


@freeze_time("2026-03-10 09:00:00")
class EarningCase(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali", mobile="09121234567")
        cls.allow(cls.ali)

    def native_program(self, program_type="promotion", **values):
        """A program of Odoo's own that no club manages."""
        program = self.env["loyalty.program"].create(
            {
                "name": "Native",
                "program_type": program_type,
                "applies_on": "current",
                "trigger": "auto",
                "company_id": self.company.id,
                "currency_id": self.euro.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [
                    Command.create(
                        {"reward_type": "discount", "discount": 10, **values}
                    )
                ],
            }
        )
        return program.reward_ids

    def discount_line(self, reward, amount, **values):
        """The line by which a native promotion takes ``amount`` off the price."""
        product = reward.discount_line_product_id
        return {
            **self.line(product, 1, -amount, taxes=self.no_tax()),
            "is_reward_line": True,
            "reward_id": reward.id,
            "reward_identifier_code": str(uuid4())[:8],
            **values,
        }

    def native_card(self, program_type, points):
        program = self.env["loyalty.program"].create(
            {
                "name": f"Native {program_type}",
                "program_type": program_type,
                "applies_on": "future",
                "trigger": "auto",
                "company_id": self.company.id,
                "currency_id": self.euro.id,
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "money", "reward_point_amount": 1}
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_point",
                            "discount": 1,
                            "discount_applicability": "order",
                            "required_points": 1,
                        }
                    )
                ],
            }
        )
        return self.env["loyalty.card"].create(
            {"program_id": program.id, "points": points}
        )

    def card_line(self, card, amount):
        reward = card.program_id.reward_ids
        return self.discount_line(reward, amount, coupon_id=card.id, points_cost=amount)

    def tax(self, percent, included=False, **values):
        return self.env["account.tax"].create(
            {
                "name": f"VAT {percent} {uuid4()}",
                "amount": percent,
                "price_include_override": (
                    "tax_included" if included else "tax_excluded"
                ),
                "company_id": self.company.id,
                **values,
            }
        )

    def by_line(self, order):
        """Points of each line of what an order recorded."""
        lines = self.purchases(order).line_ids
        return {line.product_id: round(line.points) for line in lines}

    def purchases(self, order):
        return self.env["loyalty.club.purchase"].search(
            [("source", "=", "pos"), ("key", "=", order.uuid)]
        )

    def earned(self, *lines, payments=None, **values):
        """Points that an order gives, by its receipt, the ledger and the purchase."""
        before = self.available(self.ali)
        order = self.sell(self.ali, list(lines), payments, **values)
        points = order.club_receipt["earned"]
        spent = order.club_receipt["spent"].get("points", 0)
        self.assertEqual(self.available(self.ali) - before, points - spent)
        self.assertEqual(sum(self.by_line(order).values()), points)
        self.assertLedgerAgrees()
        return points


class TestEarningBase(EarningCase):
    """What an order earns, one case after the other: 1 point for each euro.

    The base is what was really paid for goods, taxes included: cash, bank, a gift
    card or a wallet alike. Discounts, points and promotional credit make goods
    cheaper. Tips, cash rounding, top-ups and gift cards that are sold don't count.
    """

    def test_golden(self):
        """One table of all that needs no other setting."""
        tea, cup = self.tea, self.cup
        ten = self.native_program()
        tea_only = self.native_program(
            discount_applicability="specific",
            discount_product_ids=[Command.set(tea.ids)],
        )
        gift = self.native_card("gift_card", 500)
        ewallet = self.native_card("ewallet", 500)
        points = self.club.points_program_id.reward_ids[0]
        wallet = self.club.wallet_program_id.reward_ids[0]
        credit = self.club.credit_program_id.reward_ids[0]
        self.grant(self.ali, 10_000)
        self.grant(self.ali, 100_000, "wallet")
        self.grant(self.ali, 100_000, "credit")
        top_up = self.club.wallet_program_id.trigger_product_ids[:1]
        gift_product = gift.program_id.rule_ids.product_ids[:1] or self.product(
            "Gift card", 50
        )
        gift.program_id.rule_ids.product_ids = gift_product
        a, b = self.line(tea, 2), self.line(cup, 1)  # 100 and 20
        line, off = self.line, self.discount_line

        def paid(*parts):
            return [({"cash": self.cash, "bank": self.bank}[m], v) for m, v in parts]

        def club(reward, amount, cost):
            return self.reward_line(self.ali, reward, amount, cost)

        table = [
            # name, lines, payments, points
            ("in cash", [a, b], None, 120),
            ("by card", [a, b], paid(("bank", 120)), 120),
            ("split", [a, b], paid(("cash", 20), ("bank", 100)), 120),
            ("with change", [a, b], paid(("cash", 200), ("cash", -80)), 120),
            ("a discount of a line", [line(tea, 2, discount=25)], None, 75),
            ("cents are dropped", [line(cup, 1, 19.99)], None, 19),
            ("part of a piece", [line(tea, 0.5)], None, 25),
            ("for nothing", [line(tea, 1, 0)], None, 0),
            ("a discount of the order", [a, b, off(ten, 12)], None, 108),
            ("a discount of the tea", [a, b, off(tea_only, 10)], None, 110),
            ("more discount than goods", [line(cup), off(ten, 20)], None, 0),
            ("a discount by hand", [a, line(cup, 1, -20)], None, 80),
            ("a gift card pays", [a, self.card_line(gift, 60)], None, 100),
            ("a native wallet pays", [a, self.card_line(ewallet, 60)], None, 100),
            ("the wallet pays", [a, club(wallet, 60, 60)], None, 100),
            ("the wallet pays all", [a, club(wallet, 100, 100)], [], 100),
            ("credit is a discount", [a, club(credit, 60, 60)], None, 40),
            ("points are a discount", [a, club(points, 50, 5000)], None, 50),
            ("a gift card is sold", [a, line(gift_product, 1, 50)], None, 100),
            ("both", [line(gift_product, 1, 50)], None, 0),
        ]
        if top_up:
            table.append(("the wallet is loaded", [a, line(top_up, 1, 50)], None, 100))
        for name, lines, payments, expected in table:
            with self.subTest(name):
                fresh = [{**values, "uuid": str(uuid4())} for values in lines]
                # Holds are another test's: here all of it is simply there.
                self.assertEqual(self.earned(*fresh, payments=payments), expected)
        self.assertTrue(top_up, "the club's wallet has something that loads it")
        refused = self.exceptions("refused") + self.exceptions("overspent")
        self.assertFalse(refused.mapped("message"))

    def test_a_tip_is_no_price(self):
        tip = self.product("Tip", 0)
        self.till.write({"iface_tipproduct": True, "tip_product_id": tip.id})
        self.assertEqual(self.earned(self.line(self.tea), self.line(tip, 1, 10)), 50)
        self.assertEqual(self.earned(self.line(tip, 1, 10)), 0)

    def test_cash_rounding_is_no_price(self):
        account = self.env["account.account"].create(
            {
                "name": "Rounding",
                "code": "999001",
                "account_type": "expense",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        Rounding = self.env["account.cash.rounding"].with_company(self.company)
        rounding = Rounding.create(
            {
                "name": "To 0.50",
                "rounding": 0.5,
                "strategy": "add_invoice_line",
                "profit_account_id": account.id,
                "loss_account_id": account.id,
                "rounding_method": "HALF-UP",
            }
        )
        self.till.write({"cash_rounding": True, "rounding_method": rounding.id})
        up = self.earned(self.line(self.tea, 1, 19.8), payments=[(self.cash, 20)])
        down = self.earned(self.line(self.tea, 1, 20.2), payments=[(self.cash, 20)])
        self.assertEqual((up, down), (19, 20))

    def test_a_discount_is_spread_over_what_it_is_about(self):
        ten = self.native_program()
        order = self.sell(
            self.ali,
            [self.line(self.tea, 2), self.line(self.cup), self.discount_line(ten, 12)],
        )
        self.assertEqual(self.by_line(order), {self.tea: 90, self.cup: 18})
        tea_only = self.native_program(
            discount_applicability="specific",
            discount_product_ids=[Command.set(self.tea.ids)],
        )
        order = self.sell(
            self.ali,
            [
                self.line(self.tea, 2),
                self.line(self.cup),
                self.discount_line(tea_only, 10),
            ],
        )
        self.assertEqual(self.by_line(order), {self.tea: 90, self.cup: 20})
        cheapest = self.native_program(discount_applicability="cheapest")
        order = self.sell(
            self.ali,
            [
                self.line(self.tea, 2),
                self.line(self.cup),
                self.discount_line(cheapest, 2),
            ],
        )
        self.assertEqual(self.by_line(order), {self.tea: 100, self.cup: 18})

    def test_a_rule_of_some_products_with_a_discount_of_the_order(self):
        self.set_rules({"product_ids": [Command.set(self.tea.ids)]})
        ten = self.native_program()
        lines = [self.line(self.tea, 2), self.line(self.cup)]
        self.assertEqual(self.earned(*lines, self.discount_line(ten, 12)), 90)

    def test_a_free_product_earns_nothing(self):
        free = self.new_reward(
            reward_type="product",
            reward_product_id=self.cup.id,
            reward_product_qty=1,
            required_points=30,
        )
        self.grant(self.ali, 30)
        uuid = str(uuid4())
        self.hold(uuid, self.ali, {"points": 30})
        order = self.sell(
            self.ali,
            [
                self.line(self.tea),
                self.line(self.cup),
                self.reward_line(self.ali, free, 20, 30),
            ],
            uuid=uuid,
        )
        self.assertEqual(self.by_line(order), {self.tea: 50, self.cup: 0})
        self.assertClean()

    def sell_combo(self, *extra, quantity=1):
        """Sell breakfasts of tea (42.86) and a cup (17.14), and further lines."""
        parent, parts, mapping = self.combo(quantity)
        return self.sell(
            self.ali, [parent, *parts, *extra], relations_uuid_mapping=mapping
        )

    def test_a_combo_earns_by_its_parts(self):
        order = self.sell_combo()
        self.assertEqual(len(order.lines.combo_parent_id), 1)
        self.assertEqual(self.by_line(order), {self.tea: 43, self.cup: 17})
        # A discount of the order is a discount of the breakfast.
        order = self.sell_combo(self.discount_line(self.native_program(), 6))
        self.assertEqual(order.club_receipt["earned"], 54)
        self.assertClean()

    def test_rules_see_the_parts_of_a_combo(self):
        tea, cup = ([Command.set(product.ids)] for product in (self.tea, self.cup))
        for rule, quantity, earned in (
            ({"club_excluded_product_ids": tea}, 1, 17),
            ({"club_excluded_product_ids": cup}, 1, 42),
            ({"product_ids": tea}, 1, 42),
            ({"product_ids": tea}, 2, 85),
            # A combo is one piece, whatever it is made of.
            ({"minimum_qty": 2}, 1, 0),
            ({"minimum_qty": 2}, 2, 120),
            ({"reward_point_mode": "unit", "reward_point_amount": 10}, 2, 20),
            (
                {
                    "reward_point_mode": "unit",
                    "reward_point_amount": 10,
                    "product_ids": tea,
                },
                2,
                20,
            ),
        ):
            with self.subTest(str(rule), quantity=quantity):
                self.set_rules(rule)
                order = self.sell_combo(quantity=quantity)
                self.assertEqual(order.club_receipt["earned"], earned)

    def test_a_rule_that_multiplies_is_told_to_the_till(self):
        tea = [Command.set(self.tea.ids)]
        _plain, double = self.set_rules(
            {}, {"club_mode": "multiply", "club_factor": 2, "product_ids": tea}
        )
        order = self.sell_combo()
        self.assertEqual(order.club_receipt["earned"], 102)  # 42.86 twice and 17.14
        told = self.till._club_policy()["earning"]
        told = {rule["id"]: rule for rule in told}[double.id]
        self.assertEqual((told["mode"], told["rate"]), ("multiply", 2))
        self.assertEqual(told["products"], self.tea.ids)
        self.assertEqual(told["step"], 0)

    def test_a_rule_about_the_combo_itself(self):
        order = self.sell_combo()
        breakfast = order.lines.combo_parent_id.product_id
        category = self.env["product.category"].create({"name": "Breakfasts"})
        breakfast.categ_id = category
        facts = order.sudo()._club_facts(self.club)
        for rule, earned in (
            ({"product_category_id": category.id}, 60),
            ({"club_excluded_category_ids": [Command.set(category.ids)]}, 0),
        ):
            self.set_rules(rule)
            award = self.env["loyalty.club.purchase"]._award(self.club, self.ali, facts)
            self.assertEqual(award.points, earned)

    def test_a_discount_of_a_combo_s_part(self):
        """Tea of a breakfast that is 10 cheaper earns that much less."""
        self.set_rules({"product_ids": [Command.set(self.tea.ids)]})
        parent, parts, mapping = self.combo(1)
        parts[0].update(price_unit=32.86, price_subtotal=32.86)
        parts[0]["price_subtotal_incl"] = 32.86
        order = self.sell(self.ali, [parent, *parts], relations_uuid_mapping=mapping)
        self.assertEqual(order.club_receipt["earned"], 32)

    def test_full_price_lines_only(self):
        self.set_rules({"club_full_price": True})
        ten = self.native_program()
        tea_only = self.native_program(
            discount_applicability="specific",
            discount_product_ids=[Command.set(self.tea.ids)],
        )
        points = self.club.points_program_id.reward_ids[0]
        self.grant(self.ali, 10_000)
        tea, cup = self.line(self.tea), self.line(self.cup)
        for name, lines, earned in (
            ("at full price", [tea, cup], 70),
            ("tea with a discount", [self.line(self.tea, discount=10), cup], 20),
            ("a promotion of tea", [tea, cup, self.discount_line(tea_only, 5)], 20),
            ("a promotion of all", [tea, cup, self.discount_line(ten, 7)], 0),
            (
                "points pay a part",
                [tea, cup, self.reward_line(self.ali, points, 10, 1000)],
                60,
            ),
        ):
            with self.subTest(name):
                fresh = [{**values, "uuid": str(uuid4())} for values in lines]
                self.assertEqual(self.earned(*fresh), earned)

    # ------------------------------------------------------------------ taxes

    def test_taxes(self):
        cases = [
            # tax, rule's base, points of a price of 100
            (self.tax(10), "incl", 110),
            (self.tax(10), "excl", 100),
            (self.tax(10, included=True), "incl", 100),
            (self.tax(10, included=True), "excl", 90),
        ]
        for tax, base, expected in cases:
            with self.subTest(tax.name, base=base):
                self.set_rules({"club_base_tax": base})
                goods = self.product("Goods", 100, taxes_id=[Command.set(tax.ids)])
                self.assertEqual(self.earned(self.line(goods)), expected)

    def test_a_fiscal_position(self):
        ten, five = self.tax(10), self.tax(5)
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "company_id": self.company.id}
        )
        five.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(ten.ids)],
            }
        )
        self.assertEqual(position.map_tax(ten), five)
        goods = self.product("Goods", 100, taxes_id=[Command.set(ten.ids)])
        line = self.line(goods, taxes=five)
        line["tax_ids"] = [Command.set(ten.ids)]
        points = self.earned(line, fiscal_position_id=position.id)
        self.assertEqual(points, 105)

    def test_before_discounts(self):
        self.set_rules({"club_base_discount": "before"})
        self.assertEqual(self.earned(self.line(self.tea, 2, discount=50)), 100)

    def test_before_discounts_a_price_is_one_that_the_shop_has(self):
        """A million less 99.99 % isn't a million."""
        self.set_rules({"club_base_discount": "before"})
        line = self.line(self.tea, 1, 1_000_000, discount=99.99)
        self.assertEqual(self.earned(line), 100)  # 100.00 were paid; tea costs 50

    # ------------------------------------------------------------------ ways to pay

    def test_pay_later(self):
        later = self.env["pos.payment.method"].create(
            {"name": "Later", "company_id": self.company.id, "journal_id": False}
        )
        self.assertEqual(later.type, "pay_later")
        till = self.new_till("Till 2", methods=later | self.bank)
        points = self.earned(self.line(self.tea), payments=[(later, 50)], till=till)
        self.assertEqual(points, 0)  # nothing came in yet: see test_on_account.py

    def test_invoiced_at_the_till_earns_once(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)], to_invoice=True)
        self.assertTrue(order.account_move)
        self.assertEqual(order.account_move.state, "posted")
        self.assertEqual(self.available(self.ali), 100)
        every = self.env["loyalty.club.purchase"].search(
            [("member_id", "=", self.ali.id)]
        )
        self.assertEqual(every.source, "pos")
        self.assertClean()

    def test_an_invoice_made_later_earns_nothing_more(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        order.action_pos_order_invoice()
        self.assertTrue(order.account_move)
        self.assertEqual(self.available(self.ali), 100)

    def test_paid_by_whatever_marks_it_paid(self):
        """A kiosk, or a payment online, saves a draft and then pays it."""
        basket = self.basket(self.ali, [self.line(self.tea)], payments=[])
        basket.update(state="draft", amount_paid=0)
        order = self.sync(basket)
        self.assertFalse(order.club_receipt)
        self.assertEqual(self.available(self.ali), 0)
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": 50,
                "payment_method_id": self.bank.id,
            }
        )
        order.action_pos_order_paid()
        self.assertEqual(order.club_receipt["earned"], 50)
        self.assertEqual(self.available(self.ali), 50)

    def test_paid_in_the_back_office(self):
        basket = self.basket(self.ali, [self.line(self.tea)], payments=[])
        basket.update(state="draft", amount_paid=0)
        order = self.sync(basket)
        wizard = self.env["pos.make.payment"].with_context(active_id=order.id)
        wizard.create({"amount": 50, "payment_method_id": self.bank.id}).check()
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.available(self.ali), 50)

    def test_another_currency(self):
        """A till that sells in dollars: points are given for the euros they are."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 2,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Dollars",
                "currency_id": dollar.id,
                "company_id": self.company.id,
            }
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Dollar sales",
                "code": "DSL",
                "type": "sale",
                "currency_id": dollar.id,
                "company_id": self.company.id,
            }
        )
        bank = self.env["account.journal"].create(
            {
                "name": "Dollar bank",
                "code": "DBK",
                "type": "bank",
                "currency_id": dollar.id,
                "company_id": self.company.id,
            }
        )
        method = self.env["pos.payment.method"].create(
            {"name": "Dollars", "journal_id": bank.id, "company_id": self.company.id}
        )
        till = self.new_till(
            "Dollars",
            methods=method,
            journal_id=journal.id,
            use_pricelist=True,
            available_pricelist_ids=[Command.set(pricelist.ids)],
            pricelist_id=pricelist.id,
        )
        self.assertEqual(till.currency_id, dollar)
        points = self.earned(self.line(self.tea, 1, 99), till=till)
        self.assertEqual(points, 49)

    # ------------------------------------------------------------------ who earns

    def test_without_a_member_nothing_happens(self):
        order = self.sell(None, [self.line(self.tea)])
        self.assertFalse(order.club_receipt)
        customer = self.env["res.partner"].create({"name": "Customer"})
        order = self.sell(customer, [self.line(self.tea)])
        self.assertFalse(order.club_receipt)
        self.assertFalse(self.purchases(order))

    def test_who_is_blocked_earns_nothing_and_may_buy(self):
        self.ali.state = "blocked"
        order = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.club_receipt["earned"], 0)
        self.assertFalse(self.purchases(order))
        self.assertClean()  # a rule of the club, and nothing for the manager

    def test_an_employee_buys_for_his_company(self):
        shop = self.member("Baker's")
        employee = self.env["res.partner"].create(
            {"name": "Baker", "parent_id": shop.partner_id.id}
        )
        self.sell(employee, [self.line(self.tea)])
        self.assertEqual(self.available(shop), 50)

    def test_points_wait_as_the_club_says(self):
        self.club.pending_days = 14
        order = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(order.club_receipt["pending_until"], "2026-03-24")
        self.assertEqual(self.balances(self.ali)["pending"], 50)
        self.assertEqual(self.available(self.ali), 0)

    def test_the_moment_is_the_till_s_but_never_to_come(self):
        late = self.sell(
            self.ali, [self.line(self.tea)], date_order="2026-03-09 20:00:00"
        )
        ahead = self.sell(
            self.ali, [self.line(self.tea)], date_order="2027-01-01 00:00:00"
        )
        self.assertEqual(
            self.purchases(late).date, fields.Datetime.to_datetime("2026-03-09 20:00")
        )
        self.assertEqual(str(self.purchases(ahead).day), "2026-03-10")
