"""A shop that writes invoices, for the tests: accounts, products, an accountant.

    class TestSomething(InvoiceCase):
        def test_it(self):
            ali = self.member("Ali")
            invoice = self.invoice(ali.partner_id, [(self.tea, 2, 50)])
            self.pay(invoice)
            self.assertEqual(self.available(ali), 100)

Everything is done as ``users["accountant"]``, who has no rights in the club.
"""

from odoo import fields
from odoo.tests import Form

from .common import ClubCase


class InvoiceCase(ClubCase):
    """The club gives 1 point for each euro, tax included, unless a test says else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keep_books(cls.company)
        accountant = cls.user("accountant", "account.group_account_invoice")
        cls.users["accountant"] = accountant
        cls.tea = cls.product("Tea", cost=20)
        cls.cup = cls.product("Cup", cost=10)
        cls.set_rules(cls.club, {})

    @classmethod
    def keep_books(cls, company):
        """Give a company what it needs to write invoices and to be paid."""

        def account(code, account_type, **values):
            return cls.env["account.account"].create(
                {
                    "name": code,
                    "code": code,
                    "account_type": account_type,
                    "company_ids": [(6, 0, company.ids)],
                    **values,
                }
            )

        receivable = account("110100", "asset_receivable", reconcile=True)
        payable = account("210100", "liability_payable", reconcile=True)
        bank = account("101100", "asset_cash")
        outstanding = account("101200", "asset_current", reconcile=True)
        income = account("400100", "income")
        difference = account("500100", "expense")
        cls.set_partner_accounts(company, receivable, payable)
        company.income_account_id = income
        sales = cls.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "INV",
                "type": "sale",
                "company_id": company.id,
                "default_account_id": income.id,
            }
        )
        exchange = cls.env["account.journal"].create(
            {
                "name": "Exchange",
                "code": "EXC",
                "type": "general",
                "company_id": company.id,
            }
        )
        company.write(
            {
                "currency_exchange_journal_id": exchange.id,
                "income_currency_exchange_account_id": difference.id,
                "expense_currency_exchange_account_id": difference.id,
            }
        )
        journal = cls.env["account.journal"].create(
            {
                "name": "Bank",
                "code": "BNK",
                "type": "bank",
                "company_id": company.id,
                "default_account_id": bank.id,
            }
        )
        journal.inbound_payment_method_line_ids.payment_account_id = outstanding
        journal.outbound_payment_method_line_ids.payment_account_id = outstanding
        return sales

    @classmethod
    def set_partner_accounts(cls, company, receivable, payable):
        Default = cls.env["ir.default"]
        for name, value in (("receivable", receivable), ("payable", payable)):
            Default.set(
                "res.partner",
                f"property_account_{name}_id",
                value.id,
                company_id=company.id,
            )

    @classmethod
    def new_branch(cls, name):
        """A branch of the shop that keeps its books there."""
        branch = cls.new_company(name, parent=cls.company)
        cls.users["accountant"].company_ids += branch
        Account = cls.env["account.account"].with_company(cls.company)
        cls.set_partner_accounts(
            branch,
            *(
                Account.search(
                    [("account_type", "=", kind), ("company_ids", "in", cls.company.id)]
                )
                for kind in ("asset_receivable", "liability_payable")
            ),
        )
        return branch

    @classmethod
    def product(cls, name, cost=0, **values):
        product = cls.env["product.product"].create(
            {"name": name, "type": "service", "taxes_id": False, **values}
        )
        product.with_company(cls.company).standard_price = cost
        return product

    @classmethod
    def tax(cls, percent, name=None, company=None):
        company = company or cls.company
        group = cls.env["account.tax.group"].create(
            {"name": f"{percent}%", "company_id": company.id}
        )
        return cls.env["account.tax"].create(
            {
                "name": name or f"{percent}%",
                "amount": percent,
                "type_tax_use": "sale",
                "company_id": company.id,
                "country_id": company.country_id.id,
                "tax_group_id": group.id,
            }
        )

    @classmethod
    def set_rules(cls, club, *rules):
        """Let a club's points program have these rules and no others."""
        program = club.points_program_id
        program.rule_ids.unlink()
        return cls.env["loyalty.rule"].create(
            [
                {
                    "program_id": program.id,
                    "reward_point_mode": "money",
                    "reward_point_amount": 1,
                    "minimum_qty": 0,
                    "minimum_amount": 0,
                    **rule,
                }
                for rule in rules
            ]
        )

    # ------------------------------------------------------------------ documents

    def as_accountant(self, records):
        return records.with_user(self.users["accountant"]).with_company(
            records.company_id[:1] or self.company
        )

    def invoice(self, partner, lines, post=True, **values):
        """An invoice; a line is (product, quantity, price) and values of its own."""
        move = self.draft(partner, lines, **values)
        if post:
            move.action_post()
        return move

    def draft(self, partner, lines, **values):
        return (
            self.env["account.move"]
            .with_user(self.users["accountant"])
            .with_company(values.get("company_id") or self.company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [(0, 0, self.line(*line)) for line in lines],
                    **values,
                }
            )
        )

    @staticmethod
    def line(product, quantity, price, more=None):
        return {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": False,
            **(more or {}),
        }

    def pay(self, invoices, amount=None):
        """Pay invoices, as the button on the invoice does; the payment."""
        wizard = (
            self.as_accountant(self.env["account.payment.register"])
            .with_company(invoices.company_id[:1])
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({} if amount is None else {"amount": amount})
        )
        return wizard._create_payments()

    def unreconcile(self, invoice):
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.remove_move_reconcile()

    def credit(self, invoice, quantities=None, post=True, cancel=False):
        """A credit note of an invoice, as its wizard makes it.

        :param quantities: dict of product to what is credited of it; else everything
        :param cancel: also undo the payment and close the invoice with it
        """
        wizard = (
            self.env["account.move.reversal"]
            .with_user(self.users["accountant"])
            .with_company(invoice.company_id)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": fields.Date.today()})
        )
        action = wizard.modify_moves() if cancel else wizard.refund_moves()
        if cancel:
            return invoice.reversal_move_ids[-1:]
        note = self.env["account.move"].browse(action["res_id"])
        note = note.with_user(self.users["accountant"])
        if quantities is not None:
            with Form(note) as form:
                for index in reversed(range(len(form.invoice_line_ids))):
                    with form.invoice_line_ids.edit(index) as line:
                        product = line.product_id
                        if product in quantities:
                            line.quantity = quantities[product]
                    if product not in quantities:
                        form.invoice_line_ids.remove(index)
        if post:
            note.action_post()
        return note

    # ------------------------------------------------------------------ books

    def purchases(self, move):
        """All that the club recorded for an invoice and its credit notes."""
        return self.env["loyalty.club.purchase"].search(
            [("move_id", "in", (move | move.reversal_move_ids).ids)], order="id"
        )

    def assertBooks(self, member, points, status=None):
        """Balance, lots and entries agree, and so does the sum of the purchases."""
        card = self.card(member)
        card.invalidate_recordset()
        entries = self.entries(member).filtered(lambda entry: entry.card_id == card)
        total = sum(entries.mapped(lambda e: e.amount + e.pending - e.debt))
        lots = sum(remaining for remaining, _amount, _day in self.lots(member))
        have = card.points + card.club_pending
        self.assertEqual(have - card.club_debt, points)
        self.assertEqual(total, points)
        self.assertEqual(lots, max(have, 0))
        purchases = self.env["loyalty.club.purchase"].search(
            [("member_id", "=", member.id)]
        )
        earned = entries.filtered("purchase_id")
        self.assertEqual(
            sum(purchases.mapped("points")),
            sum(earned.mapped(lambda e: e.amount + e.pending - e.debt)),
        )
        if status is not None:
            self.assertEqual(sum(purchases.mapped("status_points")), status)
