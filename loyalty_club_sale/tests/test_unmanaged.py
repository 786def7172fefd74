"""Programs that no club manages behave as Odoo made them."""

from odoo.fields import Command

from .common import SaleCase


class TestUnmanaged(SaleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.native = cls.env["loyalty.program"].create(
            {
                "name": "Native",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "company_id": cls.company.id,
                "rule_ids": [
                    Command.create(
                        {"reward_point_mode": "money", "reward_point_amount": 1}
                    )
                ],
                "reward_ids": [
                    Command.create(
                        {
                            "description": "Native five off",
                            "discount_mode": "per_order",
                            "discount": 5,
                            "required_points": 60,
                        }
                    )
                ],
            }
        )
        cls.ali = cls.member("Ali")
        cls.native_card = cls.env["loyalty.card"].create(
            {
                "program_id": cls.native.id,
                "partner_id": cls.ali.partner_id.id,
                "points": 10,
            }
        )

    def test_it_earns_spends_and_cancels_beside_the_club(self):
        self.grant(self.ali, 100)
        order = self.order(self.ali)
        card = self.native_card
        self.assertEqual(order._get_real_points_for_coupon(card), 110)
        self.assertEqual(order._apply_program_reward(self.native.reward_ids, card), {})
        order._update_programs_and_rewards()
        self.claim(order, self.mug, self.ali)
        order.action_confirm()
        issued = order.coupon_point_ids.filtered(lambda p: p.coupon_id == card).points
        self.assertEqual(card.points, 10 + issued - 60)
        self.assertEqual(card.history_ids.mapped("used"), [60])
        self.assertEqual(self.available(self.ali), 20)
        order.sudo()._action_cancel()  # Odoo doesn't let a salesman
        self.assertEqual(card.points, 10)
        self.assertFalse(card.history_ids, "Odoo deletes the line of a cancelled order")
        self.assertEqual(self.available(self.ali), 100)

    def test_whether_orders_have_a_program_of_the_club_is_left_to_the_shop(self):
        self.assertNotIn("sale_ok", self.club._on_channels())
        program = self.club.points_program_id
        self.assertTrue(program.sale_ok, "as Odoo proposes it")

    def test_programs_open_for_who_has_no_right_on_orders(self):
        self.grant(self.ali, 100)
        order = self.order(self.ali)
        self.claim(order, self.mug, self.ali)
        for kind in ("manager", "salesman"):
            user = self.users.get(kind, self.salesman)
            program = self.points_program.with_user(user).with_company(self.company)
            self.assertEqual(program.total_order_count, 1, kind)
