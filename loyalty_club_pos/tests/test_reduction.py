"""Promotional credit reduces prices: what it costs, earns and gives back."""

from odoo.tests import tagged

from .common import TillCase


@tagged("post_install", "-at_install")
class TestReduction(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls.club.credit_program_id.reward_ids[0]
        cls.ali = cls.member("Ali")
        cls.vat = cls.env["account.tax"].create(
            {
                "name": "VAT 10%",
                "amount": 10,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "country_id": cls.company.country_id.id,
                "tax_group_id": cls.env["account.tax.group"]
                .create({"name": "VAT", "country_id": cls.company.country_id.id})
                .id,
            }
        )
        cls.samovar = cls.product("Samovar", 400, taxes_id=[(6, 0, cls.vat.ids)])

    def reduction(self, amount, cost, **values):
        """The line that a till sends for a reduction of goods with VAT."""
        line = self.reward_line(self.ali, self.credit, amount, cost)
        terms = self.line(
            self.credit.discount_line_product_id, 1, -amount, taxes=self.vat
        )
        amounts = ("tax_ids", "price_subtotal", "price_subtotal_incl")
        return {**line, **{name: terms[name] for name in amounts}, **values}

    def buy(self, *lines, held=0, uuid="basket-1"):
        if held:
            self.assertEqual(
                self.hold(uuid, self.ali, {"credit": held})["status"], "held"
            )
        return self.sell(self.ali, [self.line(self.samovar), *lines], uuid=uuid)

    def test_what_a_till_loads_says_that_credit_reduces_prices(self):
        fields = self.env["loyalty.program"]._load_pos_data_fields(self.till)
        self.assertIn("club_use", fields)
        self.assertEqual(self.club.credit_program_id.club_use, "reduction")
        self.assertEqual(self.club.wallet_program_id.club_use, "payment")

    def test_credit_costs_what_comes_off_the_prices_not_the_taxes(self):
        self.grant(self.ali, 5000, "credit")
        order = self.buy(self.reduction(50, 50), held=50)
        self.assertEqual((order.amount_tax, order.amount_total), (35, 385))
        self.assertEqual(order.club_receipt["spent"], {"credit": 50.0})
        self.assertEqual(self.available(self.ali, "credit"), 0)
        self.assertClean()

    def test_a_line_that_takes_more_off_than_its_terms_costs_all_of_it(self):
        # The terms say 10.00 and its tax, the amounts 50.00.
        self.grant(self.ali, 6000, "credit")
        forged = self.reduction(50, 10, price_unit=-10)
        self.buy(forged, held=60)
        # 55.00 less a cent, which rounding is allowed.
        self.assertEqual(self.available(self.ali, "credit"), 6000 - 5499)
        self.assertTrue(self.exceptions("reward"))

    def test_it_comes_back_with_the_goods(self):
        self.grant(self.ali, 5000, "credit")
        order = self.buy(self.reduction(50, 50), held=50)
        self.refund(order)
        self.assertEqual(self.available(self.ali, "credit"), 5000)
        self.assertEqual(self.available(self.ali), 0)
        self.assertLedgerAgrees()

    def test_the_goods_earn_for_what_was_left_of_their_price(self):
        self.grant(self.ali, 5000, "credit")
        order = self.buy(self.reduction(50, 50), held=50)
        purchase = self.env["loyalty.club.purchase"].search([("key", "=", order.uuid)])
        self.assertEqual(purchase.line_ids.mapped("untaxed"), [350])
        self.assertEqual(purchase.line_ids.mapped("total"), [385])
