"""The demo shop's tills in Valiasr street."""

from odoo import api, models

from odoo.addons.loyalty_club.words import say_in_all_languages


class PosConfig(models.Model):
    # For demo databases only.
    _inherit = "pos.config"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _make_demo_till(self):
        """Give the branch in Valiasr two tills that sell the shop's goods.

        They trust each other: a basket that one parked can be paid at the other.
        """
        branch = self.env.ref("loyalty_club.demo_branch_valiasr")
        if self.search([("company_id", "=", branch.id)]):
            return
        self._make_demo_programs(self.env.ref("loyalty_club.demo_club"))
        shelves = self._make_demo_shelves()
        card = self._make_demo_method(branch, "Card", "VCRD", "bank")
        say_in_all_languages(card, "name", lambda method: method.env._("Card"))
        first, second = (
            self.with_company(branch).create(
                {
                    "name": name,
                    "company_id": branch.id,
                    "payment_method_ids": [(6, 0, (cash | card).ids)],
                    # Other shops' demo goods belong to no company, and aren't sold.
                    "limit_categories": True,
                    "iface_available_categ_ids": [(6, 0, shelves.ids)],
                }
            )
            for name, cash in (
                ("Valiasr", self._make_demo_method(branch, "Cash", "VCS1", "cash")),
                ("Valiasr 2", self._make_demo_method(branch, "Cash", "VCS2", "cash")),
            )
        )
        cash = (first | second).payment_method_ids - card
        say_in_all_languages(cash, "name", lambda method: method.env._("Cash"))
        first.trusted_config_ids = second
        second.trusted_config_ids = first

    @api.model
    def _make_demo_method(self, branch, name, code, kind):
        journal = self.env["account.journal"].create(
            {"name": name, "code": code, "type": kind, "company_id": branch.id}
        )
        return self.env["pos.payment.method"].create(
            {"name": name, "journal_id": journal.id, "company_id": branch.id}
        )

    @api.model
    def _make_demo_shelves(self):
        """The shop's goods, on shelves by their categories. → the shelves"""
        goods = self.env["product.product"].search([("default_code", "like", "NR-")])
        goods.available_in_pos = True
        shelves = self.env["pos.category"]
        for number, (category, products) in enumerate(
            goods.grouped("categ_id").items()
        ):
            shelf = shelves.create({"name": category.name, "color": number + 1})
            say_in_all_languages(
                shelf,
                "name",
                lambda shelf, name=category.name: self._demo_shelf(shelf.env, name),
            )
            products.pos_categ_ids = shelf
            shelves |= shelf
        return shelves

    @staticmethod
    def _demo_shelf(env, name):
        """Categories have one name; a shelf has one in each language."""
        return {
            "Cleaning and care": env._("Cleaning and care"),
            "Groceries": env._("Groceries"),
            "Home and kitchen": env._("Home and kitchen"),
            "Nuts and sweets": env._("Nuts and sweets"),
            "Tea and drinks": env._("Tea and drinks"),
        }.get(name, name)

    @api.model
    def _make_demo_programs(self, club):
        """A point is worth 1,000 rial, and there is something to take home for 400."""
        club.write(
            {
                "spend_share": 50,
                "spend_step": 10,
                "confirm_points": 2000,
                "offline_share": 20,
                "offline_cap_points": 200,
            }
        )
        points = club.points_program_id
        points.reward_ids[:1].write(
            {
                "reward_type": "discount",
                "discount_mode": "per_point",
                "discount": 1000,
                "required_points": 1,
            }
        )
        tea = self.env.ref("loyalty_club.demo_product_tea")
        self.env["loyalty.reward"].create(
            {
                "program_id": points.id,
                "reward_type": "product",
                "reward_product_id": tea.id,
                "required_points": 400,
            }
        )
