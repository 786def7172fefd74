"""When runs happen, and what is left when one doesn't end well."""

from datetime import date, datetime, timedelta

from odoo.tests import tagged

from odoo.addons.loyalty_club.clock import Clock

from .test_runs import DAY, RunCase


@tagged("post_install", "-at_install")
class TestSchedule(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.rfm_tz = "Asia/Tehran"
        cls.env["loyalty.club.rfm.gather"].search(
            [("company_id", "=", cls.company.id)]
        ).state = "done"

    def _at(self, moment):
        """The definition at a moment in UTC."""
        return self.definition.with_context(loyalty_club_clock=Clock(moment))

    def test_a_night_begins_at_two_in_the_companys_time(self):
        self.definition._run(DAY, full=True)
        # 1:59 in Tehran, which is 3:30 ahead.
        before = datetime(2026, 5, 31, 22, 29)
        self.assertFalse(self._at(before)._is_due())
        self.assertTrue(self._at(before + timedelta(minutes=1))._is_due())
        self.assertEqual(
            self._at(before + timedelta(minutes=1))._today(), date(2026, 6, 1)
        )

    def test_who_asks_does_not_wait_for_the_night(self):
        self.definition._run(DAY, full=True)
        noon = datetime(2026, 5, 31, 12)
        self.assertFalse(self._at(noon)._is_due())
        self.definition.action_run()
        self.assertTrue(self._at(noon)._is_due())
        self.definition._run(DAY, full=True)
        self.assertFalse(self._at(noon)._is_due())

    def test_nothing_runs_before_all_sales_are_read(self):
        self.env["loyalty.club.rfm.gather"]._restart(self.company)
        self.definition.run_asked = True
        self.assertFalse(self._at(datetime(2026, 5, 31, 12))._is_due())

    def test_every_week_everything_is_counted_again(self):
        self.definition._run(DAY, full=True)
        for days, due in ((6, False), (7, True)):
            moment = datetime(2026, 5, 31, 12) + timedelta(days=days)
            self.assertEqual(self._at(moment)._is_check_due(), due)
            self.definition._run(DAY + timedelta(days=days))

    def test_a_run_whose_process_died_is_closed_by_the_next(self):
        self.definition._run(DAY, full=True)
        dead = self.definition._begin(DAY + timedelta(days=1), False)
        self.assertEqual(dead.state, "running")
        run = self.definition._run(DAY + timedelta(days=1))
        self.assertEqual((dead.state, run.state), ("failed", "done"))
        self.assertIn("stopped", dead.message)

    def test_a_failure_is_written_down_and_tried_again_the_next_night(self):
        self.definition._run(DAY, full=True)
        night = datetime(2026, 6, 1, 12)
        self.assertTrue(self._at(night)._is_due())
        self._at(night)._fail(ValueError("no such table"))
        failed = self.definition.current_run_id
        self.assertEqual((failed.state, failed.message), ("failed", "no such table"))
        self.assertEqual(self.definition.last_run_id.day, DAY)
        self.assertFalse(self._at(night)._is_due())
        self.assertTrue(self._at(night + timedelta(days=1))._is_due())

    def test_a_map_with_a_gap_stops_the_run_and_names_the_code(self):
        segment = self.definition.map_id.segment_ids.filtered("codes")[:1]
        # As an import or a program could leave it: the form refuses that.
        self.env.cr.execute(
            "UPDATE loyalty_club_rfm_segment SET codes = '555' WHERE id = %s",
            [segment.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(Exception, "in no segment: 445"):
            self.definition._run(DAY)

    def test_steps_tell_how_far_it_is(self):
        run = self.definition._run(DAY)
        progress = run.step_ids.mapped("progress")
        self.assertEqual(progress, sorted(progress))
        self.assertEqual(run.progress, 100)

    def test_history_is_kept_as_long_as_the_parameter_says(self):
        customer = self._customers(1)
        for number in range(3):
            day = DAY + timedelta(days=40 * number)
            self._fact(customer, day - timedelta(days=1), 10)
            self.definition._run(day)
        self._at(datetime(2029, 1, 1))._forget_history()
        self.assertTrue(self._as_of(DAY))
        self.env["ir.config_parameter"].set_param(
            "loyalty_club_rfm.history_months", "12"
        )
        self._at(datetime(2029, 1, 1))._forget_history()
        self.assertFalse(self._as_of(DAY))
        self.assertTrue(self._as_of(date(2029, 1, 1)))
