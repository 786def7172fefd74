from unittest.mock import patch

from odoo.tests import freeze_time

from odoo.addons.loyalty_club.ledger import Origin

from ..models.till import holding
from ..models.till import lookup as looking
from .test_spending import SpendingCase


@freeze_time("2026-03-10 09:00:00")
class TestWhoseSpending(SpendingCase):
    """A reference is a text that a client chose: it proves nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant(cls.ali, 2000)
        cls.grant(cls.ali, 5000, "wallet")

    def spend_as(self, reference, **origin):
        """Another spend of the member's that names this reference."""
        self.spend(self.ali, 600, origin=Origin(reference=reference, **origin))

    def test_a_refund_gives_back_nothing_of_another_spend(self):
        for origin in ({}, {"model": "sale.order", "res_id": 1}):
            uuid = f"stolen {origin}"
            self.spend_as(uuid, **origin)
            # A reward that nobody held: the shop has lost it, and nobody paid.
            order = self.buy((self.points, 6, 600), uuid=uuid)
            self.assertEqual(order.club_receipt["spent"], {})
            before = self.available(self.ali)
            back = self.refund(order)
            self.assertEqual(back.club_receipt["given_back"], {})
            self.assertEqual(self.available(self.ali), before)
        self.assertLedgerAgrees()

    def test_another_spend_makes_no_wallet_pay(self):
        card_id = self.account(self.ali, "wallet")
        origin = Origin(reference="b1")
        self.ledger._spend(card_id, 2000, origin=origin)
        goods = self.line(self.cup, 3)
        order = self.buy((self.wallet, 20, 20), uuid="b1", goods=goods)
        self.assertEqual(self.listed(order), ["unheld"])
        # Points for what was paid: 60 less what nobody paid.
        self.assertEqual(order.club_receipt["earned"], 40)

    def test_an_order_takes_no_hold_of_an_integration(self):
        hold = self.ledger._hold(self.account(self.ali), 300, 900, reference="b1")
        order = self.buy((self.points, 3, 300), uuid="b1")
        self.assertEqual(self.listed(order), ["unheld"])
        self.assertEqual(hold.state, "open")
        self.assertEqual(self.balances(self.ali)["held"], 300)

    def test_an_integration_gives_back_nothing_of_an_order(self):
        self.hold("b1", self.ali, {"points": 300})
        self.buy((self.points, 3, 300), uuid="b1")
        sale = self.purchase(self.ali, key="b1", total=100)
        self.assertEqual(sale.source, "door")
        self.assertFalse(sale._spending_by_account())
        self.spend(self.ali, 10, origin=Origin(reference="b1"))
        self.assertEqual(sale._spending_by_account()["points"].amount, -10)

    def test_an_order_s_goods_that_accounting_takes_back_bring_what_they_cost(self):
        self.hold("b1", self.ali, {"points": 300})
        order = self.buy((self.points, 3, 300), uuid="b1", goods=self.line(self.cup, 5))
        self.assertEqual(self.available(self.ali), 1700 + 97)
        sale = self.env["loyalty.club.purchase"].search([("key", "=", order.uuid)])
        sale._return(None, source="invoice", key="back", moment=sale.date)
        self.assertEqual(self.available(self.ali), 2000)


@freeze_time("2026-03-10 09:00:00")
class TestWhoseHold(SpendingCase):
    """A hold belongs to the tills that share its order, or to who made it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant(cls.ali, 2000)

    def test_a_till_releases_nothing_of_others(self):
        hold = self.ledger._hold(self.account(self.ali), 300, 900, reference="b1")
        self.hold("b2", self.ali, {"points": 200}, till=self.second)
        for uuid in ("b1", "b2"):
            self.ask("release", uuid)
            self.hold(uuid, self.ali, {})
        self.assertEqual(hold.state, "open")
        self.assertEqual(self.balances(self.ali)["held"], 500)

    def test_tills_that_share_their_orders_share_what_they_hold(self):
        self.till.trusted_config_ids = self.second
        for first, other in ((self.till, self.second), (self.second, self.till)):
            self.hold("b1", self.ali, {"points": 200}, till=first)
            self.ask("release", "b1", till=other)
            self.assertEqual(self.balances(self.ali)["held"], 0)
        self.hold("b1", self.ali, {"points": 300})
        order = self.buy((self.points, 3, 300), uuid="b1", till=self.second)
        self.assertEqual(order.club_receipt["spent"], {"points": 300})
        self.assertClean()

    def test_a_cancelled_or_deleted_order_holds_nothing(self):
        for way in ("action_pos_order_cancel", "unlink"):
            basket = self.basket(self.ali, [self.line(self.tea)], payments=[])
            order = self.sync({**basket, "state": "draft"})
            self.hold(order.uuid, self.ali, {"points": 200})
            self.assertEqual(self.balances(self.ali)["held"], 200)
            getattr(order, way)()
            self.env.invalidate_all()
            self.assertEqual(self.balances(self.ali)["held"], 0, way)

    def test_a_hold_that_comes_after_its_order_was_cancelled_is_refused(self):
        basket = self.basket(self.ali, [self.line(self.tea)], payments=[])
        order = self.sync({**basket, "state": "draft"})
        order.action_pos_order_cancel()
        answer = self.hold(order.uuid, self.ali, {"points": 200})
        self.assertEqual(answer["code"], "hold_closed")

    def test_nobody_holds_for_more_baskets_than_they_can_serve(self):
        for number in range(holding.MOST_BASKETS):
            answer = self.hold(f"b{number}", self.ali, {"points": 1})
            self.assertEqual(answer["status"], "held")
        answer = self.hold("one more", self.ali, {"points": 1})
        self.assertEqual(answer["code"], "limit_exceeded")
        # Neither at another till; and what was held can be changed and given up.
        answer = self.hold("one more", self.ali, {"points": 1}, till=self.second)
        self.assertEqual(answer["code"], "limit_exceeded")
        self.assertEqual(self.hold("b0", self.ali, {"points": 2})["status"], "held")
        self.ask("release", "b0")
        self.assertEqual(
            self.hold("one more", self.ali, {"points": 1})["status"], "held"
        )


@freeze_time("2026-03-10 09:00:00")
class TestLookups(SpendingCase):
    """A queue is served; a club is not read member by member."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara, cls.reza = cls.member("Sara"), cls.member("Reza")
        few = ((looking.WINDOWS[0][0], 2), (looking.WINDOWS[1][0], 3))
        cls.startClassPatcher(patch.object(looking, "WINDOWS", few))

    def look(self, member, **options):
        return self.ask("recognise", member.number, **options)["status"]

    def test_others_are_counted_and_the_same_ones_are_not(self):
        for _time in range(3):
            self.assertEqual(self.look(self.ali), "found")
            self.assertEqual(self.look(self.sara), "found")
            self.ask("summary", self.ali.partner_id.id)
            self.hold("b1", self.ali, {})
        ways = {
            "recognise": (self.reza.number,),
            "summary": (self.reza.partner_id.id,),
            "hold": ("b1", self.reza.partner_id.id, []),
            "join": ({"mobile": "09121234567"},),
        }
        for method, args in ways.items():
            with (
                self.subTest(method),
                self.assertClubError("limit_exceeded"),
                self.env.cr.savepoint(),
            ):
                self.ask(method, *args)
            self.env.invalidate_all()
        self.assertEqual(self.look(self.ali), "found")
        # each caller is counted apart, at whatever till.
        other = self.user("other cashier", "point_of_sale.group_pos_user")
        self.assertEqual(self.look(self.reza, user=other), "found")
        with self.assertClubError("limit_exceeded"), self.env.cr.savepoint():
            self.look(self.reza, till=self.second)

    def test_guessing_counts_as_well(self):
        for number in ("00000001", "00000002"):
            self.assertEqual(self.ask("recognise", number)["status"], "unknown")
        with self.assertClubError("limit_exceeded"), self.env.cr.savepoint():
            self.ask("recognise", "00000003")

    def test_the_window_slides(self):
        self.look(self.ali)
        self.look(self.sara)
        with freeze_time("2026-03-10 09:05:01"):
            self.assertEqual(self.look(self.reza), "found")
            fourth = self.member("Fourth")
            with self.assertClubError("limit_exceeded"), self.env.cr.savepoint():
                self.look(fourth)  # three in the hour
        with freeze_time("2026-03-10 10:00:01"):
            self.assertEqual(self.look(fourth), "found")


@freeze_time("2026-03-10 09:00:00")
class TestSharedOrders(SpendingCase):
    """An order that one till parked is paid at another, with what is held for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grant(cls.ali, 2000)

    def test_a_till_is_told_what_is_held_for_its_order_already(self):
        """Not as if it were gone: the order is paid with it, wherever, and once."""
        self.till.trusted_config_ids = self.second
        partner_id = self.ali.partner_id.id
        self.hold("b1", self.ali, {"points": 1500})

        def told(uuid, till):
            answer = self.ask("summary", partner_id, order_uuid=uuid, till=till)
            balance = answer["member"]["balances"]["points"]
            self.assertEqual(balance["available"], 500)
            return answer["order_held"]

        held = {str(self.account(self.ali)): 1500}
        for till in (self.till, self.second):
            self.assertEqual(told("b1", till)["amounts"], held)
        self.assertFalse(told("b2", self.second))
        stranger = self.new_till("Till 3")
        self.assertFalse(told("b1", stranger), "it doesn't share its orders")
        other = self.member("Sara").partner_id.id
        answer = self.ask("summary", other, order_uuid="b1")
        self.assertFalse(answer["order_held"])
        order = self.buy((self.points, 15, 1500), uuid="b1", till=self.second)
        self.assertEqual(order.club_receipt["spent"], {"points": 1500})
        self.assertEqual(self.available(self.ali), 500)
        self.assertClean()

    def test_who_left_an_order_releases_nothing_of_who_took_it_over(self):
        self.till.trusted_config_ids = self.second
        seen = self.hold("b1", self.ali, {"points": 1500}, seen=0)["seen"]
        taken = self.hold("b1", self.ali, {"points": 1500}, till=self.second, seen=seen)
        self.assertEqual(taken["status"], "held")
        # The first till turns to another order; it doesn't know what happened since.
        answer = self.ask("release", "b1", seen=seen)
        self.assertEqual(answer["status"], "released")
        self.assertEqual(self.balances(self.ali)["held"], 1500)
        order = self.buy((self.points, 15, 1500), uuid="b1", till=self.second)
        self.assertEqual(order.club_receipt["spent"], {"points": 1500})
        self.assertEqual(self.balances(self.ali)["held"], 0)
        self.assertClean()


@freeze_time("2026-03-10 09:00:00")
class TestGuests(SpendingCase):
    """A customer who is no member may have a wallet, and hold what they use of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guest = cls.env["res.partner"].create({"name": "Guest"})
        cls.sell(cls.guest, [cls.line(cls.top_up, 1, 50)])
        card_id = cls.ledger._account_of(cls.club, cls.guest, "wallet")
        cls.purse = cls.env["loyalty.card"].browse(card_id)

    def hold_of(self, amount, uuid="g1", guest=None, **options):
        claims = [{"card_id": self.purse.id, "amount": amount}]
        return self.ask("hold", uuid, (guest or self.guest).id, claims, **options)

    def pay_with(self, amount, uuid="g1"):
        product = self.wallet.discount_line_product_id
        paying = {
            **self.line(product, 1, -amount, taxes=self.no_tax()),
            "is_reward_line": True,
            "reward_id": self.wallet.id,
            "coupon_id": self.purse.id,
            "points_cost": amount,
            "reward_identifier_code": "wallet",
        }
        return self.sell(self.guest, [self.line(self.tea, 2), paying], uuid=uuid)

    def test_what_is_held_pays(self):
        answer = self.ask("summary", self.guest.id)
        self.assertEqual(answer["status"], "unknown")
        self.assertEqual(answer["guest"]["balances"]["wallet"]["available"], 50)
        held = self.hold_of(30)
        self.assertEqual(held["status"], "held")
        self.assertEqual(held["balances"]["wallet"]["available"], 20)
        # It is theirs alone while they pay, and only so much of it is there.
        self.assertEqual(self.hold_of(30, "g2", till=self.second)["status"], "refused")
        order = self.pay_with(30)
        self.assertEqual(order.club_receipt["spent"], {"wallet": 30.0})
        self.assertEqual(self.purse.points, 20)
        self.assertClean()

    def test_without_a_hold_the_shop_has_lost_it(self):
        order = self.pay_with(30)
        self.assertEqual(self.listed(order), ["unheld"])
        self.assertEqual(self.purse.points, 50)

    def test_they_have_no_pin_to_agree_with(self):
        self.club.confirm_money = 10
        for proof in (False, {"pin": "1234"}, {"code": "1234"}):
            answer = self.hold_of(30, proof=proof)
            self.assertEqual(answer["status"], "proof")
            self.assertEqual((answer["methods"], answer["can_set_pin"]), ([], False))
            self.assertEqual(answer["free"], {"wallet": 10})
        self.assertEqual(self.hold_of(10)["status"], "held")
        self.assertEqual(self.hold_of(10, "g2")["status"], "proof")

    def test_another_s_wallet_is_not_theirs(self):
        other = self.env["res.partner"].create({"name": "Other"})
        with self.assertClubError("unknown_member"):
            self.hold_of(30, guest=other)
        self.sell(other, [self.line(self.top_up, 1, 50)])
        with self.assertClubError("invalid_payload"):
            self.hold_of(30, guest=other)
        self.assertFalse(self.ask("summary", 2**30)["guest"])
