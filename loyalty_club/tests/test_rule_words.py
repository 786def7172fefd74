from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time, tagged

from .baskets import BasketCase
from .common import ClubCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestRuleWords(ClubCase):
    """What a shop in rial reads of its rules is what they give."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rial = cls.env.ref("base.IRR")
        rial.write({"active": True, "rounding": 0.01})  # as Odoo brings it
        shop = cls.new_company("Shop in Tehran")
        shop.currency_id = rial
        club = cls.env["loyalty.club"].with_company(shop)._create_first()
        cls.program = club.points_program_id
        cls.rule = cls.program.rule_ids
        cls.tea = cls.env["product.category"].create({"name": "Tea"})
        cls.money = "100,000\N{NO-BREAK SPACE}ریال"
        rial.write({"symbol": "ریال", "position": "after"})

    def new_rule(self, **values):
        return self.env["loyalty.rule"].create(
            {"program_id": self.program.id, **values}
        )

    def test_the_first_rule_and_reward(self):
        self.assertEqual(self.rule.club_sentence, f"1 point for each {self.money}")
        self.assertEqual(
            self.program.reward_ids.club_sentence,
            "1,000\N{NO-BREAK SPACE}ریال for each point",
        )

    def test_a_new_rule_begins_with_the_step_of_the_club(self):
        """Without it, one tea for 3,150,031 rial was 3,150,031 points."""
        rule = self.new_rule(reward_point_mode="money")
        self.assertEqual(rule.club_per_amount, 100_000)
        self.assertEqual(rule._club_rate() * 3_150_031 // 1, 31)
        own = self.new_rule(reward_point_mode="money", club_per_amount=5)
        self.assertEqual(own.club_per_amount, 5)
        rule.club_per_amount = 20_000
        rule.reward_point_amount = 2
        self.assertEqual(rule.club_per_amount, 20_000)

    def test_a_rule_added_on_the_screen(self):
        wish = self.env["loyalty.rule"].with_context(
            program_type="loyalty", default_club_per_amount=1
        )
        with Form(self.program) as program, program.rule_ids.new() as rule:
            rule.product_category_id = self.tea
            self.assertEqual(rule.club_per_amount, 100_000)
            self.assertEqual(
                rule.club_sentence, f"1 point for each {self.money} on Tea"
            )
        self.assertEqual(self.program.rule_ids[-1].club_per_amount, 100_000)
        created = wish.create({"program_id": self.program.id})
        self.assertEqual(created.club_per_amount, 100_000)

    def test_native_programs_and_wallets_keep_their_own(self):
        native = self.env["loyalty.program"].create({"name": "Native"})
        rule = self.env["loyalty.rule"].create({"program_id": native.id})
        self.assertEqual(rule.club_per_amount, 1)
        self.assertFalse(rule.club_sentence)
        wallet = self.program.club_id.wallet_program_id
        self.assertEqual(wallet.rule_ids.mapped("club_per_amount"), [1])
        self.assertFalse(any(wallet.reward_ids.mapped("club_sentence")))

    def test_sentences(self):
        on_tea = {"product_category_id": self.tea.id}
        for values, sentence in (
            (
                {"reward_point_amount": 5, "club_full_steps": True},
                f"5 points for each {self.money}, only whole steps",
            ),
            (
                {"club_full_price": True, **on_tea},
                f"1 point for each {self.money} on Tea, only lines at full price",
            ),
            (
                {"reward_point_mode": "unit", "club_cap_day": 3000},
                "1 point for each piece, at most 3,000 points a day",
            ),
            (
                {"reward_point_mode": "order", "reward_point_amount": 2.5},
                "2.5 points for each purchase",
            ),
            ({"club_mode": "multiply", **on_tea}, "Double points on Tea"),
            (
                {"club_mode": "multiply", "club_factor": 0, **on_tea},
                "No points on Tea",
            ),
            (
                {"club_mode": "multiply", "club_factor": 1.5},
                "1.5 times the points on everything",
            ),
            (
                {
                    "club_mode": "order",
                    "club_excluded_category_ids": [(6, 0, self.tea.ids)],
                },
                "1 point for each purchase, not on Tea",
            ),
        ):
            with self.subTest(sentence):
                rule = self.new_rule(**{"reward_point_mode": "money", **values})
                self.assertEqual(rule.club_sentence, sentence)

    def test_all_rules_in_one_sentence(self):
        self.new_rule(club_mode="multiply", product_category_id=self.tea.id)
        self.assertEqual(
            self.program.club_sentence,
            f"1 point for each {self.money}; double points on Tea",
        )

    def test_a_rule_that_gives_too_much_says_so(self):
        """1 point for each rial, at 1,000 rial for a point."""
        self.assertFalse(self.rule.club_warning)
        self.rule.club_per_amount = 1
        self.assertIn("100,000 %", self.rule.club_warning)
        self.rule.club_per_amount = 2000  # 50 %
        self.assertFalse(self.rule.club_warning)
        twice = self.new_rule(club_mode="multiply", club_factor=1.5)
        self.assertIn("75 %", twice.club_warning)

    def test_the_words_of_the_form_can_be_translated_each(self):
        """Not as one piece with their tags, which changes with every style."""
        view = self.env.ref("loyalty_club.rule_view_form")
        terms = set(view._fields["arch_db"].get_trans_terms(view.arch_db))
        self.assertLessEqual({"points for each", "times (0 gives nothing)"}, terms)

    def test_the_cards_say_nothing_else(self):
        """Odoo's "1.00 points per ریال spent" isn't on the card of a club's rule."""
        for model, native in (
            ("loyalty.rule", "reward_point_mode"),
            ("loyalty.reward", "point_name"),
        ):
            arch = self.env[model]._get_view(view_type="kanban")[0]
            for field in arch.xpath(f"//div//field[@name='{native}']"):
                hidden = field.xpath("ancestor::div[@invisible][1]/@invisible")
                self.assertIn(" or (club_", hidden[0])
            self.assertTrue(arch.xpath("//div/field[@name='club_sentence']"))


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestMultiply(BasketCase):
    """A rule may multiply what other rules give."""

    def test_double_and_nothing(self):
        on_tea = {"club_mode": "multiply", "product_ids": [(6, 0, self.tea.ids)]}
        basket = (self.tea, 1, 100), (self.cup, 1, 50)
        for factor, points in ((2, 250), (0, 50), (1.5, 200)):
            rules = self.rules({}, {**on_tea, "club_factor": factor})
            self.assertEqual(self.earned(*basket), points, factor)
        rules[1].club_mode = "money"
        self.assertEqual(self.earned(*basket), 250)

    def test_both_fields_say_the_same(self):
        rule = self.rules({"club_mode": "unit"})
        self.assertEqual(rule.reward_point_mode, "unit")
        rule.reward_point_mode = "order"
        self.assertEqual(rule.club_mode, "order")
        rule.club_mode = "multiply"
        self.assertEqual(self.earned((self.tea, 1, 100)), 0)
        rule.club_mode = "money"
        self.assertEqual(rule.reward_point_mode, "money")
        with Form(rule) as form:
            form.club_mode = "unit"
            self.assertEqual(form.reward_point_mode, "unit")

    def test_why_says_what_was_multiplied(self):
        self.rules({}, {"club_mode": "multiply", "product_ids": [(6, 0, self.tea.ids)]})
        purchase = self.record((self.tea, 1, 100), (self.cup, 1, 50))
        self.assertEqual(purchase.points, 250)
        self.assertEqual(
            purchase._why(),
            [
                "Club test points: 250 points for 150.00, at 1 for each 1, where Tea "
                "counts 2 times."
            ],
        )

    def test_a_factor_is_a_number_within_bounds(self):
        rules = self.rules({"club_mode": "multiply"})
        for factor in (-1, 1001, float("inf")):
            with self.subTest(factor):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    rules.club_factor = factor
                    self.env.flush_all()
                self.env.invalidate_all()
