from .common import TillCase


class TestSmoke(TillCase):
    def test_sell_spend_return(self):
        ali = self.member("Ali", mobile="09121234567")
        answer = self.ask("recognise", "۰۹۱۲۱۲۳۴۵۶۷")
        self.assertEqual(answer["status"], "found")
        order = self.sell(ali, [self.line(self.tea, 2)])
        self.assertEqual(order.state, "paid")
        self.assertEqual(self.available(ali), 100)
        self.assertEqual(order.club_receipt["earned"], 100)
        reward = self.new_reward()
        uuid = "b1"
        self.assertEqual(self.hold(uuid, ali, {"points": 50})["status"], "held")
        spent = self.sell(
            ali,
            [self.line(self.tea, 1), self.reward_line(ali, reward, 0.5, 50)],
            uuid=uuid,
        )
        self.assertClean()
        # 49.50 gives 49 points
        self.assertEqual(self.available(ali), 99)
        self.refund(spent)
        self.assertClean()
        self.assertEqual(self.available(ali), 100)
        self.refund(order, {order.lines: 1})
        self.assertEqual(self.available(ali), 50)
        self.assertClean()
