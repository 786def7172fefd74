"""The demo shop's books: as much as invoices, payments and tills need.

A chart of accounts can't be loaded while addons are being installed.
"""

from odoo import api, models

ACCOUNTS = (
    # code, name, type, whether it is reconciled
    ("100100", "Cash in hand", "asset_cash", False),
    ("100200", "Bank", "asset_cash", False),
    ("110100", "Customers", "asset_receivable", True),
    ("110200", "Customers at tills", "asset_receivable", True),
    ("210100", "Suppliers", "liability_payable", True),
    ("400100", "Sales", "income", False),
    ("500100", "Cost of goods", "expense", False),
    ("500200", "Cash differences", "expense", False),
)
JOURNALS = (
    # code, name, type, code of its account
    ("NSAL", "Sales", "sale", "400100"),
    ("NCSH", "Cash in hand", "cash", "100100"),
    ("NBNK", "Bank", "bank", "100200"),
)


class ResCompany(models.Model):
    # A part of the model: the demo shop's books.
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    def _make_demo_books(self):
        """Accounts and journals of a company, which its branches use too."""
        self.ensure_one()
        accounts = self._make_demo_accounts()
        for company in self | self.child_ids:
            company._use_demo_accounts(accounts)
        for code, name, kind, account in JOURNALS:
            journal = self.env["account.journal"].create(
                {
                    "code": code,
                    "name": name,
                    "type": kind,
                    "company_id": self.id,
                    "default_account_id": accounts[account].id,
                }
            )
            # What is paid is in the bank at once: the demo has no bank statements.
            methods = journal.inbound_payment_method_line_ids
            methods |= journal.outbound_payment_method_line_ids
            methods.payment_account_id = accounts[account]

    def _make_demo_accounts(self):
        """Dict of code to account."""
        return {
            code: self.env["account.account"].create(
                {
                    "code": code,
                    "name": name,
                    "account_type": account_type,
                    "reconcile": reconcile,
                    "company_ids": [(6, 0, self.ids)],
                }
            )
            for code, name, account_type, reconcile in ACCOUNTS
        }

    def _use_demo_accounts(self, accounts):
        # Invoices and tills ask whether a chart was chosen.
        self.chart_template = "generic_coa"
        self.income_account_id = accounts["400100"]
        self.expense_account_id = accounts["500100"]
        self.account_default_pos_receivable_account_id = accounts["110200"]
        self.default_cash_difference_income_account_id = accounts["400100"]
        self.default_cash_difference_expense_account_id = accounts["500200"]
        defaults = {
            ("res.partner", "property_account_receivable_id"): "110100",
            ("res.partner", "property_account_payable_id"): "210100",
            ("product.category", "property_account_income_categ_id"): "400100",
            ("product.category", "property_account_expense_categ_id"): "500100",
        }
        for (model, field), code in defaults.items():
            self._set_demo_default(model, field, accounts[code])

    @api.model
    def _set_demo_default(self, model, field, account):
        self.env["ir.default"].set(model, field, account.id, company_id=self.id)
