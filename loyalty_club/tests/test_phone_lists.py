"""What is a table on a desk is cards on a phone, where it would run off the screen."""

from .common import ClubCase


class TestPhoneLists(ClubCase):
    def test_each_list_in_our_menus_has_cards(self):
        Menu = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True})
        menus = Menu.search(
            [("id", "child_of", self.env.ref("loyalty_club.menu_root").id)]
        )
        checked = set()
        for action in menus.mapped("action"):
            if not action or action._name != "ir.actions.act_window":
                continue
            modes = action.view_mode.split(",")
            if modes[0] != "list" or action.res_model == "loyalty.club.event":
                continue  # the outbox is for whoever develops
            with self.subTest(action.res_model):
                self.assertIn("kanban", modes)
                views = self.env[action.res_model].get_views([(False, "kanban")])
                self.assertIn('t-name="card"', views["views"]["kanban"]["arch"])
            checked.add(action.res_model)
        self.assertIn("loyalty.club.reason", checked)
        self.assertIn("loyalty.club.check", checked)
