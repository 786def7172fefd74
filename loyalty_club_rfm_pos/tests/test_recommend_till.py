"""Till orders as baskets, and what a till is told of a member."""

import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from odoo.addons.loyalty_club_pos.tests.common import TillCase
from odoo.addons.loyalty_club_rfm.tests.recommending import RecommendKit, closest

NOW = "2026-03-10 09:00:00"


class RecommendTillCase(RecommendKit, TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tea, cup = cls.tea, cls.cup
        cls.setUpRecommend()
        # The till's own goods, which have prices.
        cls.tea, cls.cup = tea, cup
        cls.milk = cls.product("Milk", 5)

    def sold(self, products, partner=None, **values):
        lines = [self.line(product) for product in products]
        return self.sell(partner or self.ali, lines, **values)

    def sold_long_ago(self, products, partner=None, days=40):
        order = self.sold(products, partner)
        order.date_order = fields.Datetime.now() - timedelta(days=days)
        return order

    def counts(self):
        """Dict of pair, both ways, to its number of baskets."""
        return {
            (one.name, other.name): row[0] for (one, other), row in self.pairs().items()
        }


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTillBaskets(RecommendTillCase):
    def test_random_orders(self):
        """Also anonymous ones, and with refunds of whole lines."""
        chance = random.Random(4)
        goods = [self.product(f"Good {number}", 1) for number in range(8)]
        till = self.till.current_session_id
        values, baskets = [], []
        for _number in range(120):
            basket = chance.sample(goods, chance.randint(1, 8))
            baskets.append({product.id for product in basket})
            lines = [(0, 0, self.line(product)) for product in basket]
            values.append(
                {
                    "session_id": till.id,
                    "company_id": self.company.id,
                    "partner_id": chance.choice([False, self.ali.partner_id.id]),
                    "state": chance.choice(["paid", "done"]),
                    "lines": lines,
                    "amount_tax": 0,
                    "amount_total": len(lines),
                    "amount_paid": len(lines),
                    "amount_return": 0,
                }
            )
        orders = self.env["pos.order"].create(values)
        back = []
        for order, basket in zip(orders, baskets, strict=True):
            if chance.random() < 0.3:
                line = chance.choice(order.lines)
                basket.discard(line.product_id.id)
                back.append((0, 0, self.refund_of(line)))
        self.env["pos.order"].create({**values[0], "state": "paid", "lines": back})
        self.settings.least_together = 3
        self.refresh()
        expected = closest(baskets, least=3)
        self.assertGreater(len(expected), 20)
        self.assertEqual(
            {(one.id, other.id): row for (one, other), row in self.pairs().items()},
            expected,
        )

    def test_drafts_and_cancelled_orders_are_no_baskets(self):
        order = self.sold([self.tea, self.cup])
        for state, pairs in (("draft", 0), ("cancel", 0), ("paid", 2), ("done", 2)):
            # A paid order can't be set back through Odoo.
            self.env.cr.execute(
                "UPDATE pos_order SET state = %s WHERE id = %s", [state, order.id]
            )
            self.env.invalidate_all()
            self.refresh()
            self.assertEqual(len(self.pairs()), pairs, state)

    def test_a_refund_is_no_basket_and_empties_its_order(self):
        order = self.sold([self.tea, self.cup, self.milk])
        self.refund(order, {order.lines[0]: 1})
        self.refresh()
        self.assertEqual(self.counts(), {("Cup", "Milk"): 1, ("Milk", "Cup"): 1})
        self.refund(order, {order.lines[1]: 1})
        self.refresh()
        self.assertFalse(self.pairs())

    def test_some_pieces_that_came_back(self):
        order = self.sell(self.ali, [self.line(self.tea, 3), self.line(self.cup)])
        self.refund(order, {order.lines[0]: 2})
        self.refresh()
        self.assertEqual(self.counts(), {("Tea", "Cup"): 1, ("Cup", "Tea"): 1})

    def test_an_exchange_is_a_basket_of_what_was_taken(self):
        order = self.sold([self.tea])
        self.refund(order, extra=[self.line(self.cup), self.line(self.milk)])
        self.refresh()
        self.assertEqual(self.counts(), {("Cup", "Milk"): 1, ("Milk", "Cup"): 1})

    def test_an_exchange_for_the_same_is_a_basket_of_it(self):
        order = self.sold([self.tea])
        self.refund(order, extra=[self.line(self.tea), self.line(self.cup)])
        self.refresh()
        self.assertEqual(self.counts(), {("Tea", "Cup"): 1, ("Cup", "Tea"): 1})

    def test_an_invoiced_order_counts_once(self):
        order = self.sold([self.tea, self.cup], to_invoice=True)
        self.assertEqual(order.account_move.state, "posted")
        self.refresh()
        self.assertEqual(self.counts(), {("Tea", "Cup"): 1, ("Cup", "Tea"): 1})

    def test_rewards_tips_and_parts_of_combos_are_no_goods(self):
        tip = self.product("Tip", 1)
        self.till.tip_product_id = tip
        self.grant(self.ali, 1000)
        parent, parts, relations = self.combo()
        reward = self.new_reward()
        lines = [parent, *parts, self.line(self.milk), self.line(tip)]
        order = self.sell(self.ali, lines, relations_uuid_mapping=relations)
        self.assertTrue(order.lines.combo_parent_id)
        free = self.line(self.cup, price=0)
        self.sell(
            self.ali,
            [
                self.line(self.tea),
                {**free, "is_reward_line": True, "reward_id": reward.id},
            ],
        )
        self.refresh()
        self.assertEqual(
            self.counts(), {("Breakfast", "Milk"): 1, ("Milk", "Breakfast"): 1}
        )

    def test_reported_mirror_of_a_till_order_is_not_a_second_basket(self):
        self.assertTrue(self.sold([self.tea, self.cup]))
        mirrors = self.env["loyalty.club.purchase"].search(
            [("club_id", "=", self.club.id), ("source", "=", "pos")]
        )
        self.assertTrue(mirrors)
        self.refresh()
        self.assertEqual(self.counts()["Tea", "Cup"], 1)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestTillAdvice(RecommendTillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara = cls.member("Sara", mobile="09121234567")

    def told(self):
        return self.ask("recognise", self.sara.number)["member"]

    def names(self, rows):
        return [row["name"] for row in rows]

    def test_with_the_member(self):
        self.sold([self.tea, self.cup])
        self.sold_long_ago([self.tea], self.sara)
        self.assertEqual(self.told()["next_best"], [])
        self.refresh()
        self.assertEqual(
            self.told()["next_best"],
            [
                {
                    "product_id": self.cup.id,
                    "name": "Cup",
                    "kind": "pair",
                    "because": "Tea",
                    "on": "2026-01-29",
                    "why": "Goes with Tea, bought on 01/29/2026",
                }
            ],
        )
        answer = self.ask("summary", self.sara.partner_id.id)
        self.assertEqual(self.names(answer["member"]["next_best"]), ["Cup"])

    def test_three_at_most_and_only_what_the_till_sells(self):
        many = [self.product(f"Good {number}", 1) for number in range(6)]
        self.sold([self.tea, *many])
        self.sold_long_ago([self.tea], self.sara)
        self.refresh()
        self.assertEqual(
            self.names(self.told()["next_best"]), ["Good 0", "Good 1", "Good 2"]
        )
        many[0].available_in_pos = False
        many[1].active = False
        category = self.env["pos.category"].create({"name": "Shelf"})
        for product in many[3:5]:
            product.pos_categ_ids = category
        self.till.write(
            {"limit_categories": True, "iface_available_categ_ids": category.ids}
        )
        self.assertEqual(self.names(self.told()["next_best"]), ["Good 3", "Good 4"])

    def test_for_the_basket(self):
        self.sold([self.tea, self.cup, self.milk])
        self.refresh()
        rows = self.ask("recommendations", [self.tea.id, self.milk.id])
        self.assertEqual(self.names(rows), ["Cup"])
        self.assertEqual(rows[0]["why"], "Goes with Tea")
        self.sold_long_ago([self.cup], self.sara)
        rows = self.ask(
            "recommendations", [self.milk.id], partner_id=self.sara.partner_id.id
        )
        self.assertEqual(self.names(rows), ["Tea", "Cup"])
        self.assertEqual(self.ask("recommendations", []), [])

    def test_attacks(self):
        self.sold([self.tea, self.cup])
        self.refresh()
        for basket in ("1", None, [True], ["1"], [0], [2**31], [[1]], [1] * 101, 5):
            with self.subTest(basket), self.assertClubError("invalid_payload"):
                self.ask("recommendations", basket)
        for partner in (True, "1", [1], -1, {"id": 1}):
            with self.subTest(partner), self.assertClubError("invalid_payload"):
                self.ask("recommendations", [self.tea.id], partner_id=partner)
        # An id that nothing has is a product without company.
        self.assertEqual(self.ask("recommendations", [2**31 - 1]), [])
        for user in (self.users["desk"], self.users["internal"]):
            with self.assertRaises(AccessError):
                self.ask("recommendations", [self.tea.id], user=user)
        for model in ("pair", "favourite", "recommendation", "next.best"):
            rights = self.env[f"loyalty.club.rfm.{model}"].with_user(self.cashier)
            self.assertFalse(rights.has_access("read"))

    def test_history_of_a_customer_of_another_company(self):
        """A cashier isn't told what somebody bought whom they can't see."""
        self.sold([self.tea, self.cup])
        self.sold_long_ago([self.tea], self.sara)
        self.refresh()
        partner = self.sara.partner_id
        self.assertTrue(self.ask("recommendations", [], partner_id=partner.id))
        partner.company_id = self.new_company("South")
        self.assertEqual(self.ask("recommendations", [], partner_id=partner.id), [])

    def test_a_closed_till(self):
        self.till.current_session_id.state = "closed"
        with self.assertClubError("invalid_payload"):
            self.ask("recommendations", [self.tea.id])

    def test_queries(self):
        def recognise():
            return self.ask("recognise", self.sara.number)

        self.sold([self.tea, self.cup])
        self.sold_long_ago([self.tea], self.sara)
        self.refresh()
        recognise()
        few = self.queries(recognise)
        many = [self.product(f"Good {number}", 1) for number in range(30)]
        for _time in range(3):
            self.sold(many + [self.tea, self.cup])
            self.sold_long_ago(many[:20], self.sara)
        self.refresh()
        recognise()
        self.assertLessEqual(self.queries(recognise), few)
