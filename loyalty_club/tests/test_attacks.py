import psycopg2

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, JsonRpcException, freeze_time, tagged
from odoo.tools import mute_logger

from .common import ClubKit

# What people whose job it is to sell must not get by the rights that they have.
BY_SELLERS = {
    "T1 write a balance": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"points": 50000}
    ),
    "T1 write a balance among others": lambda call, x: call(
        "loyalty.card", "write", [x.native_card, x.card], {"points": 50000}
    ),
    "T1 write a balance through the program": lambda call, x: call(
        "loyalty.program",
        "write",
        [x.program],
        {"coupon_ids": [(1, x.card, {"points": 50000})]},
    ),
    "T1 claim to be a native flow": lambda call, x: call(
        "loyalty.card",
        "write",
        [x.card],
        {"points": 50000},
        context={"loyalty_club_flow": "x"},
    ),
    "T1 claim it with what prints like it": lambda call, x: call(
        "loyalty.card",
        "write",
        [x.card],
        {"points": 50000},
        context={"loyalty_club_flow": True, "su": True, "uid": 1},
    ),
    "make points wait": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"club_pending": 50000}
    ),
    "write a debt off": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"club_debt": 0}
    ),
    "archive what is owed": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"active": False}
    ),
    "archive by the button": lambda call, x: call(
        "loyalty.card", "action_archive", [x.card]
    ),
    "take somebody's account": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"partner_id": x.friend}
    ),
    "recode an account": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"code": "mine"}
    ),
    "let an account expire": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"expiration_date": "2020-01-01"}
    ),
    "link an account to a member": lambda call, x: call(
        "loyalty.card", "write", [x.native_card], {"member_id": x.member}
    ),
    "take an account out of the club": lambda call, x: call(
        "loyalty.card", "write", [x.card], {"program_id": x.native, "club_id": False}
    ),
    "bring a native card with points": lambda call, x: call(
        "loyalty.card", "write", [x.native_card], {"program_id": x.program}
    ),
    "bring an empty native card": lambda call, x: call(
        "loyalty.card", "write", [x.empty_card], {"program_id": x.program}
    ),
    "create an account with points": lambda call, x: call(
        "loyalty.card",
        "create",
        {"program_id": x.program, "partner_id": x.friend, "points": 50000},
    ),
    "create it with points from the context": lambda call, x: call(
        "loyalty.card",
        "create",
        {"program_id": x.program, "partner_id": x.friend},
        context={"default_points": 50000},
    ),
    "create it in a program from the context": lambda call, x: call(
        "loyalty.card",
        "create",
        {"partner_id": x.friend, "points": 50000},
        context={"active_id": x.program},
    ),
    "create it for another member": lambda call, x: call(
        "loyalty.card",
        "create",
        {"partner_id": x.friend},
        context={"default_program_id": x.program, "default_member_id": x.member},
    ),
    "create a native card that says it is the club's": lambda call, x: call(
        "loyalty.card",
        "create",
        {"program_id": x.native, "partner_id": x.friend, "club_id": x.club},
    ),
    "copy an account": lambda call, x: call(
        "loyalty.card", "copy", [x.card], {"partner_id": x.friend}
    ),
    "T2 forge history": lambda call, x: call(
        "loyalty.history",
        "create",
        {"card_id": x.card, "description": "A gift", "issued": 50000},
    ),
    "T2 forge it with a card from the context": lambda call, x: call(
        "loyalty.history",
        "create",
        {"description": "A gift", "issued": 50000},
        context={"default_card_id": x.card},
    ),
    "T2 forge it through the card": lambda call, x: call(
        "loyalty.card",
        "write",
        [x.card],
        {"history_ids": [(0, 0, {"description": "A gift", "issued": 50000})]},
    ),
    "T2 alter history": lambda call, x: call(
        "loyalty.history", "write", [x.line], {"issued": 50000}
    ),
    "T2 move a line onto an account": lambda call, x: call(
        "loyalty.history", "write", [x.native_line], {"card_id": x.card}
    ),
    "T2 delete history": lambda call, x: call("loyalty.history", "unlink", [x.line]),
    "T3 update the balance by the wizard": lambda call, x: call(
        "loyalty.card.update.balance",
        "action_update_card_point",
        call(
            "loyalty.card.update.balance",
            "create",
            [{"card_id": x.card, "new_balance": 50000, "description": "A gift"}],
        ),
    ),
    "generate points for a member": lambda call, x: call(
        "loyalty.generate.wizard",
        "generate_coupons",
        call(
            "loyalty.generate.wizard",
            "create",
            [
                {
                    "program_id": x.program,
                    "mode": "selected",
                    "customer_ids": [(6, 0, [x.friend])],
                    "points_granted": 50000,
                }
            ],
        ),
    ),
    "generate points for nobody": lambda call, x: call(
        "loyalty.generate.wizard",
        "generate_coupons",
        call(
            "loyalty.generate.wizard",
            "create",
            [{"program_id": x.program, "coupon_qty": 3, "points_granted": 50000}],
        ),
    ),
    "T9 open a second account": lambda call, x: call(
        "loyalty.card", "create", {"program_id": x.program, "partner_id": x.partner}
    ),
    "T9 open a second account by a copy": lambda call, x: call(
        "loyalty.card", "copy", [x.card]
    ),
    "delete an account": lambda call, x: call("loyalty.card", "unlink", [x.card]),
    "let a program join the club": lambda call, x: call(
        "loyalty.program",
        "write",
        [x.native],
        {"club_id": x.club, "club_account": "points"},
    ),
    "let a program leave the club": lambda call, x: call(
        "loyalty.program",
        "write",
        [x.program],
        {"club_id": False, "club_account": False},
    ),
}

# What anybody must not do, whatever their group.
BY_ANYBODY = {
    "call the ledger": lambda call, x: call(
        "loyalty.club.ledger", "_grant", x.card, 50000, "bonus"
    ),
    "create an entry": lambda call, x: call(
        "loyalty.club.entry",
        "create",
        {
            "club_id": x.club,
            "company_id": x.company,
            "card_id": x.card,
            "account": "points",
            "kind": "bonus",
            "amount": 50000,
            "pending": 0,
            "debt": 0,
            "balance": 50100,
            "date": "2026-01-01 00:00:00",
            "user_id": 1,
        },
    ),
    "change an entry": lambda call, x: call(
        "loyalty.club.entry", "write", [x.entry], {"amount": 50000}
    ),
    "delete an entry": lambda call, x: call("loyalty.club.entry", "unlink", [x.entry]),
    "create a lot": lambda call, x: call(
        "loyalty.club.lot",
        "create",
        {
            "card_id": x.card,
            "entry_id": x.entry,
            "club_id": x.club,
            "company_id": x.company,
            "amount": 50000,
            "remaining": 50000,
            "pending": False,
        },
    ),
    "lengthen a lot": lambda call, x: call(
        "loyalty.club.lot", "write", [x.lot], {"expires_on": "2099-01-01"}
    ),
    "create a hold": lambda call, x: call(
        "loyalty.club.hold",
        "create",
        {
            "club_id": x.club,
            "company_id": x.company,
            "card_id": x.card,
            "amount": 1,
            "day": "2026-01-01",
            "expires_at": "2099-01-01 00:00:00",
        },
    ),
    "release a hold": lambda call, x: call(
        "loyalty.club.hold", "write", [x.hold], {"state": "released"}
    ),
    "ask for an adjustment that is already posted": lambda call, x: call(
        "loyalty.club.request",
        "create",
        {
            "member_id": x.member,
            "amount": 50000,
            "reason_id": x.reason,
            "state": "posted",
        },
    ),
    "ask in another's name": lambda call, x: call(
        "loyalty.club.request",
        "create",
        {"member_id": x.member, "amount": 5, "reason_id": x.reason, "user_id": 1},
    ),
    "post a request": lambda call, x: call(
        "loyalty.club.request", "write", [x.request], {"state": "posted"}
    ),
    "put a member into a tier": lambda call, x: call(
        "loyalty.club.member", "write", [x.member], {"tier_id": x.gold}
    ),
    "put a member into a tier from its side": lambda call, x: call(
        "loyalty.club.tier", "write", [x.gold], {"member_ids": [(4, x.member)]}
    ),
    "change a member's state": lambda call, x: call(
        "loyalty.club.member", "write", [x.member], {"state": "blocked"}
    ),
    "change a member's number": lambda call, x: call(
        "loyalty.club.member", "write", [x.member], {"number": "1"}
    ),
    "change a member's measure": lambda call, x: call(
        "loyalty.club.member", "write", [x.member], {"qualified": 50000}
    ),
    "change a member through their club": lambda call, x: call(
        "loyalty.club",
        "write",
        [x.club],
        {"member_ids": [(1, x.member, {"tier_id": x.gold})]},
    ),
    "create a member past the enrolling": lambda call, x: call(
        "loyalty.club.member", "create", {"club_id": x.club, "partner_id": x.friend}
    ),
    "change the threshold of a tier that ranks": lambda call, x: call(
        "loyalty.club.tier",
        "write",
        [x.gold],
        {"threshold": 1},
        context={"loyalty_club_publish": "x"},
    ),
}

BY_THE_DESK = {
    "change a policy": lambda call, x: call(
        "loyalty.club", "write", [x.club], {"clawback": "negative"}
    ),
    "raise their own cap": lambda call, x: call(
        "loyalty.club", "write", [x.club], {"cap_desk_points": 50000}
    ),
    "change a tier": lambda call, x: call(
        "loyalty.club.tier", "write", [x.gold], {"multiplier": 100}
    ),
    "block a member": lambda call, x: call(
        "loyalty.club.member", "action_block", [x.member]
    ),
    "approve": lambda call, x: call(
        "loyalty.club.request", "action_approve", [x.request]
    ),
}

# Odoo answers RPC with the name of the exception. An IntegrityError comes from the
# database's own guards.
REFUSALS = {
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
}


class Target:
    """The ids that attacks aim at."""


@tagged("post_install", "-at_install")
class TestAttacks(ClubKit, HttpCase):
    """T1, T2, T3, T9 and their kin, in Python as the user and over real RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpKit()
        with freeze_time("2026-03-10 09:00:00"):
            cls.x = cls.aim()

    @classmethod
    def aim(cls):
        x = Target()
        env = cls.env
        member = cls.member("Ali", mobile="09121234567")
        gold = env["loyalty.club.tier"].create(
            {"club_id": cls.club.id, "name": "Gold", "code": "gold", "threshold": 1000}
        )
        silver = env["loyalty.club.tier"].create(
            {"club_id": cls.club.id, "name": "Silver", "code": "silver", "threshold": 1}
        )
        member.tier_id = silver
        cls.grant(member, 100)
        native = env["loyalty.program"].create(
            {"name": "Native", "program_type": "loyalty", "company_id": cls.company.id}
        )
        Card = env["loyalty.card"]
        native_card = Card.create({"program_id": native.id, "points": 10})
        reason = env["loyalty.club.reason"].create({"name": "Why", "code": "attack"})
        x.club, x.company, x.gold = cls.club.id, cls.company.id, gold.id
        x.member, x.partner = member.id, member.partner_id.id
        x.program, x.native = cls.club.points_program_id.id, native.id
        x.card, x.native_card = cls.account(member), native_card.id
        x.empty_card = Card.create({"program_id": native.id}).id
        x.friend = env["res.partner"].create({"name": "Friend"}).id
        x.line = cls.card(member).history_ids.id
        x.native_line = (
            env["loyalty.history"]
            .create({"card_id": native_card.id, "description": "Own", "issued": 10})
            .id
        )
        x.entry = cls.entries(member)[-1:].id
        x.lot = cls.card(member).club_lot_ids.id
        x.hold = cls.ledger._hold(x.card, 10, 10**9).id
        x.reason = reason.id
        x.request = (
            env["loyalty.club.request"]
            .with_user(cls.users["desk"])
            .create({"member_id": member.id, "amount": 500, "reason_id": reason.id})
            .id
        )
        env.flush_all()
        return x

    def attack(self, attacks, *kinds):
        """Try each attack as each kind of user, by both ways; nothing may change."""
        before = self.books()
        for kind in kinds:
            user = self.users[kind]
            self.authenticate(user.login, user.login)
            for attempt, act in attacks.items():
                with self.subTest(attempt, by=kind, way="python"):
                    self.refused_in_python(user, act)
                with self.subTest(attempt, by=kind, way="rpc"):
                    self.refused_over_rpc(act)
        self.assertEqual(self.books(), before)

    def refused_in_python(self, user, act):
        env = self.env(user=user.id)

        def call(model, method, *args, context=None):
            context = {**env.context, **(context or {})}
            answer = call_kw(env[model], method, list(args), {"context": context})
            env.flush_all()
            return answer

        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                act(call, self.x)
        except (UserError, psycopg2.IntegrityError):
            self.env.invalidate_all()
        else:
            self.fail("nobody refused")

    def refused_over_rpc(self, act):
        def call(model, method, *args, context=None):
            return self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {
                    "model": model,
                    "method": method,
                    "args": list(args),
                    "kwargs": {"context": context or {}},
                },
            )

        with (
            mute_logger("odoo.http", "odoo.sql_db"),
            self.assertRaises(JsonRpcException) as caught,
        ):
            act(call, self.x)
        self.assertIn(str(caught.exception), REFUSALS)

    def test_by_sellers(self):
        self.attack(BY_SELLERS, "seller")

    def test_by_sellers_of_the_installed_apps(self):
        """The same with the groups that Odoo's own till and sales give."""
        groups = [
            group
            for ref in (
                "sales_team.group_sale_manager",
                "point_of_sale.group_pos_manager",
            )
            if (group := self.env.ref(ref, raise_if_not_found=False))
        ]
        if not groups:
            self.skipTest("neither sales nor the till is installed")
        chief = self.user("chief")
        for group in groups:
            chief.group_ids += group
        self.users["chief"] = chief
        self.attack(BY_SELLERS, "chief")

    def test_by_everybody_else(self):
        kinds = ("internal", "desk", "manager", "auditor", "integration")
        self.attack(BY_SELLERS, *kinds)

    def test_the_club_s_own_records(self):
        kinds = ("internal", "seller", "desk", "manager", "auditor", "integration")
        self.attack(BY_ANYBODY, *kinds)

    def test_the_desk_is_no_manager(self):
        self.attack(BY_THE_DESK, "internal", "seller", "desk", "auditor", "integration")

    def test_the_ways_work_where_they_should(self):
        """Or else all of the above would pass for a broken test."""
        seller = self.users["seller"]
        self.authenticate(seller.login, seller.login)
        native = self.env["loyalty.card"].browse(self.x.native_card)
        params = {
            "model": "loyalty.card",
            "method": "write",
            "args": [[native.id], {"points": 11}],
            "kwargs": {},
        }
        self.make_jsonrpc_request("/web/dataset/call_kw", params)
        native.invalidate_recordset()
        self.assertEqual(native.points, 11)
        native.with_user(seller).write({"points": 12})
        self.assertEqual(native.points, 12)

    def test_without_the_refusal_the_balance_would_move(self):
        """T1 fails because we refuse it, and for no other reason."""
        card = self.env["loyalty.card"].browse(self.x.card)
        card.sudo().write({"points": 95})
        self.assertEqual(card.points, 95)
        self.assertEqual(card.club_entry_ids[:1].kind, "adjust")

    def test_what_stays_allowed_on_native_cards(self):
        """Creating, history and the wizard work on programs that no club manages."""
        seller = self.users["seller"]
        card = (
            self.env["loyalty.card"]
            .with_user(seller)
            .create(
                {"program_id": self.x.native, "partner_id": self.x.partner, "points": 5}
            )
        )
        wizard = (
            self.env["loyalty.card.update.balance"]
            .with_user(seller)
            .create({"card_id": card.id, "new_balance": 9, "description": "A gift"})
        )
        wizard.action_update_card_point()
        self.assertEqual(card.points, 9)
        self.assertEqual(card.history_ids.issued, 4)
        card.history_ids.write({"issued": 5})
        card.history_ids.unlink()
        self.assertFalse(card.history_ids)
