from datetime import date
from unittest.mock import patch

from odoo.tests import freeze_time

from ..models.club import cron as loyalty_club_cron
from .common import ClubCase


class TestCron(ClubCase):
    """Jobs over all members: to the end, or on from where they were stopped."""

    def run_cron(self, name, stop_after=None):
        """Run a job; with ``stop_after`` its time is over after so many batches."""
        calls = []

        def progress(cron, processed=0, *, remaining=None, deactivate=False):
            calls.append((processed, remaining))
            return 0 if stop_after and len(calls) >= stop_after else 60

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress", progress),
            patch.object(loyalty_club_cron, "BATCH", 2),
        ):
            getattr(self.env["loyalty.club"], f"_cron_{name}")()
        return calls

    def setUp(self):
        super().setUp()
        # Only the clubs of this test: the job takes all.
        others = self.env["loyalty.club"].search([("id", "!=", self.club.id)])
        others.write({"active": False})

    @freeze_time("2026-06-01")
    def test_an_expiry_that_is_stopped_goes_on(self):
        members = [self.member(str(number)) for number in range(5)]
        for member in members:
            self.grant(member, 10, expires_on=date(2026, 6, 1))
        with freeze_time("2026-06-02"):
            self.run_cron("expire", stop_after=1)
            left = [m for m in members if self.card(m).points]
            self.assertEqual(len(left), 3)
            calls = self.run_cron("expire")
            self.assertEqual(calls[-1][1], 0)
            self.assertFalse([m for m in members if self.card(m).points])
            self.assertEqual(
                [len(self.entries(m)) for m in members], [2] * 5, "nothing twice"
            )

    @freeze_time("2026-06-01")
    def test_pending_points_are_released_on_their_day(self):
        member = self.member("Ali")
        self.grant(member, 10, available_on=date(2026, 6, 3))
        with freeze_time("2026-06-02"):
            self.run_cron("release")
            self.assertEqual(self.available(member), 0)
        with freeze_time("2026-06-03"):
            self.run_cron("release")
            self.assertEqual(self.available(member), 10)

    @freeze_time("2026-06-01")
    def test_tiers_are_evaluated_to_the_end_over_several_runs(self):
        members = self.members(5)
        self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Bronze", "code": "b", "threshold": 0}
        )
        self.run_cron("requalify", stop_after=1)
        self.assertEqual(len(members.filtered("tier_id")), 2)
        self.run_cron("requalify", stop_after=1)
        self.assertEqual(len(members.filtered("tier_id")), 4)
        self.run_cron("requalify")
        self.assertEqual(len(members.filtered("tier_id")), 5)

    def test_midnight_in_a_run_begins_the_new_day_with_the_first_member(self):
        self.club.qualify_period = "month"
        self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Bronze", "code": "b", "threshold": 0}
        )
        members = self.members(4)
        with freeze_time("2026-06-30 23:59:00"):
            done, last_id = self.club._requalify_due(0, 2)
            self.assertEqual(done, 2)
        with freeze_time("2026-07-01 00:01:00"):
            while last_id:
                _done, last_id = self.club._requalify_due(last_id, 2)
        self.assertEqual(
            set(members.mapped("qualified_from")), {date(2026, 7, 1)}, "none is left"
        )

    def test_the_nightly_check_finds_a_clean_ledger(self):
        self.grant(self.member("Ali"), 10)
        self.run_cron("check")
        check = self.env["loyalty.club.check"].search(
            [("club_id", "=", self.club.id)], limit=1
        )
        self.assertEqual((check.accounts, check.differences), (1, 0))
