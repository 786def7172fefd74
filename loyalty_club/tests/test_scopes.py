import random

from odoo.fields import Domain
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..scopes import BasketScopes, read_links
from .baskets import BasketCase

SEARCHES = (
    "[]",
    "[('name', 'ilike', 'a')]",
    "['|', ('list_price', '>', 5), ('all_product_tag_ids.name', '=', 'Eco')]",
    "[('categ_id', 'child_of', {food})]",
    "[('categ_id.name', '!=', 'Drinks')]",
    "[('product_tag_ids', 'in', [{eco}])]",
    "[('all_product_tag_ids', 'not in', [{eco}])]",
    "[('id', 'in', [{tea}, {cup}])]",
    "[('active', '=', True)]",
    "[('default_code', '=', False)]",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestScopes(BasketCase):
    """What rules are about: as Odoo says, and in as many statements for any number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Category = cls.env["product.category"]
        cls.wine = Category.create({"name": "Wine", "parent_id": cls.drinks.id})
        cls.tools = Category.create({"name": "Tools"})
        cls.tags = cls.env["product.tag"].create([{"name": "Eco"}, {"name": "New"}])
        eco, new = cls.tags
        cls.red = cls._product("Red", cls.wine, product_tag_ids=[(4, eco.id)])
        cls.saw = cls._product(
            "Saw", cls.tools, additional_product_tag_ids=[(4, new.id)]
        )
        cls.old = cls._product("Old", cls.drinks, product_tag_ids=[(4, new.id)])
        cls.goods = cls.bread | cls.tea | cls.cup | cls.red | cls.saw | cls.old
        cls.none = cls.env["product.product"]

    def lines(self, goods):
        basket = self.basket(*((product, 1, 10) for product in goods))
        return basket.lines

    def covered(self, rules, goods):
        """The products that each rule covers."""
        lines = self.lines(goods)
        scopes = BasketScopes(rules, lines, read_links(rules))
        for rule in rules:
            keys = scopes.covered(rule, self.none)
            yield (
                rule,
                self.none.union(
                    *(
                        product
                        for line, product in zip(lines, goods, strict=True)
                        if keys is None or line.key in keys
                    )
                ),
            )

    def random_scope(self, dice):
        """Values of a rule: each of Odoo's four ways, alone and together."""
        search = dice.choice(SEARCHES).format(
            food=self.food.id, eco=self.tags[0].id, tea=self.tea.id, cup=self.cup.id
        )
        some = dice.sample(self.goods.ids, dice.choice((0, 0, 1, 2)))
        categories = (False, False, self.food.id, self.drinks.id, self.wine.id)
        return {
            "product_ids": [(6, 0, some)],
            "product_category_id": dice.choice(categories),
            "product_tag_id": dice.choice((False, False, *self.tags.ids)),
            "product_domain": dice.choice(("[]", search)),
        }

    def test_as_odoo_says(self):
        """Of 200 scopes of any kind, for goods that are sold and that no longer are."""
        dice = random.Random(19)
        rules = self.rules(*(self.random_scope(dice) for _rule in range(200)))
        self.old.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        covered = dict(self.covered(rules, self.goods))
        sizes = set()
        for rule in rules:
            # Odoo's own search knows only goods that are still sold.
            sold = rule._get_valid_products() & self.goods
            also = self.none.with_context(active_test=False).search(
                Domain("id", "in", self.goods.ids) & rule._get_valid_product_domain()
            )
            self.assertEqual(
                covered[rule].filtered("active"), sold, rule.product_domain
            )
            self.assertEqual(set(covered[rule]), set(also), rule.product_domain)
            sizes.add(len(also))
        self.assertEqual(sizes, set(range(len(self.goods) + 1)), "all sizes were met")

    def test_what_is_left_out(self):
        dice = random.Random(20)
        values = [self.random_scope(dice) for _rule in range(60)]
        for value in values:
            out = dice.sample(self.goods.ids, dice.choice((0, 1, 2)))
            value["club_excluded_product_ids"] = [(6, 0, out)]
            above = dice.choice(([], [], self.drinks.ids, (self.wine | self.tools).ids))
            value["club_excluded_category_ids"] = [(6, 0, above)]
        rules = self.rules(*values)
        for rule, goods in self.covered(rules, self.goods):
            meant = rule._get_valid_products() & self.goods
            self.assertEqual(set(goods), set(meant - rule._club_excluded_products()))

    def test_drafts_say_what_they_would_be_about(self):
        """A draft has no rows to read: its own fields count."""
        rule = self.rules({"product_category_id": self.food.id})
        draft = self.env["loyalty.rule"].new(
            {
                "product_category_id": self.tools.id,
                "product_ids": [(6, 0, self.tea.ids)],
            },
            origin=rule,
        )
        lines = self.lines(self.goods)
        keys = BasketScopes(draft, lines).covered(draft, self.none)
        self.assertEqual(keys, {"1", "4"})  # tea and saw

    def test_a_broken_search_takes_no_other_along(self):
        good, bad, worse = self.rules(
            {"product_domain": "[('name', '=', 'Tea')]"},
            {"product_category_id": self.food.id},
            {"product_tag_id": self.tags[0].id},
        )
        for rule, domain in ((bad, "[('id', '=', 'tea')]"), (worse, "[('na")):
            self.env.cr.execute(
                "UPDATE loyalty_rule SET product_domain = %s WHERE id = %s",
                [domain, rule.id],
            )
        self.env.invalidate_all()
        with mute_logger("odoo.sql_db"):
            covered = dict(self.covered(good | bad | worse, self.goods))
        self.assertEqual(
            [set(goods) for goods in covered.values()], [{self.tea}, set(), set()]
        )

    # ------------------------------------------------------------------ statements

    def queries(self, count, scope):
        """Statements that a basket's scopes take, and those of its whole award."""
        rules = self.rules(*(scope(number) for number in range(count)))
        facts = self.basket((self.tea, 1, 10), (self.red, 2, 20), (self.saw, 1, 7))
        Purchase = self.env["loyalty.club.purchase"]
        taken = []
        for step in (
            lambda: BasketScopes(rules, facts.lines, read_links(rules)),
            lambda: Purchase._award(self.club, self.ali, facts),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            rules.mapped("product_category_id")  # what a rule is, not what it is about
            before = self.env.cr.sql_log_count
            step()
            taken.append(self.env.cr.sql_log_count - before)
        return taken

    def test_two_statements_whatever_the_number_of_rules(self):
        self.env["product.category"].flush_model()
        categories = self.env["product.category"].create(
            [{"name": f"C{number}", "parent_id": self.food.id} for number in range(50)]
        )
        kinds = {
            "category": lambda i: {"product_category_id": categories[i].id},
            "product": lambda i: {"product_ids": [(4, self.goods[i % 6].id)]},
            "tag": lambda i: {"product_tag_id": self.tags[i % 2].id},
            "left out": lambda i: {
                "club_excluded_category_ids": [(4, categories[i].id)]
            },
        }
        self.queries(1, kinds["product"])  # what Odoo's caches keep from now on
        for kind, scope in kinds.items():
            with self.subTest(kind):
                taken = [self.queries(count, scope) for count in (1, 10, 50)]
                self.assertEqual(taken, taken[:1] * 3)
                self.assertLessEqual(taken[0][0], 2)

    def test_searches_of_rules_share_one_statement(self):
        """Two more than without: they are run in a savepoint."""

        def scope(number):
            return {"product_domain": f"[('list_price', '>', {number})]"}

        self.queries(1, scope)  # what Odoo's caches keep from now on
        taken = [self.queries(count, scope) for count in (1, 10, 50)]
        self.assertEqual(taken, taken[:1] * 3)
        self.assertLessEqual(taken[0][0], 4)
