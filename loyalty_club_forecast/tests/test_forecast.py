"""Forecasts: each customer gets what the models expect of their own history, whether
they are counted one by one or in cells."""

import random
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from psycopg2.extras import execute_values

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.loyalty_club_rfm.tests.test_runs import DAY, NUMBERS, RunCase

from ..engine.btyd import PurchaseModel, ValueModel

UNIT = 8  # days: a window of 365 has no more than 52 of them


@tagged("post_install", "-at_install")
class TestForecast(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Forecast = cls.env["loyalty.club.rfm.forecast"]
        cls.Fit = cls.env["loyalty.club.rfm.forecast.fit"]
        cls.definition.write({"forecast": "on", "min_customers": 100})

    def _shop(self, number, seed=1):
        """Customers who buy at rates of their own and stay away in the end.

        :return: them, and dict of id to list of (day, money), one for each document
        """
        chance = random.Random(seed)
        customers = self._customers(number)
        documents = defaultdict(list)
        for customer in customers:
            rate = chance.gammavariate(0.8, 1 / 40)
            leaves = chance.betavariate(1, 4)
            worth = 1 / chance.gammavariate(4, 1 / 90)
            when = chance.randrange(1, 360)
            while when >= 1:
                for _document in range(chance.choice((1, 1, 1, 2))):
                    money = chance.gammavariate(5, worth / 5)
                    documents[customer.id].append(
                        (DAY - timedelta(int(when)), Decimal(f"{money:.2f}"))
                    )
                if chance.random() < leaves:
                    break
                when -= max(chance.expovariate(rate), 1)
        self._write_facts(documents)
        return customers, documents

    def _write_facts(self, documents, counts=True, company=None):
        company = (company or self.company).id
        execute_values(
            self.env.cr._obj,
            """
            INSERT INTO loyalty_club_rfm_fact
                   (company_id, partner_id, day, net, returned, goods, counts, source,
                    res_id) VALUES %s
            """,
            [
                (company, owner, day, net, 0, net, counts, "door", -next(NUMBERS))
                for owner, own in documents.items()
                for day, net in own
            ],
        )

    def _expected(self, documents, fit, ahead=90):
        """The same, customer by customer: dict of id to (purchases, worth)."""
        purchases = PurchaseModel(fit.r, fit.alpha, fit.a, fit.b)
        values = ValueModel(fit.p, fit.q, fit.v)
        expected = {}
        for owner, own in documents.items():
            days = defaultdict(Decimal)
            for day, net in own:
                days[day] += net
            first, last = min(days), max(days)
            x = len(days) - 1
            t_x = int((last - first).days / UNIT + 0.5)
            age = int((DAY - first).days / UNIT + 0.5)
            mean = float(sum(days.values()) - days[first]) / x if x else 0
            count = purchases.expected(x, t_x, age, ahead / UNIT)
            expected[owner] = (count, count * values.expected(x, mean))
        return expected

    def _stored(self, definition=None):
        self.env.cr.execute(
            """
            SELECT partner_id, expected_purchases, expected_value, xmin::text
              FROM loyalty_club_rfm_forecast WHERE definition_id = %s
            """,
            [(definition or self.definition).id],
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    @contextmanager
    def _counted(self):
        """Gives a function that tells how many queries there were."""
        before = self.env.cr.sql_log_count
        done = []
        yield lambda: done[0]
        done.append(self.env.cr.sql_log_count - before)

    # ------------------------------------------------------------------- exactness

    def test_each_customer_gets_what_is_expected_of_their_own_history(self):
        _customers, documents = self._shop(1500)
        self.definition._run(DAY, full=True)
        fit = self.Fit.search([("definition_id", "=", self.definition.id)])
        self.assertEqual((fit.day, fit.unit_days, fit.reason), (DAY, UNIT, False))
        self.assertEqual(fit.customers, 1500)
        stored = self._stored()
        expected = self._expected(documents, fit)
        self.assertEqual(stored.keys(), expected.keys())
        for owner, (count, worth) in expected.items():
            self.assertAlmostEqual(float(stored[owner][0]), count, delta=0.0011)
            self.assertAlmostEqual(
                float(stored[owner][1]), worth, delta=0.01 + worth / 1e4
            )

    def test_two_documents_of_a_day_are_no_return(self):
        """F may count documents: the forecast never does."""
        customers, documents = self._shop(400)
        self.definition._run(DAY, full=True)
        before = self._stored()
        once = next(c.id for c in customers if len(documents[c.id]) == 1)
        day, _net = documents[once][0]
        self._write_facts({once: [(day, Decimal("1.00"))]})
        self.definition._run(DAY, full=True)
        self.assertEqual(self._stored()[once], before[once])

    def test_returns_of_nothing_in_particular_are_no_purchases(self):
        customers, documents = self._shop(400)
        self.definition._run(DAY, full=True)
        before = self._stored()
        self._write_facts(
            {customers[0].id: [(DAY - timedelta(2), Decimal(-9))]}, counts=False
        )
        self.definition._run(DAY, full=True)
        self.assertEqual(self._stored(), before)

    def test_worth_without_repeat_purchases_of_any_worth_is_everybodys(self):
        """Their gifts and exchanges count as nothing, not as less than nothing."""
        customers, documents = self._shop(400)
        days = [DAY - timedelta(100), DAY - timedelta(50)]
        self.env.cr.execute(
            "DELETE FROM loyalty_club_rfm_fact WHERE partner_id = %s", [customers[0].id]
        )
        documents[customers[0].id] = [(days[0], Decimal(30)), (days[1], Decimal(-5))]
        self._write_facts({customers[0].id: documents[customers[0].id]})
        self.definition._run(DAY, full=True)
        fit = self.Fit.search([("definition_id", "=", self.definition.id)], limit=1)
        count, worth = self._stored()[customers[0].id][:2]
        model = ValueModel(fit.p, fit.q, fit.v)
        self.assertGreater(worth, 0)
        self.assertAlmostEqual(
            float(worth), float(count) * model.expected(1, 0), delta=0.01 * float(worth)
        )

    def test_companies_of_contacts_buy_together(self):
        customers, documents = self._shop(400)
        parent = self.env["res.partner"].create({"name": "Hotel", "is_company": True})
        (customers[0] | customers[1]).parent_id = parent
        together = documents.pop(customers[0].id) + documents.pop(customers[1].id)
        documents[parent.id] = together
        self.definition.customer_by = "company"
        self.definition._run(DAY, full=True)
        fit = self.Fit.search([("definition_id", "=", self.definition.id)], limit=1)
        self.assertAlmostEqual(
            float(self._stored()[parent.id][0]),
            self._expected(documents, fit)[parent.id][0],
            delta=0.0011,
        )
        self.assertNotIn(customers[0].id, self._stored())

    def test_other_companies_customers_are_not_asked(self):
        _customers, documents = self._shop(400)
        self.definition._run(DAY, full=True)
        before = self._stored()
        other = self.env["res.company"].create({"name": "Coffee House"})
        self._write_facts(documents, company=other)
        self.definition._run(DAY, full=True)
        self.assertEqual(self._stored(), before)

    # ----------------------------------------------------------------- what is written

    def test_a_second_run_writes_nothing(self):
        self._shop(400)
        self.definition._run(DAY, full=True)
        before = self._stored()
        # A savepoint has a transaction id of its own: what is written in it shows.
        with self.env.cr.savepoint():
            self.definition._run(DAY, full=True)
            self.assertEqual(self._stored(), before)
            customer = next(iter(before))
            self._write_facts({customer: [(DAY - timedelta(1), Decimal(5))]})
            self.definition._run(DAY, full=True)
            self.assertNotEqual(self._stored()[customer], before[customer])

    def test_who_is_no_customer_now_is_forgotten(self):
        customers, _documents = self._shop(400)
        self.definition._run(DAY, full=True)
        self.assertIn(customers[0].id, self._stored())
        self.definition.excluded_partner_ids = customers[0]
        self.definition._run(DAY, full=True)
        self.assertNotIn(customers[0].id, self._stored())
        self.assertIn(customers[1].id, self._stored())

    def test_the_customer_shows_what_is_expected(self):
        customers, _documents = self._shop(400)
        self.definition._run(DAY, full=True)
        self.env.flush_all()
        shown = self.env["loyalty.club.rfm.customer"].search(
            [
                ("partner_id", "=", customers[0].id),
                ("definition_id", "=", self.definition.id),
            ]
        )
        count, worth = self._stored()[customers[0].id][:2]
        self.assertAlmostEqual(shown.expected_purchases, float(count), places=3)
        self.assertAlmostEqual(shown.expected_value, float(worth), places=2)

    def test_the_page_of_a_customer_says_it_in_a_sentence(self):
        customers, _documents = self._shop(400)
        self.definition._run(DAY, full=True)
        self.env.flush_all()
        explain = self.env["loyalty.club.rfm.definition"].get_explanation
        facts = explain(customers[0].id, self.definition.id)["facts"]
        expected = [fact["text"] for fact in facts if fact["kind"] == "info"]
        self.assertEqual(len(expected), 1)
        self.assertIn("Expected in the next 90 days", expected[0])
        self.definition.forecast = "off"
        self.definition._run(DAY, full=True)
        self.env.flush_all()
        facts = explain(customers[0].id, self.definition.id)["facts"]
        self.assertNotIn("info", [fact["kind"] for fact in facts])

    def test_days_out_of_bounds_are_refused(self):
        for days in (0, 3651):
            with self.assertRaises(ValidationError):
                self.definition.forecast_days = days

    # ------------------------------------------------------------------ whether at all

    def test_automatic_forecasts_need_a_thousand_buyers(self):
        self.definition.forecast = "auto"
        self._shop(999)
        self.definition._run(DAY, full=True)
        self.assertFalse(self._stored())
        self._shop(1, seed=2)
        self.definition._run(DAY, full=True)
        self.assertEqual(len(self._stored()), 1000)

    def test_switched_off_nothing_old_is_left(self):
        self._shop(400)
        self.definition._run(DAY, full=True)
        self.assertEqual(len(self._stored()), 400)
        self.definition.forecast = "off"
        self.definition._run(DAY, full=True)
        self.assertFalse(self._stored())

    def test_too_few_customers_have_none_and_the_fit_says_why(self):
        self._shop(40)
        self.definition._run(DAY, full=True)
        self.assertFalse(self._stored())
        fit = self.Fit.search([("definition_id", "=", self.definition.id)])
        self.assertEqual((fit.reason, fit.customers), ("few", 40))

    def test_customers_who_all_bought_once_have_none(self):
        customers = self._customers(300)
        self._write_facts(
            {
                customer.id: [(DAY - timedelta(number + 1), Decimal(number))]
                for number, customer in enumerate(customers)
            }
        )
        self.definition._run(DAY, full=True)
        self.assertFalse(self._stored())
        fit = self.Fit.search([("definition_id", "=", self.definition.id)])
        self.assertEqual((fit.reason, fit.value_reason), ("once", "few"))

    # -------------------------------------------------------------------- size, rights

    def test_ten_times_the_customers_take_no_more_queries(self):
        self._shop(200)
        run = self.definition._run(DAY, full=True)
        with self._counted() as few:
            self.Forecast._renew(run)
        self._shop(2000, seed=3)
        run = self.definition._run(DAY, full=True)
        with self._counted() as many:
            self.Forecast._renew(run)
        self.assertEqual(many(), few())

    def test_many_customers_are_few_histories(self):
        """Python holds the cells: 52 units of time make so many, and no more."""
        _customers, documents = self._shop(2000)
        run = self.definition._run(DAY, full=True)
        self.Forecast._collect(run._rules(), UNIT)
        few = len(self.Forecast._cells())
        copies = self._customers(2000)
        self._write_facts(dict(zip(copies.ids, documents.values(), strict=True)))
        run = self.definition._run(DAY, full=True)
        self.Forecast._collect(run._rules(), UNIT)
        cells = self.Forecast._cells()
        self.assertEqual(len(cells), few)
        self.assertEqual(sum(cell.count for cell in cells), 4000)

    def test_a_window_of_years_has_no_more_histories(self):
        self._shop(400)
        self.definition.window_count = 3650
        self.definition._run(DAY, full=True)
        fit = self.Fit.search([("definition_id", "=", self.definition.id)], limit=1)
        self.assertEqual(fit.unit_days, 71)

    def test_nobody_writes_forecasts_but_runs(self):
        self._shop(400)
        self.definition._run(DAY, full=True)
        manager = new_test_user(
            self.env,
            "forecast manager",
            groups="loyalty_club.group_manager",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        forecasts = self.Forecast.with_user(manager).search(
            [("definition_id", "=", self.definition.id)]
        )
        self.assertEqual(len(forecasts), 400)
        with self.assertRaises(AccessError):
            forecasts[0].expected_value = 1
        with self.assertRaises(AccessError):
            forecasts[0].unlink()

    def test_other_companies_forecasts_are_not_shown(self):
        self._shop(400)
        self.definition._run(DAY, full=True)
        stranger = new_test_user(
            self.env, "forecast stranger", groups="loyalty_club.group_manager"
        )
        stranger.write(
            {
                "company_ids": [(6, 0, self.env.ref("base.main_company").ids)],
                "company_id": self.env.ref("base.main_company").id,
            }
        )
        domain = [("definition_id", "=", self.definition.id)]
        env = self.env(user=stranger, context={})
        self.assertFalse(env["loyalty.club.rfm.forecast"].search(domain))
        self.assertFalse(env["loyalty.club.rfm.forecast.fit"].search(domain))
