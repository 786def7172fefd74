"""What a salesman can call over RPC moves no managed balance but by honest orders."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SaleCase


@tagged("post_install", "-at_install")
class TestAttacks(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.grant(cls.ali, 100)
        cls.points_card = cls.card(cls.ali)

    def rpc(self, model, method, *args, **kwargs):
        """Call as the salesman, through what RPC lets through."""
        return call_kw(
            self.env[model].with_user(self.salesman), method, list(args), kwargs
        )

    def tearDown(self):
        entries = self.entries(self.ali)
        self.assertEqual(
            sum(entries.mapped("amount")), self.points_card.points, "books are exact"
        )
        super().tearDown()

    def assertNothingMoved(self):
        self.assertEqual(self.kinds(self.ali), [("bonus", 100)])
        self.assertEqual(self.available(self.ali), 100)

    def test_control_a_salesman_writes_an_unmanaged_balance(self):
        # The negative control: this is what Odoo lets them do.
        program = self.env["loyalty.program"].create(
            {
                "name": "Native",
                "program_type": "loyalty",
                "company_id": self.company.id,
                "reward_ids": [Command.create({"required_points": 10})],
            }
        )
        card = self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": self.ali.partner_id.id}
        )
        self.rpc("loyalty.card", "write", card.ids, {"points": 50000})
        self.assertEqual(card.points, 50000)

    def test_writing_a_balance(self):
        with self.assertRaises(AccessError):
            self.rpc("loyalty.card", "write", self.points_card.ids, {"points": 50000})
        self.assertNothingMoved()

    def test_pretending_to_be_an_order(self):
        for pretence in (True, "ORDER_FLOW", {"a": 1}):
            context = {"loyalty_club_flow": pretence, "loyalty_club_order": pretence}
            with self.assertRaises(AccessError):
                self.rpc(
                    "loyalty.card",
                    "write",
                    self.points_card.ids,
                    {"points": 50000},
                    context=context,
                )
        self.assertNothingMoved()

    def test_pretending_that_somebody_settles_later(self):
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        order.action_confirm()
        line = order.order_line.filtered("reward_id")
        self.rpc(
            "sale.order.line",
            "write",
            line.ids,
            {"points_cost": 90},
            context={"loyalty_club_order": True},
        )
        self.assertEqual(self.available(self.ali), 10)

    def test_forging_history(self):
        for method, args in (
            (
                "create",
                [
                    {
                        "card_id": self.points_card.id,
                        "description": "Gift",
                        "issued": 500,
                    }
                ],
            ),
            ("write", [self.points_card.history_ids.ids, {"issued": 500}]),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                self.rpc("loyalty.history", method, *args)
        self.assertEqual(self.points_card.history_ids.issued, 100)

    def test_the_update_balance_wizard(self):
        wizard = self.rpc(
            "loyalty.card.update.balance",
            "create",
            {
                "card_id": self.points_card.id,
                "new_balance": 50000,
                "description": "Because",
            },
        )
        with self.assertRaises(AccessError):
            self.rpc("loyalty.card.update.balance", "action_update_card_point", wizard)
        self.assertNothingMoved()

    def test_the_generate_wizard(self):
        self.salesman.group_ids += self.env.ref("sales_team.group_sale_manager")
        zahra = self.member("Zahra")
        wizard = self.rpc(
            "loyalty.generate.wizard",
            "create",
            {
                "program_id": self.points_program.id,
                "mode": "selected",
                "customer_ids": [Command.set(zahra.partner_id.ids)],
                "points_granted": 50000,
            },
        )
        with self.assertRaises(AccessError):
            self.rpc("loyalty.generate.wizard", "generate_coupons", wizard)
        self.assertFalse(self.entries(zahra))

    def test_points_that_an_order_is_said_to_give(self):
        self.salesman.group_ids += self.env.ref("sales_team.group_sale_manager")
        order = self.order(self.ali)
        order.coupon_point_ids.sudo().unlink()
        self.rpc(
            "sale.order.coupon.points",
            "create",
            {"order_id": order.id, "coupon_id": self.points_card.id, "points": 50000},
        )
        self.assertEqual(order._get_real_points_for_coupon(self.points_card), 100)
        self.rpc("sale.order", "action_confirm", order.ids)
        self.assertNothingMoved()
        self.rpc("sale.order", "action_cancel", order.ids)
        self.assertNothingMoved()

    def test_a_reward_that_gives_points(self):
        order = self.order(self.ali)
        with self.assertRaises(ValidationError):
            self.rpc(
                "sale.order.line",
                "write",
                order.order_line.ids,
                {"coupon_id": self.points_card.id, "points_cost": -50000},
            )
        self.assertNothingMoved()

    def test_spending_the_points_of_somebody_else(self):
        order = self.order(self.member("Zahra"))
        self.rpc(
            "sale.order.line",
            "write",
            order.order_line.ids,
            {
                "coupon_id": self.points_card.id,
                "reward_id": self.cheap.id,
                "points_cost": 100,
            },
        )
        with self.assertRaises(ValidationError):
            self.rpc("sale.order", "action_confirm", order.ids)
        with self.assertRaises(ValidationError):
            self.rpc("sale.order", "write", order.ids, {"state": "sale"})
        self.assertNothingMoved()

    def test_cancelling_what_never_spent(self):
        # Past the buttons: natively the cancelled order would give 100 points.
        order = self.order(self.ali)
        self.claim(order, self.cheap, self.ali)
        self.rpc("sale.order", "write", order.ids, {"state": "sale"})
        self.assertEqual(self.available(self.ali), 0, "there is no way around paying")
        self.rpc("sale.order", "action_cancel", order.ids)
        self.assertEqual(self.available(self.ali), 100)

    def test_getting_rid_of_an_account(self):
        for values in ({"active": False}, {"program_id": False}, {"partner_id": 1}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.rpc("loyalty.card", "write", self.points_card.ids, values)
        self.assertNothingMoved()

    @mute_logger("odoo.http")
    def test_what_moves_points_is_no_public_method(self):
        for model, prefix in (
            ("sale.order", "_club"),
            ("sale.order.line", "_club"),
            ("loyalty.card", "_club"),
        ):
            ours = [name for name in dir(self.env[model]) if "club" in name]
            methods = [
                name
                for name in ours
                if callable(getattr(type(self.env[model]), name, None))
                and not hasattr(BaseModel, name)
            ]
            self.assertTrue(methods)
            for name in methods:
                self.assertTrue(name.startswith((prefix, "_check_club")), name)
