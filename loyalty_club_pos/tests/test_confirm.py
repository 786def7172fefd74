from odoo.tests import freeze_time

from .test_returns import ReturnCase


@freeze_time("2026-03-10 09:00:00")
class TestConfirm(ReturnCase):
    """Odoo's second call tells the truth; lost or doubled it changes nothing."""

    def setUp(self):
        super().setUp()
        self.grant(self.ali, 100)
        self.card_id = self.account(self.ali)
        self.order = self.sell(self.ali, [self.line(self.tea)])

    def data(self, **values):
        return {
            "points": 0,
            "program_id": self.club.points_program_id.id,
            "partner_id": self.ali.partner_id.id,
            "code": "",
            **values,
        }

    def confirm(self, data):
        order = self.order.with_user(self.cashier).with_company(self.company)
        answer = order.confirm_coupon_programs(data)
        self.env.flush_all()
        return answer

    def test_it_reads_what_the_account_has(self):
        for said in (0, 50, 10**6, -10):
            [update] = self.confirm({self.card_id: self.data(points=said)})[
                "coupon_updates"
            ]
            self.assertEqual(update["points"], 150)
            self.assertEqual(update["old_id"], self.card_id)
            self.assertEqual(update["partner_id"], self.ali.partner_id.id)
        self.assertEqual(self.available(self.ali), 150)
        self.assertClean()

    def test_a_new_card_of_the_till_s_is_the_one_that_the_server_made(self):
        [update] = self.confirm({"-3": self.data()})["coupon_updates"]
        self.assertEqual((update["old_id"], update["id"]), (-3, self.card_id))

    def test_the_shape_is_odoo_s(self):
        answer = self.confirm({self.card_id: self.data()})
        self.assertEqual(
            set(answer),
            {"coupon_updates", "program_updates", "new_coupon_info", "coupon_report"},
        )

    def test_managed_and_native_cards_in_one_call(self):
        card = self.native_card("ewallet", 10)
        answer = self.confirm(
            {
                str(self.card_id): self.data(points=999),
                str(card.id): self.data(points=-4, program_id=card.program_id.id),
            }
        )
        points = {update["id"]: update["points"] for update in answer["coupon_updates"]}
        self.assertEqual(points[self.card_id], 150)
        self.assertEqual(card.points, 6)

    def test_validating_asks_odoo_about_its_own_cards_only(self):
        card = self.native_card("ewallet", 10)
        order = self.order.with_user(self.cashier)
        good = order.validate_coupon_programs(
            {self.card_id: -(10**6), card.id: -10}, []
        )
        self.assertTrue(good["successful"])
        bad = order.validate_coupon_programs({self.card_id: 0, card.id: -11}, [])
        self.assertFalse(bad["successful"])

    def test_the_second_call_is_not_needed(self):
        self.assertEqual(self.available(self.ali), 150)
