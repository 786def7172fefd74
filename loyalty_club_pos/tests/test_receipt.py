from odoo.tests import freeze_time

from .test_returns import ReturnCase


@freeze_time("2026-03-10 09:00:00")
class TestReceipt(ReturnCase):
    """What the server tells the till of an order: every figure is the ledger's."""

    def test_a_sale(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(
            order.club_receipt,
            {
                "earned": 50,
                "pending_until": False,
                "taken_back": 0,
                "spent": {},
                "given_back": {},
                "topped_up": 0,
                "balance": {"points": 50, "wallet": 0, "credit": 0},
                "paid_off": {},
                "owed": {},
                "tier": False,
                "tier_up": False,
                "number": self.ali.number,
                "exceptions": [],
            },
        )

    def test_spending_and_returning(self):
        self.grant(self.ali, 1000)
        self.grant(self.ali, 2050, "wallet")
        order = self.buy_with(
            [self.line(self.tea)], (self.points, 5, 500), (self.wallet, 20.5, 20.5)
        )
        told = order.club_receipt
        self.assertEqual(told["spent"], {"points": 500, "wallet": 20.5})
        self.assertEqual(told["balance"], {"points": 545, "wallet": 0, "credit": 0})
        told = self.refund(order).club_receipt
        self.assertEqual(told["given_back"], {"points": 500, "wallet": 20.5})
        self.assertEqual(told["taken_back"], 45)
        self.assertEqual(told["balance"], {"points": 1000, "wallet": 20.5, "credit": 0})

    def test_what_is_owed_and_what_was_taken_for_it(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        self.spend(self.ali, 70)
        told = self.refund(order).club_receipt
        self.assertEqual((told["taken_back"], told["owed"]), (100, {"points": 70}))
        self.assertEqual(told["paid_off"], {})
        told = self.sell(self.ali, [self.line(self.tea)]).club_receipt
        self.assertEqual((told["earned"], told["paid_off"]), (50, {"points": 50}))
        self.assertEqual((told["owed"], told["balance"]["points"]), ({"points": 20}, 0))
        told = self.sell(self.ali, [self.line(self.tea)]).club_receipt
        self.assertEqual((told["owed"], told["paid_off"]), ({}, {"points": 20}))
        self.assertEqual(told["balance"]["points"], 30)

    def test_what_waits_and_pays_later_is_not_told_of_the_sale(self):
        order = self.sell(self.ali, [self.line(self.tea, 2)])
        self.spend(self.ali, 70)
        self.refund(order)
        self.club.pending_days = 3
        waiting = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(waiting.club_receipt["paid_off"], {})
        with freeze_time("2026-03-20 09:00:00"):
            self.ledger._release_due(self.club)
        self.assertEqual(self.balances(self.ali)["debt"], 20)
        sale = self.env["loyalty.club.purchase"].search(
            [("member_id", "=", self.ali.id), ("pending_until", "!=", False)]
        )
        self.assertEqual(len(sale), 1)
        self.assertEqual(waiting._club_paid_off(sale), {})

    def test_a_tier_that_is_reached(self):
        self.env["loyalty.club.tier"].create(
            [
                {"club_id": self.club.id, "name": n, "code": n, "threshold": t}
                for n, t in (("Bronze", 0), ("Silver", 100))
            ]
        )
        first = self.sell(self.ali, [self.line(self.tea)]).club_receipt
        then = self.sell(self.ali, [self.line(self.tea)]).club_receipt
        last = self.sell(self.ali, [self.line(self.tea)]).club_receipt
        self.assertEqual((then["tier"], then["tier_up"]), ("Silver", True))
        self.assertEqual((last["tier"], last["tier_up"]), ("Silver", False))
        self.assertNotEqual(first["tier"], "Silver")

    def test_what_was_loaded_and_taken_out(self):
        order = self.sell(self.ali, [self.line(self.top_up, 1, 25)])
        self.assertEqual(order.club_receipt["topped_up"], 25)
        self.assertEqual(order.club_receipt["balance"]["wallet"], 25)
        back = self.refund(order)
        self.assertEqual(back.club_receipt["topped_up"], -25)

    def test_the_till_gets_it_with_the_answer_of_its_sync(self):
        basket = self.basket(self.ali, [self.line(self.tea)])
        Order = self.env["pos.order"].with_user(self.cashier).with_company(self.company)
        [read] = Order.sync_from_ui([basket])["pos.order"]
        self.assertEqual(read["club_receipt"]["earned"], 50)

    def test_nothing_of_the_staff_s_is_sent_along(self):
        basket = self.basket(self.ali, [self.line(self.tea)])
        Order = self.env["pos.order"].with_user(self.cashier).with_company(self.company)
        [read] = Order.sync_from_ui([basket])["pos.order"]
        self.assertNotIn("club_exception_ids", read)
        self.assertNotIn("club_points", read)

    def test_a_draft_has_none(self):
        basket = self.basket(self.ali, [self.line(self.tea)], payments=[])
        order = self.sync({**basket, "state": "draft"})
        self.assertFalse(order.club_receipt)

    def test_it_is_not_copied(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        self.assertFalse(order.copy().club_receipt)
