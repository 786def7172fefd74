from datetime import datetime
from decimal import Decimal

from odoo import fields
from odoo.tests import freeze_time, tagged

from .baskets import BasketCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestEarningRules(BasketCase):
    """Every setting of a rule, by numbers that were worked out by hand."""

    # ------------------------------------------------------------------ what counts

    def test_by_money(self):
        self.rules({})
        self.assertEqual(self.earned((self.tea, 1, 107.99)), 107)

    def test_by_money_for_each_ten(self):
        self.rules({"club_per_amount": 10})
        self.assertEqual(self.earned((self.tea, 1, 109.99)), 10)

    def test_a_rate_of_a_tenth_is_exact(self):
        """T11: a thousand tenths are a hundred, not 99.9999999999986."""
        self.rules({"reward_point_amount": 0.1})
        self.assertEqual(self.earned((self.tea, 1, 1000)), 100)

    def test_by_order(self):
        self.rules({"reward_point_mode": "order", "reward_point_amount": 25})
        self.assertEqual(self.earned((self.tea, 3, 30), (self.cup, 1, 5)), 25)

    def test_by_piece(self):
        self.rules({"reward_point_mode": "unit", "reward_point_amount": 2})
        # 3.75 pieces, two points each, rounded down once.
        self.assertEqual(self.earned((self.tea, 3, 30), (self.bread, 0.75, 5)), 7)

    def test_several_rules_add_up(self):
        self.rules(
            {},
            {"product_ids": [(6, 0, self.tea.ids)], "reward_point_amount": 2},
            {"reward_point_mode": "order", "reward_point_amount": 5},
        )
        self.assertEqual(self.earned((self.tea, 1, 10), (self.cup, 1, 7)), 17 + 20 + 5)

    def test_a_return_in_the_basket_earns_nothing(self):
        self.rules({})
        self.assertEqual(self.earned((self.tea, 1, -10)), 0)

    def test_a_discount_line_lowers_what_counts_and_is_no_piece(self):
        lines = ((self.tea, 2, 50), (None, 1, -8.5))
        self.rules({})
        self.assertEqual(self.earned(*lines), 41)
        self.rules({"reward_point_mode": "unit", "reward_point_amount": 1})
        self.assertEqual(self.earned(*lines), 2)

    # ------------------------------------------------------------------ base, rounding

    def test_base_before_or_after_discount_with_or_without_tax(self):
        line = (self.tea, 2, 176)
        amounts = {
            "untaxed": 160,
            "total_before_discount": 220,
            "untaxed_before_discount": 200,
        }
        for discount, tax, points in (
            ("after", "incl", 176),
            ("after", "excl", 160),
            ("before", "incl", 220),
            ("before", "excl", 200),
        ):
            self.rules({"club_base_discount": discount, "club_base_tax": tax})
            facts = self.basket()
            facts.lines = [self._line("1", *line, **amounts)]
            award = self.env["loyalty.club.purchase"]._award(self.club, self.ali, facts)
            self.assertEqual(award.points, points, (discount, tax))

    def test_rounding(self):
        for rounding, total, points in (
            ("down", 10.99, 10),
            ("nearest", 10.49, 10),
            ("nearest", 10.50, 11),
            ("up", 10.01, 11),
            ("up", 10.00, 10),
        ):
            self.rules({"club_rounding": rounding})
            self.assertEqual(self.earned((self.tea, 1, total)), points, rounding)

    def test_the_basket_is_rounded_and_not_its_lines(self):
        self.rules({})
        self.assertEqual(self.earned(*[(self.tea, 1, 0.5)] * 5), 2)

    def test_full_steps_only(self):
        """5 points for each 250: 300 gives 5, and linear it would be 6."""
        rule = {"reward_point_amount": 5, "club_per_amount": 250}
        self.rules(rule)
        self.assertEqual(self.earned((self.tea, 1, 300)), 6)
        self.rules({**rule, "club_full_steps": True})
        for total, points in ((249.99, 0), (250, 5), (300, 5), (499.99, 5), (500, 10)):
            self.assertEqual(self.earned((self.tea, 1, total)), points, total)
        # It is the basket that has steps, not its lines.
        self.assertEqual(self.earned((self.tea, 1, 249.99), (self.cup, 1, 0.01)), 5)

    def test_full_steps_come_back_as_they_were_given(self):
        self.rules(
            {
                "reward_point_amount": 5,
                "club_per_amount": 250,
                "club_full_steps": True,
            }
        )
        purchase = self.record((self.tea, 3, 800))
        self.assertEqual(purchase.points, 15)
        options = {"source": "door", "moment": fields.Datetime.now()}
        taken = [
            purchase._return({"0": Decimal(1)}, key=str(n), **options).points
            for n in range(3)
        ]
        self.assertEqual(taken, [-5, -5, -5])

    def test_full_price_lines_only(self):
        self.rules({"club_full_price": True})
        facts = self.basket()
        facts.lines = [
            self._line("1", self.tea, 1, 10),
            self._line("2", self.cup, 1, 45, total_before_discount=50),
        ]
        award = self.env["loyalty.club.purchase"]._award(self.club, self.ali, facts)
        self.assertEqual((award.points, award.by_line), (10, {"1": 10, "2": 0}))

    # ------------------------------------------------------------------ minimums

    def test_minimum_amount(self):
        self.rules({"minimum_amount": 50})
        self.assertEqual(self.earned((self.tea, 1, 49.99)), 0)
        self.assertEqual(self.earned((self.tea, 1, 50)), 50)

    def test_minimum_amount_without_tax(self):
        self.rules({"minimum_amount": 50, "minimum_amount_tax_mode": "excl"})
        for untaxed, points in ((49.99, 0), (50, 55)):
            facts = self.basket()
            facts.lines = [self._line("1", self.tea, 1, 55, untaxed=untaxed)]
            award = self.env["loyalty.club.purchase"]._award(self.club, self.ali, facts)
            self.assertEqual(award.points, points)

    def test_minimum_quantity_counts_the_rules_own_products(self):
        self.rules({"minimum_qty": 3, "product_ids": [(6, 0, self.tea.ids)]})
        self.assertEqual(self.earned((self.tea, 2, 20), (self.cup, 9, 90)), 0)
        self.assertEqual(self.earned((self.tea, 3, 30), (self.cup, 9, 90)), 30)

    # ------------------------------------------------------------------ products

    def basket_of_all(self):
        """Tea 10, bread 100, a cup 1000 and something that Odoo doesn't know 10000."""
        return (
            (self.tea, 1, 10),
            (self.bread, 1, 100),
            (self.cup, 1, 1000),
            (None, 1, 10000),
        )

    def test_products(self):
        self.rules({"product_ids": [(6, 0, (self.tea + self.cup).ids)]})
        self.assertEqual(self.earned(*self.basket_of_all()), 1010)

    def test_a_category_means_those_below_it_too(self):
        self.rules({"product_category_id": self.food.id})
        self.assertEqual(self.earned(*self.basket_of_all()), 110)
        self.rules({"product_category_id": self.drinks.id})
        self.assertEqual(self.earned(*self.basket_of_all()), 10)

    def test_products_of_a_tag(self):
        tag = self.env["product.tag"].create({"name": "Green"})
        self.tea.product_tag_ids = tag
        self.rules({"product_tag_id": tag.id})
        self.assertEqual(self.earned(*self.basket_of_all()), 10)

    def test_a_domain(self):
        self.rules({"product_domain": "[('name', '=', 'Cup')]"})
        self.assertEqual(self.earned(*self.basket_of_all()), 1000)

    def test_archived_products_still_earn_and_still_dont(self):
        self.rules({"product_category_id": self.food.id})
        self.tea.active = False
        self.assertEqual(self.earned(*self.basket_of_all()), 110)
        self.rules({"club_excluded_category_ids": [(6, 0, self.food.ids)]})
        self.assertEqual(self.earned(*self.basket_of_all()), 11000)

    def test_excluded_products(self):
        self.rules({"club_excluded_product_ids": [(6, 0, self.cup.ids)]})
        self.assertEqual(self.earned(*self.basket_of_all()), 10110)

    def test_excluded_categories_exclude_those_below(self):
        self.rules({"club_excluded_category_ids": [(6, 0, self.food.ids)]})
        self.assertEqual(self.earned(*self.basket_of_all()), 11000)

    def test_an_exclusion_is_stronger_than_what_a_rule_is_about(self):
        self.rules(
            {
                "product_category_id": self.food.id,
                "club_excluded_category_ids": [(6, 0, self.drinks.ids)],
            }
        )
        self.assertEqual(self.earned(*self.basket_of_all()), 100)

    def test_what_loads_a_wallet_earns_nothing(self):
        self.rules({})
        top_up = self._product("Top-up")
        self.club.wallet_program_id.rule_ids = [
            (5, 0, 0),
            (0, 0, {"product_ids": [(6, 0, top_up.ids)]}),
        ]
        self.assertEqual(self.earned((top_up, 1, 50), (self.tea, 1, 10)), 10)

    # ------------------------------------------------------------------ limits

    def test_limit_of_a_purchase(self):
        self.rules({"club_cap_purchase": 40})
        self.assertEqual(self.earned((self.tea, 1, 39)), 39)
        self.assertEqual(self.earned((self.tea, 1, 41)), 40)

    def record_at(self, moment, *lines):
        """A purchase that the club learns of when it is made."""
        with freeze_time(moment):
            return self.record(*lines, moment=moment)

    def test_limit_of_a_day(self):
        self.rules({"club_cap_day": 100})
        points = [self.record((self.tea, 1, 60)).points for _time in range(3)]
        self.assertEqual(points, [60, 40, 0])
        tomorrow = datetime(2026, 3, 11, 9)
        self.assertEqual(self.record_at(tomorrow, (self.tea, 1, 60)).points, 60)

    def test_a_day_is_the_clubs(self):
        self.club.tz = "Asia/Tehran"
        self.rules({"club_cap_day": 100})
        self.record_at(datetime(2026, 3, 10, 20, 29), (self.tea, 1, 60))
        # A minute later it is midnight in Tehran.
        late = datetime(2026, 3, 10, 20, 30)
        self.assertEqual(self.record_at(late, (self.tea, 1, 60)).points, 60)

    def test_limit_of_a_month(self):
        self.rules({"club_cap_month": 100})
        for day, points in ((1, 60), (10, 40), (31, 0)):
            moment = datetime(2026, 3, day, 9)
            self.assertEqual(self.record_at(moment, (self.tea, 1, 60)).points, points)
        april = datetime(2026, 4, 1, 9)
        self.assertEqual(self.record_at(april, (self.tea, 1, 60)).points, 60)

    def test_a_month_is_the_clubs(self):
        """1 Farvardin 1405 is 21 March 2026: in the middle of a Gregorian month."""
        self.club.calendar = "jalali"
        self.rules({"club_cap_month": 100})
        for day, points in ((15, 60), (20, 40), (21, 60)):
            moment = datetime(2026, 3, day, 9)
            self.assertEqual(self.record_at(moment, (self.tea, 1, 60)).points, points)

    def test_a_limit_is_the_rules_own(self):
        self.rules({"club_cap_day": 10}, {"reward_point_amount": 2})
        points = [self.record((self.tea, 1, 20)).points for _time in range(2)]
        self.assertEqual(points, [10 + 40, 0 + 40])

    def test_a_limit_is_the_members_own(self):
        self.rules({"club_cap_day": 10})
        self.record((self.tea, 1, 20))
        babak = self.member("Babak")
        purchase = self.env["loyalty.club.purchase"]._record(
            self.club, babak, self.basket((self.tea, 1, 20))
        )
        self.assertEqual(purchase.points, 10)

    def test_what_came_back_whole_leaves_its_room(self):
        self.rules({"club_cap_day": 100})
        first = self.record((self.tea, 2, 80))
        options = {"source": "door", "moment": fields.Datetime.now()}
        first._return({"0": Decimal(1)}, key="half", **options)
        self.assertEqual(self.earned((self.tea, 1, 80)), 20)
        first._return(None, key="rest", **options)
        self.assertEqual(self.earned((self.tea, 1, 80)), 80)

    # ------------------------------------------------------------------ tiers

    def tier(self, multiplier=1.5, threshold=0):
        tier = self.env["loyalty.club.tier"].create(
            {
                "club_id": self.club.id,
                "name": "Silver",
                "code": "silver",
                "threshold": threshold,
                "multiplier": multiplier,
            }
        )
        self.ali.tier_id = tier
        return tier

    def test_a_tier_multiplies_before_rounding(self):
        self.tier(1.5)
        self.rules({})
        # 10.70 x 1.5 = 16.05; rounded first it would be 15.
        purchase = self.record((self.tea, 1, 10.70))
        self.assertEqual(purchase.points, 16)
        self.assertEqual(purchase.status_points, 10)

    def test_a_tier_does_not_multiply_every_rule(self):
        self.tier(2)
        self.rules({}, {"club_multiplied": False})
        self.assertEqual(self.earned((self.tea, 1, 10)), 30)

    def test_points_that_are_no_status(self):
        self.rules({}, {"club_status": False})
        purchase = self.record((self.tea, 1, 10))
        self.assertEqual((purchase.points, purchase.status_points), (20, 10))

    def test_a_rule_of_a_tier(self):
        self.rules({})
        tier = self.tier(1)
        self.program.rule_ids.club_tier_ids = tier
        self.assertEqual(self.earned((self.tea, 1, 10)), 10)
        self.ali.tier_id = False
        self.assertEqual(self.earned((self.tea, 1, 10)), 0)

    def test_a_purchase_earns_by_the_tier_before_it(self):
        self.tier(2, threshold=50)
        self.ali.tier_id = False
        self.rules({})
        self.assertEqual(self.record((self.tea, 1, 50)).points, 50)
        self.assertEqual(self.record((self.tea, 1, 50)).points, 100)

    # ------------------------------------------------------------------ when

    def test_dates_of_the_program(self):
        self.rules({})
        self.program.write({"date_from": "2026-03-10", "date_to": "2026-03-11"})
        for day, points in ((9, 0), (10, 10), (11, 10), (12, 0)):
            moment = datetime(2026, 3, day, 12)
            self.assertEqual(self.earned((self.tea, 1, 10), moment=moment), points)

    def test_rules_with_a_code_wait_for_it(self):
        self.rules({}, {"mode": "with_code", "code": "SPRING"})
        self.assertEqual(self.earned((self.tea, 1, 10)), 10)

    def test_points_wait_as_long_as_the_club_says(self):
        self.club.pending_days = 14
        self.rules({})
        purchase = self.record((self.tea, 1, 10))
        self.assertEqual(purchase.pending_until.isoformat(), "2026-03-24")
        balances = self.balances(self.ali)
        self.assertEqual((balances["available"], balances["pending"]), (0, 10))

    # ------------------------------------------------------------------ by line

    def test_lines_share_the_points_of_the_basket(self):
        self.rules({"reward_point_mode": "order", "reward_point_amount": 100})
        purchase = self.record((self.tea, 1, 1), (self.cup, 1, 1), (self.bread, 1, 1))
        self.assertEqual(purchase.line_ids.mapped("points"), [34, 33, 33])
        self.assertEqual(self.available(self.ali), 100)
