"""Promotional credit lowers prices and so taxes; a wallet pays what is due."""

from odoo.exceptions import ValidationError

from .common import SaleCase


class TestReduction(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pay_credit = cls.club.credit_program_id.reward_ids
        cls.tax = cls._tax("VAT 10%", 10)
        cls.reduced = cls._tax("VAT 5%", 5)
        cls.taxed = cls._product("Samovar", 400)
        cls.taxed.taxes_id = cls.tax
        cls.book = cls._product("Book", 200)
        cls.book.taxes_id = cls.reduced

    @classmethod
    def _tax(cls, name, amount, **values):
        group = cls.env["account.tax.group"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "country_id": group.country_id.id or cls.company.country_id.id,
                "tax_group_id": group.id,
                **values,
            }
        )

    def _amounts(self, order):
        return order.amount_untaxed, order.amount_tax, order.amount_total

    def _reductions(self, order):
        lines = order.order_line.filtered("reward_id")
        return sorted((line.tax_ids.mapped("name"), line.price_unit) for line in lines)

    def test_credit_takes_its_part_of_the_tax_away(self):
        ali = self.member("Ali")
        self.grant(ali, 5000, "credit")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_credit, ali, "credit")
        self.assertEqual(self._amounts(order), (350, 35, 385))
        order.action_confirm()
        self.assertEqual(self.available(ali, "credit"), 0)
        invoice = self.invoice(order)
        self.assertEqual(invoice.amount_tax, 35)

    def test_as_a_payment_it_leaves_the_tax(self):
        self.club.credit_program_id.club_use = "payment"
        ali = self.member("Ali")
        self.grant(ali, 5000, "credit")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_credit, ali, "credit")
        self.assertEqual(self._amounts(order), (350, 40, 390))

    def test_a_wallet_is_a_payment(self):
        ali = self.member("Ali")
        self.grant(ali, 5000, "wallet")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_wallet, ali, "wallet")
        self.assertEqual(self._amounts(order), (350, 40, 390))
        with self.assertRaises(ValidationError):
            self.club.wallet_program_id.club_use = "reduction"

    def test_prices_with_taxes_in_them_fall_by_the_credit(self):
        included = self._tax("VAT 10% in it", 10, price_include_override="tax_included")
        self.taxed.write({"taxes_id": included, "list_price": 440})
        ali = self.member("Ali")
        self.grant(ali, 5500, "credit")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_credit, ali, "credit")
        self.assertEqual(self._amounts(order), (350, 35, 385))

    def test_each_kind_of_tax_has_its_part(self):
        ali = self.member("Ali")
        self.grant(ali, 10001, "credit")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_credit, ali, "credit")
        order.order_line = [
            (0, 0, {"product_id": self.book.id, "product_uom_qty": 1}),
        ]
        order._update_programs_and_rewards()
        # 100.01 over 400 and 200: the last cent goes where more of it is missing.
        self.assertEqual(
            self._reductions(order),
            [(["VAT 10%"], -66.67), (["VAT 5%"], -33.34)],
        )
        cost = order.order_line.mapped("points_cost")
        self.assertEqual(sorted(cost), [0, 0, 0, 100.01])
        order.action_confirm()
        self.assertEqual(self.available(ali, "credit"), 0)
        self.assertEqual(self.kinds(ali)[-1], ("spend", -100.01))

    def test_more_credit_than_goods_makes_them_free(self):
        ali = self.member("Ali")
        self.grant(ali, 100000, "credit")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_credit, ali, "credit")
        self.assertEqual(self._amounts(order), (0, 0, 0))
        order.action_confirm()
        self.assertEqual(self.available(ali, "credit"), 100000 - 40000)

    def test_the_wallet_pays_what_credit_left(self):
        ali = self.member("Ali")
        self.grant(ali, 5000, "credit")
        self.grant(ali, 100000, "wallet")
        order = self.order(ali, self.taxed)
        self.claim(order, self.pay_wallet, ali, "wallet")
        self.claim(order, self.pay_credit, ali, "credit")
        self.assertEqual(order.amount_total, 0)
        order.action_confirm()
        self.assertEqual(self.available(ali, "credit"), 0)
        self.assertEqual(self.available(ali, "wallet"), 100000 - 38500)
