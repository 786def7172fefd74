from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .baskets import BasketCase

# Nobody ever parsed, checked or ran these: an addon is gone, or a person typed them.
BROKEN = (
    "[('gone_field', '=', 1)]",
    "[('categ_id.gone_field', '=', 1)]",
    "[('name', '=', ",
    "name = 'Tea'",
    "[('id', '=', 'tea')]",
    "[(1, '=', 1), 7]",
    "[('name', 'sounds like', 'Tea')]",
    "{'name': 'Tea'}",
    "uid",
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestManagedPrograms(BasketCase):
    """What the ledger stands on can't be taken away, nor stop a sale."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.users["manager"]
        # Who keeps products, and whoever else Odoo lets archive a program.
        cls.manager.group_ids += cls.env.ref("product.group_product_manager")
        cls.env["ir.model.access"].create(
            {
                "name": "programs, all of it",
                "model_id": cls.env["ir.model"]._get_id("loyalty.program"),
                "group_id": cls.env.ref("loyalty_club.group_manager").id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
        )
        cls.wallet = cls.club.wallet_program_id
        cls.credit = cls.club.credit_program_id
        cls.top_up = cls._product("Top-up")
        cls.wallet.rule_ids.product_ids = cls.top_up

    def assertStays(self, records, method, *args):
        """A manager's call is refused with a sentence, and changes nothing."""
        with (
            self.assertRaisesRegex(UserError, "can't be|can not delete"),
            self.env.cr.savepoint(),
        ):
            getattr(records.with_user(self.manager), method)(*args)
        self.env.invalidate_all()
        self.assertTrue(all(records.exists().mapped("active")))
        self.assertEqual(records.exists(), records)

    def test_programs_stay(self):
        for program in self.club.program_ids:
            self.assertStays(program, "write", {"active": False})
            self.assertStays(program, "action_archive")
            self.assertStays(program, "unlink")
            self.assertStays(
                program, "write", {"currency_id": self.env.ref("base.USD")}
            )

    def test_they_stay_for_code_that_may_everything_too(self):
        """Odoo's own wizards raise rights; they can't delete one either."""
        self.program.active = False
        with self.assertRaisesRegex(UserError, "can't be"):
            self.program.unlink()

    def test_programs_of_nobody_are_as_before(self):
        program = self.env["loyalty.program"].create(
            {
                "name": "Native",
                "program_type": "loyalty",
                "company_id": self.company.id,
                "rule_ids": [(0, 0, {"product_domain": "[('gone_field', '=', 1)]"})],
                "reward_ids": [(0, 0, {})],
            }
        )
        program.with_user(self.manager).action_archive()
        program.with_user(self.manager).unlink()
        self.assertFalse(program.exists())

    def test_the_wallets_rule_and_rewards_stay(self):
        other = self.credit.rule_ids or self.program.rule_ids
        for call in (
            ("write", {"active": False}),
            ("action_archive",),
            ("unlink",),
            ("write", {"program_id": self.program.id}),
        ):
            self.assertStays(self.wallet.rule_ids, *call)
            self.assertStays(self.wallet.reward_ids, *call)
            self.assertStays(self.credit.reward_ids, *call)
        self.assertStays(self.wallet, "write", {"rule_ids": [(5, 0, 0)]})
        # What earns is the manager's to say.
        other.with_user(self.manager).action_archive()
        extra = self.program.reward_ids.copy()
        extra.with_user(self.manager).action_archive()
        extra.with_user(self.manager).unlink()

    def test_products_that_the_ledger_needs_stay(self):
        booked = self.wallet.reward_ids.discount_line_product_id
        for product in (self.top_up, booked):
            for record in (product, product.product_tmpl_id):
                self.assertStays(record, "action_archive")
                self.assertStays(record, "unlink")
        self.tea.with_user(self.manager)._club_refuse_end()  # free to go

    # ------------------------------------------------------------------ sound rules

    def test_a_broken_domain_is_refused(self):
        rules = self.rules({}).with_user(self.manager)
        rewards = self.program.reward_ids.with_user(self.manager)
        for domain in BROKEN:
            with self.subTest(domain), mute_logger("odoo.sql_db"):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    rules.product_domain = domain
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    rewards.discount_product_domain = domain
        rules.product_domain = "[('categ_id.name', '=', 'Drinks')]"
        self.assertEqual(self.earned((self.tea, 1, 10), (self.cup, 1, 7)), 10)

    def test_numbers_that_are_none_are_refused(self):
        rules = self.rules({}).with_user(self.manager)
        rewards = self.program.reward_ids.with_user(self.manager)
        for number in (float("inf"), float("nan"), 1e15):
            for record, field in (
                (rules, "reward_point_amount"),
                (rules, "club_per_amount"),
                (rules, "minimum_amount"),
                (rewards, "discount"),
                (rewards, "required_points"),
            ):
                with self.subTest(f"{field} {number}"):
                    try:
                        with self.env.cr.savepoint():
                            record[field] = number
                    except (ValidationError, ValueError, OverflowError) as error:
                        refused = error
                    else:
                        refused = None
                    self.assertTrue(refused)
                self.env.invalidate_all()

    def break_rule(self, rule, **values):
        """As it was saved before anybody checked, or broke by itself."""
        self.env.flush_all()
        for column, value in values.items():
            self.env.cr.execute(
                f"UPDATE loyalty_rule SET {column} = %s WHERE id = %s",
                [value, rule.id],
            )
        self.env.invalidate_all()

    def test_one_broken_rule_is_skipped_and_shown(self):
        good, bad = self.rules({}, {"reward_point_amount": 5})
        cases = [{"product_domain": domain} for domain in BROKEN]
        cases += [
            {"product_domain": "[]", "reward_point_amount": float("inf")},
            {"reward_point_amount": 1, "minimum_amount": "NaN"},
        ]
        for case in cases:
            with self.subTest(str(case)):
                self.break_rule(bad, **case)
                self.assertEqual(self.earned((self.tea, 1, 10)), 10)
                for shown in (
                    bad.club_problem,
                    self.program.with_user(self.manager).club_problem,
                    self.club.with_user(self.manager).problem,
                ):
                    self.assertIn("is skipped", shown)
        self.assertFalse(good.club_problem)

    def test_a_sale_lists_what_it_skips_once(self):
        _good, bad = self.rules({}, {"reward_point_amount": 5})
        self.break_rule(bad, product_domain=BROKEN[0])
        for _sale in range(2):
            self.assertEqual(self.record((self.tea, 1, 10)).points, 10)
        listed = self.env["loyalty.club.exception"].search(
            [("club_id", "=", self.club.id)]
        )
        self.assertEqual((listed.kind, listed.state), ("rule", "open"))
        self.assertIn(BROKEN[0], listed.message)
        bad.product_domain = "[]"
        self.assertEqual(listed.state, "done")

    def test_an_archived_program_stops_nothing(self):
        """It can't be archived any more, but somewhere it may be."""
        self.program.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.record((self.tea, 1, 10)).points, 0)
        babak = self.member("Babak")
        self.grant(babak, 5)
        self.assertEqual(self.available(babak), 5)
        self.assertIn("archived", self.club.problem)
