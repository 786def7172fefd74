import json

from odoo.tests import freeze_time

from .test_earning_base import EarningCase


@freeze_time("2026-03-10 09:00:00")
class TestBrokenRules(EarningCase):
    """One bad rule closes no till and stops no sale."""

    def break_row(self, record, **values):
        """As it was saved before anybody checked, or broke by itself."""
        self.env.flush_all()
        for column, value in values.items():
            self.env.cr.execute(
                f"UPDATE {record._table} SET {column} = %s WHERE id = %s",
                [value, record.id],
            )
        self.env.invalidate_all()

    def load(self):
        """What a till loads, as its browser reads it: JSON knows no infinity."""
        session = self.till.with_user(self.cashier).current_session_id
        data = session.with_company(self.company).load_data([])
        return json.loads(json.dumps(data, default=str, allow_nan=False))

    def test_a_till_opens_and_sells(self):
        _good, bad = self.set_rules({}, {"reward_point_amount": 5})
        reward = self.new_reward()
        for values in (
            {"product_domain": "[('gone_field', '=', 1)]"},
            {"product_domain": "[('id', '=', 'tea')]"},
            {"product_domain": "[('name', '="},
            {"product_domain": "[]", "reward_point_amount": float("inf")},
        ):
            with self.subTest(str(values)):
                self.break_row(bad, **values)
                policy = self.load()["pos.config"][0]["_club"]
                told = [rule for rule in policy["earning"] if rule["id"] == bad.id]
                self.assertFalse(told and told[0]["products"] != [])
                self.assertEqual(self.earned(self.line(self.tea)), 50)
        self.break_row(reward, discount_product_domain="[('gone_field', '=', 1)]")
        self.break_row(reward, discount=float("nan"))
        loaded = self.load()["loyalty.reward"]
        self.assertNotIn(reward.id, [row["id"] for row in loaded])
        self.assertEqual(self.earned(self.line(self.tea)), 50)
        self.assertClean()

    def test_an_archived_program_stops_no_sale(self):
        self.club.points_program_id.active = False
        self.load()
        order = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.club_receipt["earned"], 0)
        self.assertClean()
