"""Each screen opens, for a manager, a desk and an auditor, with and without data."""

from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .test_attacks import AttackCase

ACTIONS = (
    "action_customer",
    "action_definition",
    "action_map",
    "action_move",
    "action_run",
    "action_segment",
    "action_trend",
)


@tagged("post_install", "-at_install")
class TestScreens(AttackCase):
    def _open(self, name, user):
        """Read what the web client reads when the action is opened."""
        action = self.env.ref(f"loyalty_club_rfm.{name}")
        model = self.env[action.res_model].with_user(user)
        modes = action.view_mode.split(",")
        views = model.get_views([(False, mode) for mode in [*modes, "search"]])
        domain = safe_eval(action.domain or "[]", {"active_id": self.map.id})
        specification = {
            field: {}
            for field in views["models"][action.res_model]["fields"]
            if model._fields[field].type not in ("one2many", "many2many", "binary")
        }
        rows = model.web_search_read(domain, specification, limit=3)
        return views["views"], rows["records"]

    def test_all_views_open_for_all_who_may(self):
        for kind in ("manager", "desk", "auditor"):
            for name in ACTIONS:
                with self.subTest(user=kind, action=name):
                    views, rows = self._open(name, self.users[kind])
                    self.assertIn("arch", views["search"])
                    if name != "action_move":  # nobody has moved yet
                        self.assertTrue(rows)

    def test_contacts_and_members_open(self):
        for kind in ("manager", "desk", "auditor", "internal"):
            partners = self.env["res.partner"].with_user(self.users[kind])
            with self.subTest(user=kind):
                views = partners.get_views([(False, "list"), (False, "search")])
                shown = "rfm_segment_id" in views["views"]["list"]["arch"]
                self.assertEqual(shown, kind != "internal")
                form = partners.get_view(view_type="form")["arch"]
                self.assertEqual("action_explain_segment" in form, kind != "internal")
                search = views["views"]["search"]["arch"]
                self.assertEqual("rfm_overdue" in search, kind != "internal")

    def test_the_menu_is_there_for_who_may(self):
        menu = self.env.ref("loyalty_club_rfm.menu_segments")
        settings = self.env.ref("loyalty_club_rfm.menu_map")
        for kind, segments, maps in (
            ("manager", True, True),
            ("desk", True, False),
            ("auditor", True, True),
            ("internal", False, False),
        ):
            with self.subTest(user=kind):
                visible = self._menus(self.users[kind])
                self.assertEqual(menu.id in visible, segments)
                self.assertEqual(settings.id in visible, maps)

    def _menus(self, user):
        """The ids of all menus that a user can get to."""
        menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
        found, ahead = set(), list(menus["root"]["children"])
        while ahead:
            id_ = ahead.pop()
            found.add(id_)
            ahead += menus[id_]["children"]
        return found

    def test_the_form_of_a_map_says_what_is_missing_while_it_is_typed(self):
        own = self.map.with_user(self.users["manager"]).sudo(False)
        copy = own.copy({"name": "Ours"})
        with Form(copy) as form:
            self.assertTrue(form.is_complete)
            place = copy.segment_ids.mapped("code").index("champions")
            with form.segment_ids.edit(place) as line:
                line.codes = "554 545 544 455 454 445"
            self.assertEqual(form.problem, "in no segment: 555")
            self.assertFalse(form.is_complete)
            with form.segment_ids.new() as line:
                line.name = "The very best"
                line.codes = "۵۵۵"
            self.assertTrue(form.is_complete)
        self.assertIn("the_very_best", copy.segment_ids.mapped("code"))

    def test_a_definition_is_made_on_its_form(self):
        definitions = self.env["loyalty.club.rfm.definition"]
        definitions = definitions.with_user(self.users["manager"])
        form = Form(definitions.with_context(allowed_company_ids=self.company.ids))
        form.name = "Regulars"
        form.window_count = 90
        made = form.save()
        self.assertEqual(made.version_number, 1)
        self.assertFalse(made.is_main, "the first one is")
        self.assertTrue(self.definition.is_main)
        self.assertEqual(
            definitions.search([("is_main", "=", True)]).company_id, self.company
        )
        action = self.definition.with_user(self.desk).action_customers()
        self.assertEqual(action["res_model"], "loyalty.club.rfm.customer")
        action = self.definition.with_user(self.desk).action_runs()
        self.assertEqual(
            self.env["loyalty.club.rfm.run"].search(action["domain"]), self.last
        )
        action = self.map.with_user(self.desk).action_definitions()
        self.assertIn(made, definitions.search(action["domain"]))
        self.assertGreaterEqual(self.map.definition_count, 2)

    def test_a_definition_says_how_far_its_run_is(self):
        definition = self.definition.with_user(self.users["manager"])
        self.assertFalse(definition.is_going)
        definition.action_run()
        self.assertTrue(definition.is_going)
        self.assertTrue(definition.progress_step)
        self.definition._fail("No power")
        self.env.invalidate_all()
        self.assertFalse(definition.is_going)

    def test_from_a_run_to_its_customers(self):
        action = self.last.with_user(self.desk).action_customers()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.partner_id, self.often | self.once | self.late)
        self.definition._run(self.last.day, full=True)
        earlier = self.last.with_user(self.desk)
        action = earlier.action_customers()
        self.assertEqual(action["res_model"], "res.partner")
        found = self.env["res.partner"].with_user(self.desk).search(action["domain"])
        self.assertEqual(found, self.often | self.once | self.late)
        self.assertEqual(earlier.action_moves()["res_model"], "loyalty.club.rfm.move")

    def test_customers_and_changes_lead_to_the_explanation(self):
        customer = self.env["loyalty.club.rfm.customer"].search(
            [("partner_id", "=", self.often.id)], limit=1
        )
        action = customer.with_user(self.desk).action_explain()
        self.assertEqual(action["params"]["partner_id"], self.often.id)
        own = self.often.with_user(self.desk).action_explain_segment()
        self.assertEqual(own["params"]["definition_id"], self.definition.id)
