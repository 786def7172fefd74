"""Expiry and waiting change with open eyes: in their unit, and after a preview."""

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time

from ..engine.periods import ExpiryPolicy, expiry_date, same_time
from ..ledger import Origin
from .common import ClubCase, TwoCompaniesCase

OVER = "Had it been the rule before: would be over by now"
EARLIER = "Had it been the rule before: would end earlier"
LATER = "Had it been the rule before: would end later, or never"


class PreviewCase(ClubCase):
    def policy(self, mode, count=0, **values):
        self.club.write({"expiry_mode": mode, "expiry_count": count, **values})

    def preview(self, user="manager", club=None, **changes):
        club = club or self.club
        model = self.env["loyalty.club.policy.preview"]
        if user:
            model = model.with_user(self.users[user])
        action = model.preview(club.id, club.id, changes)
        self.assertEqual((action["res_model"], action["target"]), (model._name, "new"))
        return model.browse(action["res_id"])

    def told(self, preview):
        """What the dialog says: dict of sentence to (members, points, worth)."""
        return {
            line.what: (line.member_count, line.points, line.worth)
            for line in preview.line_ids
        }

    def granted(self, day, units, **options):
        with freeze_time(f"{day} 09:00:00"):
            member = self.member(f"Member of {day}")
            self.grant(member, units, **options)
        return member


@freeze_time("2026-03-10 09:00:00")
class TestExpiryUnits(PreviewCase):
    """A number keeps its time when its unit changes, and never just its digits."""

    def switched(self, mode, count, *modes):
        """What stands on the form after its kind of expiry was changed."""
        self.policy(mode, count)
        with Form(self.club.with_user(self.users["manager"])) as form:
            for new_mode in modes:
                form.expiry_mode = new_mode
            found = form.expiry_count
        self.assertEqual(
            (self.club.expiry_mode, self.club.expiry_count), (modes[-1], found)
        )
        return found

    def test_the_form_converts_the_number(self):
        for mode, count, new_mode, expected in (
            ("months", 12, "days", 365),
            ("days", 30, "months", 1),
            ("days", 365, "months", 12),
            ("months", 6, "inactivity", 6),
            ("days", 90, "inactivity", 3),
            ("months", 12, "end_of_year", 1),
            ("end_of_year", 0, "months", 12),
            ("end_of_quarter", 1, "days", 91),
            ("months", 12, "none", 0),
            ("none", 0, "months", 12),
            ("none", 0, "days", 365),
        ):
            with self.subTest(mode=mode, count=count, to=new_mode):
                self.assertEqual(self.switched(mode, count, new_mode), expected)

    def test_there_and_back_is_what_it_was(self):
        self.assertEqual(self.switched("months", 12, "days", "months"), 12)
        self.assertEqual(self.switched("months", 6, "days", "inactivity"), 6)

    def test_a_new_club_gets_a_proposal(self):
        with Form(self.env["loyalty.club"].with_user(self.users["manager"])) as form:
            form.name, form.code = "New", "new"
            form.expiry_mode = "days"
            self.assertEqual(form.expiry_count, 365)
            form.expiry_mode = "months"
            self.assertEqual(form.expiry_count, 12)

    def test_no_switch_makes_points_end_much_sooner(self):
        """Whatever is switched to what: about the same time, by the engine's days."""
        modes = self.club._fields["expiry_mode"].get_values(self.env)
        start = date(2026, 3, 1)
        for mode in modes:
            for new_mode in modes:
                for count in (1, 2, 6, 12, 24):
                    if "none" in (mode, new_mode) or mode == new_mode:
                        continue
                    new = same_time(count, mode, new_mode)
                    before = expiry_date(start, ExpiryPolicy(mode, count))
                    after = expiry_date(start, ExpiryPolicy(new_mode, new))
                    lost = (before - after).days
                    self.assertLess(lost, 366, (mode, count, new_mode, new))
                    self.assertGreaterEqual((after - start).days, 28)

    # ------------------------------------------------------------------ by RPC

    def test_a_unit_without_its_number_is_refused(self):
        club = self.club.with_user(self.users["manager"])
        for mode, count, new_mode in (
            ("months", 12, "days"),
            ("days", 30, "months"),
            ("days", 30, "inactivity"),
            ("months", 12, "end_of_year"),
        ):
            self.policy(mode, count)
            with (
                self.subTest(mode=mode, to=new_mode),
                self.assertClubError("invalid_payload") as caught,
            ):
                club.write({"expiry_mode": new_mode, "pending_days": 9})
            self.assertIn("expiry_count", str(caught.exception))
            self.assertEqual(
                (self.club.expiry_mode, self.club.expiry_count), (mode, count)
            )
            club.write({"expiry_mode": new_mode, "expiry_count": 7})
            self.assertEqual(self.club.expiry_count, 7)

    def test_a_number_that_means_the_same_stays(self):
        self.policy("months", 6)
        self.club.write({"expiry_mode": "inactivity"})
        self.assertEqual(self.club.expiry_count, 6)
        self.club.write({"expiry_mode": "inactivity"})
        self.club.write({"expiry_mode": "none"})
        self.assertEqual(self.club.expiry_count, 0)
        # Nothing is left over that a later unit would be read for.
        with self.assertRaises(ValidationError):
            self.club.write({"expiry_mode": "days"})

    def test_a_leftover_number_is_no_number_of_days(self):
        """Clubs from before keep 12 beside "never"."""
        self.env.cr.execute(
            "UPDATE loyalty_club SET expiry_mode = 'none', expiry_count = 12"
            " WHERE id = %s",
            [self.club.id],
        )
        self.club.invalidate_recordset()
        with self.assertClubError("invalid_payload"):
            self.club.write({"expiry_mode": "days"})

    def test_times_beyond_any_calendar_are_refused(self):
        """They were saved, and then every sale that gives points failed."""
        for values in (
            {"expiry_mode": "days", "expiry_count": 10**9},
            {"expiry_mode": "end_of_year", "expiry_count": 20_000},
            {"pending_days": 10**9},
            {"credit_expiry_days": 2 * 10**9},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.club.write(values)


@freeze_time("2026-03-10 09:00:00")
class TestPolicyPreview(PreviewCase):
    def filled(self):
        """Points of last spring and of this month, by 12 months after earning."""
        self.policy("months", 12)
        self.old = self.granted("2025-06-10", 700)
        self.new = self.granted("2026-03-05", 300)

    # ------------------------------------------------------------------ the form

    def test_the_form_says_that_a_change_isnt_saved(self):
        self.filled()
        with Form(self.club.with_user(self.users["manager"])) as form:
            self.assertFalse(form.policy_change)
            form.expiry_mode = "days"
            self.assertEqual(
                form.policy_change,
                "Points expire: 12 months after earning → 365 days after earning",
            )
            form.pending_days = 14
            self.assertIn(
                "Points can be used: at once → 14 days later", form.policy_change
            )
            form.expiry_mode = "months"
            form.pending_days = 0
            self.assertFalse(form.policy_change)

    def test_a_club_without_entries_changes_as_it_likes(self):
        self.policy("months", 12)
        with Form(self.club.with_user(self.users["manager"])) as form:
            form.expiry_mode = "days"
            self.assertFalse(form.policy_change)

    # ------------------------------------------------------------------ expiry

    def test_without_a_change_it_says_what_there_is(self):
        self.filled()
        preview = self.preview()
        self.assertFalse(preview.change)
        # A point is worth a hundredth of the euro that earned it.
        self.assertEqual(
            self.told(preview), {"Points that members have": (2, 1000, 10)}
        )

    def test_shorter(self):
        self.filled()
        preview = self.preview(expiry_count=6)
        self.assertEqual(
            self.told(preview),
            {
                "Points that members have": (2, 1000, 10),
                OVER: (1, 700, 7),
                EARLIER: (1, 300, 3),
            },
        )
        self.assertEqual(
            preview.change,
            "Points expire: 12 months after earning → 6 months after earning",
        )
        self.assertIn("keep their last day", preview.kept)

    def test_longer_and_never(self):
        self.filled()
        told = self.told(self.preview(expiry_count=24))
        self.assertEqual(told[LATER], (2, 1000, 10))
        told = self.told(self.preview(expiry_mode="none"))
        self.assertEqual(told[LATER], (2, 1000, 10))

    def test_the_same_time_in_another_unit_touches_hardly_anybody(self):
        self.filled()
        told = self.told(self.preview(expiry_mode="days", expiry_count=365))
        self.assertEqual(told, {"Points that members have": (2, 1000, 10)})

    def test_twelve_days_are_shown_for_what_they_are(self):
        self.filled()
        told = self.told(self.preview(expiry_mode="days", expiry_count=12))
        self.assertEqual((told[OVER], told[EARLIER]), ((1, 700, 7), (1, 300, 3)))

    def test_what_it_says_of_existing_points_is_what_happens(self):
        """After the change, existing lots end on the days that they had."""
        self.filled()
        before = self.lots(self.old), self.lots(self.new)
        self.preview(expiry_count=6)
        self.policy("months", 6)
        self.assertEqual((self.lots(self.old), self.lots(self.new)), before)
        self.assertEqual(self.ledger._expire_due(self.club)[0], 0)
        self.grant(self.new, 50)
        self.assertEqual(self.lots(self.new)[-1][2], date(2026, 9, 10))

    def test_from_inactivity_points_end_never(self):
        self.policy("inactivity", 6)
        self.granted("2026-01-10", 40)
        preview = self.preview(expiry_mode="months", expiry_count=12)
        self.assertEqual(self.told(preview)["…that end later, or never"], (1, 40, 0.4))
        self.assertIn("never end", preview.kept)
        self.policy("months", 12)
        with freeze_time("2030-01-01"):
            self.assertEqual(self.ledger._expire_due(self.club)[0], 0)

    def test_to_inactivity_old_clocks_end_points_at_once(self):
        self.policy("inactivity", 2)
        gone = self.granted("2025-10-10", 40)
        kept = self.granted("2026-03-01", 9)
        self.policy("none")
        preview = self.preview(expiry_mode="inactivity", expiry_count=2)
        told = self.told(preview)
        self.assertEqual(told["…that end at once"], (1, 40, 0.4))
        self.assertEqual(told["…that end earlier"], (1, 9, 0.09))
        self.policy("inactivity", 2)
        self.assertEqual(self.ledger._expire_due(self.club)[0], 1)
        self.env.invalidate_all()
        self.assertEqual((gone.points_balance, kept.points_balance), (0, 9))

    def test_to_inactivity_says_who_has_not_bought_for_so_long(self):
        resting, buying = self.granted("2025-06-10", 70), self.granted("2025-06-11", 30)
        self.purchase(buying)
        buying.last_purchase_at = "2026-03-01 10:00:00"
        told = self.told(self.preview(expiry_mode="inactivity", expiry_count=6))
        label = "Of members without a purchase in the last 6 months"
        self.assertEqual(told[label], (1, 70, 0.7))
        self.assertFalse(resting.last_purchase_at)

    def test_other_months_of_inactivity(self):
        self.policy("inactivity", 6)
        self.granted("2026-01-10", 40)
        preview = self.preview(expiry_count=1)
        self.assertIn("until their next activity", preview.kept)
        self.assertNotIn("…that end at once", self.told(preview))
        self.policy("inactivity", 1)
        self.assertEqual(self.ledger._expire_due(self.club)[0], 0)

    # ------------------------------------------------------------------ waiting

    def test_waiting(self):
        self.policy("none", pending_days=3)
        ali, sara = self.member("Ali"), self.member("Sara")
        self.purchase(ali, day="2026-03-09", told_day="2026-03-09", points=0)
        for member, day, points in (
            (ali, "2026-03-09", 10),
            (sara, "2026-03-01", 20),
            (sara, "2026-02-01", 40),
        ):
            self.env["loyalty.club.purchase"].browse(
                self.purchase(member, day=day, told_day=day).id
            ).points = points
        self.grant(ali, 10, available_on=date(2026, 3, 12))
        preview = self.preview(pending_days=14)
        told = self.told(preview)
        self.assertEqual(told["Points that wait"], (1, 10, 0.1))
        label = "Waiting %s days: of recent purchases would wait now"
        self.assertEqual(told[label % 3], (1, 10, 0.1))
        self.assertEqual(told[label % 14], (2, 30, 0.3))
        self.assertIn("keep the day from which", preview.kept)
        before = self.env["loyalty.club.lot"].search([("available_on", "!=", False)])
        days = before.mapped("available_on")
        self.club.pending_days = 14
        self.env.invalidate_all()
        self.assertEqual(before.mapped("available_on"), days)

    # ------------------------------------------------------------------ credit

    def test_promotional_credit_has_its_own(self):
        self.club.credit_expiry_days = 90
        with freeze_time("2026-01-10"):
            ali = self.member("Ali")
            self.grant(ali, 2500, "credit")
        preview = self.preview(credit_expiry_days=30)
        told = self.told(preview)
        self.assertEqual(told["Credit that members have"], (1, 0, 25))
        self.assertEqual(told[OVER], (1, 0, 25))
        self.assertIn("keeps its last day", preview.kept)

    # ------------------------------------------------------------------ rights

    def test_nothing_is_written(self):
        self.filled()
        self.club.pending_days = 3
        self.env.flush_all()
        before, policies = self.books(), self.club._times()
        self.preview(expiry_mode="days", expiry_count=1, pending_days=90)
        self.assertEqual(self.books(), before)
        self.club.invalidate_recordset()
        self.assertEqual(self.club._times(), policies)

    def test_only_managers(self):
        for kind in ("desk", "auditor", "integration", "internal", "seller"):
            with self.subTest(kind), self.assertRaises(AccessError):
                self.preview(kind, expiry_count=1)

    def test_what_isnt_a_policy_of_time_gets_nowhere(self):
        for changes in (
            {"expiry_mode": "soon"},
            {"expiry_count": -1},
            {"expiry_count": "12"},
            {"pending_days": [(0, 0, {})]},
            {"pending_days": True},
        ):
            with self.subTest(changes), self.assertClubError("invalid_payload"):
                self.preview(**changes)
        with self.assertRaises(ValidationError):
            self.preview(expiry_mode="days", expiry_count=10**9)
        model = self.env["loyalty.club.policy.preview"]
        for club_id in ("1", False, None, [1], 2**31 - 1, self.club):
            with self.subTest(club_id), self.assertClubError("invalid_payload"):
                model.with_user(self.users["manager"]).preview(club_id, 0, {})
        # What else stands on the form is none of its business.
        preview = self.preview(name="X", company_id=1, cap_manager_points=10**9)
        self.assertFalse(preview.change)

    # ------------------------------------------------------------------ a million

    def test_as_many_statements_for_a_hundred_as_for_one(self):
        self.policy("inactivity", 3)
        counts = []
        for number in (1, 1, 100):
            for member in self.members(number):
                self.grant(member, 10)
                self.grant(member, 10, "credit")
            drafts = [
                {"expiry_mode": "days", "expiry_count": 12, "pending_days": 14},
                {"expiry_mode": "none", "credit_expiry_days": 7},
                {"expiry_count": 1},
            ]
            self.preview(**drafts[0])  # reads rights, once for all
            for draft in drafts:
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.preview(**draft)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[3:6], counts[6:])
        self.assertLess(max(counts[3:]), 60)


@freeze_time("2026-03-10 09:00:00")
class TestPolicyPreviewCompanies(TwoCompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.user(
            "branch-manager", "loyalty_club.group_manager", companies=cls.north_1
        )

    def test_a_manager_of_a_branch_sees_all_branches_of_the_club_and_no_other(self):
        for name, company in (("Ali", self.north_1), ("Sara", self.north_2)):
            member = self.member(name)
            self.grant(member, 50, origin=Origin(company_id=company.id))
        self.grant(self.member("South", club=self.south_club), 999)
        model = self.env["loyalty.club.policy.preview"].with_user(self.branch)
        model = model.with_company(self.north_1)
        action = model.preview(
            self.club.id, 0, {"expiry_mode": "days", "expiry_count": 9}
        )
        preview = self.env[model._name].with_user(self.branch).browse(action["res_id"])
        self.assertEqual(preview.line_ids[0].points, 100)
        self.assertEqual(preview.line_ids[0].member_count, 2)
        with self.assertRaises(AccessError):
            model.preview(self.south_club.id, 0, {})
        other = self.user("other", "loyalty_club.group_manager", companies=self.north)
        with self.assertRaises(AccessError):
            preview.with_user(other).read(["kept"])
        self.assertFalse(preview.line_ids.with_user(other).has_access("read"))
