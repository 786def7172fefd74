"""Contacts and members show their segment, and none of them is written for it."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_runs import DAY, RunCase


class SegmentCase(RunCase):
    """Four contacts: often and lately, once and long ago, never, and overdue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.definition.cut_mode = "fixed"
        cls.often, cls.once, cls.never, cls.late = cls.partners = cls._customers(4)
        for back in range(1, 13):
            cls._fact(cls.often, DAY - timedelta(days=3 * back), 100)
            cls._fact(cls.late, DAY - timedelta(days=100 + 3 * back), 100)
        cls._fact(cls.once, DAY - timedelta(days=300), 5)
        cls.definition._run(DAY, full=True)
        cls.map = cls.definition.map_id
        cls.desk = new_test_user(
            cls.env, "rfm-desk", "loyalty_club.group_desk", company_id=cls.company.id
        )
        cls.clerk = new_test_user(
            cls.env, "rfm-clerk", "base.group_user", company_id=cls.company.id
        )

    def _segment(self, code, map_=None):
        segments = (map_ or self.map).segment_ids
        return segments.filtered(lambda segment: segment.code == code)

    def _found(self, *domain, model="res.partner"):
        records = self.env[model].with_user(self.desk)
        field = "id" if model == "res.partner" else "partner_id"
        found = records.search([*domain, (field, "in", self.partners.ids)])
        return found if field == "id" else found.partner_id


@tagged("post_install", "-at_install")
class TestPartnerSegment(SegmentCase):
    def test_a_contact_shows_what_the_run_says(self):
        often, once, never, late = self.partners.with_user(self.desk)
        self.assertEqual(often.rfm_segment_id, self._segment("champions"))
        self.assertEqual(often.rfm_code, "555")
        self.assertFalse(often.rfm_overdue)
        self.assertEqual(often.rfm_color, self._segment("champions").color)
        self.assertEqual(once.rfm_segment_id, self._segment("lost"))
        self.assertEqual(late.rfm_overdue, True)
        self.assertFalse(never.rfm_segment_id)
        self.assertFalse(never.rfm_code)
        self.assertFalse(self.env["res.partner"].new({"name": "?"}).rfm_segment_id)

    def test_contacts_are_searched_by_segment(self):
        champions, lost = self._segment("champions"), self._segment("lost")
        for domain, expected in (
            (("rfm_segment_id", "=", champions.id), self.often),
            (("rfm_segment_id", "in", (champions | lost).ids), self.often | self.once),
            (("rfm_segment_id", "!=", champions.id), self.partners - self.often),
            (("rfm_segment_id", "not in", champions.ids), self.partners - self.often),
            (("rfm_segment_id", "=", False), self.never),
            (("rfm_segment_id", "!=", False), self.partners - self.never),
            (("rfm_segment_id", "in", [False, lost.id]), self.never | self.once),
            (("rfm_segment_id", "ilike", "champ"), self.often),
            (("rfm_segment_id", "not ilike", "champ"), self.partners - self.often),
            (("rfm_segment_id", "=", "Lost"), self.once),
            (("rfm_segment_id.code", "=", "lost"), self.once),
            (("rfm_segment_id", "any", [("code", "=", "lost")]), self.once),
            (
                ("rfm_segment_id", "not any", [("code", "=", "lost")]),
                self.partners - self.once,
            ),
            (("rfm_code", "=", "555"), self.often),
            (("rfm_code", "=like", "5%"), self.often),
            (("rfm_code", "=", False), self.never),
            (("rfm_overdue", "=", True), self.late),
            (("rfm_overdue", "=", False), self.partners - self.late),
            (("rfm_overdue", "!=", True), self.partners - self.late),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._found(domain), expected)
                self.assertEqual(
                    self._found("!", domain), self.partners - expected, "negated"
                )
                self.assertEqual(
                    self.partners.with_user(self.desk).filtered_domain([domain]),
                    expected,
                )

    def test_other_models_reach_it_through_their_contact(self):
        user = new_test_user(self.env, "rfm-buyer", company_id=self.company.id)
        user.partner_id = self.often
        users = self.env["res.users"].search(
            [("partner_id.rfm_segment_id.code", "=", "champions")]
        )
        self.assertIn(user, users)

    def test_contacts_are_grouped_by_segment(self):
        partners = self.env["res.partner"].with_user(self.desk)
        described = partners.fields_get(["rfm_segment_id", "rfm_code", "rfm_overdue"])
        for name, description in described.items():
            with self.subTest(field=name):
                self.assertTrue(description["groupable"])
                self.assertTrue(description["searchable"])
                self.assertTrue(description["sortable"])
                self.assertFalse(description["store"])
        domain = [("id", "in", self.partners.ids)]
        groups = dict(partners._read_group(domain, ["rfm_segment_id"], ["__count"]))
        self.assertEqual(sum(groups.values()), 4)
        self.assertEqual(groups[self._segment("champions")], 1)
        self.assertEqual(groups[self.env["loyalty.club.rfm.segment"]], 1)
        for group in partners.web_read_group(
            domain, groupby=["rfm_segment_id"], aggregates=[]
        )["groups"]:
            within = partners.search([*domain, *group["__extra_domain"]])
            self.assertEqual(len(within), group["__count"], group)
        overdue = dict(partners._read_group(domain, ["rfm_overdue"], ["__count"]))
        self.assertEqual(overdue[True], 1)

    def test_contacts_are_ordered_by_segment_as_the_map_has_them(self):
        partners = self.env["res.partner"].with_user(self.desk)
        domain = [("id", "in", (self.once | self.often).ids)]
        ordered = partners.search(domain, order="rfm_segment_id")
        self.assertEqual(list(ordered), [self.often, self.once])
        ordered = partners.search(domain, order="rfm_segment_id desc")
        self.assertEqual(list(ordered), [self.once, self.often])

    def test_a_company_shows_the_segment_of_its_own_customers(self):
        other = self.env["res.company"].create({"name": "South"})
        self.env.user.company_ids += other
        simple = self.env.ref("loyalty_club_rfm.map_rf")
        definition = self.env["loyalty.club.rfm.definition"].create(
            {"name": "South", "company_id": other.id, "map_id": simple.id}
        )
        self.env.cr.execute(
            """
            INSERT INTO loyalty_club_rfm_fact
                   (company_id, partner_id, day, net, returned, goods, counts, source,
                    res_id)
            VALUES (%s, %s, %s, 5, 0, 5, TRUE, 'door', -999999)
            """,
            [other.id, self.often.id, DAY - timedelta(days=300)],
        )
        definition._run(DAY, full=True)
        south = self.often.with_context(allowed_company_ids=other.ids)
        self.assertEqual(south.rfm_segment_id, self._segment("hibernating", simple))
        self.assertEqual(self.often.rfm_segment_id, self._segment("champions"))
        partners = self.env["res.partner"].with_context(allowed_company_ids=other.ids)
        self.assertFalse(
            partners.search([("rfm_segment_id", "=", self._segment("champions").id)])
        )
        groups = dict(
            partners._read_group(
                [("id", "in", self.partners.ids)], ["rfm_segment_id"], ["__count"]
            )
        )
        self.assertEqual(groups[self._segment("hibernating", simple)], 1)

    def test_a_company_without_definition_has_no_segments(self):
        other = self.env["res.company"].create({"name": "Nothing yet"})
        self.env.user.company_ids += other
        partners = self.partners.with_context(allowed_company_ids=other.ids)
        self.assertFalse(partners.rfm_segment_id)
        self.assertFalse(partners.search([("rfm_segment_id", "!=", False)]))

    def test_contacts_of_a_firm_show_the_firm_s_segment(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        buyer = self.env["res.partner"].create({"name": "Buyer", "parent_id": firm.id})
        for back in range(1, 13):
            self._fact(buyer, DAY - timedelta(days=back), 100)
        self.definition.customer_by = "company"
        self.env.invalidate_all()
        self.assertFalse(buyer.rfm_segment_id, "until a run has counted that way")
        self.definition._run(DAY, full=True)
        self.env.invalidate_all()
        champions = self._segment("champions")
        self.assertEqual((firm | buyer).rfm_segment_id, champions)
        self.assertEqual(
            self.env["res.partner"].search(
                [
                    ("rfm_segment_id", "=", champions.id),
                    ("id", "in", (firm | buyer).ids),
                ]
            ),
            firm | buyer,
        )

    def test_nothing_is_written_to_contacts(self):
        written = """
            SELECT n_tup_upd FROM pg_stat_xact_user_tables WHERE relname = 'res_partner'
        """
        self.env.cr.execute(written)
        before = self.env.cr.fetchone()
        run = self.definition._run(DAY + timedelta(days=400))
        self.assertEqual(run.moved, 3)
        self.env.flush_all()
        self.env.cr.execute(written)
        self.assertEqual(self.env.cr.fetchone(), before)
        self.once.name = "Another name"
        self.env.flush_all()
        self.env.cr.execute(written)
        self.assertNotEqual(self.env.cr.fetchone(), before, "the counter counts")

    def test_a_list_of_a_hundred_costs_what_one_does(self):
        many = self._customers(100)
        for customer in many:
            self._fact(customer, DAY - timedelta(days=2), 10)
        self.definition._run(DAY, full=True)
        counts = {}
        for number in (1, 1, 100):  # the first one warms caches
            self.env.invalidate_all()
            partners = many[:number].with_user(self.desk)
            partners.mapped("name")
            before = self.env.cr.sql_log_count
            partners.read(["rfm_segment_id", "rfm_code", "rfm_overdue", "rfm_color"])
            counts[number] = self.env.cr.sql_log_count - before
        self.assertEqual(counts[100], counts[1])

    def test_who_may_not_read_segments_may_not_guess_them(self):
        partners = self.env["res.partner"].with_user(self.clerk)
        champions = self._segment("champions").id
        mine = self.partners.with_user(self.clerk)
        for what, attempt in {
            "read": lambda: mine.read(["rfm_segment_id"]),
            "code": lambda: mine[0].rfm_code,
            "search": lambda: partners.search([("rfm_segment_id", "=", champions)]),
            "search code": lambda: partners.search([("rfm_code", "=", "555")]),
            "search overdue": lambda: partners.search([("rfm_overdue", "=", True)]),
            "path": lambda: partners.search([("rfm_segment_id.code", "=", "lost")]),
            "group": lambda: partners._read_group([], ["rfm_segment_id"], ["__count"]),
            "order": lambda: partners.search([], order="rfm_segment_id"),
            "sum": lambda: partners._read_group([], [], ["rfm_overdue:bool_or"]),
            "explain": lambda: mine[0].action_explain_segment(),
        }.items():
            with self.subTest(what=what), self.assertRaises(AccessError):
                attempt()
        self.assertNotIn("rfm_segment_id", partners.fields_get())
        self.assertIn("rfm_segment_id", partners.with_user(self.desk).fields_get())


@tagged("post_install", "-at_install")
class TestMemberSegment(SegmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club = cls.env["loyalty.club"].create(
            {"name": "Tea Club", "code": "tea", "company_id": cls.company.id}
        )
        cls.members = cls.env["loyalty.club.member"].create(
            [
                {"club_id": cls.club.id, "partner_id": partner.id}
                for partner in cls.partners
            ]
        )

    def test_a_member_shows_searches_and_groups_as_his_contact(self):
        often, once, never, late = self.members.with_user(self.desk)
        self.assertEqual(often.rfm_segment_id, self._segment("champions"))
        self.assertEqual(often.rfm_code, "555")
        self.assertFalse(never.rfm_segment_id)
        self.assertTrue(late.rfm_overdue)
        model = "loyalty.club.member"
        for domain, expected in (
            (("rfm_segment_id.code", "=", "champions"), self.often),
            (("rfm_segment_id", "=", False), self.never),
            (("rfm_overdue", "=", True), self.late),
            (("rfm_code", "=like", "5%"), self.often),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self._found(domain, model=model), expected)
        groups = dict(
            self.env[model]
            .with_user(self.desk)
            ._read_group(
                [("club_id", "=", self.club.id)], ["rfm_segment_id"], ["__count"]
            )
        )
        self.assertEqual(groups[self._segment("champions")], 1)
        self.assertEqual(sum(groups.values()), 4)
        self.assertEqual(
            once.action_explain_segment()["params"]["partner_id"], self.once.id
        )

    def test_a_club_s_own_definition_comes_first(self):
        simple = self.env.ref("loyalty_club_rfm.map_rf")
        own = self._definition(
            name="Members", club_id=self.club.id, map_id=simple.id, sequence=99
        )
        own.cut_mode = "fixed"
        own._run(DAY, full=True)
        self.env.invalidate_all()
        self.assertEqual(
            self.members[0].rfm_segment_id, self._segment("champions", simple)
        )
        self.assertEqual(self.often.rfm_segment_id, self._segment("champions"))

    def test_members_of_two_companies_in_one_list(self):
        other = self.env["res.company"].create({"name": "South"})
        self.env.user.company_ids += other
        self.desk.company_ids = [Command.link(other.id)]
        club = self.env["loyalty.club"].create(
            {"name": "South Club", "code": "south", "company_id": other.id}
        )
        stranger = self.env["loyalty.club.member"].create(
            {"club_id": club.id, "partner_id": self.often.id}
        )
        both = (self.members[0] | stranger).with_user(self.desk)
        both = both.with_context(allowed_company_ids=[other.id, self.company.id])
        self.assertEqual(
            [member.rfm_segment_id for member in both],
            [self._segment("champions"), self.env["loyalty.club.rfm.segment"]],
        )
        found = both.search(
            [("id", "in", both.ids), ("rfm_segment_id.code", "=", "champions")]
        )
        self.assertEqual(found, self.members[0])
