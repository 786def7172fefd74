"""Errors that segment programs are known for: one test for each of them."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.loyalty_club.clock import Clock

from .common import RfmCase

DAY = date(2026, 5, 31)


@tagged("post_install", "-at_install")
class TestKnownErrors(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.definition = cls.env["loyalty.club.rfm.definition"].create(
            {"name": "Customers", "company_id": cls.company.id, "min_customers": 0}
        )

    def scores(self, definition=None, day=DAY):
        """R, F, M and the segment's code of each customer: dict by contact."""
        (definition or self.definition)._run(day, full=True)
        return {
            row.partner_id: (row.r, row.f, row.m, row.segment_id.code)
            for row in self.env["loyalty.club.rfm.customer"].search(
                [("definition_id", "=", (definition or self.definition).id)]
            )
        }

    def year(self, customers, seed=1, scale=1):
        """A year of purchases and a few returns: rows for ``bare_facts``."""
        chance = random.Random(seed)
        return [
            (
                customers[int(len(customers) * chance.random() ** 2)],
                DAY - timedelta(days=chance.randrange(1, 366)),
                Decimal(chance.randrange(100, 9999)) * scale / 100,
                chance.random() < 0.95,
            )
            for _ in range(len(customers) * 4)
        ]

    def test_01_equal_customers_have_equal_scores(self):
        customers = self.customers(50)
        # As in most shops, more than a fifth have bought once: NTILE would split them.
        once = customers[:30]
        for customer in once:
            self.bare_facts((customer, DAY - timedelta(days=9), 50))
        for number, customer in enumerate(customers[30:]):
            for turn in range(number % 5 + 2):
                self.bare_facts((customer, DAY - timedelta(days=turn + 1), 70 + number))
        scores = self.scores()
        self.assertEqual(len({scores[customer] for customer in once}), 1)
        self.assertEqual(scores[once[0]][1], 1, "the lower convention")

    def test_02_the_order_of_rows_changes_nothing(self):
        customers = self.customers(60)
        rows = self.year(customers)
        self.bare_facts(*rows)
        before = self.scores()
        random.Random(7).shuffle(rows)
        self.env.cr.execute(
            "DELETE FROM loyalty_club_rfm_fact WHERE company_id = %s", [self.company.id]
        )
        self.bare_facts(*rows)
        run = self.definition._run(DAY, full=True)
        self.assertEqual(run.changed, 0)
        self.assertEqual(self.scores(), before)

    def test_03_more_is_better_in_each_of_the_three(self):
        worst, best = self.customers(2)
        others = self.customers(20)
        for number, other in enumerate(others):
            for turn in range(number % 4 + 2):
                self.bare_facts(
                    (other, DAY - timedelta(days=50 + turn + number), 100 + number)
                )
        self.bare_facts((worst, DAY - timedelta(days=360), 1))
        for turn in range(20):
            self.bare_facts((best, DAY - timedelta(days=turn + 1), 900))
        scores = self.scores()
        self.assertEqual(scores[worst], (1, 1, 1, "lost"))
        self.assertEqual(scores[best], (5, 5, 5, "champions"))

    def test_04_yesterdays_snapshot_is_still_yesterdays(self):
        customers = self.customers(40)
        self.bare_facts(*self.year(customers))
        before = self.scores()
        self.bare_facts((customers[0], DAY, 5000))
        for night in (1, 30):
            self.definition._run(DAY + timedelta(days=night))
        self.env.cr.execute(
            "SELECT partner_id, r, f, m FROM loyalty_club_rfm_score "
            "WHERE definition_id = %s AND since <= %s AND until > %s",
            [self.definition.id, DAY, DAY],
        )
        self.assertEqual(
            {row[0]: row[1:] for row in self.env.cr.fetchall()},
            {partner.id: found[:3] for partner, found in before.items()},
        )

    def test_05_refunds_reduce_money_and_nothing_else(self):
        kept, partly, wholly = self.customers(3)
        for customer in (kept, partly, wholly):
            self.bill(customer, 100, "2026-03-01")
            invoice = self.bill(customer, 50, "2026-05-01", quantity=2)
            if pieces := {partly: 1, wholly: 2}.get(customer):
                note = invoice._reverse_moves(
                    [{"invoice_date": date(2026, 5, 20), "date": date(2026, 5, 20)}]
                )
                note.invoice_line_ids.quantity = pieces
                note.action_post()
        self.definition._run(DAY, full=True)
        rows = {
            row.partner_id: (row.frequency, row.net, row.last_day)
            for row in self.env["loyalty.club.rfm.customer"].search(
                [("definition_id", "=", self.definition.id)]
            )
        }
        may, march = date(2026, 5, 1), date(2026, 3, 1)
        self.assertEqual(rows[kept], (2, 200, may))
        self.assertEqual(rows[partly], (2, 150, may))
        self.assertEqual(rows[wholly], (1, 100, march))

    def test_06_ten_times_the_amounts_change_no_score(self):
        customers = self.customers(60)
        for mode in ("quantile", "fixed"):
            with self.subTest(mode=mode):
                self.definition.cut_mode = mode
                found = []
                for scale in (1, 10, Decimal("0.01")):
                    self.env.cr.execute(
                        "DELETE FROM loyalty_club_rfm_fact WHERE company_id = %s",
                        [self.company.id],
                    )
                    self.bare_facts(*self.year(customers, scale=scale))
                    found.append(self.scores())
                self.assertEqual(found[0], found[1])
                self.assertEqual(found[0], found[2])

    def test_07_the_first_purchase_counts(self):
        once, twice = self.customers(2)
        self.bare_facts((once, DAY - timedelta(days=3), 40))
        self.bare_facts((twice, DAY - timedelta(days=3), 40))
        self.bare_facts((twice, DAY - timedelta(days=9), 20))
        self.definition._run(DAY, full=True)
        rows = self.env["loyalty.club.rfm.customer"].search(
            [("definition_id", "=", self.definition.id)]
        )
        self.assertEqual(
            {row.partner_id: (row.frequency, row.net, row.average) for row in rows},
            {once: (1, 40, 40), twice: (2, 60, 30)},
        )

    def test_08_few_customers_are_scored_by_thresholds(self):
        self.definition.min_customers = 500
        customers = self.customers(30)
        self.bare_facts(*self.year(customers))
        few = self.definition._run(DAY, full=True)
        self.assertEqual(few.mode, "fixed")
        self.definition.min_customers = few.buyers
        self.assertEqual(self.definition._run(DAY, full=True).mode, "quantile")
        # With thresholds a customer's score is their own affair, whoever else there is.
        self.definition.min_customers = 500
        before = self.scores()
        newcomers = self.customers(30)
        for newcomer in newcomers:
            self.bare_facts((newcomer, DAY - timedelta(days=1), 55))
        after = self.scores()
        self.assertTrue(
            all(before[customer][:2] == after[customer][:2] for customer in before)
        )

    def test_09_days_grow_though_relative_recency_never_ages(self):
        customers = self.customers(30)
        self.bare_facts(*self.year(customers))
        before = self.scores()
        later = DAY + timedelta(days=45)
        # Long enough within the window that nothing falls out of it.
        self.env.cr.execute(
            "DELETE FROM loyalty_club_rfm_fact WHERE day < %s",
            [later - timedelta(days=365)],
        )
        before = self.scores()
        self.assertEqual(self.scores(day=later), before)
        Customer = self.env["loyalty.club.rfm.customer"]
        recent = Customer.search(
            [("definition_id", "=", self.definition.id), ("recency", "<", 45)]
        )
        self.assertFalse(recent, "win-back looks at days, and they have passed")

    def test_10_the_day_is_the_companys(self):
        self.company.rfm_tz = "Asia/Tehran"
        member = self.member()
        # 2:30 at night in Tehran on 31 May, still the 30th in UTC.
        self.api_sale(member, [(self.tea, 1, 10)], datetime(2026, 5, 30, 23))
        partner = member.partner_id
        self.definition._run(DAY, full=True)
        Customer = self.env["loyalty.club.rfm.customer"]
        row = Customer.search([("partner_id", "=", partner.id)])
        self.assertFalse(row.frequency, "the 31st is not over")
        self.definition._run(DAY + timedelta(days=1), full=True)
        row.invalidate_recordset()
        self.assertEqual((row.frequency, row.last_day), (1, DAY))
        tehran = Clock(datetime(2026, 5, 30, 21))
        self.assertEqual(
            self.definition.with_context(loyalty_club_clock=tehran)._today(), DAY
        )

    def test_11_companies_and_currencies_are_kept_apart(self):
        rial = self.env.ref("base.IRR")
        rial.active = True
        other = self.env["res.company"].create(
            {"name": "Shop in Tehran", "currency_id": rial.id}
        )
        customer = self.customer()
        self.bare_facts((customer, DAY - timedelta(days=3), 12))
        self.bare_facts((customer, DAY - timedelta(days=2), 9_000_000), company=other)
        definition = self.env["loyalty.club.rfm.definition"].create(
            {"name": "Tehran", "company_id": other.id}
        )
        found = {}
        for one in (self.definition, definition):
            one._run(DAY, full=True)
            row = self.env["loyalty.club.rfm.customer"].search(
                [("definition_id", "=", one.id), ("partner_id", "=", customer.id)]
            )
            found[row.currency_id] = (row.frequency, row.net)
        self.assertEqual(
            found, {self.company.currency_id: (1, 12), rial: (1, 9_000_000)}
        )

    def test_12_zero_and_negative_money_breaks_nothing(self):
        customers = self.customers(30)
        self.bare_facts(*self.year(customers))
        free, owing = self.customers(2)
        self.bare_facts((free, DAY - timedelta(days=3), 0))
        self.bare_facts((owing, DAY - timedelta(days=3), 10))
        self.bare_facts((owing, DAY - timedelta(days=2), -25, False))
        scores = self.scores()
        self.assertEqual((scores[free][2], scores[owing][2]), (1, 1))

    def test_13_each_code_has_one_segment(self):
        cells = self.definition._version().cells
        self.assertEqual(len(cells), 125)
        self.assertTrue(all(cells))
        sleeping = self.env.ref("loyalty_club_rfm.segment_about_to_sleep")
        for r, f, m in ((2, 3, 1), (2, 4, 1), (2, 5, 1)):
            self.assertEqual(
                cells[(r - 1) * 25 + (f - 1) * 5 + m - 1], sleeping.id, (r, f, m)
            )

    def test_14_history_is_kept(self):
        customer = self.customer()
        others = self.customers(10)
        for number, other in enumerate(others):
            self.bare_facts((other, DAY - timedelta(days=20 * number + 5), 50))
        self.bare_facts((customer, DAY - timedelta(days=250), 50))
        before = self.scores()[customer]
        later = DAY + timedelta(days=1)
        for _ in range(6):
            self.bare_facts((customer, DAY, 300))
        self.definition._run(later)
        move = self.env["loyalty.club.rfm.move"].search(
            [("partner_id", "=", customer.id)]
        )
        self.assertEqual(move.from_segment_id.code, before[3])
        self.assertEqual(move.to_segment_id.code, "champions")
        flow = self.definition._movement(DAY, later)
        self.assertIn(
            (move.from_segment_id.id, move.to_segment_id.id),
            [(item["from"], item["to"]) for item in flow],
        )
