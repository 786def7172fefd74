"""Try it: a basket, its points and why, before anybody buys it."""

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time
from odoo.tools import html2plaintext

from .baskets import BasketCase
from .common import TwoCompaniesCase


@freeze_time("2026-03-10 09:00:00")
class TestTryIt(BasketCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for product, price in ((cls.tea, 10), (cls.bread, 4), (cls.cup, 25)):
            product.write({"list_price": price, "taxes_id": [(5, 0, 0)]})

    def opened(self, rule=None, user="manager", **changes):
        model = self.env["loyalty.club.try"].with_user(self.users[user])
        action = model.preview(self.club.id, rule.id if rule else 0, changes)
        self.assertEqual((action["res_model"], action["target"]), (model._name, "new"))
        return model.browse(action["res_id"])

    def tried(self, basket, *lines, **values):
        """What the screen says of a basket: points, and the text under it."""
        with Form(basket) as form:
            while len(form.line_ids):
                form.line_ids.remove(0)
            for name, value in values.items():
                form[name] = value
            for product, quantity, *rest in lines:
                with form.line_ids.new() as line:
                    line.product_id, line.quantity = product, quantity
                    for name, value in zip(("price", "discount"), rest, strict=False):
                        line[name] = value
            seen = form.points, html2plaintext(form.why_html or "")
        self.env.invalidate_all()
        self.assertEqual(basket.points, seen[0])
        return seen

    def test_a_basket_with_prices_proposed(self):
        self.rules({"club_per_amount": 10}, {"reward_point_mode": "order"})
        basket = self.opened()
        self.assertFalse(basket.why_html)
        points, why = self.tried(basket, (self.tea, 3), (self.cup, 1))
        self.assertEqual(points, 5 + 1)
        self.assertIn("5 points for 55.00, at 1 for each 10.", why)
        self.assertIn("€", why)
        self.assertIn("1 points for the purchase.", why)
        self.assertEqual(
            basket.summary.replace("\N{NO-BREAK SPACE}", " "),
            "6 points for 55.00 €: worth 0.06 €, 0.109 % of it.",
        )

    def test_it_says_what_the_sale_then_gives(self):
        """With a tier, exclusions, factors and limits: word for word the same."""
        self.ali.tier_id = self.env["loyalty.club.tier"].create(
            {
                "club_id": self.club.id,
                "name": "Silver",
                "code": "silver",
                "threshold": 0,
                "multiplier": 1.5,
            }
        )
        self.rules(
            {
                "club_excluded_product_ids": [(6, 0, self.bread.ids)],
                "club_cap_day": 100,
            },
            {"club_mode": "multiply", "product_ids": [(6, 0, self.tea.ids)]},
        )
        self.record((self.cup, 1, 20))
        basket = self.opened()
        points, why = self.tried(
            basket, (self.tea, 3), (self.bread, 2), (self.cup, 1), member_id=self.ali
        )
        sale = self.record((self.tea, 3, 30), (self.bread, 2, 8), (self.cup, 1, 25))
        self.assertEqual(points, sale.points)
        self.assertEqual(why, html2plaintext(sale.why_html))
        for part in ("counts 2 times", "times 1.5 for Silver", "the limit leaves 70"):
            self.assertIn(part, why)
        # Somebody new has neither the tier nor anything used of the limit.
        points, why = self.tried(basket, (self.tea, 3), member_id=self.ali.browse())
        self.assertEqual(points, 60)
        self.assertNotIn("Silver", why)

    def test_no_rule_gives_points(self):
        self.rules({"minimum_amount": 1000})
        points, why = self.tried(self.opened(), (self.tea, 1))
        self.assertEqual(points, 0)
        self.assertIn("No rule gives points for it.", why)

    def test_discounts_taxes_and_the_day(self):
        tax = self.env["account.tax"].create(
            {
                "name": "10 %",
                "amount": 10,
                "company_id": self.company.id,
                "country_id": self.company.country_id.id,
                "tax_group_id": self.env["account.tax.group"]
                .create({"name": "VAT", "company_id": self.company.id})
                .id,
            }
        )
        self.tea.taxes_id = tax
        self.rules({})
        basket = self.opened()
        self.assertEqual(self.tried(basket, (self.tea, 10, 20, 50))[0], 110)
        self.rules({"club_base_tax": "excl", "club_base_discount": "before"})
        self.assertEqual(self.tried(basket, (self.tea, 10, 20, 50))[0], 200)
        self.rules({"club_full_price": True})
        self.assertEqual(self.tried(basket, (self.tea, 10, 20, 50))[0], 0)
        self.assertEqual(self.tried(basket, (self.tea, 10, 20))[0], 220)
        self.program.date_to = "2026-03-11"
        later = "2026-03-12 10:00:00"
        self.assertEqual(self.tried(basket, (self.tea, 10, 20), moment=later)[0], 0)

    def test_a_rule_that_isnt_saved_yet(self):
        rule = self.rules({})
        basket = self.opened(
            rule, reward_point_amount=3, product_ids=[(4, self.tea.id)]
        )
        self.assertEqual(basket.line_ids.product_id, self.tea)
        self.assertEqual(basket.points, 30)
        self.assertIn("3 points for each", basket.rule_sentence)
        self.assertEqual(self.tried(basket, (self.tea, 2), (self.cup, 1))[0], 60)
        self.assertEqual(rule.reward_point_amount, 1)
        new = self.opened(club_mode="order", reward_point_amount=7, minimum_qty=0)
        self.assertEqual(self.tried(new, (self.cup, 1))[0], 25 + 7)
        self.assertEqual(self.program.rule_ids, rule)

    def test_nothing_is_written(self):
        rule = self.rules({})
        before = self.books()
        purchases = self.env["loyalty.club.purchase"].search_count([])
        self.tried(self.opened(rule), (self.tea, 2), member_id=self.ali)
        self.assertEqual(self.books(), before)
        self.assertEqual(self.env["loyalty.club.purchase"].search_count([]), purchases)

    def test_only_managers(self):
        for kind in ("desk", "auditor", "integration", "internal", "seller"):
            with self.subTest(kind), self.assertRaises(AccessError):
                self.opened(user=kind)

    def test_changes_that_are_no_rule(self):
        """Also where they are written into the dialog by hand."""
        basket = self.opened(self.rules({}))
        basket.changes = {"reward_point_amount": -5}
        with self.assertClubError("invalid_payload"):
            basket.read(["points"])


@freeze_time("2026-03-10 09:00:00")
class TestTryItCompanies(TwoCompaniesCase):
    def test_a_branch_tries_its_club_s_rules_and_no_other_s(self):
        branch = self.user(
            "branch-manager", "loyalty_club.group_manager", companies=self.north_1
        )
        product = self.env["product.product"].create(
            {"name": "Tea", "list_price": 200, "taxes_id": [(5, 0, 0)]}
        )
        model = self.env["loyalty.club.try"].with_user(branch)
        basket = model.browse(model.preview(self.club.id, 0, {})["res_id"])
        member = self.member("North")
        with Form(basket) as form:
            form.member_id = member
            with form.line_ids.new() as line:
                line.product_id = product
            self.assertEqual(form.points, 200)
        with self.assertRaises(AccessError):
            model.preview(self.south_club.id, 0, {})
        foreign = self.member("South", club=self.south_club)
        with self.assertRaises(AccessError):
            basket.member_id = foreign
            basket.flush_recordset()
            self.env.invalidate_all()
            basket.read(["points", "why_html"])
