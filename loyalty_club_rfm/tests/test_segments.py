"""Segments are data: complete, versioned, and an audience for other addons."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tests import new_test_user, tagged

from ..explanation.limits import zones
from .test_runs import DAY, RunCase


@tagged("post_install", "-at_install")
class TestSegmentMap(RunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.map = cls.env.ref("loyalty_club_rfm.map_rfm").copy({"name": "Ours"})
        cls.definition.map_id = cls.map

    def _segment(self, code):
        return self.map.segment_ids.filtered(lambda segment: segment.code == code)

    def _rewrite(self, **codes):
        """Save the map as its form does: all segments in one go."""
        self.map.segment_ids = [
            Command.update(self._segment(name).id, {"codes": text})
            for name, text in codes.items()
        ]

    def test_both_maps_that_come_with_us_are_complete(self):
        for xmlid, count in (("map_rfm", 12), ("map_rf", 11)):
            with self.subTest(map=xmlid):
                map_ = self.env.ref(f"loyalty_club_rfm.{xmlid}")
                self.assertFalse(map_.problem)
                self.assertTrue(map_.is_complete)
                self.assertEqual(map_.segment_count, count)
                for segment in map_.segment_ids:
                    self.assertTrue(segment.action, segment.name)

    def test_a_missing_a_double_and_an_unknown_code_are_refused(self):
        lost = self._segment("lost").codes
        for codes, named in (
            (lost.replace("111", ""), "In no segment: 111"),
            (f"{lost} 555", "In several segments: 555"),
            (f"{lost} 666", "Not a code: 666"),
        ):
            with (
                self.subTest(codes=codes),
                self.assertRaisesRegex(ValidationError, named),
                self.env.cr.savepoint(),
            ):
                self._rewrite(lost=codes)

    def test_a_map_needs_one_segment_for_customers_without_purchase(self):
        none = self._segment("none")
        for change in (
            Command.update(none.id, {"is_none": False}),
            Command.create({"name": "Also none", "is_none": True}),
        ):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(ValidationError, "without a purchase"),
                self.env.cr.savepoint(),
            ):
                self.map.segment_ids = [change]

    def test_codes_move_between_segments_when_both_are_saved(self):
        champions = self._segment("champions").codes
        self._rewrite(
            champions=champions.replace("445", ""),
            loyal=f"{self._segment('loyal').codes} ۴۴۵",
        )
        self.assertTrue(self.map.is_complete)

    def test_a_map_with_a_hole_keeps_the_last_snapshot(self):
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=3), 10)
        run = self.definition._run(DAY, full=True)
        before = self._rows()
        # Not on the map's form, but as a program may write it.
        self._segment("lost").codes = "111"
        with self.assertRaisesRegex(UserError, "no segment: 112 121"):
            self.definition._run(DAY + timedelta(days=1))
        self.assertEqual(self.definition.last_run_id, run)
        self.assertEqual(self._rows(), before)

    def test_an_edited_map_is_a_new_version_and_the_past_keeps_its_segments(self):
        customers = self._customers(6)
        for number, customer in enumerate(customers, 1):
            for back in range(number):
                day = DAY - timedelta(days=20 - number + back)
                self._fact(customer, day, 10 * number)
        first = self.definition._run(DAY, full=True)
        best, segments = self._best()
        self.assertIn(self._segment("champions").id, segments.values())
        cells = {cell.code: cell.segment_id for cell in first.cell_ids}

        codes = self._segment("champions").codes
        self._rewrite(champions="", loyal=f"{self._segment('loyal').codes} {codes}")
        second = self.definition._run(DAY + timedelta(days=1))
        self.assertEqual(second.version_id.number, first.version_id.number + 1)
        self.assertEqual(self._rows()[best][-1], self._segment("loyal").id)
        # What was is as it was: rows, sums and version.
        self.assertEqual(
            {partner: row[-1] for partner, row in self._as_of(DAY).items()}, segments
        )
        first.invalidate_recordset()
        self.assertEqual({c.code: c.segment_id for c in first.cell_ids}, cells)
        self.assertIn(self._segment("champions").id, first.version_id.cells)
        self.assertNotIn(self._segment("champions").id, second.version_id.cells)

        third = self.definition._run(DAY + timedelta(days=2))
        self.assertEqual(third.version_id, second.version_id)

    def _best(self):
        segments = {partner: row[-1] for partner, row in self._rows().items()}
        champions = self._segment("champions").id
        return next(p for p, s in segments.items() if s == champions), segments

    def test_a_name_or_a_colour_makes_no_version(self):
        number = self.definition._version().number
        self._segment("lost").write({"name": "Gone", "hex": "#000000", "color": 1})
        self.assertEqual(self.definition._version().number, number)

    def test_a_segment_that_had_customers_stays(self):
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=3), 10)
        self.definition._run(DAY, full=True)
        segment = self.env["loyalty.club.rfm.segment"].browse(
            self._rows()[customer.id][-1]
        )
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            segment.unlink()
        empty = self.map.segment_ids - segment - self._segment("none")
        empty[0].unlink()
        self.assertFalse(empty[0].exists())

    def test_a_new_segment_gets_a_name_for_programs(self):
        self.map.segment_ids = [
            Command.create({"name": "Night Owls", "codes": "555"}),
            Command.update(
                self._segment("champions").id, {"codes": "554 545 544 455 454 445"}
            ),
        ]
        owls = self._segment("night_owls")
        self.assertEqual(owls.name, "Night Owls")
        owls.name = "Others"
        self.assertEqual(owls.code, "night_owls", "other addons know it by this")

    def test_sizes_are_those_of_the_last_run(self):
        customers = self._customers(4)
        for number, customer in enumerate(customers, 1):
            self._fact(customer, DAY - timedelta(days=number), 25)
        self.definition._run(DAY, full=True)
        found = {s: s.customers for s in self.map.segment_ids if s.customers}
        self.assertEqual(sum(found.values()), 4)
        segment, size = next(iter(found.items()))
        self.assertEqual(segment.share, size / 4)
        self.assertEqual(segment.revenue, 25 * size)
        self.assertEqual(segment.revenue_share, size / 4)
        self.assertEqual(segment.currency_id, self.company.currency_id)
        action = segment.action_customers()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(rows), size)

        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids += other
        elsewhere = segment.with_context(allowed_company_ids=other.ids)
        self.assertEqual((elsewhere.customers, elsewhere.share), (0, 0))


@tagged("post_install", "-at_install")
class TestAudience(RunCase):
    """How another addon uses segments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.definition.cut_mode = "fixed"
        cls.lately, cls.once, cls.never = cls._customers(3)
        for back in range(1, 13):
            cls._fact(cls.lately, DAY - timedelta(days=back), 100)
        cls._fact(cls.once, DAY - timedelta(days=300), 5)

    def _segments(self, *codes):
        segments = self.env["loyalty.club.rfm.segment"]
        return segments._with_codes(codes, self.company)

    def test_segments_are_found_by_code(self):
        found = self._segments("champions", "lost", "no_such_thing")
        self.assertEqual(found.mapped("code"), ["champions", "lost"])
        self.assertEqual(found.map_id, self.definition.map_id)

    def test_an_audience_is_a_condition_of_the_server(self):
        self.definition._run(DAY, full=True)
        audience = Domain("id", "in", self._segments("champions")._audience())
        partners = self.env["res.partner"]
        self.assertEqual(partners.search(audience), self.lately)
        # No ids travel: the database is asked for them in the statement itself.
        code = partners._search(audience).select().code
        self.assertIn("loyalty_club_rfm_score_now", code)
        self.assertEqual(
            partners.search(
                audience | Domain("id", "in", self._segments("lost")._audience())
            ),
            self.lately | self.once,
        )
        self.assertFalse(
            partners.search(
                Domain("id", "in", self.env["loyalty.club.rfm.segment"]._audience())
            )
        )

    def test_an_audience_follows_the_next_run(self):
        self.definition._run(DAY, full=True)
        audience = Domain("id", "in", self._segments("champions")._audience())
        self.definition._run(DAY + timedelta(days=200))
        self.assertFalse(self.env["res.partner"].search(audience))

    def test_who_leaves_and_who_enters_is_an_event(self):
        self.definition._run(DAY, full=True)
        moves = self.env["loyalty.club.rfm.move"]
        known = moves.search([], order="id desc", limit=1).id or 0
        runs = []
        hook = "_on_run"
        with patch.object(
            type(self.definition), hook, lambda _definition, run: runs.append(run)
        ):
            run = self.definition._run(DAY + timedelta(days=200))
        self.assertEqual(runs, [run])
        events = moves.search(
            [("id", ">", known), ("definition_id", "=", self.definition.id)]
        )
        champions, none = self._segments("champions"), self._segments("none")
        self.assertEqual(
            {
                (event.partner_id, event.from_segment_id, event.to_segment_id.is_none)
                for event in events
            },
            {
                (self.lately, champions, False),
                (self.once, self._segments("lost"), True),
            },
        )
        self.assertEqual(events.mapped("reason"), ["purchases"] * 2)
        entered = events.filtered_domain([("to_segment_id", "=", none.id)])
        self.assertEqual(entered.partner_id, self.once)


@tagged("post_install", "-at_install")
class TestSetUp(RunCase):
    """From nothing to segments in three clicks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "rfm-manager",
            "loyalty_club.group_manager",
            company_id=cls.company.id,
        )

    def _new_company(self):
        company = self.env["res.company"].create({"name": "Just opened"})
        self.manager.company_ids += company
        self.manager.company_id = company
        return company

    def test_each_company_is_given_a_definition_once(self):
        definitions = self.env["loyalty.club.rfm.definition"]
        company = self._new_company()
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": company.id}
        )
        made = definitions._found(company | branch | self.company)
        self.assertEqual(made.company_id, company)
        self.assertEqual(definitions._main(branch), made)
        self.assertTrue(made.version_ids)
        made.active = False
        self.assertFalse(definitions._found(company), "it was archived on purpose")

    def test_the_name_is_in_the_languages_that_there_are(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        made = self.env["loyalty.club.rfm.definition"]._found(self._new_company())
        self.assertEqual(made.with_context(lang="en_US").name, "All customers")
        self.assertTrue(made.with_context(lang="fr_FR").name)

    def test_a_manager_begins_where_there_is_nothing(self):
        company = self._new_company()
        runs = self.env["loyalty.club.rfm.run"].with_user(self.manager)
        runs = runs.with_context(allowed_company_ids=company.ids)
        action = runs.action_work_out()
        self.assertEqual(action["tag"], "display_notification")
        definition = self.env["loyalty.club.rfm.definition"]._main(company)
        self.assertTrue(definition.run_asked)
        runs.action_work_out()
        self.assertEqual(
            self.env["loyalty.club.rfm.definition"].search_count(
                [("company_id", "=", company.id)]
            ),
            1,
        )

    def test_a_desk_does_not_begin(self):
        desk = new_test_user(
            self.env, "rfm-desk", "loyalty_club.group_desk", company_id=self.company.id
        )
        with self.assertRaises(AccessError):
            self.env["loyalty.club.rfm.run"].with_user(desk).action_work_out()
        self.assertFalse(self.definition.run_asked)


@tagged("post_install", "-at_install")
class TestRunScreen(RunCase):
    def test_zones_between_cut_points(self):
        self.assertEqual(
            zones([1, 2, 2, 8], "abcd"),
            [("d", None), ("c", "d"), None, ("a", "b"), (None, "a")],
        )

    def test_cut_points_in_words(self):
        # By fives: as many customers with 1 purchase as with 2, 3, 4 and 5.
        for number, customer in enumerate(self._customers(10)):
            for back in range(1 + number // 2):
                self._fact(customer, DAY - timedelta(days=1 + number + back), 10)
        run = self.definition._run(DAY, full=True)
        self.assertEqual(run.mode, "quantile")
        self.assertFalse(run.few_customers)
        rows = run._limit_rows()
        self.assertEqual([row[0] for row in rows], ["5", "4", "3", "2", "1"])
        self.assertEqual([row[2] for row in rows], ["more than 4", "4", "3", "2", "1"])
        self.assertEqual(rows[0][1], "after 28 May 2026")
        self.assertRegex(rows[4][3], r"^up to .*10\.00")
        self.assertIn("more than 4", run.limits)

    def test_thresholds_that_nobody_asked_for_are_told(self):
        self._fact(self._customers(1), DAY - timedelta(days=1), 10)
        self.assertTrue(self.definition._run(DAY, full=True).few_customers)
        self.definition.cut_mode = "fixed"
        run = self.definition._run(DAY, full=True)
        self.assertEqual(run.mode, "fixed")
        self.assertFalse(run.few_customers, "they were asked for")

    def test_segments_of_a_run_with_their_shares(self):
        for number, customer in enumerate(self._customers(4)):
            self._fact(customer, DAY - timedelta(days=1 + 90 * number), 10)
        run = self.definition._run(DAY, full=True)
        rows = run._segment_rows()
        self.assertEqual(sum(int(row["customers"]) for row in rows), 4)
        self.assertEqual(sum(float(row["share"].strip("%")) for row in rows), 100)
        for row in rows:
            self.assertIn(row["segment"].name, run.segments)
