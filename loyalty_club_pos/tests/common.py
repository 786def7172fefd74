"""A shop with tills, for the tests: what a browser sends, sent by a cashier.

    class TestSomething(TillCase):
        def test_it(self):
            ali = self.member("Ali")
            order = self.sell(ali, [self.line(self.tea, 2)])
            self.assertEqual(self.available(ali), 100)

Everything is done as ``cashier``, who has Odoo's lowest right on tills and none of the
club's. Tea costs 50.00, a cup 20.00, both without taxes; the club gives 1 point for
each euro.
"""

import os
from unittest.mock import patch
from uuid import uuid4

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.loyalty_club.models.member.joining import PEPPER
from odoo.addons.loyalty_club.tests.common import ClubCase


class TillKit:
    """The helpers, beside ``ClubKit``: call ``setUpTill()`` after ``setUpKit()``."""

    @classmethod
    def setUpTill(cls):
        # Cards and PINs need a key that isn't in the database.
        key = patch.dict(os.environ, {PEPPER: "of-the-tests-0123456789"})
        cls.enterClassContext(key)
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company.root_id, install_demo=False
        )
        # The chart brings dollars, and the club, which is empty, would follow.
        cls.company.root_id.currency_id = cls.euro
        # What every product would get is nothing these amounts are about.
        cls.company.account_sale_tax_id = False
        cls.cashier = cls.user("cashier", "point_of_sale.group_pos_user")
        cls.users["cashier"] = cls.cashier
        cls.cash = cls._payment_method("Cash", "cash")
        cls.bank = cls._payment_method("Card", "bank")
        cls.till = cls.new_till("Till 1")
        cls.tea = cls.product("Tea", 50, cost=20)
        cls.cup = cls.product("Cup", 20, cost=10)
        cls.set_rules({})

    @classmethod
    def _payment_method(cls, name, kind):
        journal = cls.env["account.journal"].create(
            {
                "name": name,
                "code": f"T{name[:4].upper()}",
                "type": kind,
                "company_id": cls.company.id,
            }
        )
        return cls.env["pos.payment.method"].create(
            {"name": name, "journal_id": journal.id, "company_id": cls.company.id}
        )

    @classmethod
    def new_till(cls, name, methods=None, **values):
        """An open till of the shop; only one may take cash."""
        Config = cls.env["pos.config"].with_company(cls.company)
        methods = methods or (cls.cash | cls.bank)
        taken = cls.env["pos.config"].search(
            [("payment_method_ids", "in", cls.cash.ids)], limit=1
        )
        if taken:
            methods -= cls.cash
        till = Config.create(
            {
                "name": name,
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(methods.ids)],
                **values,
            }
        )
        till.with_user(cls.cashier).open_ui()
        return till

    @classmethod
    def product(cls, name, price, cost=0, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "list_price": price,
                "standard_price": cost,
                "taxes_id": False,
                "available_in_pos": True,
                **values,
            }
        )

    @classmethod
    def set_rules(cls, *rules):
        """Rules of the points program: 1 point for each euro, unless they say else."""
        program = cls.club.points_program_id
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

    @classmethod
    def new_reward(cls, account="points", **values):
        """A reward of one of the club's programs: by default 0.01 for each point."""
        return cls.env["loyalty.reward"].create(
            {
                "program_id": cls.club._program(account).id,
                "reward_type": "discount",
                "discount_mode": "per_point",
                "discount": 0.01,
                "discount_applicability": "order",
                "required_points": 1,
                **values,
            }
        )

    # ------------------------------------------------------------------ what is sent

    @classmethod
    def line(cls, product, quantity=1, price=None, **values):
        """Values of a line; amounts as Odoo computes them, unless they are given."""
        price = product.lst_price if price is None else price
        taxes = values.pop("taxes", product.taxes_id)
        net = price * (1 - values.get("discount", 0) / 100)
        amounts = taxes.compute_all(net, cls.euro, quantity, product=product)
        return {
            "uuid": str(uuid4()),
            "name": product.name,
            "product_id": product.id,
            "qty": quantity,
            "price_unit": price,
            "discount": 0,
            "tax_ids": [Command.set(taxes.ids)],
            "price_subtotal": amounts["total_excluded"],
            "price_subtotal_incl": amounts["total_included"],
            **values,
        }

    @classmethod
    def combo(cls, quantity=1):
        """A breakfast of tea and a cup for 60.00.

        :return: (values of its line, those of its parts' lines, how a till tells that
            they belong together)
        """
        combo = cls.env["product.combo"].create(
            {
                "name": "Breakfast",
                "combo_item_ids": [
                    Command.create({"product_id": product.id})
                    for product in (cls.tea, cls.cup)
                ],
            }
        )
        breakfast = cls.product(
            "Breakfast", 60, type="combo", combo_ids=[Command.set(combo.ids)]
        )
        parent = cls.line(breakfast, quantity, 0)
        parts = [
            cls.line(cls.tea, quantity, 42.86),
            cls.line(cls.cup, quantity, 17.14),
        ]
        belongs = {"combo_line_ids": [part["uuid"] for part in parts]}
        return parent, parts, {"pos.order.line": {parent["uuid"]: belongs}}

    @classmethod
    def reward_line(cls, member, reward, amount, cost, **values):
        """Values of the line by which a reward takes ``amount`` off the price."""
        account = reward.program_id.club_account
        return {
            **cls.line(reward.discount_line_product_id, 1, -amount, taxes=cls.no_tax()),
            "is_reward_line": True,
            "reward_id": reward.id,
            "coupon_id": cls.account(member, account),
            "points_cost": cost,
            "reward_identifier_code": str(uuid4())[:8],
            **values,
        }

    @classmethod
    def no_tax(cls):
        return cls.env["account.tax"]

    @classmethod
    def refund_of(cls, line, quantity=None):
        """Values of the line that refunds a saved line, or so many of its pieces."""
        quantity = line.qty if quantity is None else quantity
        share = quantity / line.qty
        return {
            "uuid": str(uuid4()),
            "name": line.name,
            "product_id": line.product_id.id,
            "qty": -quantity,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "price_subtotal": -line.price_subtotal * share,
            "price_subtotal_incl": -line.price_subtotal_incl * share,
            "refunded_orderline_id": line.id,
        }

    @classmethod
    def basket(cls, partner, lines, payments=None, till=None, **values):
        """What a till sends for a paid order.

        :param partner: a contact, a member, or nothing
        :param payments: list of (payment method, amount); by default all in cash or,
            at a till without it, by card
        """
        till = till or cls.till
        total = sum(line["price_subtotal_incl"] for line in lines)
        untaxed = sum(line["price_subtotal"] for line in lines)
        if values.get("is_refund"):
            # A browser turns the amounts of a refund's lines round, and only these.
            lines = [cls._turned_round(line) for line in lines]
        method = till.payment_method_ids.sorted("is_cash_count", reverse=True)[:1]
        if payments is None:
            payments = [(method, total)]
        if partner and partner._name == "loyalty.club.member":
            partner = partner.partner_id
        uuid = values.pop("uuid", None) or str(uuid4())
        return {
            "uuid": uuid,
            "name": f"Order {uuid[:8]}",
            "state": "paid",
            "session_id": till.current_session_id.id,
            "company_id": till.company_id.id,
            "user_id": cls.cashier.id,
            "partner_id": partner.id if partner else False,
            "pricelist_id": till.pricelist_id.id,
            "fiscal_position_id": False,
            "date_order": fields.Datetime.to_string(fields.Datetime.now()),
            "amount_total": total,
            "amount_tax": total - untaxed,
            "amount_paid": sum(amount for _method, amount in payments),
            "amount_return": 0,
            "lines": [Command.create(line) for line in lines],
            "payment_ids": [
                Command.create(
                    {
                        "amount": amount,
                        "name": fields.Datetime.now(),
                        "payment_method_id": method.id,
                    }
                )
                for method, amount in payments
            ],
            "last_order_preparation_change": "{}",
            "access_token": str(uuid4()),
            **values,
        }

    @staticmethod
    def _turned_round(line):
        amounts = ("price_subtotal", "price_subtotal_incl")
        return {**line, **{amount: -line[amount] for amount in amounts}}

    # ------------------------------------------------------------------ what happens

    @classmethod
    def sync(cls, *orders, user=None):
        """Send orders as a till does. → the saved orders, with all rights"""
        Order = cls.env["pos.order"].with_user(user or cls.cashier)
        uuids = [order["uuid"] for order in orders]  # Odoo takes some out of them
        Order.with_company(cls.company).sync_from_ui(list(orders))
        cls.env.invalidate_all()
        found = cls.env["pos.order"].search([("uuid", "in", uuids)])
        return found.sorted(lambda order: uuids.index(order.uuid))

    @classmethod
    def sell(cls, partner, lines, payments=None, till=None, **values):
        """Send one paid order. → the saved order, with all rights"""
        return cls.sync(cls.basket(partner, lines, payments, till, **values))

    @classmethod
    def refund(cls, order, quantities=None, extra=(), **values):
        """Send a refund of a saved order's lines. → the saved refund

        :param quantities: dict of line to quantity; by default all of all lines
        :param extra: values of further lines
        """
        wanted = quantities or {line: line.qty for line in order.lines}
        lines = [cls.refund_of(line, qty) for line, qty in wanted.items()]
        return cls.sell(
            values.pop("partner", order.partner_id),
            [*lines, *extra],
            is_refund=True,
            **values,
        )

    @classmethod
    def ask(cls, method, *args, till=None, user=None, **kwargs):
        """Call ``loyalty.club.till`` as the cashier."""
        model = cls.env["loyalty.club.till"].with_user(user or cls.cashier)
        model = model.with_company(cls.company)
        answer = getattr(model, method)((till or cls.till).id, *args, **kwargs)
        cls.env.invalidate_all()
        return answer

    @classmethod
    def hold(cls, order_uuid, member, claims, **options):
        """Hold amounts of accounts: dict of account to amount. → the answer"""
        return cls.ask(
            "hold",
            order_uuid,
            member.partner_id.id,
            [
                {"card_id": cls.account(member, account), "amount": amount}
                for account, amount in claims.items()
            ],
            **options,
        )

    @classmethod
    def allow(cls, member, till=None):
        """Let a till spend what it likes of a member's without asking first.

        For tests that aren't about holds: it is as if they had all been held.
        """
        cls.env["loyalty.club.allowance"].create(
            [
                {
                    "config_id": (till or cls.till).id,
                    "card_id": cls.account(member, account),
                    "amount": 10**9,
                    "granted_at": "2020-01-01 00:00:00",
                    "expires_at": "2100-01-01 00:00:00",
                }
                for account in ("points", "wallet", "credit")
            ]
        )

    @classmethod
    def exceptions(cls, kind=None):
        """What was listed for the manager of the club, the latest first."""
        domain = [("club_id", "=", cls.club.id)]
        if kind:
            domain.append(("kind", "=", kind))
        return cls.env["loyalty.club.till.exception"].search(domain)

    def assertClean(self):
        """The ledger agrees with itself, and nothing was listed."""
        self.env.flush_all()
        self.assertFalse(self.exceptions().mapped("message"))
        self.assertLedgerAgrees()

    def assertLedgerAgrees(self):
        check = self.ledger._check_club(self.club)
        self.assertFalse(check["differences"], check["details"])


@tagged("post_install", "-at_install")
class TillCase(TillKit, ClubCase):
    """A test case with a club and an open till."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpTill()
