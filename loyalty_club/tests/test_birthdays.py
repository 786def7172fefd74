from datetime import date, timedelta
from unittest.mock import patch

from odoo.tests import freeze_time

from ..engine.periods import next_birthday
from ..models.club import cron as loyalty_club_cron
from .common import ClubCase

DAY = timedelta(days=1)


class TestBirthdays(ClubCase):
    """Each birthday brings its bonus, once, in the calendar that the club counts in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the club of this test: the job takes all.
        others = cls.env["loyalty.club"].search([("id", "!=", cls.club.id)])
        others.write({"active": False})
        cls.tier = cls.env["loyalty.club.tier"].create(
            {
                "club_id": cls.club.id,
                "name": "Bronze",
                "code": "b",
                "threshold": 0,
                "birthday_points": 50,
            }
        )

    def born(self, birth, joined="2020-01-01"):
        with freeze_time(joined):
            member = self.member("Ali", birthdate=birth)
        self.assertEqual(member.tier_id, self.tier)
        return member

    def run_on(self, *days, batch=2, time=60):
        """Run the job on these days; ``time`` 0: one batch, then its time is over."""
        for day in days:
            with (
                freeze_time(day),
                patch.object(
                    type(self.env["ir.cron"]),
                    "_commit_progress",
                    lambda cron, processed=0, **kwargs: time,
                ),
                patch.object(loyalty_club_cron, "BATCH", batch),
            ):
                self.env["loyalty.club"]._cron_birthday()

    def gifts(self, member):
        """Days on which the member got a gift."""
        return [str(entry.date.date()) for entry in self.entries(member)]

    def test_a_birthday_is_given_once_a_year(self):
        ali = self.born(date(1990, 6, 1))
        with freeze_time("2020-01-01"):
            sara = self.member("Sara")
        self.run_on("2026-06-01", "2026-06-01 18:00", "2026-06-02")
        self.assertEqual((self.available(ali), self.available(sara)), (50, 0))
        self.run_on("2027-05-31", "2027-06-01")
        self.assertEqual(self.gifts(ali), ["2026-06-01", "2027-06-01"])

    def test_a_jalali_club_keeps_jalali_birthdays(self):
        self.club.calendar = "jalali"
        # 21 March 1990 was 1 Farvardin 1369, and 20 March 2029 is that of 1408.
        ali = self.born(date(1990, 3, 21))
        self.run_on("2029-03-19", "2029-03-20", "2029-03-21")
        self.assertEqual(self.gifts(ali), ["2029-03-20"])

    def test_two_jalali_birthdays_in_one_gregorian_year(self):
        self.club.calendar = "jalali"
        ali = self.born(date(1991, 1, 1))  # 11 Dey 1369
        self.run_on("2024-01-01", "2024-12-30", "2024-12-31", "2025-01-01")
        self.assertEqual(self.gifts(ali), ["2024-01-01", "2024-12-31"])

    def test_a_leap_day_is_kept_in_common_years(self):
        ali = self.born(date(1996, 2, 29))
        self.run_on("2027-02-27", "2027-02-28", "2027-03-01")
        self.run_on("2028-02-28", "2028-02-29")
        self.assertEqual(self.gifts(ali), ["2027-02-28", "2028-02-29"])

    def test_days_without_the_job_are_made_good_once(self):
        ali, sara = self.born(date(1990, 6, 3)), self.born(date(1991, 6, 8))
        self.run_on("2026-06-01", "2026-06-10", "2026-06-10 12:00", "2026-06-11")
        self.assertEqual(self.gifts(ali), ["2026-06-10"])
        self.assertEqual(self.gifts(sara), ["2026-06-10"])
        keys = self.entries(ali).mapped("key")
        self.assertEqual(keys, [f"birthday:{ali.id}:2026"])
        # Next year they are in time again.
        self.run_on("2027-06-02", "2027-06-03")
        self.assertEqual(self.gifts(ali), ["2026-06-10", "2027-06-03"])

    def test_a_birthday_over_new_year_is_made_good(self):
        ali = self.born(date(1990, 12, 30))
        self.run_on("2026-12-28", "2027-01-04", "2027-12-30")
        self.assertEqual(self.gifts(ali), ["2027-01-04", "2027-12-30"])
        self.assertEqual(
            self.entries(ali).mapped("key"),
            [f"birthday:{ali.id}:{year}" for year in (2026, 2027)],
        )

    def test_no_birthday_is_older_than_the_bound(self):
        kept, lost = self.born(date(1990, 6, 2)), self.born(date(1990, 6, 1))
        self.run_on("2026-05-01", "2026-08-01")
        self.assertEqual(self.gifts(kept), ["2026-08-01"], "60 days ago")
        self.assertEqual(self.gifts(lost), [], "61 days ago")

    def test_the_first_run_gives_that_day_only_and_nobody_who_joined_later(self):
        early = self.born(date(1990, 5, 31))
        self.run_on("2026-06-01")
        self.assertEqual(self.gifts(early), [])
        late = self.born(date(1990, 6, 3), joined="2026-06-05")
        self.run_on("2026-06-10")
        self.assertEqual(self.gifts(late), [])

    def test_a_run_that_is_stopped_forgets_no_day(self):
        members = [self.born(date(1990, 6, 3)) for _number in range(5)]
        self.run_on("2026-06-02")
        self.run_on("2026-06-03", time=0)
        self.assertEqual(sum(len(self.gifts(m)) for m in members), 2)
        self.run_on("2026-06-05")
        self.assertEqual([len(self.gifts(m)) for m in members], [1] * 5)

    def test_midnight_in_a_run_loses_nobody(self):
        members = [self.born(date(1990, 6, day)) for day in (3, 3, 4, 4)]
        self.run_on("2026-06-02")
        with freeze_time("2026-06-03 23:59"):
            _done, last_id = self.club._birthday_due(0, 1)
        with freeze_time("2026-06-04 00:01"):
            while last_id:
                _done, last_id = self.club._birthday_due(last_id, 1)
        self.run_on("2026-06-04 12:00")
        self.assertEqual([len(self.gifts(m)) for m in members], [1] * 4)

    def test_another_birth_date_or_calendar_gives_no_second_gift(self):
        ali = self.born(date(1990, 12, 20))
        self.run_on("2026-12-20")
        ali.birthdate_date = date(1990, 1, 10)
        self.run_on("2027-01-10")
        self.club.calendar = "jalali"
        ali.birthdate_date = date(1990, 1, 21)
        self.run_on("2027-01-21")
        self.assertEqual(self.gifts(ali), ["2026-12-20"])

    def test_a_birth_date_moved_to_the_end_of_the_year_is_no_error(self):
        ali, sara = self.born(date(1990, 1, 2)), self.born(date(1990, 12, 30))
        self.run_on("2026-01-02")
        ali.birthdate_date = date(1990, 12, 30)
        self.run_on("2026-12-30")
        self.assertEqual(self.gifts(ali), ["2026-01-02"])
        self.assertEqual(self.gifts(sara), ["2026-12-30"])


class TestBirthdaysNarrowed(ClubCase):
    """What the database leaves out, the engine would have left out as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tier = cls.env["loyalty.club.tier"].create(
            {
                "club_id": cls.club.id,
                "name": "Bronze",
                "code": "b",
                "threshold": 0,
                "birthday_points": 50,
            }
        )
        # All days of a leap and a common year, in both calendars: 29 February 1996
        # and 30 Esfand 1375 (20 March 1997) are among them.
        first, last = date(1996, 1, 1), date(1998, 3, 20)
        cls.births = [first + DAY * n for n in range((last - first).days + 1)]
        members = cls.members(len(cls.births))
        members.tier_id = tier
        cls.birth_of = dict(zip(members.ids, cls.births, strict=True))
        for member, birth in zip(members, cls.births, strict=True):
            member.partner_id.birthdate_date = birth
        cls.env.flush_all()

    # A leap and a common year of each calendar: 2024 and 2025, 1403 and 1404.
    FIRST, LAST = date(2024, 1, 1), date(2026, 3, 20)

    def celebrating(self, calendar):
        """The engine's exact rule: dict of day to the set of members' ids."""
        found = {}
        for member_id, birth in self.birth_of.items():
            day = next_birthday(birth, self.FIRST, calendar)
            while day <= self.LAST:
                found.setdefault(day, set()).add(member_id)
                day = next_birthday(birth, day + DAY, calendar)
        return found

    def test_all_birth_days_on_all_days(self):
        for calendar in ("gregorian", "jalali"):
            celebrating = self.celebrating(calendar)
            self.club.calendar = calendar
            day = self.FIRST
            while day <= self.LAST:
                found = self.club._birthday_candidates(day, day, 0, 10_000)
                self.assertFalse(
                    celebrating.get(day, set()) - set(found), (calendar, day)
                )
                self.assertLess(len(found), 40, "narrowed down")
                day += DAY

    def test_days_that_are_made_good(self):
        for calendar in ("gregorian", "jalali"):
            celebrating = self.celebrating(calendar)
            self.club.calendar = calendar
            for first in (date(2024, 2, 20), date(2024, 12, 15), date(2025, 2, 1)):
                last = first + DAY * 60
                found = self.club._birthday_candidates(first, last, 0, 10_000)
                days = [first + DAY * n for n in range(61)]
                wanted = set().union(*(celebrating.get(day, set()) for day in days))
                self.assertFalse(wanted - set(found), (calendar, first))

    def test_the_filter_of_the_running_month(self):
        Member = self.env["loyalty.club.member"]
        mine = [("club_id", "=", self.club.id)]
        for calendar in ("gregorian", "jalali"):
            celebrating = self.celebrating(calendar)
            self.club.calendar = calendar
            for months in range(24):
                day = date(2024 + months // 12, months % 12 + 1, 28)
                with freeze_time(day):
                    start, end = self.club._running_month()
                    found = Member.search([*mine, ("birthday_this_month", "=", True)])
                days = [start + DAY * n for n in range((end - start).days + 1)]
                wanted = set().union(*(celebrating.get(day, set()) for day in days))
                self.assertEqual(set(found.ids), wanted, (calendar, day))
