from datetime import date, datetime, timedelta

from odoo.tests import Form, freeze_time, tagged

from .. import jalali_groups
from ..engine.periods import period_start
from .common import ClubCase


@tagged("post_install", "-at_install")
@freeze_time("2026-11-28 09:00:00")
class TestJalali(ClubCase):
    """Groups and days of birth for who counts in Jalali."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        cls.born = cls.env["res.partner"].create(
            [
                {"name": "Jalali", "birthdate_date": day}
                for day in ("2026-03-20", "2026-03-21", "2026-04-20", "2026-04-21")
            ]
        )

    def grouped(self, unit, lang="fa_IR", field="birthdate_date", **context):
        screen = self.env["res.partner"].with_context(
            lang=lang, club_jalali=True, tz="Asia/Tehran", **context
        )
        spec = f"{field}:{unit}"
        groups = screen.formatted_read_group(
            [("id", "in", self.born.ids)], [spec], ["__count"]
        )
        for group in groups:
            found = screen.search_count(
                [("id", "in", self.born.ids), *group["__extra_domain"]]
            )
            self.assertEqual(found, group["__count"], group)
        return [(group[spec][1], group["__count"]) for group in groups]

    def test_months_quarters_and_years_are_jalali(self):
        self.assertEqual(
            self.grouped("month"),
            [("اسفند 1404", 1), ("فروردین 1405", 2), ("اردیبهشت 1405", 1)],
        )
        self.assertEqual(
            self.grouped("quarter"), [("زمستان 1404", 1), ("بهار 1405", 3)]
        )
        self.assertEqual(self.grouped("year"), [("1404", 1), ("1405", 3)])
        self.assertEqual(self.grouped("day")[1], ("1 فروردین 1405", 1))

    def test_holes_are_filled_with_jalali_months(self):
        self.born[-1].birthdate_date = "2026-07-23"
        self.assertEqual(
            self.grouped("month", fill_temporal=True),
            [
                ("اسفند 1404", 1),
                ("فروردین 1405", 2),
                ("اردیبهشت 1405", 0),
                ("خرداد 1405", 0),
                ("تیر 1405", 0),
                ("مرداد 1405", 1),
            ],
        )

    def test_a_moment_belongs_to_its_local_day(self):
        self.env.flush_all()
        self.env.cr.execute(  # 00:30 on 1 Farvardin in Tehran
            "UPDATE res_partner SET create_date = '2026-03-20 21:00' WHERE id IN %s",
            [tuple(self.born.ids)],
        )
        self.env.invalidate_all()
        for unit, label in (("month", "فروردین 1405"), ("year", "1405")):
            grouped = self.grouped(unit, field="create_date")
            self.assertEqual(grouped, [(label, 4)])

    def test_others_and_programs_group_as_before(self):
        self.assertEqual(
            self.grouped("month", lang="en_US"), [("March 2026", 2), ("April 2026", 2)]
        )
        persian = self.env["res.partner"].with_context(lang="fa_IR")
        groups = persian._read_group(
            [("id", "in", self.born.ids)], ["birthdate_date:month"], ["__count"]
        )
        self.assertEqual([day for day, _count in groups][0], date(2026, 3, 1))

    def test_on_the_club_s_own_screens_its_calendar_counts_for_all(self):
        """Somebody reads English in a club that counts in Jalali."""
        self.club.calendar = "jalali"
        members = self.env["loyalty.club.member"]
        for day in ("2026-03-20", "2026-03-21", "2026-04-20"):
            members += self.member(day)
            members[-1].joined_on = day
        screen = members.with_company(self.company).with_context(
            lang="en_US", club_jalali=True
        )

        def grouped(unit):
            groups = screen.formatted_read_group(
                [("id", "in", members.ids)], [f"joined_on:{unit}"], ["__count"]
            )
            return [(g[f"joined_on:{unit}"][1], g["__count"]) for g in groups]

        self.assertEqual(grouped("month"), [("Esfand 1404", 1), ("Farvardin 1405", 2)])
        self.assertEqual(grouped("quarter"), [("Q4 1404", 1), ("Q1 1405", 2)])
        # On Odoo's own screens their language counts, and other clubs count as ever.
        self.assertFalse(screen.env["res.partner"]._club_reads_jalali())
        self.club.calendar = "gregorian"
        self.assertEqual(grouped("month"), [("March 2026", 2), ("April 2026", 1)])

    def test_a_branch_counts_as_its_company_s_club(self):
        self.club.calendar = "jalali"
        branch = self.new_company("Corner Shop 2", parent=self.company)
        foreign = self.new_company("Elsewhere")
        member = self.env["loyalty.club.member"].with_context(lang="en_US")
        for company, jalali in ((branch, True), (foreign, False)):
            # Who has no rights in the club looks at its screens nowhere, and may ask.
            user = self.user(f"u{company.id}", companies=company)
            asked = member.with_user(user).with_company(company)
            self.assertEqual(asked._club_reads_jalali(), jalali)

    def test_pages_in_persian_have_jalali_days(self):
        def written(kind, value, lang="fa_IR", **options):
            field = self.env[f"ir.qweb.field.{kind}"]
            return field.with_context(lang=lang, tz="Asia/Tehran").value_to_html(
                value, options
            )

        moment = datetime(2026, 3, 20, 21, 0)  # 00:30 on 1 Farvardin in Tehran
        self.assertEqual(written("date", date(2026, 3, 21)), "1405/01/01")
        self.assertEqual(
            written("date", date(2026, 3, 21), format="long"), "1 فروردین 1405"
        )
        self.assertEqual(
            written("datetime", moment, format="short"), "1405/01/01 00:30"
        )
        self.assertEqual(written("datetime", moment, date_only=True), "1405/01/01")
        # A spelled-out pattern, a time, and other languages are Odoo's.
        self.assertEqual(written("date", date(2026, 3, 21), format="yyyy"), "2026")
        self.assertNotIn("1405", written("datetime", moment, time_only=True))
        self.assertEqual(written("date", date(2026, 3, 21), "en_US"), "03/21/2026")

    def test_each_day_lies_in_its_period(self):
        day = date(2023, 3, 1)
        days = [day + timedelta(days=number) for number in range(0, 800, 7)]
        for unit in jalali_groups.MONTHS:
            sql = jalali_groups.trunc(unit, jalali_groups.SQL("day"), "date")
            rows = self.env.execute_query(
                jalali_groups.SQL(
                    "SELECT day, %s FROM unnest(%s::date[]) AS day", sql, days
                )
            )
            for asked, start in rows:
                self.assertEqual(start, period_start(asked, unit, "jalali"))

    # ------------------------------------------------------------------ birth days

    def test_nobody_is_born_later_or_too_long_ago(self):
        desk = self.users["desk"]
        member = self.member("Sara", mobile="09121234567").with_user(desk)
        for day in ("2026-11-29", "1369-01-01", "1899-12-31"):
            with self.subTest(day), self.assertClubError("invalid_payload"):
                member.birthdate_date = day
        for day in ("2026-11-28", "1900-01-01", False):
            member.birthdate_date = day
        wizard = Form(self.env["loyalty.club.member.join"].with_user(desk))
        wizard.name, wizard.mobile = "Ali", "09121234568"
        wizard.birthdate = "1369-01-01"
        with self.assertClubError("invalid_payload"):
            wizard.save().action_join()
        with self.assertClubError("invalid_payload"):
            self.member("Reza", mobile="09121234569", birthdate=date(2027, 1, 1))
