"""The demo shop's till in Valiasr street."""

from odoo import api, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    @api.model
    def _make_demo_till(self):
        """Give the demo shop books, payment methods and a till, and sell its goods."""
        shop = self.env.ref("loyalty_club.demo_company")
        branch = self.env.ref("loyalty_club.demo_branch_valiasr")
        if self.search([("company_id", "=", branch.id)]):
            return
        if not shop.account_default_pos_receivable_account_id:
            self._make_demo_books(shop, branch)
        self._make_demo_programs(self.env.ref("loyalty_club.demo_club"))
        categories = self._make_demo_shelves()
        methods = self.env["pos.payment.method"]
        for name, code, kind in (("Cash", "VCSH", "cash"), ("Card", "VCRD", "bank")):
            journal = self.env["account.journal"].create(
                {"name": name, "code": code, "type": kind, "company_id": branch.id}
            )
            methods += methods.create(
                {"name": name, "journal_id": journal.id, "company_id": branch.id}
            )
        self.with_company(branch).create(
            {
                "name": "Valiasr",
                "company_id": branch.id,
                "payment_method_ids": [(6, 0, methods.ids)],
                # Other shops' demo goods belong to no company, and aren't sold here.
                "limit_categories": True,
                "iface_available_categ_ids": [(6, 0, categories.ids)],
            }
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
            products.pos_categ_ids = shelf
            shelves |= shelf
        return shelves

    @api.model
    def _make_demo_books(self, shop, branch):
        """The few accounts that a till needs.

        A chart of accounts can't be loaded while addons are being installed.
        """

        def account(code, name, account_type, **values):
            return self.env["account.account"].create(
                {
                    "code": code,
                    "name": name,
                    "account_type": account_type,
                    "company_ids": [(6, 0, shop.ids)],
                    **values,
                }
            )

        receivable = account("110100", "Customers", "asset_receivable", reconcile=True)
        till = account(
            "110200", "Customers at tills", "asset_receivable", reconcile=True
        )
        payable = account("210100", "Suppliers", "liability_payable", reconcile=True)
        income = account("400100", "Sales", "income")
        cash = account("500100", "Cash differences", "expense")
        # A till opens only where a chart was chosen.
        (shop | branch).chart_template = "generic_coa"
        for company in shop | branch:
            company.account_default_pos_receivable_account_id = till
            company.income_account_id = income
            company.default_cash_difference_income_account_id = income
            company.default_cash_difference_expense_account_id = cash
            for name, default in (("receivable", receivable), ("payable", payable)):
                self.env["ir.default"].set(
                    "res.partner",
                    f"property_account_{name}_id",
                    default.id,
                    company_id=company.id,
                )
        self.env["account.journal"].create(
            {
                "name": "Till sales",
                "code": "VSAL",
                "type": "sale",
                "company_id": branch.id,
                "default_account_id": income.id,
            }
        )

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
