"""The overview and the movement add up, and lead to exactly who they counted."""

from datetime import timedelta

from odoo.tests import tagged

from .test_runs import DAY, RunCase

MONTH = timedelta(days=30)


class OverviewCase(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._customers(12)
        cls._shop(cls.customers)
        cls.before = cls.definition._run(DAY - MONTH)
        # A few come back, one comes for the first time, and the others grow older.
        for number, customer in enumerate(cls.customers[:4]):
            cls._fact(customer, DAY - timedelta(days=3 + number), 500)
        cls.newcomer = cls._customers(1)
        cls._fact(cls.newcomer, DAY - timedelta(days=1), 80)
        cls.after = cls.definition._run(DAY)

    @classmethod
    def _shop(cls, customers):
        """The n-th of them buys n times, lastly 20 n days before the first run."""
        for number, customer in enumerate(customers, start=1):
            for purchase in range(number):
                ago = 20 * number + 2 * purchase
                cls._fact(customer, DAY - MONTH - timedelta(days=ago), 10 * number)

    def _found(self, action):
        rows = self.env[action["res_model"]].search(action["domain"])
        return rows if rows._name == "res.partner" else rows.partner_id

    def _overview(self, run=None):
        return self.definition.get_overview(self.definition.id, run and run.id)

    def _queries(self, call):
        """How many statements a call needs, with nothing in the cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestOverview(OverviewCase):
    def test_cells_and_segments_add_up_to_the_run(self):
        for run in self.before, self.after:
            shown = self._overview(run)["snapshot"]
            self.assertEqual(shown["id"], run.id)
            for rows in (
                shown["segments"],
                [{"customers": cell[4], "revenue": cell[5]} for cell in shown["cells"]],
            ):
                self.assertEqual(sum(row["customers"] for row in rows), run.customers)
                self.assertAlmostEqual(sum(row["revenue"] for row in rows), run.revenue)
        self.assertEqual(self.after.customers, 13)

    def test_the_last_snapshot_is_shown_unless_another_is_chosen(self):
        self.assertEqual(self._overview()["snapshot"]["id"], self.after.id)
        self.assertEqual(self._overview(self.before)["snapshot"]["id"], self.before.id)
        self.assertEqual(
            [one["id"] for one in self._overview()["snapshots"]],
            [self.after.id, self.before.id],
        )

    def test_a_day_worked_out_twice_is_there_once(self):
        again = self.definition._run(DAY, full=True)
        shown = self._overview()
        self.assertEqual(
            [one["id"] for one in shown["snapshots"]], [again.id, self.before.id]
        )
        self.assertEqual(shown["snapshot"]["before"], "1 May 2026")

    def test_changes_are_those_since_the_snapshot_before(self):
        then = {
            segment["id"]: segment["customers"]
            for segment in self._overview(self.before)["snapshot"]["segments"]
        }
        shown = self._overview()["snapshot"]
        for segment in shown["segments"]:
            self.assertEqual(
                segment["change"],
                segment["customers"] - then.get(segment["id"], 0),
                segment["name"],
            )
        self.assertTrue(any(segment["change"] for segment in shown["segments"]))
        first = self._overview(self.before)["snapshot"]
        self.assertIs(first["before"], False)
        self.assertFalse(any(segment["change"] for segment in first["segments"]))

    def test_a_cell_leads_to_its_customers_now_and_then(self):
        for run in self.before, self.after:
            cells = self._overview(run)["snapshot"]["cells"]
            counted = {}
            for r, f, _m, _segment, customers, _revenue in cells:
                counted[r, f] = counted.get((r, f), 0) + customers
            for (r, f), customers in counted.items():
                action = self.definition.get_customers_action(run.id, {"r": r, "f": f})
                self.assertEqual(len(self._found(action)), customers)

    def test_a_segment_leads_to_its_customers_now_and_then(self):
        for run in self.before, self.after:
            for segment in self._overview(run)["snapshot"]["segments"]:
                action = self.definition.get_customers_action(
                    run.id, {"segment_id": segment["id"]}
                )
                self.assertEqual(len(self._found(action)), segment["customers"])

    def test_too_few_customers_are_said_to_have_fixed_thresholds(self):
        self.assertEqual(self._overview()["snapshot"]["mode"], "quantile")
        self.definition.min_customers = 500
        self.definition._run(DAY)
        shown = self._overview()["snapshot"]
        self.assertEqual((shown["mode"], shown["min_customers"]), ("fixed", 500))

    def test_who_waits_is_told_how_far_it_is(self):
        definition = self.definition
        self.assertFalse(definition.get_progress(definition.id)["going"])
        definition.run_asked = True
        self.assertTrue(definition.get_progress(definition.id)["going"])
        run = definition._begin(DAY, full=True)
        run._report(45, "Setting cut points", 1.5, visible=False)
        progress = definition.get_progress(definition.id)
        self.assertEqual(
            (progress["going"], progress["percent"], progress["step"]),
            (True, 45, "Setting cut points"),
        )
        definition._fail(ValueError("no such map"))
        progress = definition.get_progress(definition.id)
        self.assertEqual((progress["going"], progress["error"]), (False, "no such map"))
        # The last good snapshot stays.
        self.assertEqual(self._overview()["snapshot"]["id"], self.after.id)

    def test_without_anything_there_is_a_button(self):
        company = self.env["res.company"].create({"name": "New Shop"})
        self.env.user.company_ids |= company
        definitions = self.definition.with_context(allowed_company_ids=company.ids)
        self.assertIs(definitions.get_overview()["definition"], False)
        definition = self.definition.browse(definitions.start())
        self.assertEqual(definition.company_id, company)
        shown = definitions.get_overview()
        self.assertEqual(shown["definition"]["id"], definition.id)
        self.assertTrue(shown["progress"]["going"])
        self.assertIs(shown["snapshot"], False)

    def test_more_customers_need_no_more_statements(self):
        few = self._queries(self._overview)
        many = self._customers(100)
        self._shop(many)
        self.definition._run(DAY, full=True)
        self.assertLessEqual(self._queries(self._overview), few)


@tagged("post_install", "-at_install")
class TestMovement(OverviewCase):
    def _movement(self):
        return self.definition.get_movement(
            self.definition.id, self.before.id, self.after.id
        )

    def test_each_flow_leads_to_its_customers(self):
        shown = self._movement()
        self.assertEqual(sum(flow["customers"] for flow in shown["flows"]), 13)
        everybody = self.env["res.partner"]
        for flow in shown["flows"]:
            action = self.definition.get_moved_action(
                self.before.id, self.after.id, flow["from"], flow["to"]
            )
            found = self._found(action)
            self.assertEqual(len(found), flow["customers"], action["name"])
            everybody |= found
        self.assertEqual(everybody, self.customers | self.newcomer)

    def test_who_is_new_comes_from_nowhere(self):
        (flow,) = [one for one in self._movement()["flows"] if not one["from"]]
        action = self.definition.get_moved_action(
            self.before.id, self.after.id, False, flow["to"]
        )
        self.assertEqual(self._found(action), self.newcomer)
        self.assertIn("Not a customer", action["name"])

    def test_all_segments_of_the_flows_have_names(self):
        shown = self._movement()
        named = {segment["id"] for segment in shown["segments"]}
        for flow in shown["flows"]:
            self.assertLessEqual({flow["from"], flow["to"]} - {False}, named)

    def test_at_first_it_is_the_last_month(self):
        shown = self.definition.get_movement(self.definition.id)
        self.assertEqual(
            (shown["before_id"], shown["after_id"]), (self.before.id, self.after.id)
        )

    def test_one_snapshot_alone_has_no_movement(self):
        lone = self._definition()
        lone._run(DAY)
        shown = lone.get_movement(lone.id)
        self.assertIs(shown["before_id"], False)
        self.assertFalse(shown["flows"])

    def test_more_customers_need_no_more_statements(self):
        few = self._queries(self._movement)
        self._shop(self._customers(100))
        self.definition._run(DAY, full=True)
        self.after = self.definition.last_run_id
        # All hundred come from nowhere: flows and segments grow, statements don't.
        self.assertLessEqual(self._queries(self._movement), few)


@tagged("post_install", "-at_install")
class TestTrend(OverviewCase):
    def _trend(self, *domain):
        return self.env["loyalty.club.rfm.trend"].search(
            [("definition_id", "=", self.definition.id), *domain]
        )

    def test_a_day_worked_out_twice_counts_once(self):
        self.definition._run(DAY, full=True)
        for run in self.before, self.after:
            rows = self._trend(("day", "=", run.day))
            self.assertEqual(sum(rows.mapped("customers")), run.customers)
            self.assertEqual(sum(rows.mapped("buyers")), run.buyers)

    def test_the_latest_and_the_last_of_each_month(self):
        self.definition._run(DAY + timedelta(days=1))  # June begins
        now = self._trend(("is_now", "=", True))
        self.assertEqual(set(now.mapped("day")), {DAY + timedelta(days=1)})
        self.assertEqual(
            set(self._trend(("is_month_end", "=", True)).mapped("day")),
            {DAY, DAY + timedelta(days=1)},  # 1 May isn't: 31 May came after it
        )

    def test_the_dashboard_reads_the_first_definition_only(self):
        other = self._definition(sequence=99)
        other._run(DAY)
        self.assertTrue(self._trend()[:1].is_main)
        rows = self.env["loyalty.club.rfm.trend"].search(
            [("definition_id", "=", other.id)]
        )
        self.assertEqual(set(rows.mapped("is_main")), {False})
