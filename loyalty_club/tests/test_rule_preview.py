"""What a changed rule would have given: by the engine, in memory, and before saving."""

from datetime import datetime

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time

from ..wizard import rule_preview
from .baskets import BasketCase
from .common import TwoCompaniesCase


@freeze_time("2026-03-10 09:00:00")
class TestRulePreview(BasketCase):
    def preview(self, rule=None, user="manager", **changes):
        model = self.env["loyalty.club.rule.preview"].with_user(self.users[user])
        action = model.preview(self.club.id, rule.id if rule else 0, changes)
        self.assertEqual((action["res_model"], action["target"]), (model._name, "new"))
        return model.browse(action["res_id"])

    def told(self, preview):
        return (
            preview.purchase_count,
            preview.touched_count,
            preview.member_count,
            preview.old_points,
            preview.new_points,
        )

    def bought(self, member, *lines, moment=None):
        return self.env["loyalty.club.purchase"]._record(
            self.club, member, self.basket(*lines, moment=moment)
        )

    # ------------------------------------------------------------------ the same engine

    def settings(self):
        """Rules of every setting; drafts of them have to earn as they do."""
        tag = self.env["product.tag"].create({"name": "Green"})
        self.tea.product_tag_ids = tag
        silver = self.env["loyalty.club.tier"].create(
            {
                "club_id": self.club.id,
                "name": "Silver",
                "code": "silver",
                "threshold": 0,
                "multiplier": 1.5,
            }
        )
        self.ali.tier_id = silver
        return (
            {},
            {"reward_point_amount": 0.1},
            {"club_per_amount": 250, "reward_point_amount": 5, "club_full_steps": True},
            {"club_mode": "order", "reward_point_amount": 25},
            {"club_mode": "unit", "reward_point_amount": 2},
            {"product_ids": [(6, 0, self.tea.ids)]},
            {"product_category_id": self.food.id},
            {"product_tag_id": tag.id},
            {"product_domain": "[('name', '=', 'Cup')]"},
            {"club_excluded_product_ids": [(6, 0, self.cup.ids)]},
            {"club_excluded_category_ids": [(6, 0, self.food.ids)]},
            {"club_tier_ids": [(6, 0, silver.ids)]},
            {"minimum_amount": 200},
            {"minimum_qty": 4},
            {"club_rounding": "up", "club_multiplied": False},
            {"club_base_tax": "excl", "club_base_discount": "before"},
            {"club_full_price": True},
            {"club_cap_purchase": 40},
            {"club_cap_day": 100},
            {"club_cap_month": 150},
        )

    def test_a_draft_earns_as_the_saved_rule_does(self):
        """In the place of another rule, and as a new one: on the same baskets."""
        lines = ((self.tea, 3, 107.99), (self.bread, 1, 50), (self.cup, 2, 310))
        Purchase = self.env["loyalty.club.purchase"]
        model = self.env["loyalty.club.rule.preview"].with_user(self.users["manager"])
        for values in self.settings():
            with self.subTest(values):
                saved = self.rules(values)
                facts = self.basket(*lines)
                expected = Purchase._award(self.club, self.ali, facts)
                as_before = {
                    "club_mode": "money", "reward_point_amount": 1,
                    "minimum_qty": 0, "minimum_amount": 0,
                }  # fmt: skip
                changes = {**as_before, **values}
                plain = self.rules({"club_cap_purchase": 1})
                _rule, _draft, rules = model._rules(
                    self.club, plain.id, {"club_cap_purchase": 0, **changes}
                )
                drafted = Purchase._award(self.club, self.ali, facts, rules)
                self.assertEqual(drafted.points, expected.points)
                self.assertEqual(drafted.by_line, expected.by_line)
                plain.unlink()
                _rule, _draft, rules = model._rules(self.club, 0, changes)
                drafted = Purchase._award(self.club, self.ali, facts, rules)
                self.assertEqual(drafted.points, expected.points)
                self.assertFalse(saved.exists())

    def test_the_rules_of_now_give_what_was_given(self):
        """Negative control of the comparison: purchases earn again what they earned."""
        for values in self.settings():
            with self.subTest(values):
                self.rules(
                    values,
                    {
                        "club_mode": "multiply",
                        "club_factor": 3,
                        "product_ids": [(6, 0, self.bread.ids)],
                    },
                )
                sara = self.member("Sara")
                sara.tier_id = self.ali.tier_id
                sales = self.env["loyalty.club.purchase"]
                for day in (2, 2, 9):
                    moment = datetime(2026, 3, day, 9)
                    with freeze_time(moment):
                        sales += self.bought(
                            sara,
                            (self.tea, 3, 107.99),
                            (self.bread, 0.5, 50),
                            (self.cup, 2, 310),
                            moment=moment,
                        )
                self.env.invalidate_all()
                supposed = sales._supposed(self.program.rule_ids)
                self.assertEqual(
                    [supposed[sale] for sale in sales], sales.mapped("points")
                )

    # ------------------------------------------------------------------ the dialog

    def test_totals_winners_and_losers(self):
        rule = self.rules({"club_per_amount": 10})
        sara = self.member("Sara")
        self.bought(self.ali, (self.tea, 1, 100))
        self.bought(self.ali, (self.cup, 1, 300))
        self.bought(sara, (self.cup, 1, 500))
        preview = self.preview(rule, product_ids=[(4, self.tea.id)], club_per_amount=5)
        self.assertEqual(self.told(preview), (3, 3, 2, 90, 20))
        self.assertEqual(
            [
                (line.member_id, line.old_points, line.new_points, line.difference)
                for line in preview.member_ids
            ],
            [(self.ali, 40, 20, -20), (sara, 50, 0, -50)],
        )
        self.assertEqual(preview.total, 900)
        # A point is worth a hundredth of a euro: 0.90 and 0.20 of 900.
        self.assertAlmostEqual(preview.old_share, 0.001)
        self.assertAlmostEqual(preview.new_share, 0.2 / 900, 4)
        self.assertEqual(preview.before, "1 point for each 10\N{NO-BREAK SPACE}€")
        self.assertEqual(preview.after, "1 point for each 5\N{NO-BREAK SPACE}€ on Tea")
        self.assertEqual(preview.scope, "All 3 purchases of the last 90 days")

    def test_a_new_rule_multiplies_what_others_give(self):
        self.rules({})
        self.bought(self.ali, (self.tea, 1, 100), (self.cup, 1, 10))
        changes = {"club_mode": "multiply", "product_ids": [(4, self.tea.id)]}
        preview = self.preview(**changes, club_factor=0)
        self.assertEqual(self.told(preview), (1, 1, 1, 110, 10))
        self.assertEqual(preview.before, "Nothing: the rule is new")
        self.assertEqual(preview.after, "No points on Tea")
        preview = self.preview(**changes, club_factor=2)
        self.assertEqual(self.told(preview), (1, 1, 1, 110, 210))

    def test_a_shop_that_sold_nothing_is_told_so(self):
        rule = self.rules({})
        self.bought(self.ali, (self.tea, 1, 100), moment=datetime(2025, 12, 1))
        preview = self.preview(rule, reward_point_amount=3)
        self.assertEqual(self.told(preview), (0, 0, 0, 0, 0))

    def test_what_came_back_whole_isnt_counted(self):
        rule = self.rules({})
        sale = self.bought(self.ali, (self.tea, 1, 100))
        self.bought(self.ali, (self.tea, 2, 50))
        sale._return(None, source="door", key="all", moment=fields.Datetime.now())
        self.assertEqual(
            self.told(self.preview(rule, reward_point_amount=3)), (1, 1, 1, 50, 150)
        )

    def test_it_is_the_newest_that_count_and_it_says_so(self):
        rule = self.rules({})
        for total in (1000, 10, 20):
            self.bought(self.ali, (self.tea, 1, total))
        self.patch(rule_preview, "MOST", 2)
        preview = self.preview(rule, reward_point_amount=2)
        self.assertEqual(self.told(preview), (2, 2, 1, 30, 60))
        self.assertEqual(preview.scope, "The newest 2 purchases of the last 90 days")

    def test_only_the_most_touched_are_shown(self):
        rule = self.rules({"product_ids": [(6, 0, self.tea.ids)]})
        self.patch(rule_preview, "SHOWN", 1)
        members = self.members(4)
        for member, product in zip(
            members, (self.tea, self.tea, self.cup, self.cup), strict=True
        ):
            self.bought(member, (product, 1, 100 + member.id % 7))
        preview = self.preview(rule, product_ids=[(3, self.tea.id), (4, self.cup.id)])
        self.assertEqual(preview.member_count, 4)
        self.assertEqual(len(preview.member_ids), 2)
        self.assertGreater(preview.member_ids[0].difference, 0)
        self.assertLess(preview.member_ids[1].difference, 0)
        all_gain = self.preview(rule, reward_point_amount=2)
        self.assertEqual(len(all_gain.member_ids), 1)

    # ------------------------------------------------------------------ the form

    def test_the_form_says_what_was(self):
        rule = self.rules({"club_per_amount": 10})
        was = "1 point for each 10\N{NO-BREAK SPACE}€"
        with Form(self.program) as program, program.rule_ids.edit(0) as line:
            line.club_per_amount = 5
            self.assertFalse(line.club_was, "nobody has points by it yet")
            line.club_per_amount = 10
        self.bought(self.ali, (self.tea, 1, 100))
        self.env.invalidate_all()
        self.assertFalse(rule.club_was)
        with Form(self.program) as program, program.rule_ids.edit(0) as line:
            self.assertFalse(line.club_was)
            line.club_rounding = "up"
            self.assertEqual(line.club_was, was)
            line.club_rounding = "down"
            self.assertFalse(line.club_was)
            line.product_ids.add(self.tea)
            self.assertEqual(line.club_was, was)

    # ------------------------------------------------------------------ nothing written

    def test_nothing_is_written(self):
        rule = self.rules({})
        self.bought(self.ali, (self.tea, 1, 100))
        self.env.flush_all()
        before, notes = self.books(), len(self.club.message_ids)
        self.preview(rule, reward_point_amount=3, product_ids=[(4, self.tea.id)])
        self.preview(club_mode="order", reward_point_amount=3)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.books(), before)
        self.assertEqual(self.program.rule_ids, rule)
        self.assertEqual((rule.reward_point_amount, rule.product_ids.ids), (1, []))
        self.assertEqual(len(self.club.message_ids), notes)

    # ------------------------------------------------------------------ refused

    def test_what_is_no_rule_is_refused(self):
        rule = self.rules({})
        for changes in (
            {"club_mode": "all"},
            {"reward_point_amount": "3"},
            {"reward_point_amount": -1},
            {"reward_point_amount": float("inf")},
            {"club_cap_day": -1},
            {"club_full_steps": 1},
            {"product_ids": [(0, 0, {"name": "New"})]},
            {"product_ids": [(1, self.tea.id, {"name": "New"})]},
            {"product_ids": [(4, 2**30)]},
            {"product_category_id": "Food"},
            {"product_domain": {}},
        ):
            with self.subTest(changes), self.assertClubError("invalid_payload"):
                self.preview(rule, **changes)
        with self.assertRaises(ValidationError):
            self.preview(rule, product_domain="[('nothing', '=', 1)]")
        # What else stands on the form doesn't decide over points.
        self.preview(rule, program_id=1, company_id=1, code="X", mode="with_code")
        wallet = self.club.wallet_program_id.rule_ids[:1]
        other = self.new_club("other", self.company).points_program_id.rule_ids
        for foreign in (wallet, other):
            with self.assertClubError("invalid_payload"):
                self.preview(foreign)

    def test_only_managers(self):
        rule = self.rules({})
        for kind in ("desk", "auditor", "integration", "internal", "seller"):
            with self.subTest(kind), self.assertRaises(AccessError):
                self.preview(rule, kind, reward_point_amount=2)

    # ------------------------------------------------------------------ many

    def test_as_many_statements_for_a_hundred_as_for_one(self):
        rule = self.rules(
            {"product_category_id": self.food.id, "club_cap_day": 1000},
            {"club_mode": "multiply", "product_ids": [(6, 0, self.tea.ids)]},
        )[0]
        self.bought(self.ali, (self.tea, 1, 100))
        counts = []
        for number in (1, 1, 100):
            for member in self.members(number):
                self.bought(member, (self.tea, 1, 100), (self.cup, 1, 5))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.preview(rule, reward_point_amount=2)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])  # the first reads rights, once for all
        self.assertLess(counts[2], 60)


@freeze_time("2026-03-10 09:00:00")
class TestRulePreviewCompanies(TwoCompaniesCase):
    def test_a_branch_counts_all_branches_of_its_club_and_no_other(self):
        branch = self.user(
            "branch-manager", "loyalty_club.group_manager", companies=self.north_1
        )
        rule = self.club.points_program_id.rule_ids
        for club, company in (
            (self.club, self.north_1),
            (self.club, self.north_2),
            (self.south_club, self.south_1),
        ):
            member = self.member(company.name, club=club)
            self.purchase(member, company_id=company.id)
        model = self.env["loyalty.club.rule.preview"].with_user(branch)
        action = model.preview(self.club.id, rule.id, {"reward_point_amount": 2})
        preview = model.browse(action["res_id"])
        self.assertEqual(preview.purchase_count, 2)
        theirs = self.south_club.points_program_id.rule_ids
        with self.assertRaises(AccessError):
            model.preview(self.south_club.id, theirs.id, {})
        with self.assertClubError("invalid_payload"):
            model.preview(self.club.id, theirs.id, {})
        other = self.user("other", "loyalty_club.group_manager", companies=self.north)
        self.assertFalse(preview.with_user(other).has_access("read"))
