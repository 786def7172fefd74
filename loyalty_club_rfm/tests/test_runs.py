"""Snapshots: what a night writes is what counting everything again would find."""

import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from psycopg2 import errors

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ..snapshot import Snapshot

DAY = date(2026, 5, 31)
NUMBERS = count(1)


class RunCase(TransactionCase):
    """A company with facts of its own, which nothing else in the database has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Tea House"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=cls.company.ids)
        )
        cls.company = cls.company.with_env(cls.env)
        cls.definition = cls._definition()

    @classmethod
    def _definition(cls, **values):
        return cls.env["loyalty.club.rfm.definition"].create(
            {
                "name": "Customers",
                "company_id": cls.company.id,
                "min_customers": 5,
                **values,
            }
        )

    @classmethod
    def _customers(cls, number):
        return cls.env["res.partner"].create(
            [{"name": f"Customer {one}"} for one in range(number)]
        )

    @classmethod
    def _fact(cls, partner, day, net, counts=True, source="door", goods=None):
        cls.env.cr.execute(
            """
            INSERT INTO loyalty_club_rfm_fact
                   (company_id, partner_id, day, net, returned, goods, counts, source,
                    res_id)
            VALUES (%s, %s, %s, %s, 0, %s, %s, %s, %s)
            RETURNING id
            """,
            [
                cls.company.id,
                partner.id,
                day,
                net,
                net if goods is None else goods,
                counts,
                source,
                -next(NUMBERS),
            ],
        )
        return cls.env.cr.fetchone()[0]

    def _rows(self, definition=None):
        """What the last run says of each customer."""
        self.env.cr.execute(
            """
            SELECT partner_id, last_day, first_day, frequency, net, r, f, m, segment_id
              FROM loyalty_club_rfm_score_now WHERE definition_id = %s
            """,
            [(definition or self.definition).id],
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def _as_of(self, day):
        self.env.cr.execute(
            SQL(
                "SELECT partner_id, last_day, first_day, frequency, net, r, f, m, "
                "segment_id FROM %s row",
                self.definition._as_of(day),
            )
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def _random_facts(self, seed, customers, number, upto=DAY):
        chance = random.Random(seed)
        for _ in range(number):
            self._fact(
                chance.choice(customers),
                upto - timedelta(days=chance.randrange(1, 420)),
                Decimal(chance.randrange(-300, 5000)) / 10,
                counts=chance.random() > 0.1,
            )


@tagged("post_install", "-at_install")
class TestRuns(RunCase):
    def test_a_night_finds_what_counting_all_again_finds(self):
        customers = self._customers(40)
        self._random_facts(1, customers, 300)
        self.definition._run(DAY, full=True)
        for night in range(1, 9):
            day = DAY + timedelta(days=night)
            for customer in customers[night : night + 3]:
                self._fact(customer, day - timedelta(days=1), 10 * night)
            # Somebody's purchase of long ago comes late, another one is returned.
            self._fact(customers[-night], day - timedelta(days=200), 5)
            self.env.cr.execute(
                "UPDATE loyalty_club_rfm_fact SET net = 0, counts = FALSE "
                "WHERE partner_id = %s",
                [customers[20 + night].id],
            )
            run = self.definition._run(day)
            self.assertEqual(run.kind, "nightly")
            by_night = self._rows()
            check = self.definition._run(day, full=True)
            self.assertEqual(check.differences, 0)
            self.assertEqual(check.changed, 0)
            self.assertEqual(self._rows(), by_night)

    def test_a_wrong_state_is_reported_and_mended(self):
        customers = self._customers(10)
        self._random_facts(2, customers, 60)
        self.definition._run(DAY, full=True)
        right = self._rows()
        self.env.cr.execute(
            "UPDATE loyalty_club_rfm_score_now SET frequency = frequency + 1 "
            "WHERE partner_id = %s AND definition_id = %s",
            [customers[3].id, self.definition.id],
        )
        run = self.definition._run(DAY, full=True)
        self.assertEqual(run.differences, 1)
        self.assertEqual(self._rows(), right)

    def test_running_twice_writes_nothing(self):
        self._random_facts(3, self._customers(20), 100)
        self.definition._run(DAY, full=True)
        rows = self._physical()
        for full in (False, True):
            with self.subTest(full=full):
                run = self.definition._run(DAY, full=full)
                self.assertEqual((run.changed, run.moved), (0, 0))
                self.assertEqual(self._physical(), rows)
                self.assertEqual(sum(run.cell_ids.mapped("customers")), run.customers)

    def _physical(self):
        """The rows with the places where they lie: a written one lies elsewhere."""
        self.env.cr.execute(
            "SELECT tableoid::regclass::text, ctid::text, * "
            "FROM loyalty_club_rfm_score WHERE definition_id = %s",
            [self.definition.id],
        )
        return sorted(self.env.cr.fetchall(), key=str)

    def test_a_quiet_night_writes_nothing_though_recency_grows(self):
        customers = self._customers(20)
        for number, customer in enumerate(customers):
            self._fact(customer, DAY - timedelta(days=number + 1), 10 + number)
        self.definition._run(DAY, full=True)
        rows = self._physical()
        run = self.definition._run(DAY + timedelta(days=3))
        self.assertEqual(run.changed, 0)
        self.assertEqual(self._physical(), rows)
        self.assertEqual(run.customers, 20)
        check = self.definition._run(DAY + timedelta(days=3), full=True)
        self.assertEqual(check.changed, 0)

    def test_fixed_thresholds_do_age(self):
        self.definition.cut_mode = "fixed"
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=30), 10)
        self.definition._run(DAY, full=True)
        self.assertEqual(self._rows()[customer.id][4], 5)
        self.definition._run(DAY + timedelta(days=1))
        self.assertEqual(self._rows()[customer.id][4], 4)

    def test_the_day_itself_is_not_counted(self):
        customer = self._customers(1)
        self._fact(customer, DAY, 10)
        self._fact(customer, DAY - timedelta(days=1), 7)
        self._fact(customer, DAY - timedelta(days=365), 5)
        self._fact(customer, DAY - timedelta(days=366), 3)
        self.definition._run(DAY, full=True)
        row = self._rows()[customer.id]
        self.assertEqual(row[2:4], (2, 12))
        self.definition._run(DAY + timedelta(days=1))
        row = self._rows()[customer.id]
        self.assertEqual(row[2:4], (2, 17))

    def test_jalali_months_in_the_window(self):
        club = self.env["loyalty.club"].create(
            {"name": "Club", "code": "rfm", "company_id": self.company.id}
        )
        club.calendar = "jalali"
        self.definition.write({"window_count": 1, "window_unit": "month"})
        # 1 Khordad 1405 is 2026-05-22; one month before is 1 Ordibehesht, 2026-04-21.
        self.assertEqual(
            self.definition._window_from(date(2026, 5, 22)), date(2026, 4, 21)
        )

    def test_refunds_reduce_money_and_nothing_else(self):
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=20), 100)
        self._fact(customer, DAY - timedelta(days=2), -30, counts=False, goods=0)
        self.definition._run(DAY, full=True)
        last, first, frequency, net = self._rows()[customer.id][:4]
        self.assertEqual(last, DAY - timedelta(days=20))
        self.assertEqual((frequency, net), (1, 70))

    def test_days_instead_of_purchases_and_averages_instead_of_totals(self):
        self.definition.write({"frequency_by": "day", "monetary_by": "average"})
        customer = self._customers(1)
        for amount in (10, 20, 60):
            self._fact(customer, DAY - timedelta(days=3), amount)
        self._fact(customer, DAY - timedelta(days=9), 30)
        self.definition._run(DAY, full=True)
        self.assertEqual(self._rows()[customer.id][2:4], (2, 120))

    def test_sources_are_chosen(self):
        customer = self._customers(1)
        for number, source in enumerate(("inv", "door")):
            self._fact(customer, DAY - timedelta(days=3), 10**number, source=source)
        for use, expected in (
            ((True, True), 11),
            ((True, False), 1),
            ((False, True), 10),
            ((False, False), None),
        ):
            with self.subTest(use=use):
                self.definition.write(
                    dict(zip(("use_invoice", "use_door"), use, strict=True))
                )
                self.definition._run(DAY)
                row = self._rows().get(customer.id)
                self.assertEqual(row and row[3], expected)

    def test_the_list_of_sources_is_open(self):
        """A source of another addon counts where its parameter says so."""
        more = {**self.definition._source_parameters(), "other": "use_door"}
        parameters = type(self.env["loyalty.club.rfm.parameters"])
        self.patch(parameters, "_source_parameters", lambda _self: more)
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=3), 10, source="other")
        for use, expected in ((True, 10), (False, None)):
            self.definition.use_door = use
            self.definition._run(DAY)
            row = self._rows().get(customer.id)
            self.assertEqual(row and row[3], expected)

    def test_a_company_of_contacts_is_one_customer(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        one, two = self.env["res.partner"].create(
            [{"name": name, "parent_id": firm.id} for name in ("One", "Two")]
        )
        for partner in (firm, one, two):
            self._fact(partner, DAY - timedelta(days=3), 10)
        self.definition.customer_by = "company"
        self.definition._run(DAY)
        self.assertEqual({*self._rows()}, {firm.id})
        self.assertEqual(self._rows()[firm.id][2:4], (3, 30))

    # ------------------------------------------------------------------- left out

    def test_who_is_left_out_has_no_segment_and_moves_no_cut_point(self):
        customers = self._customers(12)
        for number, customer in enumerate(customers):
            self._fact(customer, DAY - timedelta(days=number + 1), 10 * number + 10)
        alone = self.definition._run(DAY, full=True)
        rich = self._customers(1)
        for number in range(40):
            self._fact(rich, DAY - timedelta(days=number + 1), 9999)
        self.definition.excluded_partner_ids = rich
        run = self.definition._run(DAY, full=True)
        self.assertEqual(run.cuts, alone.cuts)
        self.assertEqual(run.customers, 12)
        self.assertFalse(
            self.env["loyalty.club.rfm.customer"].search([("partner_id", "=", rich.id)])
        )

    def test_own_people_are_left_out_and_come_back_without_counting_all(self):
        user = self.env["res.users"].create({"name": "Clerk", "login": "rfm-clerk"})
        for partner in (*self._customers(6), user.partner_id):
            self._fact(partner, DAY - timedelta(days=5), 10)
        self.definition._run(DAY, full=True)
        self.assertFalse(self._rows()[user.partner_id.id][-1])
        user.write({"group_ids": [(6, 0, [self.env.ref("base.group_portal").id])]})
        run = self.definition._run(DAY + timedelta(days=1))
        self.assertEqual(run.kind, "nightly")
        self.assertTrue(self._rows()[user.partner_id.id][-1])

    def test_tags_are_left_out_with_those_below_them(self):
        above = self.env["res.partner.category"].create({"name": "Staff"})
        below = self.env["res.partner.category"].create(
            {"name": "Family", "parent_id": above.id}
        )
        customers = self._customers(2)
        customers[0].category_id = below
        for customer in customers:
            self._fact(customer, DAY - timedelta(days=5), 10)
        self.definition.excluded_tag_ids = above
        self.definition._run(DAY)
        rows = self._rows()
        self.assertFalse(rows[customers[0].id][-1])
        self.assertTrue(rows[customers[1].id][-1])

    def test_categories_are_left_out_of_money_and_of_purchases(self):
        category = self.env["product.category"].create({"name": "Deposits"})
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=9), 50)
        mixed = self._fact(customer, DAY - timedelta(days=5), 30)
        only = self._fact(customer, DAY - timedelta(days=2), 20)
        self.env.cr.execute(
            "INSERT INTO loyalty_club_rfm_fact_share (fact_id, categ_id, net, goods) "
            "VALUES (%(mixed)s, %(categ)s, 10, 10), (%(only)s, %(categ)s, 20, 20)",
            {"mixed": mixed, "only": only, "categ": category.id},
        )
        self.definition._run(DAY, full=True)
        self.assertEqual(self._rows()[customer.id][2:4], (3, 100))
        self.definition.excluded_categ_ids = category
        self.definition._run(DAY, full=True)
        row = self._rows()[customer.id]
        self.assertEqual(row[0], DAY - timedelta(days=5))
        self.assertEqual(row[2:4], (2, 70))

    # --------------------------------------------------------------------- members

    def test_members_without_purchase_are_their_own_segment(self):
        club = self.env["loyalty.club"].create(
            {"name": "Club", "code": "rfm", "company_id": self.company.id}
        )
        buyer, lapsed, newcomer = self._customers(3)
        self._fact(buyer, DAY - timedelta(days=5), 10)
        self._fact(lapsed, DAY - timedelta(days=500), 10)
        self.definition._run(DAY, full=True)
        none = self.definition.map_id.segment_ids.filtered("is_none")
        self.assertEqual(self._rows()[lapsed.id][-1], none.id)
        self.assertNotIn(newcomer.id, self._rows())
        member, _created = self.env["loyalty.club.member"]._enrol(
            club, {"name": "New", "mobile": "+989121110011"}, how="desk"
        )
        run = self.definition._run(DAY + timedelta(days=1))
        self.assertEqual(run.kind, "nightly")
        self.assertEqual(self._rows()[member.partner_id.id][-1], none.id)
        self.assertEqual(self.definition._run(DAY + timedelta(days=1), True).changed, 0)

    def test_a_club_scores_its_members_only(self):
        club = self.env["loyalty.club"].create(
            {"name": "Club", "code": "rfm", "company_id": self.company.id}
        )
        member, _created = self.env["loyalty.club.member"]._enrol(
            club, {"name": "One", "mobile": "+989121110012"}, how="desk"
        )
        stranger = self._customers(1)
        for partner in (member.partner_id, stranger):
            self._fact(partner, DAY - timedelta(days=5), 10)
        self.definition.club_id = club
        self.definition._run(DAY)
        rows = self._rows()
        self.assertTrue(rows[member.partner_id.id][-1])
        self.assertFalse(rows[stranger.id][-1])
        joined = self.env["loyalty.club.member"].create(
            {
                "club_id": club.id,
                "partner_id": stranger.id,
                "number": "R-1",
                "joined_on": DAY,
            }
        )
        run = self.definition._run(DAY + timedelta(days=1))
        self.assertEqual(run.kind, "nightly")
        self.assertTrue(self._rows()[stranger.id][-1])
        joined.state = "left"
        self.definition._run(DAY + timedelta(days=2))
        self.assertFalse(self._rows()[stranger.id][-1])

    # ------------------------------------------------------------------- snapshots

    def test_every_past_day_can_be_read_again(self):
        customers = self._customers(30)
        self._random_facts(4, customers, 200)
        seen = {}
        for night in range(0, 50, 7):
            day = DAY + timedelta(days=night)
            for customer in customers[:5]:
                self._fact(customer, day - timedelta(days=1), night + 1)
            self.definition._run(day, full=night % 14 == 0)
            seen[day] = self._rows()
        for day, rows in seen.items():
            self.assertEqual(self._as_of(day), rows, day)
        # Between two runs the earlier one holds.
        self.assertEqual(self._as_of(DAY + timedelta(days=3)), seen[DAY])

    def test_the_past_lies_in_monthly_partitions_that_can_go(self):
        customer = self._customers(1)
        self._fact(customer, DAY - timedelta(days=1), 10)
        self.definition._run(DAY, full=True)
        days = [date(2026, 7, 10), date(2026, 9, 10)]
        for day in days:
            self._fact(customer, day - timedelta(days=1), 10)
            self.definition._run(day)
        self.env.cr.execute(
            "SELECT tableoid::regclass::text FROM loyalty_club_rfm_score "
            "WHERE definition_id = %s ORDER BY until",
            [self.definition.id],
        )
        self.assertEqual(
            [name for (name,) in self.env.cr.fetchall()],
            [
                "loyalty_club_rfm_score_202607",
                "loyalty_club_rfm_score_202609",
                "loyalty_club_rfm_score_now",
            ],
        )
        now = self._rows()
        Snapshot(self.env).forget_before(date(2026, 9, 1))
        self.env.cr.execute("SELECT to_regclass('loyalty_club_rfm_score_202607')")
        self.assertEqual(self.env.cr.fetchone(), (None,))
        self.assertEqual(self._rows(), now)
        self.assertTrue(self._as_of(date(2026, 8, 1)))

    def test_the_past_is_not_rewritten(self):
        self._fact(self._customers(1), DAY - timedelta(days=1), 10)
        self.definition._run(DAY, full=True)
        with self.assertRaisesRegex(UserError, "rewrite the past"):
            self.definition._run(DAY - timedelta(days=1))

    def test_a_new_version_leaves_old_snapshots_theirs(self):
        customers = self._customers(12)
        self._random_facts(5, customers, 80)
        first = self.definition._run(DAY, full=True)
        rows = self._rows()
        version = first.version_id
        self.definition.window_count = 90
        self.assertEqual(self.definition.version_number, version.number + 1)
        self.assertEqual(self._rows(), rows)
        later = DAY + timedelta(days=1)
        second = self.definition._run(later)
        self.assertEqual(second.kind, "full")
        self.assertEqual(first.version_id, version)
        self.assertEqual(version.parameters["window_count"], 365)
        self.assertEqual(self._as_of(DAY), rows)
        self.assertNotEqual(self._rows(), rows)

    def test_a_version_never_changes(self):
        with self.assertRaises(UserError):
            self.definition.version_ids[:1].write({"number": 7})

    def test_the_same_definition_is_the_same_version(self):
        number = self.definition.version_number
        self.definition.write({"window_count": self.definition.window_count})
        self.definition._run(DAY, full=True)
        self.assertEqual(self.definition.version_number, number)

    # ---------------------------------------------------------------------- events

    def test_entering_and_leaving_are_events(self):
        customers = self._customers(10)
        for number, customer in enumerate(customers):
            self._fact(customer, DAY - timedelta(days=number * 30 + 1), 10)
        self.definition._run(DAY, full=True)
        Move = self.env["loyalty.club.rfm.move"]
        domain = [("definition_id", "=", self.definition.id)]
        self.assertFalse(Move.search(domain), "nobody enters when it all begins")
        before = self._rows()
        for _ in range(8):
            self._fact(customers[-1], DAY, 500)
        day = DAY + timedelta(days=1)
        run = self.definition._run(day)
        after = self._rows()
        moved = {
            partner: (before[partner][-1], after[partner][-1])
            for partner in after
            if before[partner][-1] != after[partner][-1]
        }
        self.assertIn(customers[-1].id, moved)
        self.assertEqual(run.moved, len(moved))
        moves = Move.search(domain)
        self.assertEqual(
            {
                move.partner_id.id: (move.from_segment_id.id, move.to_segment_id.id)
                for move in moves
            },
            moved,
        )
        self.assertEqual({*moves.mapped("reason")}, {"purchases"})
        flow = self.definition._movement(DAY, day)
        self.assertEqual(sum(item["customers"] for item in flow), 10)
        self.assertEqual(
            sum(item["customers"] for item in flow if item["from"] != item["to"]),
            len(moved),
        )

    def test_moves_by_new_rules_say_so(self):
        customers = self._customers(10)
        self._random_facts(6, customers, 60)
        self.definition._run(DAY, full=True)
        self.definition.map_id = self.env.ref("loyalty_club_rfm.map_rf")
        self.definition._run(DAY + timedelta(days=1))
        moves = self.env["loyalty.club.rfm.move"].search(
            [("definition_id", "=", self.definition.id)]
        )
        self.assertEqual({*moves.mapped("reason")}, {"rules"})

    # ----------------------------------------------------------------- definitions

    def test_two_definitions_share_the_log_of_touched_customers(self):
        customers = self._customers(6)
        self._random_facts(7, customers, 40)
        other = self._definition(name="Half a year", window_count=180)
        for definition in (self.definition, other):
            definition._run(DAY, full=True)
        self._fact(customers[0], DAY - timedelta(days=100), 77)
        day = DAY + timedelta(days=1)
        for definition in (self.definition, other):
            definition._run(day)
            rows = self._rows(definition)
            self.assertEqual(definition._run(day, full=True).changed, 0)
            self.assertEqual(self._rows(definition), rows)

    def test_two_companies_never_meet(self):
        customers = self._customers(6)
        self._random_facts(8, customers, 40)
        self.definition._run(DAY, full=True)
        rows = self._rows()
        other = self.env["res.company"].create(
            {
                "name": "Coffee House",
                "currency_id": self.env.ref("base.JPY").id,
            }
        )
        mine, type(self).company = self.company, other
        try:
            self._fact(customers[0], DAY - timedelta(days=2), 90000)
            definition = self._definition()
        finally:
            type(self).company = mine
        definition._run(DAY, full=True)
        self.assertEqual({*self._rows(definition)}, {customers[0].id})
        self.assertEqual(definition._run(DAY, full=True).currency_id.name, "JPY")
        self.assertEqual(self.definition._run(DAY, full=True).changed, 0)
        self.assertEqual(self._rows(), rows)

    def test_bad_parameters_are_refused(self):
        for values in (
            {"r_thresholds": "30, 90, 90, 270"},
            {"f_thresholds": "1, 2"},
            {"m_thresholds": "a, b, c, d"},
            {"weight_r": -1},
            {"weight_r": 0, "weight_f": 0, "weight_m": 0},
            {"window_count": 0},
            {"overdue_factor": 1},
        ):
            with (
                self.subTest(values),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                self.definition.write(values)

    # ------------------------------------------------------------------ robustness

    def test_only_one_run_at_a_time(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, %s)", [0x52464D, self.company.id]
            )
            with self.assertRaisesRegex(UserError, "already"):
                self.definition._run(DAY)
        self.definition._run(DAY)

    def test_a_failed_run_leaves_the_last_snapshot(self):
        customers = self._customers(8)
        self._random_facts(9, customers, 40)
        self.definition._run(DAY, full=True)
        rows = self._rows()
        self._fact(customers[0], DAY, 10)
        self.patch(
            Snapshot,
            "_write_moves",
            lambda *args: self.env.cr.execute("SELECT 1 / 0"),
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(errors.DivisionByZero),
            self.env.cr.savepoint(),
        ):
            self.definition._run(DAY + timedelta(days=1))
        self.env.invalidate_all()
        self.assertEqual(self._rows(), rows)
        self.assertEqual(self.definition.last_run_id.day, DAY)

    def test_an_empty_company_has_an_empty_snapshot(self):
        run = self.definition._run(DAY)
        self.assertEqual((run.customers, run.buyers, run.state), (0, 0, "done"))
        self.assertEqual(run.mode, "fixed")

    def test_the_number_of_queries_is_that_of_the_steps(self):
        one = self._customers(1)
        self._fact(one, DAY - timedelta(days=5), 10)
        self.definition._run(DAY, full=True)
        self._fact(one, DAY, 10)
        counts = []
        for night, size in enumerate((1, 100), start=1):
            for customer in self._customers(size):
                self._fact(customer, DAY + timedelta(days=night - 1), 10)
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.definition._run(DAY + timedelta(days=night))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
