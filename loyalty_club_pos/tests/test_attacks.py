from contextlib import suppress
from uuid import uuid4

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.loyalty_club.tests.test_attacks import (
    BY_ANYBODY,
    BY_SELLERS,
    BY_THE_DESK,
    Target,
)

from .test_returns import ReturnCase

# How Odoo's own methods fail over what they never expected.
CLUMSY = (
    UserError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    psycopg2.Error,
)


@freeze_time("2026-03-10 09:00:00")
class AttackCase(ReturnCase):
    """A cashier who can write their own requests: Odoo's lowest right on tills."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sara = cls.member("Sara", mobile="09127654321")
        cls.env["loyalty.club.allowance"].search([]).unlink()
        cls.grant(cls.ali, 100)
        cls.grant(cls.sara, 1000)
        cls.grant(cls.sara, 10_000, "wallet")

    def call(self, model, method, *args, context=None):
        env = self.env(user=self.cashier.id)
        env = env(context={**env.context, "allowed_company_ids": self.company.ids})
        answer = call_kw(
            env[model],
            method,
            list(args),
            {"context": {**env.context, **(context or {})}},
        )
        env.flush_all()
        return answer

    def assertRefused(self, act):
        """The call is refused by Odoo or by us, and what it began is undone."""
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                act()
        except (UserError, psycopg2.IntegrityError):
            self.env.invalidate_all()
        else:
            self.fail("nobody refused")

    def accounts(self):
        """What all accounts of the club have, owe and wait for."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, points, club_pending, club_debt FROM loyalty_card"
            " WHERE club_id = %s ORDER BY id",
            [self.club.id],
        )
        return self.env.cr.fetchall()


class TestRecords(AttackCase):
    """Records and native calls, straight."""

    def target(self):
        x = Target()
        native = self.env["loyalty.program"].create(
            {"name": "Native", "program_type": "loyalty", "company_id": self.company.id}
        )
        Card = self.env["loyalty.card"]
        native_card = Card.create({"program_id": native.id, "points": 10})
        gold, silver = self.env["loyalty.club.tier"].create(
            [
                {"club_id": self.club.id, "name": n, "code": n, "threshold": t}
                for n, t in (("gold", 1000), ("silver", 1))
            ]
        )
        self.ali.tier_id = silver
        x.club, x.company, x.gold = self.club.id, self.company.id, gold.id
        x.member, x.partner = self.ali.id, self.ali.partner_id.id
        x.program, x.native = self.club.points_program_id.id, native.id
        x.card, x.native_card = self.account(self.ali), native_card.id
        x.empty_card = Card.create({"program_id": native.id}).id
        x.friend = self.env["res.partner"].create({"name": "Friend"}).id
        x.line = self.card(self.ali).history_ids.ids[0]
        x.native_line = (
            self.env["loyalty.history"]
            .create({"card_id": native_card.id, "description": "Own", "issued": 10})
            .id
        )
        x.entry = self.entries(self.ali)[-1:].id
        x.lot = self.card(self.ali).club_lot_ids.ids[0]
        x.hold = self.ledger._hold(x.card, 10, 10**6).id
        x.reason = self.env["loyalty.club.reason"].create({"name": "W", "code": "w"}).id
        x.request = (
            self.env["loyalty.club.request"]
            .with_user(self.users["desk"])
            .create({"member_id": self.ali.id, "amount": 5, "reason_id": x.reason})
            .id
        )
        return x

    def test_every_way_that_sellers_and_others_are_refused(self):
        x = self.target()
        before = self.books()
        for attacks in (BY_SELLERS, BY_ANYBODY, BY_THE_DESK):
            for name, attack in attacks.items():
                with self.subTest(name):
                    self.assertRefused(lambda attack=attack: attack(self.call, x))
        self.assertEqual(self.books(), before)

    def test_no_right_on_any_record_of_the_club(self):
        models = [
            model
            for name, model in self.env.items()
            if name.startswith("loyalty.club") and not model._abstract
        ]
        self.assertGreater(len(models), 10)
        for model in models:
            theirs = model.with_user(self.cashier)
            for operation in ("create", "write", "unlink"):
                with self.subTest(model._name, operation=operation):
                    self.assertFalse(theirs.has_access(operation))
        for name in ("member", "entry", "lot", "hold", "identifier", "purchase"):
            with self.subTest(name):
                model = self.env[f"loyalty.club.{name}"].with_user(self.cashier)
                self.assertFalse(model.has_access("read"))

    def test_nothing_private_is_an_rpc(self):
        for model, method in (
            ("pos.order", "_club_settle"),
            ("pos.config", "_club"),
            ("loyalty.club.till", "_member_of"),
            ("loyalty.club.ledger", "_grant"),
            ("loyalty.club.ledger", "_overspend"),
        ):
            with self.assertRaises(AccessError):
                self.call(model, method, [])

    def test_the_receipt_is_not_the_client_s_to_write(self):
        forged = {"earned": 10**6, "balance": {"points": 10**6}}
        order = self.sell(self.ali, [self.line(self.cup)], club_receipt=forged)
        self.assertEqual(order.club_receipt["earned"], 20)
        true = order.club_receipt
        self.call("pos.order", "write", order.ids, {"club_receipt": forged})
        self.call("pos.order", "write", order.ids, {"club_receipt": False})
        order.invalidate_recordset()
        self.assertEqual(order.club_receipt, true)
        values = {
            "session_id": self.till.current_session_id.id,
            "company_id": self.company.id,
            "amount_total": 0,
            "amount_tax": 0,
            "amount_paid": 0,
            "amount_return": 0,
            "club_receipt": forged,
        }
        made = self.call("pos.order", "create", values)
        self.assertFalse(self.env["pos.order"].browse(made).club_receipt)
        # With all rights it can be written: it is our guard that drops it.
        order.club_receipt = forged
        self.assertEqual(order.club_receipt, forged)

    def test_no_receipt_undoes_the_settling(self):
        """A wiped receipt would let the order be settled again."""
        order = self.sell(self.ali, [self.line(self.cup)])
        before = self.accounts()
        self.call("pos.order", "write", order.ids, {"club_receipt": False})
        with suppress(UserError), self.env.cr.savepoint():
            self.call("pos.order", "action_pos_order_paid", order.ids)
        self.assertEqual(self.accounts(), before)

    def test_an_order_that_is_paid_by_a_plain_write_earns_nothing(self):
        before = self.accounts()
        basket = self.basket(self.ali, [self.line(self.tea)], payments=[])
        order = self.sync({**basket, "state": "draft"})
        self.call("pos.order", "write", order.ids, {"state": "paid"})
        self.assertEqual(self.accounts(), before)

    def test_exceptions_are_not_a_cashier_s_to_see_or_close(self):
        order = self.sell(
            self.ali,
            [self.line(self.tea), self.reward_line(self.ali, self.points, 5, 500)],
        )
        listed = order.club_exception_ids
        self.assertTrue(listed)
        theirs = listed.with_user(self.cashier)
        for act in (
            lambda: theirs.read(["message"]),
            lambda: theirs.action_seen(),
            lambda: theirs.unlink(),
            lambda: order.with_user(self.cashier).write(
                {"club_exception_ids": [Command.clear()]}
            ),
        ):
            self.assertTrue(listed.exists())
            with suppress(AccessError), self.env.cr.savepoint():
                act()
        self.env.invalidate_all()
        self.assertEqual(listed.exists().mapped("state"), ["open"] * len(listed))


class TestForgedOrders(AttackCase):
    """Orders that no till would send: nothing is given for them."""

    def forge(self, lines, payments=(), member=None, **values):
        """Send what claims to be paid with nothing, and say so."""
        values.setdefault("amount_total", sum(amount for _m, amount in payments))
        values.setdefault("amount_tax", 0)
        return self.sell(member or self.ali, lines, list(payments), **values)

    def assertNothingGiven(self, act):
        """No account has more than before, by whatever way."""
        before = self.accounts()
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                order = act()
        except (UserError, ValueError, OverflowError, psycopg2.IntegrityError):
            self.env.invalidate_all()
            order = None
        after = {row[0]: row[1] + row[2] - row[3] for row in self.accounts()}
        for card_id, points, pending, debt in before:
            self.assertLessEqual(after.pop(card_id), points + pending - debt)
        self.assertFalse([worth for worth in after.values() if worth > 0])
        self.assertLedgerAgrees()
        return order

    def test_prices_that_nobody_pays(self):
        forged = {
            "a total": {"price_unit": 0, "price_subtotal_incl": 10**6},
            "a total of its own taxes": {
                "price_unit": 0,
                "price_subtotal_incl": 10**6,
                "extra_tax_data": {"x": 1},
            },
            "no number": {"price_subtotal_incl": float("nan")},
            "more than any number": {"price_subtotal_incl": float("inf")},
            "a price": {
                "price_unit": 10**6,
                "price_subtotal": 10**6,
                "price_subtotal_incl": 10**6,
            },
            "a quantity": {
                "qty": 10**6,
                "price_unit": 1,
                "price_subtotal": 10**6,
                "price_subtotal_incl": 10**6,
            },
        }
        for name, values in forged.items():
            with self.subTest(name):
                line = {**self.line(self.tea, 1, 0), **values}
                order = self.assertNothingGiven(lambda line=line: self.forge([line]))
                if order:
                    self.assertEqual(
                        order.club_exception_ids.mapped("kind"), ["refused"]
                    )

    def test_a_price_without_taxes_that_is_more_than_the_price(self):
        self.set_rules({"club_base_tax": "excl"})
        for extra in ({}, {"extra_tax_data": {"x": 1}}):
            line = {**self.line(self.tea), "price_subtotal": 10**6, **extra}
            self.assertNothingGiven(
                lambda line=line: self.forge([line], [(self.cash, 50)])
            )

    def test_negative_lines_that_hide_what_was_not_paid(self):
        sold = self.sell(self.ali, [self.line(self.cup)]).lines
        draft = self.sync(
            {
                **self.basket(self.ali, [self.line(self.tea, 20)], payments=[]),
                "state": "draft",
            }
        ).lines
        combo = self.sell(self.ali, [self.line(self.tea)]).lines
        tip = self.product("Tip", 0)
        self.till.tip_product_id = tip
        minus = {
            "qty": -1,
            "price_unit": 1000,
            "price_subtotal": -1000,
            "price_subtotal_incl": -1000,
        }
        hiding = {
            "a refund of more than was sold": {
                **self.line(self.cup),
                **minus,
                "refunded_orderline_id": sold.id,
            },
            "a refund of what is a draft": {
                **self.line(self.tea),
                **minus,
                "refunded_orderline_id": draft.id,
            },
            "a top-up": {**self.line(self.top_up), **minus},
            "a tip": {**self.line(tip), **minus},
            "a part of another order's combo": {
                **self.line(self.cup),
                **minus,
                "combo_parent_id": combo.id,
            },
            "a discount by hand": {**self.line(self.cup), **minus},
            "a reward of nobody": {
                **self.line(self.cup),
                **minus,
                "is_reward_line": True,
                "coupon_id": self.account(self.sara, "wallet"),
            },
        }
        for name, line in hiding.items():
            with self.subTest(name):
                goods = self.line(self.tea, 20)
                self.assertNothingGiven(
                    lambda line=line, goods=goods: self.forge([goods, {**line}])
                )
                # The same, to load a wallet with.
                load = self.line(self.top_up, 1, 1000)
                fresh = {**line, "uuid": str(uuid4())}
                self.assertNothingGiven(
                    lambda line=fresh, load=load: self.forge([load, line])
                )

    def test_a_true_refund_pays_for_goods_once(self):
        """The control: what was sold and comes back is worth what it was."""
        order = self.sell(self.ali, [self.line(self.tea, 4)])
        self.assertEqual(self.available(self.ali), 300)
        goods = self.line(self.cup, 10)
        self.forge([self.refund_of(order.lines), goods])
        self.assertEqual(self.available(self.ali), 300)
        goods = self.line(self.cup, 10)
        self.assertNothingGiven(
            lambda: self.forge([self.refund_of(order.lines), goods])
        )

    def test_a_wallet_that_is_not_his_or_is_empty_pays_for_no_points(self):
        for owner in (self.sara, self.ali):
            with self.subTest(owner.name):
                before = self.available(self.ali)
                claim = self.reward_line(owner, self.wallet, 1000, 1000)
                order = self.forge([self.line(self.tea, 20), claim])
                self.assertTrue(order.club_exception_ids)
                self.assertEqual(order.club_receipt["earned"], 0)
                self.assertEqual(self.available(self.ali), before)
        self.assertEqual(self.available(self.sara, "wallet"), 10_000)
        self.assertEqual(self.balances(self.ali, "wallet")["debt"], 0)

    def test_a_wallet_line_that_says_it_costs_nothing(self):
        self.grant(self.ali, 100, "wallet")
        for forged in (
            {"points_cost": 0},
            {"points_cost": -500},
            {"reward_id": False, "points_cost": 0.01},
        ):
            claim = {**self.reward_line(self.ali, self.wallet, 1000, 0), **forged}
            self.assertNothingGiven(
                lambda claim=claim: self.forge([self.line(self.tea, 20), claim])
            )

    def test_reward_lines_that_give(self):
        for values in (
            {"price_unit": 1000, "price_subtotal": 1000, "price_subtotal_incl": 1000},
            {"points_cost": -1000},
            {"qty": -1, "points_cost": -1000},
        ):
            for held in (True, False):
                with self.subTest(str(values), held=held):
                    claim = self.reward_line(self.ali, self.points, 1, 100)
                    claim.update(values)
                    before = self.available(self.ali)
                    uuid = str(uuid4())
                    if held:
                        self.hold(uuid, self.ali, {"points": 100})
                    order = self.forge(
                        [self.line(self.tea), claim], [(self.cash, 49)], uuid=uuid
                    )
                    # The 49.00 that came in may earn, and no more than that; without a
                    # hold the reward is the shop's loss, and listed.
                    gained = self.available(self.ali) - before
                    spent = order.club_receipt["spent"].get("points", 0)
                    self.assertLessEqual(gained, 49 - spent)
                    self.assertEqual(self.balances(self.ali)["held"], 0)
                    self.assertTrue(order.club_exception_ids)
                    if gained < 0:
                        self.grant(self.ali, -gained)  # enough for the next one

    def test_refunds_that_give(self):
        order = self.buy_with([self.line(self.tea)], (self.points, 0.5, 50))
        reward = order.lines.filtered("is_reward_line")
        tea = order.lines - reward
        forged = {
            "a positive quantity": {**self.refund_of(tea), "qty": 5},
            "a positive price": {**self.refund_of(tea), "price_subtotal_incl": 10**4},
            "a reward that nobody pays again": self.refund_of(reward),
            "a reward many times": {
                **self.refund_of(reward),
                "qty": -100,
                "price_subtotal_incl": 50,
                "price_subtotal": 50,
            },
        }
        for name, line in forged.items():
            with self.subTest(name):
                self.assertNothingGiven(lambda line=line: self.forge([line]))

    def test_another_s_refund_gives_to_him_whose_it_was(self):
        """Ali refunds what Sara bought: the points are hers, both ways."""
        uuid = str(uuid4())
        self.hold(uuid, self.sara, {"points": 200})
        claim = self.reward_line(self.sara, self.points, 2, 200)
        order = self.sell(self.sara, [self.line(self.tea), claim], uuid=uuid)
        self.assertEqual(self.available(self.sara), 848)
        self.refund(order, partner=self.ali.partner_id)
        self.assertEqual(self.available(self.sara), 1000)
        self.assertEqual(self.available(self.ali), 100)

    def test_a_reward_comes_back_once(self):
        order = self.buy_with([self.line(self.tea)], (self.points, 0.5, 50))
        reward = order.lines.filtered("is_reward_line")
        for _time in range(3):
            self.refund(order, {reward: 1})
        self.assertEqual(self.available(self.ali), 149)
        self.assertLedgerAgrees()

    def test_the_same_uuid_in_another_order(self):
        order = self.sell(self.ali, [self.line(self.tea)])
        before = self.accounts()
        values = self.basket(self.ali, [self.line(self.tea, 3)], uuid=order.uuid)
        values.pop("name")

        def again():
            made = self.call("pos.order", "create", {**values, "state": "draft"})
            self.call("pos.order", "action_pos_order_paid", [made])

        self.assertRefused(again)
        self.assertEqual(self.accounts(), before)

    def test_another_member_s_account_on_a_line_of_goods(self):
        line = {**self.line(self.tea), "coupon_id": self.account(self.sara)}
        order = self.sell(self.ali, [line])
        self.assertEqual(self.available(self.sara), 1000)
        self.assertEqual(order.club_receipt["earned"], 50)


class TestKeptOrders(AttackCase):
    """What the club has followed isn't rewritten afterwards by who sells."""

    def setUp(self):
        super().setUp()
        self.order = self.sell(self.ali, [self.line(self.tea)])
        self.assertEqual(self.available(self.ali), 150)

    def test_an_order_that_was_renamed(self):
        """A refund of it would find nothing to take back."""
        for model, record in (
            ("pos.order", self.order),
            ("pos.order.line", self.order.lines),
        ):
            with self.subTest(model):
                values = {"uuid": str(uuid4())}
                self.assertRefused(
                    lambda m=model, r=record, v=values: self.call(m, "write", r.ids, v)
                )
        self.refund(self.order)
        self.assertEqual(self.available(self.ali), 100)
        self.assertClean()

    def test_without_the_refusal_the_points_would_stay(self):
        """Negative control."""
        self.order.lines.sudo().uuid = str(uuid4())
        self.refund(self.order)
        self.assertEqual(self.available(self.ali), 150)

    def test_lines_that_cost_more_afterwards(self):
        other = self.sell(self.sara, [self.line(self.cup)])
        line = self.order.lines
        for values in (
            {"price_unit": 5000},
            {"price_subtotal_incl": 5000},
            {"price_subtotal": 5000},
            {"qty": 100},
            {"discount": 100},
            {"product_id": self.cup.id},
            {"order_id": other.id},
            {"refunded_orderline_id": other.lines.id},
            {"is_reward_line": True, "points_cost": 50},
        ):
            with self.subTest(**values):
                self.assertRefused(
                    lambda v=values: self.call("pos.order.line", "write", line.ids, v)
                )
        for values in (
            {"amount_total": 5000},
            {"lines": [Command.create(self.line(self.tea))]},
            {"lines": [Command.link(other.lines.id)]},
            {"lines": [Command.update(line.id, {"qty": 9})]},
        ):
            with self.subTest(**values):
                self.assertRefused(
                    lambda v=values: self.call("pos.order", "write", self.order.ids, v)
                )
        more = {**self.line(self.tea), "order_id": self.order.id}
        self.assertRefused(lambda: self.call("pos.order.line", "create", [more]))

    def test_what_says_the_same_or_is_no_matter_passes(self):
        self.call("pos.order", "write", self.order.ids, {"uuid": self.order.uuid})
        self.call("pos.order", "write", self.order.ids, {"nb_print": 2})
        line = self.order.lines
        values = {"qty": line.qty, "price_unit": line.price_unit, "customer_note": "Hi"}
        self.call("pos.order.line", "write", line.ids, values)
        stranger = self.sell(self.env["res.partner"], [self.line(self.tea)])
        self.call("pos.order.line", "write", stranger.lines.ids, {"qty": 5})

    def test_a_till_of_another_club(self):
        """Its refunds would take nothing back, and list nothing."""
        other = self.env["loyalty.club"].create(
            {"name": "Other", "code": "other", "company_id": self.company.id}
        )
        second = self.new_till("Till 2")
        for values in (
            {"club_id": other.id},
            {"club_id": False},
            {"club_box_ip": "192.0.2.1"},
            {"club_box_reader": "mine"},
            {"trusted_config_ids": [Command.set(second.ids)]},
        ):
            with self.subTest(**values):
                self.assertRefused(
                    lambda v=values: self.call("pos.config", "write", self.till.ids, v)
                )
        self.refund(self.order)
        self.assertEqual(self.available(self.ali), 100)
        boss = self.user("boss", "point_of_sale.group_pos_manager")
        self.till.with_user(boss).write({"club_id": other.id})
        self.assertEqual(self.till.club_id, other)

    def test_without_that_refusal_the_points_would_stay(self):
        """Negative control."""
        other = self.env["loyalty.club"].create(
            {"name": "Other", "code": "other", "company_id": self.company.id}
        )
        self.till.sudo().club_id = other
        self.refund(self.order)
        self.assertEqual(self.available(self.ali), 150)
        self.assertFalse(self.exceptions())


class TestNativeCalls(AttackCase):
    """Odoo's calls around an order, with what a browser never sends (T4, T5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.native = cls.env["loyalty.program"].create(
            {
                "name": "Native",
                "program_type": "loyalty",
                "applies_on": "both",
                "company_id": cls.company.id,
                "currency_id": cls.euro.id,
            }
        )
        cls.gift = cls.env["loyalty.program"].create(
            {
                "name": "Gift",
                "program_type": "gift_card",
                "company_id": cls.company.id,
                "currency_id": cls.euro.id,
            }
        )

    def order(self, member=None):
        basket = self.basket(member or self.ali, [], payments=[])
        return self.sync({**basket, "state": "draft"})

    def confirm(self, coupon_data, order=None):
        order = order or self.order()
        before = self.accounts()
        answer = None
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                answer = self.call(
                    "pos.order", "confirm_coupon_programs", order.ids, coupon_data
                )
        except (UserError, psycopg2.Error):
            self.env.invalidate_all()
        self.assertEqual(self.accounts(), before)
        self.assertLedgerAgrees()
        return answer

    def data(self, program, **values):
        return {
            "points": 1_000_000,
            "program_id": program.id,
            "partner_id": self.ali.partner_id.id,
            "code": "",
            "barcode": "",
            **values,
        }

    def test_the_account_itself(self):
        card = self.account(self.ali)
        answer = self.confirm({str(card): self.data(self.club.points_program_id)})
        [update] = answer["coupon_updates"]
        self.assertEqual((update["id"], update["points"]), (card, 100))

    def test_what_leads_to_an_account_by_another_way(self):
        card = self.card(self.ali)
        points, ids = self.club.points_program_id, {"coupon_id": card.id}
        friend = self.env["res.partner"].create({"name": "Friend"}).id
        cases = {
            "a new card of the club's": ("-1", self.data(points)),
            "one for somebody without": ("-1", self.data(points, partner_id=friend)),
            "a wallet": ("-1", self.data(self.club.wallet_program_id)),
            "the account as another program's": (str(card.id), self.data(self.native)),
            "as no program's": (str(card.id), self.data(self.native, program_id=False)),
            "by its code as a gift card": ("-1", self.data(self.gift, code=card.code)),
            "by its id as a gift card": ("-1", self.data(self.gift, **ids)),
            "with its code as a new card": (
                "-1",
                self.data(self.native, code=card.code),
            ),
            "by its id under another key": ("-7", self.data(self.native, **ids)),
            "with a key that reads like it": (f" {card.id}", self.data(points)),
            "with digits of another script": (
                str(card.id).translate({48 + n: 0x6F0 + n for n in range(10)}),
                self.data(self.native),
            ),
            "a program in a text": (
                "-1",
                self.data(self.native, program_id=str(points.id)),
            ),
            "a program in a list": (
                "-1",
                self.data(self.native, program_id=[points.id]),
            ),
            "a program that is true": ("-1", self.data(self.native, program_id=True)),
            "lines of other orders": (
                "-1",
                self.data(self.native, line_codes=["x", card.code]),
            ),
            "less than nothing": (str(card.id), self.data(points, points=-100)),
        }
        for name, (key, values) in cases.items():
            with self.subTest(name):
                self.confirm({key: values})

    def test_another_member_s_account_is_not_even_told(self):
        card = self.account(self.sara)
        answer = self.confirm({str(card): self.data(self.club.points_program_id)})
        self.assertEqual(answer["coupon_updates"], [])

    def test_no_history_is_written(self):
        before = self.books()["loyalty_history"]
        self.confirm(
            {str(self.account(self.ali)): self.data(self.club.points_program_id)}
        )
        self.assertEqual(self.books()["loyalty_history"], before)

    def test_native_programs_work_as_ever(self):
        """The control: where no club is, Odoo's call gives what it is told."""
        card = self.env["loyalty.card"].create(
            {"program_id": self.native.id, "partner_id": self.ali.partner_id.id}
        )
        data = {str(card.id): self.data(self.native, points=7)}
        answer = self.confirm(data)
        self.assertEqual(answer["coupon_updates"][0]["points"], 7)
        self.assertEqual(card.points, 7)
        self.assertEqual(card.history_ids.issued, 7)

    def test_without_our_answer_the_native_call_would_try(self):
        """The control of the control: what refuses then is the account's own guard."""
        order = self.order().with_user(self.cashier)
        native = type(order).mro()
        base = next(
            c for c in native if c.__module__.endswith("pos_loyalty.models.pos_order")
        )
        data = {str(self.account(self.ali)): self.data(self.club.points_program_id)}
        with self.assertRaises(AccessError):
            base.confirm_coupon_programs(order, data)

    def test_validating_says_nothing_about_managed_accounts(self):
        answer = self.call(
            "pos.order",
            "validate_coupon_programs",
            self.order().ids,
            {str(self.account(self.sara)): -5000},
            [],
        )
        self.assertEqual(answer, {"successful": True, "payload": {}})

    def test_codes_lead_to_nothing_that_can_be_written(self):
        before = self.accounts()
        code = self.card(self.sara).code
        self.call(
            "pos.config",
            "use_coupon_code",
            self.till.ids,
            code,
            "2026-03-10 09:00:00",
            self.ali.partner_id.id,
            self.till.pricelist_id.id,
        )
        self.call("loyalty.card", "get_loyalty_card_partner_by_code", code)
        self.call("loyalty.card", "get_gift_card_status", code, self.till.id)
        self.assertEqual(self.accounts(), before)


class TestJunk(AttackCase):
    """What no client sends is refused in words, and writes nothing."""

    JUNK = (
        None,
        True,
        False,
        -1,
        0,
        1.5,
        10**30,
        float("nan"),
        float("inf"),
        "",
        "   ",
        "x" * 10_000,
        "a\x00b",
        "\ud800",
        [],
        [[]],
        {},
        {"id": 1},
        "' OR 1=1 --",
    )

    def calls(self):
        """Name to (method, good arguments); each argument is spoilt in its turn."""
        partner, points = self.ali.partner_id.id, self.account(self.ali)
        claim = {"card_id": points, "amount": 5}
        return {
            "recognise": ["09121234567"],
            "summary": [partner],
            "join": [{"mobile": "09121112233"}],
            "attach_card": [partner, "04A22B1C"],
            "block_card": [partner, 1],
            "replace_card": [partner, 1, "04A22B1C"],
            "set_pin": [partner, "1234", "0000"],
            "hold": ["uuid", partner, [claim], {"pin": "1234"}],
            "release": ["uuid"],
            "send_code": ["uuid", partner],
            "search_name": ["ali"],
            "quote_refund": [[{"line_id": 1, "quantity": 1}]],
        }

    def try_junk(self, method, *args):
        model = self.env["loyalty.club.till"].with_user(self.cashier)
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                getattr(model, method)(*args)
                self.env.flush_all()
        except UserError as error:
            self.assertTrue(str(error).strip())
        self.env.invalidate_all()

    def test_arguments(self):
        before = self.accounts()
        for method, good in self.calls().items():
            args = [self.till.id, *good]
            for position in range(len(args)):
                for junk in self.JUNK:
                    with self.subTest(method, position=position, junk=repr(junk)[:40]):
                        spoilt = [*args]
                        spoilt[position] = junk
                        self.try_junk(method, *spoilt)
        self.assertEqual(self.accounts()[: len(before)], before)

    def test_what_is_within_arguments(self):
        partner, points = self.ali.partner_id.id, self.account(self.ali)
        before = self.accounts()
        for junk in self.JUNK:
            with self.subTest(repr(junk)[:40]):
                for claim in (
                    {"card_id": junk, "amount": 5},
                    {"card_id": points, "amount": junk},
                    {"amount": 5},
                    junk,
                ):
                    self.try_junk("hold", self.till.id, "u", partner, [claim])
                for proof in ({"pin": junk}, {"code": junk}, junk):
                    self.club.confirm_points = 1
                    claim = {"card_id": points, "amount": 5}
                    self.try_junk("hold", self.till.id, "u", partner, [claim], proof)
                for field in (
                    "mobile",
                    "name",
                    "email",
                    "birthdate",
                    "consent",
                    "card",
                    "pin",
                    "referral_code",
                    "partner_id",
                ):
                    values = {"mobile": "09123334444", field: junk}
                    self.try_junk("join", self.till.id, values)
                for data in (
                    {"x": junk},
                    {"-1": junk},
                    {"-1": {"program_id": junk}},
                    junk,
                ):
                    self.native_junk(data)
        self.assertEqual(self.accounts()[: len(before)], before)

    def native_junk(self, data):
        """Odoo's own calls fail as they like: nothing may be written by them."""
        order = self.sync({**self.basket(self.ali, [], payments=[]), "state": "draft"})
        before = self.accounts()
        for method, args in (
            ("confirm_coupon_programs", [data]),
            ("validate_coupon_programs", [data, []]),
        ):
            with (
                suppress(*CLUMSY),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                getattr(order.with_user(self.cashier), method)(*args)
                self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.accounts(), before)

    def test_bad_days(self):
        for day in ("2026-13-45", "yesterday", "0000-00-00", 20260310):
            with self.assertClubError("invalid_payload"):
                self.ask("join", {"mobile": "09123334444", "birthdate": day})
