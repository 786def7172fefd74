from uuid import uuid4

from odoo.fields import Command
from odoo.tests import freeze_time

from .common import TillCase


@freeze_time("2026-03-10 09:00:00")
class SpendingCase(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali")
        cls.second = cls.new_till("Till 2")
        cls.points = cls.club.points_program_id.reward_ids[0]
        cls.wallet = cls.club.wallet_program_id.reward_ids[0]
        cls.credit = cls.club.credit_program_id.reward_ids[0]
        cls.points.write({"discount": 0.01, "required_points": 1})
        cls.top_up = cls.club.wallet_program_id.trigger_product_ids[:1]
        # What is earned by these sales is not what they are about.
        cls.set_rules({"reward_point_amount": 1, "product_ids": [(6, 0, cls.cup.ids)]})

    def buy(self, *claims, uuid=None, goods=None, member=None, **values):
        """Sell tea, and take each claim (reward, amount, cost) off its price."""
        member = member or self.ali
        lines = [goods or self.line(self.tea, 2)]
        lines += [self.reward_line(member, *claim) for claim in claims]
        return self.sell(self.ali, lines, uuid=uuid or str(uuid4()), **values)

    def holds(self, uuid):
        return self.env["loyalty.club.hold"].search([("reference", "=", uuid)])

    def listed(self, order):
        return order.club_exception_ids.mapped("kind")


class TestHolds(SpendingCase):
    """What a basket costs is set aside before it is paid, and captured with it."""

    def test_held_then_captured(self):
        self.grant(self.ali, 500)
        answer = self.hold("b1", self.ali, {"points": 300})
        self.assertEqual(answer["status"], "held")
        self.assertEqual(answer["expires_at"], "2026-03-10T09:15:00Z")
        self.assertEqual(answer["balances"]["points"]["available"], 200)
        order = self.buy((self.points, 3, 300), uuid="b1")
        self.assertEqual(order.club_receipt["spent"], {"points": 300})
        self.assertEqual(order.club_receipt["balance"]["points"], 200)
        self.assertEqual(self.holds("b1").mapped("state"), ["captured"])
        self.assertEqual(self.available(self.ali), 200)
        self.assertClean()

    def test_what_is_not_used_is_free_again(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 300})
        self.buy((self.points, 1, 100), uuid="b1")
        self.assertEqual(self.balances(self.ali)["held"], 0)
        self.assertEqual(self.available(self.ali), 400)
        self.assertClean()

    def test_a_hold_of_a_reward_that_was_taken_out_is_released(self):
        self.grant(self.ali, 500)
        self.grant(self.ali, 1000, "wallet")
        self.hold("b1", self.ali, {"points": 300, "wallet": 10})
        self.buy((self.points, 3, 300), uuid="b1")
        self.assertEqual(self.available(self.ali, "wallet"), 1000)
        self.assertEqual(
            set(self.holds("b1").mapped("state")), {"captured", "released"}
        )
        self.assertClean()

    def test_a_hold_that_the_till_never_heard_of_is_released_with_the_order(self):
        """The answer was lost, and the order went on without a reward."""
        self.grant(self.ali, 500)
        basket = self.basket(self.ali, [self.line(self.tea)])
        self.hold(basket["uuid"], self.ali, {"points": 40})
        self.assertEqual(self.balances(self.ali)["held"], 40)
        self.sync(basket)
        self.assertEqual(self.balances(self.ali)["held"], 0)
        self.assertClean()

    def test_a_hold_that_comes_after_its_order_is_refused(self):
        """It was cut off on its way; nobody would release it."""
        self.grant(self.ali, 500)
        basket = self.basket(self.ali, [self.line(self.tea)])
        self.sync(basket)
        answer = self.hold(basket["uuid"], self.ali, {"points": 40})
        self.assertEqual((answer["status"], answer["code"]), ("refused", "hold_closed"))
        self.assertEqual(self.balances(self.ali)["held"], 0)
        self.assertClean()

    def test_other_claims_replace_the_hold(self):
        self.grant(self.ali, 500)
        for amount in (500, 200, 450):
            self.assertEqual(
                self.hold("b1", self.ali, {"points": amount})["status"], "held"
            )
            self.assertEqual(self.available(self.ali), 500 - amount)
        open_holds = self.holds("b1").filtered(lambda hold: hold.state == "open")
        self.assertEqual(open_holds.mapped("amount"), [450])

    def test_the_same_claims_again_are_the_same_hold(self):
        self.grant(self.ali, 500)
        for _time in range(3):
            self.hold("b1", self.ali, {"points": 300})
        self.assertEqual(len(self.holds("b1")), 1)

    def test_a_hold_that_soon_ends_is_renewed(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 300})
        with freeze_time("2026-03-10 09:11:00"):
            answer = self.hold("b1", self.ali, {"points": 300})
            self.assertEqual(answer["expires_at"], "2026-03-10T09:26:00Z")
            self.assertEqual(self.available(self.ali), 200)

    def test_release_and_no_claims_are_alike_and_may_be_repeated(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 300})
        for _time in range(2):
            self.assertTrue(self.ask("release", "b1"))
            self.assertEqual(self.available(self.ali), 500)
        self.hold("b2", self.ali, {"points": 300})
        self.assertEqual(self.hold("b2", self.ali, {})["status"], "held")
        self.assertEqual(self.available(self.ali), 500)

    def test_a_second_till_is_refused_and_told_why(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 300})
        answer = self.hold("b2", self.ali, {"points": 300}, till=self.second)
        self.assertEqual(answer["status"], "refused")
        self.assertEqual(answer["code"], "insufficient_balance")
        self.assertEqual(answer["message"], "Only 200 can be spent.")
        self.assertEqual(answer["balances"]["points"]["held"], 300)
        self.assertFalse(self.holds("b2"))
        answer = self.hold("b2", self.ali, {"points": 200}, till=self.second)
        self.assertEqual(answer["status"], "held")

    def test_a_refused_change_leaves_what_was_held(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 300})
        answer = self.hold("b1", self.ali, {"points": 600})
        self.assertEqual(answer["status"], "refused")
        # The basket holds nothing then, or what it did: never more.
        self.assertIn(self.balances(self.ali)["held"], (0, 300))

    def test_all_or_nothing(self):
        self.grant(self.ali, 500)
        answer = self.hold("b1", self.ali, {"points": 300, "wallet": 5})
        self.assertEqual(answer["status"], "refused")
        self.assertEqual(self.available(self.ali), 500)

    def test_a_hold_times_out(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 500})
        with freeze_time("2026-03-10 09:16:00"):
            self.assertEqual(self.available(self.ali), 500)
            other = self.hold("b2", self.ali, {"points": 500}, till=self.second)
            self.assertEqual(other["status"], "held")
            # The first customer pays all the same: nobody sends them home.
            order = self.buy((self.points, 5, 500), uuid="b1")
            self.assertEqual(order.state, "paid")
            self.assertEqual(self.listed(order), ["unheld"], order.club_receipt)
            self.assertEqual(order.club_exception_ids.amount, 500)
            self.assertEqual(order.club_receipt["spent"], {})
            self.assertEqual(self.balances(self.ali)["debt"], 0)
            self.assertLedgerAgrees()

    def test_a_hold_that_timed_out_was_agreed_to_all_the_same(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 500})
        with freeze_time("2026-03-10 09:16:00"):
            self.buy((self.points, 5, 500), uuid="b1")
            self.assertEqual(self.available(self.ali), 0)
            self.assertClean()

    def test_held_when_paid_and_told_later_is_not_listed(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 500})
        paid_at = "2026-03-10 09:10:00"
        with freeze_time("2026-03-10 09:40:00"):
            self.ledger._time_out_holds()
            self.buy((self.points, 5, 500), uuid="b1", date_order=paid_at)
            self.assertEqual(self.available(self.ali), 0)
            self.assertClean()

    def test_a_blocked_member_holds_nothing(self):
        self.grant(self.ali, 500)
        self.ali.state = "blocked"
        answer = self.hold("b1", self.ali, {"points": 100})
        self.assertEqual(
            (answer["status"], answer["code"]), ("refused", "member_blocked")
        )

    def test_several_rewards_of_several_accounts(self):
        self.grant(self.ali, 500)
        self.grant(self.ali, 2000, "wallet")
        self.grant(self.ali, 300, "credit")
        fixed = self.new_reward(
            discount_mode="per_order", discount=2, required_points=150
        )
        self.hold("b1", self.ali, {"points": 450, "wallet": 20, "credit": 3})
        order = self.buy(
            (self.points, 3, 300),
            (fixed, 2, 150),
            (self.wallet, 20, 20),
            (self.credit, 3, 3),
            uuid="b1",
        )
        self.assertEqual(
            order.club_receipt["spent"], {"points": 450, "wallet": 20.0, "credit": 3.0}
        )
        self.assertEqual(
            [self.available(self.ali, a) for a in ("points", "wallet", "credit")],
            [50, 0, 0],
        )
        self.assertClean()

    def test_part_of_a_unit_costs_a_whole_one(self):
        self.grant(self.ali, 500)
        self.hold("b1", self.ali, {"points": 10.2})
        self.assertEqual(self.available(self.ali), 489)


class TestTerms(SpendingCase):
    """What a till says of a reward is held against the reward's own terms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant(cls.ali, 1000)
        cls.grant(cls.ali, 10_000, "wallet")
        cls.fixed = cls.new_reward(
            discount_mode="per_order", discount=2, required_points=150
        )
        cls.free = cls.new_reward(
            reward_type="product",
            reward_product_id=cls.cup.id,
            reward_product_qty=1,
            required_points=100,
        )

    def held(self, *claims, amount=1000, account="points", **values):
        uuid = str(uuid4())
        self.assertEqual(self.hold(uuid, self.ali, {account: amount})["status"], "held")
        return self.buy(*claims, uuid=uuid, **values)

    def test_a_reward_costs_no_less_than_its_terms(self):
        cases = [
            # reward, amount, what the till says, what it costs
            (self.fixed, 2, 0, 150),
            (self.fixed, 2, -5000, 150),
            (self.fixed, 2, 149, 150),
            (self.points, 3, 0, 300),
            (self.points, 3, 1, 300),
            (self.points, 3, -300, 300),
            (self.free, 20, 0, 100),
        ]
        for reward, amount, said, cost in cases:
            with self.subTest(reward.description, said=said):
                before = self.available(self.ali)
                order = self.held((reward, amount, said), amount=before)
                # Up to a cent of rounding is the till's.
                self.assertAlmostEqual(before - self.available(self.ali), cost, delta=1)
                self.assertIn("reward", self.listed(order))
                self.grant(self.ali, before - self.available(self.ali))
        self.assertLedgerAgrees()

    def test_what_the_terms_say_is_not_listed(self):
        for reward, amount, cost in (
            (self.fixed, 2, 150),
            (self.points, 3, 300),
            (self.free, 20, 100),
        ):
            goods = self.line(self.cup, 2) if reward == self.free else None
            self.held((reward, amount, cost), amount=cost, goods=goods)
        self.assertClean()

    def test_a_free_product_costs_for_each_piece(self):
        uuid = str(uuid4())
        self.hold(uuid, self.ali, {"points": 300})
        claim = self.reward_line(self.ali, self.free, 60, 100, qty=3, price_unit=-20)
        order = self.sell(self.ali, [self.line(self.cup, 3), claim], uuid=uuid)
        self.assertEqual(order.club_receipt["spent"], {"points": 300})
        self.assertIn("reward", self.listed(order))

    def test_more_off_the_price_than_a_reward_gives(self):
        order = self.held((self.fixed, 40, 150), amount=150)
        self.assertIn("reward", self.listed(order))
        self.assertIn("took more off", str(order.club_receipt["exceptions"]))

    def test_a_reward_of_another_program(self):
        cheap = self.env["loyalty.program"].create(
            {
                "name": "Mine",
                "program_type": "loyalty",
                "company_id": self.company.id,
                "currency_id": self.euro.id,
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"discount": 100, "required_points": 1})],
            }
        )
        claim = self.reward_line(
            self.ali, self.points, 50, 1, reward_id=cheap.reward_ids.id
        )
        order = self.sell(self.ali, [self.line(self.tea), claim])
        self.assertIn("reward", self.listed(order))
        none = self.reward_line(self.ali, self.points, 50, 0, reward_id=False)
        order = self.sell(self.ali, [self.line(self.tea), none])
        self.assertIn("reward", self.listed(order))

    def test_a_wallet_without_its_reward_costs_what_it_pays(self):
        claim = self.reward_line(self.ali, self.wallet, 50, 0, reward_id=False)
        uuid = str(uuid4())
        self.hold(uuid, self.ali, {"wallet": 100})
        order = self.sell(self.ali, [self.line(self.cup, 3), claim], uuid=uuid)
        self.assertAlmostEqual(order.club_receipt["spent"]["wallet"], 50, delta=0.01)

    def test_another_member_s_account_is_not_spent(self):
        sara = self.member("Sara")
        self.grant(sara, 1000)
        self.grant(sara, 10_000, "wallet")
        order = self.buy((self.points, 3, 300), (self.wallet, 40, 40), member=sara)
        self.assertEqual(self.available(sara), 1000)
        self.assertEqual(self.available(sara, "wallet"), 10_000)
        self.assertEqual(self.listed(order), ["reward", "reward"])
        self.assertEqual(order.club_receipt["spent"], {})

    def test_nobody_s_customer_spends_no_other_s_wallet(self):
        """Customers have wallets and are no members: each their own."""
        rich = self.env["res.partner"].create({"name": "Rich"})
        poor = self.env["res.partner"].create({"name": "Poor"})
        card = self.ledger._account_of(self.club, rich, "wallet")
        self.ledger._grant(card, 10_000, "top_up")
        claim = self.reward_line(self.ali, self.wallet, 40, 40, coupon_id=card)
        for partner in (poor, None):
            order = self.sell(
                partner, [self.line(self.tea), {**claim, "uuid": str(uuid4())}]
            )
            self.assertEqual(self.listed(order), ["reward"])
        self.assertEqual(self.env["loyalty.card"].browse(card).points, 100)
        # Nor does a till spend the own one without asking.
        order = self.sell(rich, [self.line(self.tea), {**claim, "uuid": str(uuid4())}])
        self.assertEqual(self.listed(order), ["unheld"])
        self.assertEqual(self.env["loyalty.card"].browse(card).points, 100)
        self.ledger._hold(card, 4000, 900, reference="b1", maker=self.till)
        line = {**claim, "uuid": str(uuid4())}
        order = self.sell(rich, [self.line(self.tea), line], uuid="b1")
        self.assertEqual(self.env["loyalty.card"].browse(card).points, 60)
        self.assertEqual(order.club_receipt["spent"], {"wallet": 40.0})

    def test_a_reward_of_a_tier_is_that_tier_s(self):
        gold = self.env["loyalty.club.tier"].create(
            {
                "club_id": self.club.id,
                "name": "Gold",
                "code": "gold",
                "threshold": 10**6,
            }
        )
        self.fixed.club_tier_ids = gold
        order = self.held((self.fixed, 2, 150), amount=150)
        self.assertEqual(self.listed(order), ["reward"])
        self.assertIn("another tier", str(order.club_receipt["exceptions"]))
        self.ali.tier_id = gold
        order = self.held((self.fixed, 2, 150), amount=150)
        self.assertFalse(self.listed(order))

    def test_the_share_of_a_basket(self):
        self.club.spend_share = 10
        self.assertFalse(self.listed(self.held((self.points, 10, 1000))))
        self.grant(self.ali, 1100)
        order = self.held((self.points, 11, 1100), amount=1100)
        self.assertEqual(self.listed(order), ["reward"])
        self.assertIn("10%", str(order.club_receipt["exceptions"]))
        # Their own money may pay everything.
        order = self.held((self.wallet, 100, 100), amount=100, account="wallet")
        self.assertFalse(self.listed(order))

    def test_least_and_step(self):
        self.club.write({"spend_least": 200, "spend_step": 100})
        cases = {100: ["reward"], 250: ["reward"], 200: [], 300: []}
        for cost, expected in cases.items():
            order = self.held((self.points, cost / 100, cost), amount=cost)
            self.assertEqual(self.listed(order), expected, cost)
            self.grant(self.ali, cost)


class TestAgreeing(SpendingCase):
    """A card says who somebody is, not that they agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant(cls.ali, 1000)
        cls.grant(cls.ali, 10_000, "wallet")
        cls.club.write({"confirm_points": 100, "confirm_money": 20})
        cls.ali._set_pin("1234")

    def status(self, claims, proof=False, uuid="b1"):
        return self.hold(uuid, self.ali, claims, proof=proof)["status"]

    def test_up_to_the_limit_nothing_is_asked(self):
        self.assertEqual(self.status({"points": 100, "wallet": 20}), "held")

    def test_above_it_the_pin(self):
        for claims in ({"points": 101}, {"wallet": 20.01}):
            with self.subTest(str(claims)):
                answer = self.hold("b1", self.ali, claims)
                self.assertEqual(answer["status"], "proof")
                self.assertEqual(answer["methods"], ["pin"])
                self.assertNotIn("open", self.holds("b1").mapped("state"))
                self.assertEqual(self.status(claims, {"pin": "0000"}), "wrong")
                self.assertEqual(self.status(claims, {"pin": "1234"}), "held")
                self.ask("release", "b1")

    def test_without_limits_nothing_is_asked(self):
        self.club.write({"confirm_points": 0, "confirm_money": 0})
        self.assertEqual(self.status({"points": 1000, "wallet": 100}), "held")

    def test_what_was_agreed_to_is_not_asked_again(self):
        self.assertEqual(self.status({"points": 500}, {"pin": "1234"}), "held")
        self.assertEqual(self.status({"points": 500}), "held")
        self.assertEqual(self.status({"points": 501}), "proof")

    def test_five_wrong_pins_and_then_none_for_a_quarter_of_an_hour(self):
        claims = {"points": 500}
        left = [
            self.hold("b1", self.ali, claims, proof={"pin": "0000"})["left"]
            for _time in range(5)
        ]
        self.assertEqual(left, [4, 3, 2, 1, 0])
        answer = self.hold("b1", self.ali, claims, proof={"pin": "1234"})
        self.assertEqual((answer["status"], answer["left"]), ("wrong", 0))
        with freeze_time("2026-03-10 09:14:59"):
            self.assertEqual(self.status(claims, {"pin": "1234"}), "wrong")
        with freeze_time("2026-03-10 09:15:01"):
            self.assertEqual(self.status(claims, {"pin": "1234"}), "held")

    def test_the_right_pin_forgets_the_wrong_ones(self):
        for _round in range(3):
            for _time in range(4):
                self.status({"points": 500}, {"pin": "0000"})
            self.assertEqual(self.status({"points": 500}, {"pin": "1234"}), "held")
            self.ask("release", "b1")

    def test_wrong_pins_count_wherever_they_are_tried(self):
        for _time in range(2):
            self.status({"points": 500}, {"pin": "0000"})
            self.ask("set_pin", self.ali.partner_id.id, "9999", old_pin="0000")
        self.assertEqual(
            self.ask("set_pin", self.ali.partner_id.id, "9999", old_pin="0000")["left"],
            0,
        )
        self.assertEqual(self.status({"points": 500}, {"pin": "1234"}), "wrong")

    def test_no_pin_yet(self):
        self.ali.pin_hash = False
        answer = self.hold("b1", self.ali, {"points": 500})
        self.assertEqual((answer["status"], answer["methods"]), ("proof", []))
        for pin in ("", "1234", None):
            self.assertNotEqual(self.status({"points": 500}, {"pin": pin}), "held")

    def test_the_hook_of_a_one_time_code(self):
        self.assertFalse(self.ask("send_code", "b1", self.ali.partner_id.id))
        self.assertEqual(self.status({"points": 500}, {"code": "424242"}), "wrong")
        sent = []
        Member = type(self.env["loyalty.club.member"])
        self.patch(Member, "_can_get_code", lambda member: True)
        self.patch(Member, "_send_code", lambda member, ref: sent.append(ref) or True)
        self.patch(
            Member,
            "_check_code",
            lambda member, ref, code: ref in sent and code == "424242",
        )
        answer = self.hold("b1", self.ali, {"points": 500})
        self.assertEqual(answer["methods"], ["pin", "code"])
        self.assertTrue(self.ask("send_code", "b1", self.ali.partner_id.id))
        self.assertEqual(self.status({"points": 500}, {"code": "111111"}), "wrong")
        self.assertEqual(
            self.status({"points": 500}, {"code": "424242"}, uuid="b2"), "wrong"
        )
        self.assertEqual(self.status({"points": 500}, {"code": "424242"}), "held")

    def test_going_round_the_question_costs_the_shop(self):
        """A till that never asks spends nothing of anybody's, and a manager sees it."""
        order = self.buy((self.points, 5, 500))
        self.assertEqual(self.listed(order), ["unheld"])
        self.assertEqual(order.club_exception_ids.amount, 500)
        self.assertEqual(order.club_receipt["spent"], {})
        self.assertEqual(self.available(self.ali), 1000)

    def test_many_small_holds_are_one_large_one(self):
        for uuid in ("b1", "b2"):
            self.assertEqual(self.status({"points": 50}, uuid=uuid), "held")
        self.assertEqual(self.status({"points": 1}, uuid="b3"), "proof")
        # Paid or not; and what is given up again is none.
        self.buy((self.points, 0.5, 50), uuid="b1")
        self.assertEqual(self.status({"points": 1}, uuid="b3"), "proof")
        self.ask("release", "b2")
        self.assertEqual(self.status({"points": 50}, uuid="b3"), "held")
        with freeze_time("2026-03-10 10:00:01"):
            self.assertEqual(self.status({"points": 100}, uuid="b4"), "held")

    def test_money_of_all_accounts_counts_together(self):
        self.grant(self.ali, 1000, "credit")
        self.assertEqual(self.status({"wallet": 15}), "held")
        self.assertEqual(self.status({"credit": 6}, uuid="b2"), "proof")
        self.assertEqual(self.status({"credit": 5}, uuid="b2"), "held")

    def test_what_was_agreed_to_does_not_count(self):
        self.assertEqual(self.status({"points": 500}, {"pin": "1234"}), "held")
        self.assertEqual(self.status({"points": 100}, uuid="b2"), "held")
        # Less of the same basket was agreed to as well.
        self.assertEqual(self.status({"points": 400}), "held")

    def test_what_a_till_spent_offline_counts(self):
        self.club.write({"offline_share": 50, "offline_minutes": 60})
        self.ask("summary", self.ali.partner_id.id)
        self.buy((self.points, 0.6, 60))
        self.assertEqual(self.status({"points": 41}), "proof")
        self.assertEqual(self.status({"points": 40}), "held")

    def late(self, uuid, cost):
        """An order that is told after what was held for it has timed out."""
        lines = [
            self.line(self.tea, 10),
            self.reward_line(self.ali, self.points, cost / 100, cost),
        ]
        self.sell(self.ali, lines, uuid=uuid)
        return sum(self.exceptions("unheld").mapped("amount"))

    def test_holds_that_time_out_are_not_saved_up(self):
        """Each is below the limit; all of them together are not."""
        baskets = [str(uuid4()) for _time in range(4)]
        for number, uuid in enumerate(baskets):
            with freeze_time(f"2026-03-10 09:{14 * number + number:02}:00"):
                self.assertEqual(self.status({"points": 100}, uuid=uuid), "held")
        with freeze_time("2026-03-10 10:30:00"):
            lost = [self.late(uuid, 100) for uuid in baskets]
        self.assertEqual(lost, [0, 100, 200, 300])

    def test_only_the_last_hold_of_a_basket_counts(self):
        uuid = str(uuid4())
        for minute in (0, 16, 32):
            with freeze_time(f"2026-03-10 09:{minute:02}:00"):
                held = self.status({"points": 300}, {"pin": "1234"}, uuid=uuid)
                self.assertEqual(held, "held")
        with freeze_time("2026-03-10 10:30:00"):
            self.assertEqual(self.late(uuid, 900), 600)

    def test_a_hold_that_was_given_up_counts_no_more(self):
        uuid = str(uuid4())
        self.assertEqual(
            self.status({"points": 300}, {"pin": "1234"}, uuid=uuid), "held"
        )
        with freeze_time("2026-03-10 09:16:00"):
            self.status({"points": 100}, uuid=uuid)
            self.ask("release", uuid)
            self.assertEqual(self.late(uuid, 300), 300)

    def test_what_can_be_had_without_agreeing_is_told(self):
        self.grant(self.ali, 500, "credit")
        self.hold("b0", self.ali, {"points": 30})
        answer = self.hold("b1", self.ali, {"points": 500})
        self.assertEqual(answer["free"], {"points": 70, "wallet": 20.0, "credit": 5.0})
        self.assertFalse(answer["can_set_pin"])
        answer = self.hold("b1", self.ali, {"points": 500}, proof={"pin": "0000"})
        self.assertEqual((answer["status"], answer["free"]["points"]), ("wrong", 70))
        self.assertEqual(self.status({"points": 70, "wallet": 20}), "held")


class TestWallet(SpendingCase):
    def test_a_top_up_loads_once(self):
        basket = self.basket(self.ali, [self.line(self.top_up, 1, 50)])
        order = self.sync({**basket})
        self.assertEqual(order.club_receipt["topped_up"], 50)
        self.assertEqual(order.club_receipt["earned"], 0)
        for _time in range(2):
            again = {**basket, "lines": list(basket["lines"])}
            self.assertEqual(self.sync(again), order)
        self.assertEqual(self.available(self.ali, "wallet"), 5000)
        self.assertClean()

    def test_a_customer_who_is_no_member_has_a_wallet_as_well(self):
        customer = self.env["res.partner"].create({"name": "Customer"})
        self.sell(customer, [self.line(self.top_up, 1, 50)])
        card = self.ledger._account_of(self.club, customer, "wallet")
        self.assertEqual(self.env["loyalty.card"].browse(card).points, 50)

    def test_a_top_up_without_saying_whose_is_listed(self):
        order = self.sell(None, [self.line(self.top_up, 1, 50)])
        self.assertEqual(self.listed(order), ["refused"])

    def test_a_part_is_paid(self):
        self.grant(self.ali, 2000, "wallet")
        self.hold("b1", self.ali, {"wallet": 15})
        order = self.buy((self.wallet, 15, 15), uuid="b1")
        self.assertEqual(sum(order.payment_ids.mapped("amount")), 85)
        self.assertEqual(self.available(self.ali, "wallet"), 500)
        self.assertClean()

    def test_a_refunded_top_up_leaves_again_once(self):
        order = self.sell(self.ali, [self.line(self.top_up, 1, 50)])
        self.refund(order)
        self.assertEqual(self.available(self.ali, "wallet"), 0)
        self.refund(order)  # the till forgot that it did
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 0)
        self.assertLedgerAgrees()

    def test_a_refunded_top_up_that_was_spent_is_owed(self):
        order = self.sell(self.ali, [self.line(self.top_up, 1, 50)])
        self.hold("b1", self.ali, {"wallet": 40})
        self.buy((self.wallet, 40, 40), uuid="b1")
        self.refund(order)
        self.assertEqual(self.available(self.ali, "wallet"), 0)
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 4000)
        self.sell(self.ali, [self.line(self.top_up, 1, 50)])
        self.assertEqual(self.available(self.ali, "wallet"), 1000)
        self.assertLedgerAgrees()

    def test_a_top_up_is_refunded_in_parts(self):
        order = self.sell(self.ali, [self.line(self.top_up, 3, 10)])
        for left in (2000, 1000, 0):
            self.refund(order, {order.lines: 1})
            self.assertEqual(self.available(self.ali, "wallet"), left)
        self.assertClean()

    def test_a_top_up_that_takes_another_s_place_is_refunded_in_full(self):
        """What an order unloads is the other's: it doesn't lessen what it loads."""
        first = self.sell(self.ali, [self.line(self.top_up, 1, 50)])
        back = self.refund_of(first.lines)
        second = self.sell(self.ali, [back, self.line(self.top_up, 1, 80)])
        self.assertEqual(self.available(self.ali, "wallet"), 8000)
        loaded = second.lines.filtered(lambda line: not line.refunded_orderline_id)
        self.refund(second, {loaded: 1})
        self.assertEqual(self.available(self.ali, "wallet"), 0)
        self.assertClean()

    def test_a_refund_into_the_wallet(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        back = self.refund(order, extra=[self.line(self.top_up, 1, 50)], payments=[])
        self.assertEqual(back.club_receipt["topped_up"], 50)
        self.assertEqual(self.available(self.ali, "wallet"), 5000)
        self.assertClean()

    def test_change_goes_to_the_wallet(self):
        lines = [self.line(self.tea), self.line(self.top_up, 1, 10)]
        order = self.sell(self.ali, lines, [(self.cash, 60)])
        self.assertEqual(order.club_receipt["topped_up"], 10)
        self.assertClean()

    def test_credit_is_never_loaded_by_selling(self):
        products = self.club.credit_program_id.rule_ids.product_ids
        self.assertFalse(products)


class TestHoldsAtABranch(TestHolds):
    """The same by people who work for a branch alone."""

    at_a_branch = True


class TestWalletAtABranch(TestWallet):
    at_a_branch = True
