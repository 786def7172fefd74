"""The next best products of a customer, and the favourites of their segment."""

from collections import Counter

from odoo.tests import freeze_time, tagged

from odoo.addons.loyalty_club.tests.common import TwoCompaniesCase

from .recommending import RecommendCase, RecommendKit

NOW = "2026-05-10 12:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNextBest(RecommendCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara = cls.member("Sara")
        cls.bread, cls.jam = cls.goods("Bread", "Jam", default_code="B")

    def names(self, rows):
        return self.products(rows).mapped("name")

    def test_goes_with_what_he_bought(self):
        for basket in (self.tea + self.cup, self.tea + self.cup, self.tea + self.milk):
            self.bought(self.sara, basket)
        self.bought(self.ali, self.tea, days_ago=40)
        self.refresh()
        rows = self.recommended(self.ali)
        self.assertEqual(self.names(rows), ["Cup", "Milk"])
        # 180 days begin at midnight, 179.5 days before noon: 139.5 of them are left.
        weight = 139.5 / 179.5
        self.assertAlmostEqual(rows[0]["score"], weight * 2 / (3 * 2) ** 0.5, 12)
        self.assertAlmostEqual(rows[1]["score"], weight * 1 / 3**0.5, 12)
        self.assertEqual(
            rows[0],
            {
                "product_id": self.cup.id,
                "sku": False,
                "name": "Cup",
                "kind": "pair",
                "score": rows[0]["score"],
                "because_id": self.tea.id,
                "because": "Tea",
                "on": "2026-03-31",
                "why": "Goes with Tea, bought on 03/31/2026",
            },
        )

    def test_sums_over_what_he_bought(self):
        """The sum decides, and the reason is its largest part."""
        self.bought(self.sara, self.tea + self.jam)
        self.bought(self.sara, self.cup + self.jam)
        self.bought(self.sara, self.tea + self.bread)
        self.bought(self.ali, self.tea, days_ago=100)
        self.bought(self.ali, self.cup, days_ago=50)
        self.refresh()
        rows = self.recommended(self.ali)
        self.assertEqual(self.names(rows), ["Jam", "Bread"])
        tea, cup = 79.5 / 179.5, 129.5 / 179.5
        self.assertAlmostEqual(rows[0]["score"], tea / 2 + cup / 2**0.5, 12)
        self.assertEqual(rows[0]["because"], "Cup")
        self.assertAlmostEqual(rows[1]["score"], tea / 2**0.5, 12)
        self.assertEqual(rows[1]["because"], "Tea")

    def test_not_what_he_has_just_bought(self):
        self.bought(self.sara, self.tea + self.cup)
        self.bought(self.ali, self.tea, days_ago=60)
        self.bought(self.ali, self.cup, days_ago=29)
        self.refresh()
        # Tea may be bought again, as that was long ago; the cup may not.
        self.assertEqual(self.names(self.recommended(self.ali)), ["Tea"])
        self.settings.just_bought_days = 28
        self.assertEqual(self.names(self.recommended(self.ali)), ["Tea", "Cup"])
        self.settings.just_bought_days = 0
        self.bought(self.ali, self.cup, days_ago=0)
        self.assertIn("Cup", self.names(self.recommended(self.ali)))

    def test_the_basket(self):
        self.bought(self.sara, self.tea + self.cup + self.milk)
        self.refresh()
        rows = self.recommended(self.ali, basket=self.tea)
        self.assertEqual(self.names(rows), ["Cup", "Milk"])
        self.assertEqual(rows[0]["why"], "Goes with Tea")
        self.assertEqual(rows[0]["on"], False)
        self.assertEqual(rows[0]["score"], 1.0)
        rows = self.recommended(self.ali, basket=self.tea + self.cup)
        self.assertEqual(self.names(rows), ["Milk"])
        self.assertEqual(rows[0]["score"], 2.0)
        nobody = self.env["res.partner"]
        self.assertEqual(len(self.recommended(nobody, basket=self.tea)), 2)

    def test_what_came_back_recommends_nothing(self):
        self.bought(self.sara, self.tea + self.cup)
        sale = self.bought(self.ali, self.tea, days_ago=50)
        self.refresh()
        self.assertTrue(self.recommended(self.ali))
        sale.line_ids.returned_quantity = 1
        self.assertFalse(self.recommended(self.ali))

    def test_only_what_can_be_sold_now(self):
        """Pairs are as old as the last refresh; what isn't sold since isn't offered."""
        self.bought(self.sara, self.tea + self.cup + self.milk + self.jam + self.bread)
        self.bought(self.ali, self.tea, days_ago=50)
        self.refresh()
        self.assertEqual(len(self.recommended(self.ali)), 4)
        self.cup.active = False
        self.milk.sale_ok = False
        self.jam.company_id = self.new_company("South")
        self.assertEqual(self.names(self.recommended(self.ali)), ["Bread"])

    def test_limit_and_ties(self):
        self.bought(self.sara, self.tea + self.cup + self.milk + self.jam)
        self.bought(self.ali, self.tea, days_ago=50)
        self.refresh()
        self.assertEqual(self.names(self.recommended(self.ali, 2)), ["Cup", "Milk"])
        self.assertEqual(self.recommended(self.ali, 0), [])

    def test_switched_off(self):
        self.bought(self.sara, self.tea + self.cup)
        self.refresh()
        self.assertTrue(self.recommended(self.ali, basket=self.tea))
        self.settings.active = False
        self.assertEqual(self.recommended(self.ali, basket=self.tea), [])

    def test_without_any_refresh(self):
        """Nothing, and no error, whatever is there: also in a company of today."""
        self.bought(self.ali, self.tea)
        self.assertEqual(self.recommended(self.ali), [])
        self.assertEqual(
            self.recommended(self.ali, company=self.new_company("South")), []
        )

    def test_jalali_days_in_persian(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.club.calendar = "jalali"
        self.bought(self.sara, self.tea + self.cup)
        self.bought(self.ali, self.tea, days_ago=40)
        self.refresh()
        pairs = self.env["loyalty.club.rfm.pair"].with_context(lang="fa_IR")
        rows = pairs._next_best(self.ali.partner_id, company=self.company)
        self.assertIn("۱۴۰۵/۰۱/۱۱", rows[0]["why"])

    def test_as_many_statements_for_a_long_history(self):
        many = self.goods(*(f"Good {number}" for number in range(100)))
        for start in range(0, 100, 10):
            self.bought(self.sara, many[start : start + 10])
        self.bought(self.ali, many[0], days_ago=40)
        self.refresh()

        def ask(limit, basket):
            return self.queries(
                lambda: self.recommended(self.ali, limit, basket=basket)
            )

        ask(20, self.tea)
        few = ask(20, self.tea)
        for start in range(0, 100, 20):
            self.bought(self.ali, many[start : start + 20], days_ago=40)
        self.assertEqual(ask(20, many[50:60]), few)
        self.assertLess(few, 20)

    def test_the_list(self):
        self.bought(self.sara, self.tea + self.cup)
        self.bought(self.ali, self.tea, days_ago=40)
        self.refresh()
        desk = self.users["desk"]
        partner = self.ali.partner_id.with_user(desk).with_company(self.company)
        next_best = partner.env["loyalty.club.rfm.next.best"]
        action = next_best._open(partner)
        rows = next_best.search(action["domain"])
        self.assertEqual(rows.product_id, self.cup)
        self.assertEqual(rows.why, "Goes with Tea, bought on 03/31/2026")
        others = rows.with_user(self.users["auditor"])
        self.assertFalse(others.search(action["domain"]))
        server = self.env.ref("loyalty_club_rfm.action_next_best")
        opened = (
            server.with_user(desk)
            .with_context(active_model="res.partner", active_id=partner.id)
            .run()
        )
        self.assertEqual(opened["res_model"], "loyalty.club.rfm.next.best")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestFavourites(RecommendCase):
    """Regulars came 9 times last week; the others once, half a year ago."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["loyalty.club.rfm.definition"].search(
            [("company_id", "=", cls.company.id)]
        ).active = False
        cls.definition = cls.env["loyalty.club.rfm.definition"].create(
            {"name": "Customers", "company_id": cls.company.id}
        )
        cls.settings.least_together = 100
        cls.regulars = cls.members(4)
        cls.others = cls.members(3)
        for member in cls.regulars:
            for day in range(1, 10):
                cls.bought(member, cls.tea, days_ago=day)
        for member in cls.regulars[:2]:
            cls.bought(member, cls.cup, days_ago=3)
        for member in cls.others:
            cls.bought(member, cls.milk, days_ago=170)
        # A crate is one customer.
        cls.bought(cls.others[0], cls.cup, days_ago=169)
        cls.newcomer = cls.member("New")
        cls.definition._run()
        cls.env.invalidate_all()

    def favourites(self):
        """Dict of segment to its (product, customers, share, rank)."""
        found = {}
        for row in self.env["loyalty.club.rfm.favourite"].search(
            [("definition_id", "=", self.definition.id)], order="rank"
        ):
            found.setdefault(row.segment_id, []).append(
                (row.product_id.name, row.customers, row.share, row.rank)
            )
        return found

    def segment(self, member):
        return self.env["loyalty.club.rfm.pair"]._segment_of(
            member.partner_id, self.definition
        )

    def test_counted_again(self):
        self.refresh()
        best, rare = self.segment(self.regulars[0]), self.segment(self.others[1])
        self.assertTrue(best and rare and best != rare)
        found = self.favourites()
        self.assertEqual(found[best], [("Tea", 4, 1.0, 1), ("Cup", 2, 0.5, 2)])
        counted = Counter()
        for product, customers, _share, _rank in (
            row for segment, rows in found.items() if segment for row in rows
        ):
            counted[product] += customers
        everybody = found[self.env["loyalty.club.rfm.segment"]]
        self.assertEqual({row[0]: row[1] for row in everybody}, dict(counted))
        self.assertEqual(everybody[0], ("Tea", 4, 4 / 7, 1))

    def test_newcomers_get_what_many_buy(self):
        self.refresh()
        rows = self.recommended(self.newcomer)
        self.assertEqual(self.products(rows).mapped("name"), ["Tea", "Cup", "Milk"])
        self.assertEqual({row["kind"] for row in rows}, {"all"})
        self.assertEqual(rows[0]["why"], "Bought by many customers")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.assertEqual(self.recommended(stranger), rows)

    def test_favourites_of_his_segment_first(self):
        self.refresh()
        best = self.segment(self.regulars[0])
        rows = self.recommended(self.regulars[3])
        # They have just bought tea; milk isn't what their segment buys, but others do.
        self.assertEqual(
            [(row["name"], row["kind"], row["score"]) for row in rows],
            [("Cup", "segment", 0.5), ("Milk", "all", 3 / 7)],
        )
        self.assertEqual(rows[0]["why"], f"Favourite of {best.name}")

    def test_pairs_come_before_favourites_and_nothing_twice(self):
        self.settings.least_together = 1
        self.bought(self.others[0], self.tea + self.cup, days_ago=100)
        self.refresh()
        rows = self.recommended(self.regulars[3])
        self.assertEqual(
            [(row["name"], row["kind"]) for row in rows],
            [("Cup", "pair"), ("Milk", "all")],
        )

    def test_nothing_is_written_twice(self):
        self.assertGreater(self.refresh(), 0)
        self.assertEqual(self.refresh(), 0)

    def test_favourites_of_a_definition_that_was_given_up(self):
        self.refresh()
        self.assertTrue(self.favourites())
        self.definition.active = False
        self.refresh()
        self.assertFalse(self.favourites())
        self.assertEqual(self.recommended(self.newcomer), [])

    def test_who_is_left_out_has_no_favourites(self):
        out = self.regulars[0].partner_id
        self.definition.excluded_partner_ids = out
        self.definition._run()
        self.refresh()
        self.assertFalse(self.segment(self.regulars[0]))
        best = self.segment(self.regulars[1])
        self.assertEqual(self.favourites()[best][0][1], 3)

    def test_customers_without_a_purchase_have_no_favourites(self):
        """Though they bought something before the window of the scores."""
        self.definition.window_count = 30
        self.definition._run()
        self.refresh()
        none = self.segment(self.others[0])
        self.assertTrue(none.is_none)
        found = self.favourites()
        self.assertNotIn(none, found)
        everybody = found[self.env["loyalty.club.rfm.segment"]]
        self.assertIn(("Milk", 3, 3 / 7, 3), everybody)
        rows = self.recommended(self.others[0])
        self.assertEqual({row["kind"] for row in rows}, {"all"})

    def test_companies_as_customers(self):
        parent = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        self.regulars.partner_id.parent_id = parent
        self.definition.customer_by = "company"
        self.definition._run()
        self.refresh()
        segment = self.segment(self.regulars[0])
        self.assertTrue(segment)
        self.assertEqual(self.favourites()[segment][0][:2], ("Tea", 1))

    def test_archived_favourites_are_not_offered(self):
        self.refresh()
        self.tea.active = False
        rows = self.recommended(self.newcomer)
        self.assertEqual(self.products(rows).mapped("name"), ["Cup", "Milk"])


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestNextBestOfTwoCompanies(RecommendKit, TwoCompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpRecommend()

    def test_nothing_of_the_other_company(self):
        hers = self.member("Ali", club=self.south_club)
        self.bought(hers, self.tea + self.milk, days_ago=40)
        self.bought(self.ali, self.tea + self.cup, days_ago=40)
        south = self.settings_of(self.south)
        south.least_together = 1
        self.refresh()
        self.refresh(south)
        rows = self.recommended(self.ali, basket=self.tea)
        self.assertEqual(self.products(rows), self.cup)
        rows = self.recommended(self.ali, basket=self.tea, company=self.south_2)
        self.assertEqual(self.products(rows), self.milk)
