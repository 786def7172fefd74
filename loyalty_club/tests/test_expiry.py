from datetime import date, datetime

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time

from ..engine.periods import ExpiryPolicy, expiry_date
from .common import ClubCase

# 10 March 2026 is 19 Esfand 1404; the Jalali year ends on 20 March.
LAST_DAYS = [
    ("none", 0, "gregorian", None),
    ("days", 30, "gregorian", date(2026, 4, 9)),
    ("months", 1, "gregorian", date(2026, 4, 10)),
    ("end_of_month", 0, "gregorian", date(2026, 3, 31)),
    ("end_of_month", 0, "jalali", date(2026, 3, 20)),
    ("end_of_month", 1, "jalali", date(2026, 4, 20)),
    ("end_of_quarter", 0, "gregorian", date(2026, 3, 31)),
    ("end_of_quarter", 0, "jalali", date(2026, 3, 20)),
    ("end_of_quarter", 1, "gregorian", date(2026, 6, 30)),
    ("end_of_year", 0, "gregorian", date(2026, 12, 31)),
    ("end_of_year", 0, "jalali", date(2026, 3, 20)),
    ("end_of_year", 1, "jalali", date(2027, 3, 20)),
    ("inactivity", 6, "gregorian", None),
]


@freeze_time("2026-03-10 09:00:00")
class TestExpiry(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")

    def policy(self, mode, count=0, **values):
        self.club.write({"expiry_mode": mode, "expiry_count": count, **values})

    def expire(self, club=None):
        return self.ledger._expire_due(club or self.club)[0]

    def tearDown(self):
        self.assertEqual(self.ledger._check_club(self.club)["details"], {})
        super().tearDown()

    # ------------------------------------------------------------------ which day

    def test_each_policy_says_its_last_day(self):
        for number, (mode, count, calendar, last_day) in enumerate(LAST_DAYS):
            with self.subTest(mode=mode, count=count, calendar=calendar):
                self.policy(mode, count, calendar=calendar)
                member = self.member(f"Member {number}")
                self.grant(member, 10)
                self.assertEqual(self.lots(member)[0][2], last_day)

    def test_on_the_last_day_it_is_there_and_on_the_next_gone(self):
        for mode, count, calendar, last_day in LAST_DAYS:
            if not last_day:
                continue
            with self.subTest(mode=mode, calendar=calendar):
                self.policy(mode, count, calendar=calendar)
                member = self.member(f"{mode} {calendar} {count}")
                self.grant(member, 10)
                with freeze_time(last_day):
                    self.expire()
                    self.assertEqual(self.available(member), 10)
                    self.assertEqual(
                        self.balances(member)["expiring"], [(10, last_day)]
                    )
                with freeze_time(date.fromordinal(last_day.toordinal() + 1)):
                    self.expire()
                    self.assertEqual(self.card(member).points, 0)
                self.assertEqual(
                    self.entries(member).mapped("kind"), ["bonus", "expire"]
                )

    def test_the_day_is_the_club_s_own(self):
        self.club.tz = "Asia/Tehran"
        self.grant(self.ali, 10, expires_on=date(2026, 3, 20))
        with freeze_time("2026-03-20 20:20:00"):
            self.assertEqual(self.expire(), 0)
        with freeze_time("2026-03-20 20:40:00"):  # 00:10 of the 21st in Tehran
            self.assertEqual(self.available(self.ali), 0)
            self.assertEqual(self.expire(), 1)

    def test_a_policy_without_its_number_is_refused(self):
        with self.assertRaises(ValidationError):
            self.policy("days", 0)

    def test_accounts_of_money_have_their_own_rule(self):
        self.policy("days", 1)
        self.club.credit_expiry_days = 10
        self.grant(self.ali, 500, "wallet")
        self.grant(self.ali, 500, "credit")
        with freeze_time("2026-03-20"):
            self.assertEqual(self.expire(), 0)
        with freeze_time("2026-03-21"):
            self.assertEqual(self.expire(), 1)
        self.assertEqual(self.card(self.ali, "wallet").points, 5)
        self.assertEqual(self.card(self.ali, "credit").points, 0)

    def test_only_what_is_left_expires(self):
        self.grant(self.ali, 10, expires_on=date(2026, 3, 15))
        self.grant(self.ali, 10)
        self.spend(self.ali, 4)
        with freeze_time("2026-03-16"):
            self.expire()
            self.assertEqual(self.expire(), 0)
        self.assertEqual(self.entries(self.ali)[-1].amount, -6)
        self.assertEqual(self.available(self.ali), 10)
        self.assertEqual(self.card(self.ali).history_ids[0].used, 6)

    def test_a_late_night_says_each_last_day(self):
        for day, units in ((15, 10), (12, 7), (15, 2), (30, 1)):
            self.grant(self.ali, units, expires_on=date(2026, 3, day))
        with freeze_time("2026-03-20 01:00:00"):
            self.assertEqual(self.expire(), 1)
        expired = self.entries(self.ali).filtered(lambda e: e.kind == "expire")
        self.assertEqual(
            [(e.amount, e.effective_on, e.balance) for e in expired],
            [(-7, date(2026, 3, 12), 13), (-12, date(2026, 3, 15), 1)],
        )
        self.assertEqual(set(expired.mapped("date")), {datetime(2026, 3, 20, 1)})

    def test_inactivity_says_its_last_day(self):
        self.policy("inactivity", 2)
        self.grant(self.ali, 10)
        with freeze_time("2026-06-01"):
            self.expire()
        self.assertEqual(self.entries(self.ali)[-1].effective_on, date(2026, 5, 10))

    # ------------------------------------------------------------------ holds

    def test_held_units_stay_until_the_hold_closes(self):
        self.grant(self.ali, 10, expires_on=date(2026, 3, 10))
        hold = self.ledger._hold(self.account(self.ali), 4, 86400)
        with freeze_time("2026-03-11 08:00:00"):
            self.expire()
            self.assertEqual(self.card(self.ali).points, 4)
            self.ledger._release_hold(hold)
            self.expire()
            self.assertEqual(self.card(self.ali).points, 0)

    # ------------------------------------------------------------------ inactivity

    def last_day(self):
        return self.card(self.ali).club_idle_expires_on

    def test_activity_moves_the_last_day(self):
        self.policy("inactivity", 2)
        self.grant(self.ali, 10)
        self.assertEqual(self.last_day(), date(2026, 5, 10))
        with freeze_time("2026-04-01"):
            self.spend(self.ali, 1)
        self.assertEqual(self.last_day(), date(2026, 6, 1))
        with freeze_time("2026-06-01"):
            self.assertEqual(self.available(self.ali), 9)
            self.assertEqual(self.expire(), 0)
        with freeze_time("2026-06-02"):
            self.assertEqual(self.available(self.ali), 0)
            self.assertEqual(self.expire(), 1)
            self.assertEqual(self.card(self.ali).points, 0)

    def test_the_club_chooses_which_activity_counts(self):
        for earning, spending, expected in (
            (True, False, date(2026, 6, 1)),
            (False, True, date(2026, 7, 1)),
            (True, True, date(2026, 7, 1)),
            (False, False, date(2026, 5, 10)),
        ):
            with self.subTest(earning=earning, spending=spending):
                self.policy(
                    "inactivity",
                    2,
                    idle_reset_earn=earning,
                    idle_reset_spend=spending,
                )
                self.ali = self.member(f"{earning} {spending}")
                self.grant(self.ali, 10)
                with freeze_time("2026-04-01"):
                    self.grant(self.ali, 10)
                with freeze_time("2026-05-01"):
                    self.spend(self.ali, 1)
                self.assertEqual(self.last_day(), expected)

    def test_new_points_do_not_bring_back_what_was_over(self):
        """The nightly job was late: the clock of the new points is their own."""
        self.policy("inactivity", 2)
        self.grant(self.ali, 10)
        with freeze_time("2026-05-11"):
            self.grant(self.ali, 3)
            self.assertEqual(self.available(self.ali), 3)
            self.assertEqual(self.last_day(), date(2026, 7, 11))
        self.assertEqual(
            self.entries(self.ali).mapped("kind"), ["bonus", "expire", "bonus"]
        )

    def test_what_is_given_back_later_has_its_time(self):
        self.policy("inactivity", 2, idle_reset_spend=False)
        self.grant(self.ali, 10)
        spent = self.spend(self.ali, 10)
        with freeze_time("2026-08-01"):
            self.ledger._give_back(spent, 10)
            self.assertEqual(self.available(self.ali), 10)
            self.assertEqual(self.expire(), 0)

    def test_receiving_is_no_activity(self):
        self.policy("inactivity", 2)
        zari = self.member("Zari")
        self.grant(self.ali, 10)
        with freeze_time("2026-04-01"):
            self.grant(zari, 10)
            self.ledger._transfer(self.account(zari), self.account(self.ali), 5)
        self.assertEqual(self.last_day(), date(2026, 5, 10))
        self.assertEqual(self.card(zari).club_idle_expires_on, date(2026, 6, 1))

    def test_merged_accounts_keep_the_later_day(self):
        self.policy("inactivity", 2)
        zari = self.member("Zari")
        self.grant(self.ali, 10)
        with freeze_time("2026-04-01"):
            self.grant(zari, 10)
            self.ledger._move_account(self.account(zari), self.account(self.ali))
        self.assertEqual(self.last_day(), date(2026, 6, 1))

    def test_a_club_that_gives_inactivity_up_forgets_the_clocks(self):
        self.policy("inactivity", 2)
        self.grant(self.ali, 10)
        self.policy("none")
        with freeze_time("2027-01-01"):
            self.assertEqual(self.available(self.ali), 10)
            self.assertEqual(self.expire(), 0)

    # ------------------------------------------------------------------ batches

    def test_batches_stop_and_go_on(self):
        members = self.members(5)
        for member in members:
            self.grant(member, 10, expires_on=date(2026, 3, 11))
        with freeze_time("2026-03-12"):
            done, last = self.ledger._expire_due(self.club, limit=2)
            self.assertEqual(done, 2)
            # killed here: a new run starts at the beginning and finds the rest
            total, last = done, 0
            while last is not None:
                done, last = self.ledger._expire_due(self.club, last, 2)
                total += done
            self.assertEqual(total, 5)
            self.assertEqual(self.expire(), 0)
        self.assertEqual(members.mapped("points_balance"), [0] * 5)

    def test_the_clock_of_another_club_is_its_own(self):
        other = self.new_club("other", self.company)
        zari = self.member("Zari", club=other)
        self.grant(zari, 10, expires_on=date(2026, 3, 11))
        with freeze_time("2026-03-12"):
            self.assertEqual(self.expire(), 0)
            self.assertEqual(self.expire(other), 1)

    # ------------------------------------------------------------------ agreement

    def test_statement_and_engine_agree_on_every_day(self):
        """What the SQL writes off day by day is what the engine calls available."""
        policies = [(mode, count, cal) for mode, count, cal, day in LAST_DAYS if day]
        members = self.members(len(policies))
        for member, (mode, count, calendar) in zip(members, policies, strict=True):
            self.policy(mode, count, calendar=calendar)
            self.grant(member, 10)
        start = date(2026, 3, 10)
        for offset in range(0, 400, 7):
            day = date.fromordinal(start.toordinal() + offset)
            with freeze_time(day):
                self.expire()
            self.env.invalidate_all()
            for member, policy in zip(members, policies, strict=True):
                last_day = expiry_date(start, ExpiryPolicy(*policy))
                self.assertEqual(
                    member.points_balance, 10 if day <= last_day else 0, (policy, day)
                )
