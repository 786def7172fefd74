"""The club's screens open for who has rights in the club, and none at tills."""

from lxml import etree

from odoo.tests import Form, freeze_time
from odoo.tools.safe_eval import safe_eval

from .common import TillCase

KINDS = ("manager", "auditor", "desk")


@freeze_time("2026-03-10 09:00:00")
class TestScreens(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali", mobile="09121234567")
        cls.order = cls.sell(cls.ali, [cls.line(cls.tea, 2)])
        cls.club.points_program_id.pos_config_ids = cls.till
        for user in cls.users.values():
            user.group_ids += cls.env.ref("base.group_multi_company")

    def read_as_a_browser(self, user, model_name, records=None, domain=()):
        """Open the views of a model, and read what they show of some records."""
        model = self.env[model_name].with_user(user).with_company(self.company)
        for kind in ("list", "form"):
            arch = etree.fromstring(
                model.get_views([(False, kind)])["views"][kind]["arch"]
            )
            wanted = self.specification(model, arch)
            if records is None:
                model.web_search_read(list(domain), wanted, limit=20)
            else:
                records.with_env(model.env).web_read(wanted)

    def specification(self, model, arch):
        """What the web client asks for, of the fields in a view."""
        wanted = {}
        for node in arch.iter("field"):
            if next(node.iterancestors("field"), None) is not None:
                continue  # of a view inside
            field = model._fields[node.get("name")]
            if not field.relational:
                wanted[field.name] = {}
                continue
            inner = {"display_name": {}}
            subview = next((child for child in node if len(child)), None)
            if subview is not None:
                view = etree.fromstring(etree.tostring(subview))
                inner = self.specification(model.env[field.comodel_name], view)
            wanted[field.name] = {"fields": inner}
        return wanted

    def test_a_manager_without_rights_at_tills_opens_programs(self):
        program = self.club.points_program_id
        for kind in KINDS:
            with self.subTest(kind):
                self.read_as_a_browser(self.users[kind], "loyalty.program", program)
                self.read_as_a_browser(
                    self.users[kind], "loyalty.rule", program.rule_ids
                )
                self.read_as_a_browser(
                    self.users[kind], "loyalty.reward", program.reward_ids
                )
        manager = program.with_user(self.users["manager"]).with_company(self.company)
        with Form(manager) as form:
            self.assertNotIn("pos_config_ids", form._view["fields"])
            form.name = "Better points"
        self.assertEqual(program.name, "Better points")
        self.assertEqual(program.pos_config_ids, self.till)

    def test_who_manages_tills_too_says_where_a_program_counts(self):
        manager = self.users["manager"]
        manager.group_ids += self.env.ref("point_of_sale.group_pos_manager")
        program = self.club.points_program_id
        arch = program.with_user(manager).get_view(view_type="form")["arch"]
        self.assertIn("pos_config_ids", arch)
        self.read_as_a_browser(manager, "loyalty.program", program)

    def test_all_screens_of_the_club_open(self):
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "like", "loyalty.club%"), ("target", "!=", "new")]
        )
        opened = set()
        for action in actions:
            model = self.env[action.res_model]
            if model._transient or model._abstract:
                continue
            for kind in KINDS:
                user = self.users[kind]
                if not model.with_user(user).has_access("read"):
                    continue
                with self.subTest(action.res_model, kind=kind):
                    domain = safe_eval(
                        action.domain or "[]",
                        {"active_id": self.club.id, "uid": user.id},
                    )
                    self.read_as_a_browser(user, action.res_model, domain=domain)
                    opened.add(action.res_model)
        self.assertIn("loyalty.club.member", opened)
        self.assertIn("loyalty.club.till.exception", opened)
