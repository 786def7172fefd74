"""Each sentence about a customer says what the numbers say."""

from datetime import timedelta

from odoo.tests import tagged

from ..explanation.measures import place
from .test_overview import OverviewCase
from .test_runs import DAY


@tagged("post_install", "-at_install")
class TestExplain(OverviewCase):
    def _explain(self, partner, **context):
        return self.definition.with_context(**context).get_explanation(
            partner.id, self.definition.id
        )

    def _sentences(self, partner, **context):
        return [
            one["sentence"] for one in self._explain(partner, **context)["measures"]
        ]

    def test_by_fifths(self):
        """The newest of thirteen customers, by a purchase of 80."""
        recency, frequency, money = self._sentences(self.newcomer)
        self.assertEqual(
            recency,
            "Last purchase the day before the snapshot, on 30 May 2026: more recently "
            "than four fifths of the customers. R = 5",
        )
        self.assertEqual(
            frequency,
            "Purchases: 1, fewer than a fifth of the customers buy less often. F = 1",
        )
        self.assertIn("fewer than a fifth of the customers spend less. M = 1", money)

    def test_by_thresholds(self):
        (old,) = self._customers(1)
        for ago in range(271, 280):
            self._fact(old, DAY - timedelta(days=ago), 10)
        self.definition.write({"cut_mode": "fixed", "m_thresholds": "50,90,200,900"})
        self.definition._run(DAY)
        recency, frequency, money = self._sentences(self.newcomer)
        self.assertIn("no more than 30 days ago. R = 5", recency)
        self.assertIn("Purchases: 1, no more than 1. F = 1", frequency)
        self.assertRegex(money, r"80\.00.*, more than .*50\.00.*\. M = 2")
        recency, frequency, _money = self._sentences(old)
        self.assertIn(": more than 270 days ago. R = 1", recency)
        self.assertIn("Purchases: 9, more than 8. F = 5", frequency)

    def test_scores_and_limits_are_those_of_the_run(self):
        rows = self.env["loyalty.club.rfm.customer"].search(
            [("definition_id", "=", self.definition.id)]
        )
        for row in rows:
            measures = self._explain(row.partner_id)["measures"]
            self.assertEqual(
                [measure["score"] for measure in measures], [row.r, row.f, row.m]
            )
            for measure in measures:
                self.assertEqual(len(measure["limits"]), 4)
                zone = int(measure["place"] // 20) + 1
                self.assertEqual(zone, measure["score"])

    def test_a_place_is_in_proportion_to_its_limits(self):
        self.assertEqual(place(15, (10, 20, 30, 40), 2), 30)
        self.assertEqual(place(20, (10, 20, 30, 40), 2), 38)
        self.assertEqual(place(99, (10, 20, 30, 40), 5), 90)
        self.assertEqual(place(1, (10, 20, 30, 40), 1), 10)

    def test_a_rhythm_and_who_left_it(self):
        regular, gone = self._customers(2)
        for number in range(6):
            self._fact(regular, DAY - timedelta(days=5 + 10 * number), 10)
            self._fact(gone, DAY - timedelta(days=60 + 10 * number), 10)
        self.definition._run(DAY)
        (usual,) = self._explain(regular)["facts"]
        self.assertEqual(usual["text"], "Usually buys every 10.0 days.")
        (overdue,) = self._explain(gone)["facts"]
        self.assertEqual(
            overdue["text"],
            "Overdue: usually buys every 10.0 days, and has stayed away for 60 days, "
            "more than 3.0 times that.",
        )

    def test_who_never_bought_or_is_left_out(self):
        stranger = self._customers(1)
        shown = self._explain(stranger)
        self.assertIs(shown["segment"], False)
        self.assertFalse(shown["measures"])
        self.assertIn("This contact has no score", shown["summary"])

    def test_stays_in_segments_follow_each_other(self):
        """A row ends whenever anything changes, a stay only with the segment."""
        for customer in self.customers:
            past = self._explain(customer)["past"]
            self.assertEqual(past[0]["since"], "1 May 2026")
            self.assertFalse(past[-1]["until"])
            for one, following in zip(past, past[1:], strict=False):
                self.assertEqual(one["until"], following["since"])
                self.assertNotEqual(one["name"], following["name"])

    def test_in_the_calendar_of_the_club(self):
        self.env["loyalty.club"].create(
            {
                "name": "Tea Club",
                "code": "tea",
                "company_id": self.company.id,
                "calendar": "jalali",
            }
        )
        self.assertIn("on 9 Khordad 1405:", self._sentences(self.newcomer)[0])
        self.env["res.lang"]._activate_lang("fa_IR")
        recency, frequency, _money = self._sentences(self.newcomer, lang="fa_IR")
        self.assertIn("۹ خرداد ۱۴۰۵", recency)
        self.assertIn("۱", frequency)
        self.assertNotRegex(recency + frequency, "[0-9]")

    def test_without_a_snapshot_there_is_nothing_to_explain(self):
        fresh = self._definition()
        shown = fresh.get_explanation(self.newcomer.id, fresh.id)
        self.assertNotIn("measures", shown)
        self.assertEqual(shown["partner"]["id"], self.newcomer.id)


@tagged("post_install", "-at_install")
class TestPurchases(OverviewCase):
    def _purchases(self, partner, offset=0):
        return self.definition.get_purchases(self.definition.id, partner.id, offset)

    def _counted(self, partner):
        """What the purchases counted for, the latest first."""
        return [
            (row["letters"], row["why"]) for row in self._purchases(partner)["rows"]
        ]

    def test_what_a_purchase_counted_for(self):
        (customer,) = self._customers(1)
        self._fact(customer, DAY, 70)
        self._fact(customer, DAY - timedelta(days=1), -5, counts=False)
        self._fact(customer, DAY - timedelta(days=2), 10)
        self._fact(customer, DAY - timedelta(days=3), 20)
        taken_back = self._fact(customer, DAY - timedelta(days=4), 0, counts=False)
        self.env.cr.execute(
            "UPDATE loyalty_club_rfm_fact SET returned = 30 WHERE id = %s", [taken_back]
        )
        self._fact(customer, DAY - timedelta(days=400), 40)
        self.definition._run(DAY)
        self.assertEqual(
            self._counted(customer),
            [
                ("", "Counts from the next snapshot on"),
                ("M", "A return that names no purchase: lowers M"),
                ("RFM", ""),
                ("FM", ""),
                ("", "Everything came back: counts nowhere"),
            ],
        )

    def test_what_counted_adds_up_to_the_scores(self):
        for customer in self.customers:
            row = self.env["loyalty.club.rfm.customer"].search(
                [
                    ("definition_id", "=", self.definition.id),
                    ("partner_id", "=", customer.id),
                ]
            )
            letters = [letters for letters, _why in self._counted(customer)]
            self.assertEqual(sum("F" in one for one in letters), row.frequency)
            self.assertEqual(sum("R" in one for one in letters), 1)

    def test_two_purchases_of_a_day_are_one_where_days_count(self):
        (customer,) = self._customers(1)
        for amount in 10, 20:
            self._fact(customer, DAY - timedelta(days=2), amount)
        self.definition.frequency_by = "day"
        self.definition._run(DAY)
        letters = [letters for letters, _why in self._counted(customer)]
        self.assertEqual(sorted(letters), ["M", "RFM"])

    def test_a_source_that_is_left_out(self):
        self.definition.use_door = False
        self.definition._run(DAY)
        self.assertEqual(
            self._counted(self.newcomer),
            [("", "Left out: sales of this kind don't count")],
        )

    def test_pages_and_statements(self):
        """A hundred purchases come in five pages, and cost what one costs."""
        one, many = self._customers(2)
        self._fact(one, DAY - timedelta(days=1), 10)
        for ago in range(100):
            self._fact(many, DAY - timedelta(days=1 + ago), 10)
        self.definition._run(DAY)
        seen = set()
        for offset in range(0, 100, 20):
            page = self._purchases(many, offset)
            self.assertEqual((page["total"], len(page["rows"])), (100, 20))
            seen |= {row["id"] for row in page["rows"]}
        self.assertEqual(len(seen), 100)
        few = self._queries(lambda: self._explain_page(one))
        self.assertLessEqual(self._queries(lambda: self._explain_page(many)), few)

    def _explain_page(self, partner):
        return self.definition.get_explanation(partner.id, self.definition.id)
