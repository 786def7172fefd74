"""What the weakest users try: nobody reads more than they may, or writes what was."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_partner_segment import SegmentCase
from .test_runs import DAY

# Rights on each model: desk, manager, auditor.
RIGHTS = {
    "loyalty.club.rfm.definition": ("r", "rwcd", "r"),
    "loyalty.club.rfm.map": ("r", "rwcd", "r"),
    "loyalty.club.rfm.segment": ("r", "rwcd", "r"),
    "loyalty.club.rfm.recommendation": ("r", "rw", "r"),
    "loyalty.club.rfm.version": ("r", "r", "r"),
    "loyalty.club.rfm.run": ("r", "r", "r"),
    "loyalty.club.rfm.run.step": ("r", "r", "r"),
    "loyalty.club.rfm.run.cell": ("r", "r", "r"),
    "loyalty.club.rfm.customer": ("r", "r", "r"),
    "loyalty.club.rfm.move": ("r", "r", "r"),
    "loyalty.club.rfm.trend": ("r", "r", "r"),
    "loyalty.club.rfm.fact": ("r", "r", "r"),
    "loyalty.club.rfm.fact.share": ("r", "r", "r"),
    "loyalty.club.rfm.gather": ("r", "r", "r"),
    "loyalty.club.rfm.pair": ("r", "r", "r"),
    "loyalty.club.rfm.favourite": ("r", "r", "r"),
    "loyalty.club.rfm.next.best": ("r", "r", "r"),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# What a program may call on a definition, with arguments that reach into it.
CALLS = {
    "get_overview": lambda case: (case.definition.id,),
    "get_movement": lambda case: (case.definition.id,),
    "get_progress": lambda case: (case.definition.id,),
    "get_explanation": lambda case: (case.often.id, case.definition.id),
    "get_purchases": lambda case: (case.definition.id, case.often.id, 0),
    "get_customers_action": lambda case: (case.last.id, {"r": 5, "f": 5}),
    "get_moved_action": lambda case: (case.last.id, case.last.id, False, False),
    "start": lambda case: (case.definition.id,),
}


class AttackCase(SegmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = cls.definition.last_run_id
        cls.users = {"desk": cls.desk, "internal": cls.clerk}
        for kind in ("manager", "auditor", "integration"):
            cls.users[kind] = cls._user(kind, f"loyalty_club.group_{kind}")
        cls.users["portal"] = cls._user("portal", "base.group_portal")
        cls.users["public"] = cls.env.ref("base.public_user")

    @classmethod
    def _user(cls, login, group, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env, f"rfm-attack-{login}", group, company_id=company.id
        )

    def _other_company(self):
        """Another company, and its manager."""
        company = self.env["res.company"].create({"name": "Stranger"})
        return company, self._user("stranger", "loyalty_club.group_manager", company)


@tagged("post_install", "-at_install")
class TestRights(AttackCase):
    """Every model of ours against every group: a right that nobody meant shows here."""

    addon = "loyalty_club_rfm"
    rights = RIGHTS

    def assertRights(self, model, kind, letters):
        for letter, operation in OPERATIONS.items():
            allowed = self.env[model].with_user(self.users[kind]).has_access(operation)
            self.assertEqual(allowed, letter in letters, f"{kind} {operation} {model}")

    def test_each_model_and_group(self):
        for model, letters in self.rights.items():
            for kind, own in zip(("desk", "manager", "auditor"), letters, strict=True):
                with self.subTest(model, group=kind):
                    self.assertRights(model, kind, own)

    def test_others_see_nothing(self):
        for kind in ("internal", "integration", "portal", "public"):
            for model in self.rights:
                with self.subTest(model, user=kind):
                    self.assertRights(model, kind, "")

    def test_no_model_is_forgotten(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if name.startswith("loyalty.club.rfm.")
            and model._original_module == self.addon
            and not model._abstract
        }
        self.assertEqual(ours, set(self.rights))

    def test_each_model_of_a_company_has_a_rule(self):
        ruled = set(
            self.env["ir.rule"]
            .search([("model_id.model", "in", list(self.rights))])
            .mapped("model_id.model")
        )
        # Maps and their segments are shared; see the guard of the map.
        shared = {"loyalty.club.rfm.map", "loyalty.club.rfm.segment"}
        self.assertEqual(ruled, set(self.rights) - shared)


@tagged("post_install", "-at_install")
class TestAttacks(AttackCase):
    # An AccessError is a UserError.

    def test_nothing_that_was_is_changed_by_a_manager(self):
        manager = self.users["manager"]
        move = self.env["loyalty.club.rfm.move"]
        self.definition._run(DAY + timedelta(days=200))
        self.env.flush_all()
        for record, vals in (
            (self.last, {"differences": 0, "customers": 1}),
            (self.last.cell_ids[0], {"customers": 10**6}),
            (self.last.version_id, {"cells": [1] * 125}),
            (
                move.search([("definition_id", "=", self.definition.id)])[0],
                {"day": DAY},
            ),
            (
                self.env["loyalty.club.rfm.customer"].search(
                    [("definition_id", "=", self.definition.id)], limit=1
                ),
                {"net": 10**6},
            ),
        ):
            own = record.with_user(manager)
            with self.subTest(record._name):
                self.assertTrue(own.read(["display_name"]), "they may read it")
                with self.assertRaises(UserError):
                    own.write(vals)
                with self.assertRaises(UserError):
                    own.unlink()
                with self.assertRaises(UserError):
                    own.create([vals])

    def test_not_by_way_of_the_definition_either(self):
        own = self.definition.with_user(self.users["manager"])
        version, run = self.last.version_id, self.last
        for vals in (
            {"last_run_id": False},
            {"last_run_id": run.id},
            {"run_ids": [Command.update(run.id, {"customers": 1})]},
            {"run_ids": [Command.delete(run.id)]},
            {"version_ids": [Command.update(version.id, {"number": 7})]},
            {"version_ids": [Command.create({"number": 9, "parameters": {}})]},
            {"version_ids": [Command.clear()]},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                own.write(vals)
                self.env.flush_all()
        with self.assertRaises(AccessError):
            own.create({"name": "Mine", "last_run_id": run.id})
        self.assertEqual(self.definition.last_run_id, run)

    def test_a_manager_changes_what_is_his(self):
        own = self.definition.with_user(self.users["manager"])
        number = own.version_number
        own.window_count = 180
        self.assertEqual(own.version_number, number + 1)
        made = own.create({"name": "Second"})
        self.assertEqual(made.company_id, self.company)
        made.unlink()
        own.action_run()
        self.assertTrue(self.definition.run_asked)

    def test_a_definition_with_snapshots_stays(self):
        with self.assertRaisesRegex(UserError, "archived, not deleted"):
            self.definition.with_user(self.users["manager"]).unlink()

    def test_who_has_no_group_calls_nothing(self):
        for kind in ("internal", "integration", "portal", "public"):
            definitions = self.env["loyalty.club.rfm.definition"].with_user(
                self.users[kind]
            )
            for name, arguments in CALLS.items():
                with self.subTest(user=kind, call=name), self.assertRaises(AccessError):
                    getattr(definitions, name)(*arguments(self))

    def test_the_calls_are_right_for_who_may(self):
        definitions = self.env["loyalty.club.rfm.definition"]
        for name, arguments in CALLS.items():
            with self.subTest(call=name):
                own = definitions.with_user(self.users["manager"])
                self.assertTrue(getattr(own, name)(*arguments(self)))

    def test_all_public_methods_are_tried(self):
        ours = {
            name
            for cls in type(self.env["loyalty.club.rfm.definition"]).__mro__
            if cls.__module__.startswith("odoo.addons.loyalty_club_rfm.")
            for name in vars(cls)
            if name.startswith("get_") or name == "start"
        }
        self.assertEqual(ours, set(CALLS))

    def test_a_desk_neither_starts_nor_changes(self):
        own = self.definition.with_user(self.desk)
        segment = self.map.segment_ids[0].with_user(self.desk)
        for attempt in (
            own.action_run,
            own.start,
            lambda: own.write({"window_count": 1}),
            lambda: own.write({"rfm_tz": "Asia/Tehran"}),
            lambda: segment.write({"codes": "111"}),
            lambda: segment.map_id.write({"name": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self.definition.run_asked)

    def test_another_company_sees_none_of_it(self):
        company, stranger = self._other_company()
        env = self.env(
            user=stranger, context={"allowed_company_ids": company.ids}, su=False
        )
        for model in RIGHTS:
            if model in ("loyalty.club.rfm.map", "loyalty.club.rfm.segment"):
                continue
            name = "definition_id.company_id"
            if "company_id" in env[model]._fields:
                name = "company_id"
            elif model == "loyalty.club.rfm.run.step":
                name = "run_id.company_id"
            elif model == "loyalty.club.rfm.fact.share":
                name = "fact_id.company_id"
            elif model == "loyalty.club.rfm.next.best":
                continue
            with self.subTest(model):
                self.assertFalse(env[model].search([(name, "=", self.company.id)]))
        self.assertFalse(env["res.partner"].browse(self.often.id).rfm_segment_id)
        definitions = env["loyalty.club.rfm.definition"]
        with self.assertRaises(AccessError):
            definitions.browse(self.definition.id).write({"window_count": 1})
        with self.assertRaises(AccessError):
            definitions.create({"name": "Spy", "company_id": self.company.id})
        for name in ("get_progress", "get_customers_action", "get_moved_action"):
            with self.subTest(call=name), self.assertRaises(AccessError):
                getattr(definitions, name)(*CALLS[name](self))
        overview = definitions.get_overview(self.definition.id, self.last.id)
        self.assertFalse(overview["definition"])
        explained = definitions.get_explanation(self.often.id, self.definition.id)
        self.assertFalse(explained["definition"])

    def test_an_audience_stops_at_the_company(self):
        """Both companies use the segments that came with us."""
        company, _stranger = self._other_company()
        other = self.env["loyalty.club.rfm.definition"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        self.assertEqual(other.map_id, self.map)
        champions = self._segment("champions")
        elsewhere = champions.with_context(allowed_company_ids=company.ids)
        partners = self.env["res.partner"]
        self.assertFalse(partners.search([("id", "in", elsewhere._audience())]))
        self.assertFalse(partners.search([("id", "in", champions._audience(other))]))
        self.assertEqual(
            partners.search([("id", "in", champions._audience(self.definition))]),
            self.often,
        )

    def test_a_map_of_two_companies_is_changed_by_none_of_them_alone(self):
        company, stranger = self._other_company()
        stranger_env = self.env(
            user=stranger, context={"allowed_company_ids": company.ids}, su=False
        )
        used = stranger_env["loyalty.club.rfm.map"].browse(self.map.id)
        segment = used.segment_ids[0]
        for attempt in (
            lambda: used.write({"name": "Theirs"}),
            lambda: segment.write({"action": "Send them away"}),
            lambda: segment.write({"codes": "111"}),
            lambda: segment.unlink(),
            lambda: segment.create({"map_id": used.id, "name": "Spy", "codes": "555"}),
        ):
            with (
                self.assertRaisesRegex(UserError, "Another company"),
                self.env.cr.savepoint(),
            ):
                attempt()
        mine = used.copy({"name": "Mine"})
        mine.segment_ids[0].action = "Bring flowers"
        with self.assertRaisesRegex(UserError, "Another company"):
            mine.segment_ids[0].map_id = used

    def test_a_place_in_a_snapshot_of_others_has_nobody(self):
        company, stranger = self._other_company()
        day = self.last.day.isoformat()
        place = f'{{"definition": {self.definition.id}, "at": [["{day}", {{}}]]}}'
        domain = [("rfm_place", "=", place)]
        found = self.env["res.partner"].with_user(self.desk).search(domain)
        self.assertEqual(found, self.often | self.once | self.late)
        theirs = self.env["res.partner"].with_user(stranger)
        theirs = theirs.with_context(allowed_company_ids=company.ids)
        self.assertFalse(theirs.search(domain))
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(self.clerk).search(domain)
