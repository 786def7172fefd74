"""The integrators' API, from inside: what each method answers and refuses.

``tests/api`` calls the same methods from outside, over each protocol.
"""

from datetime import date, datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from ..api.answers import entries_of
from .common import ClubCase, TwoCompaniesCase

NOW = "2026-05-10 12:00:00"
SUMMARY = {
    "number",
    "name",
    "mobile",
    "tier",
    "state",
    "joined_on",
    "balances",
    "next_tier",
    "referral_code",
}
ENTRY = {
    "id",
    "date",
    "effective_on",
    "issued",
    "account",
    "kind",
    "amount",
    "pending",
    "debt",
    "balance",
    "reference",
    "reason",
    "origin",
}
METHODS = (
    "enroll",
    "member_get",
    "member_update",
    "member_erase",
    "purchase_quote",
    "purchase_record",
    "purchase_return",
    "hold_create",
    "hold_capture",
    "hold_release",
    "spend",
    "top_up",
    "grant",
    "transfer",
    "statement",
)


class ApiCase(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.api = cls.api_of("integration")
        cls.club.points_program_id.rule_ids = [
            Command.clear(),
            Command.create({"reward_point_mode": "money", "reward_point_amount": 0.5}),
        ]
        cls.tea = cls.env["product.product"].create(
            {"name": "Tea", "default_code": "TEA", "barcode": "4006381333931"}
        )
        cls.reason = cls.env["loyalty.club.reason"].create(
            {"name": "Sorry", "code": "sorry", "direction": "give"}
        )

    @classmethod
    def api_of(cls, kind):
        return cls.env(user=cls.users[kind], context={})["loyalty.club"]

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(NOW))
        self.ali = self.member("Ali", mobile="09121234567")

    def basket(self, uuid="sale-1", **values):
        return {
            "uuid": uuid,
            "member": self.ali.number,
            "lines": [
                {"line": "a", "sku": "TEA", "quantity": 2, "unit_price": "40.00"},
                {"line": "b", "name": "Cup", "quantity": 1, "unit_price": 20},
            ],
            **values,
        }

    def assertInvalid(self, field, method, **values):
        with self.assertClubError("invalid_payload") as caught:
            getattr(self.api, method)(**values)
        self.assertTrue(
            str(caught.exception).startswith(f"[invalid_payload] {field}: "),
            str(caught.exception),
        )


@tagged("post_install", "-at_install")
class TestApiMembers(ApiCase):
    def test_enroll_welcomes_new_members_only(self):
        self.club.write({"welcome_points": 30, "welcome_credit": 5})
        person = {
            "mobile": "۰۹۱۲ ۵۵۵ ۴۴۳۳",
            "name": "Sara",
            "email": "Sara@Example.com",
            "birthdate": "1990-02-28",
            "gender": "female",
            "referral_code": self.ali.number,
            "identifiers": [{"scheme": "barcode", "value": "SARA-1"}],
            "tags": ["Tea"],
            "consent": {"sms": True, "email": False},
        }
        answer = self.api.enroll(key="1", **person)
        self.assertEqual(set(answer), SUMMARY | {"created", "replayed"})
        self.assertIs(answer["created"], True)
        self.assertEqual(answer["mobile"], "+989125554433")
        self.assertEqual(answer["joined_on"], "2026-05-10")
        self.assertEqual(answer["balances"]["points"]["available"], 30)
        self.assertEqual(answer["balances"]["credit"]["available"], "5.00")
        self.assertEqual(
            answer["balances"]["credit"]["expiring"],
            [{"amount": "5.00", "on": "2026-08-08"}],
        )
        member = self.env["loyalty.club.member"]._find(self.club, "sara-1")
        self.assertEqual(member.number, answer["number"])
        self.assertEqual(member.joined_how, "door")
        self.assertEqual(member.referrer_id, self.ali)
        self.assertEqual(member.birthdate_date, date(1990, 2, 28))
        self.assertEqual(member.gender, "female")
        self.assertEqual(member.interest_ids.mapped("name"), ["Tea"])
        self.assertEqual((member.consent_sms, member.consent_email), (True, False))
        self.assertEqual(member.consent_ids.source, "door")

        again = self.api.enroll(key="2", **person)
        self.assertIs(again["created"], False)
        self.assertEqual(again["number"], answer["number"])
        self.assertEqual(again["balances"]["points"]["available"], 30)

    def test_summary_tells_the_way_to_the_next_tier(self):
        self.env["loyalty.club.tier"].create(
            [
                {
                    "club_id": self.club.id,
                    "name": name,
                    "code": name,
                    "threshold": least,
                }
                for name, least in (("base", 0), ("silver", 100))
            ]
        )
        self.club.qualify_period = "year"
        self.api.purchase_record(purchase=self.basket())
        answer = self.api.member_get(member="0912 123 4567")
        self.assertEqual(set(answer), SUMMARY)
        self.assertEqual(answer["tier"], {"code": "base", "name": "base"})
        self.assertEqual(
            answer["next_tier"],
            {
                "code": "silver",
                "name": "silver",
                "missing": 50,
                "unit": "status_points",
                "until": "2026-12-31",
            },
        )

    def test_update_changes_what_is_given(self):
        self.api.member_update(
            key="1",
            member=self.ali.number,
            mobile="09351112233",
            identifiers=[{"scheme": "barcode", "value": "ALI-1"}],
        )
        self.assertEqual(self.ali.name, "Ali")
        self.assertEqual(self.ali.mobile, "+989351112233")
        for shown in ("09351112233", "ALI-1"):
            self.assertEqual(
                self.api.member_get(member=shown)["number"], self.ali.number
            )
        with self.assertClubError("unknown_member"):
            self.api.member_get(member="09121234567")

    def test_update_never_takes_what_another_shows(self):
        sara = self.member("Sara", mobile="09350000000")
        with self.assertClubError("ambiguous_member"):
            self.api.member_update(key="1", member=sara.number, mobile="09121234567")

    def test_one_email_of_two_members_finds_neither(self):
        self.member("One", mobile="09350000001", email="home@example.com")
        answer = self.api.enroll(
            key="1", mobile="09350000002", email="home@example.com", name="Two"
        )
        self.assertEqual(answer["name"], "Two")

    def test_erase_leaves_nothing_in_the_answers_kept_for_replays(self):
        answer = self.api.enroll(key="1", mobile="09350000000", name="Sara Secret")
        self.api.member_update(key="1", member=answer["number"], name="Sara Hidden")
        erased = self.api.member_erase(
            key="1", member=answer["number"], reason="asked for"
        )
        self.assertEqual(set(erased), {"erased", "kept", "replayed"})
        self.assertIn("mobile", erased["erased"])
        self.assertIn("entries", erased["kept"])
        self.env.flush_all()
        self.env.cr.execute("SELECT answer::text FROM loyalty_club_call")
        kept = " ".join(row[0] or "" for row in self.env.cr.fetchall())
        self.assertIn("erased", kept)
        for secret in ("Secret", "Hidden", "9350000000"):
            self.assertNotIn(secret, kept)
        with self.assertClubError("key_conflict"):
            self.api.enroll(key="1", mobile="09350000000", name="Sara Secret")
        with self.assertClubError("member_blocked"):
            self.api.member_update(key="2", member=answer["number"], name="Sara")

    def test_context_of_the_caller_decides_nothing(self):
        api = self.api.with_context(
            default_state="blocked", default_welcomed=True, lang="xx_XX", tz=5
        )
        answer = api.enroll(key="1", name="Sara")
        self.assertEqual(answer["state"], "active")
        with self.assertClubError("invalid_payload"):
            self.api.with_context(allowed_company_ids="x").enroll(key="2", name="B")


@tagged("post_install", "-at_install")
class TestApiPurchases(ApiCase):
    def test_what_becomes_usable_later_is_no_part_of_the_purchase(self):
        self.club.pending_days = 3
        answer = self.api.purchase_record(purchase=self.basket())
        known = [entry["id"] for entry in answer["entries"]]
        sold = self.purchase(self.ali, 10)
        self.spend(self.ali, 10)
        self.ledger._take_back(self.account(self.ali), 10, sold.id)
        self.assertEqual(self.balances(self.ali)["debt"], 10)
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            self.ledger._release_due(self.club)
            sale = self.env["loyalty.club.purchase"].search([("key", "=", "sale-1")])
            self.assertIn("release", self.entries(self.ali).mapped("kind"))
            self.assertFalse(self.balances(self.ali)["debt"], "it paid what was owed")
            self.assertEqual(entries_of(self.club.sudo(), sale).ids, known)
            again = self.api.purchase_record(purchase=self.basket())
            self.assertEqual([entry["id"] for entry in again["entries"]], known)

    def test_record_answers_award_entries_and_balances(self):
        answer = self.api.purchase_record(
            purchase=self.basket(
                date="2026-05-09T10:30:00+03:30",
                channel="web",
                branch="Nowhere",
                currency="EUR",
                payments=[{"method": "cash", "amount": 100}],
                reference="R-7",
            )
        )
        self.assertEqual(
            set(answer), {"uuid", "award", "entries", "balances", "replayed"}
        )
        award = answer["award"]
        self.assertEqual(
            (award["points"], award["status_points"], award["pending_until"]),
            (50, 50, False),
        )
        self.assertEqual(sum(item["points"] for item in award["trace"]), 50)
        self.assertEqual(
            set(award["trace"][0]),
            {"rule", "base", "rate", "multiplier", "points", "why"},
        )
        self.assertEqual(award["trace"][0]["base"], "100.00")
        self.assertEqual(award["trace"][0]["rate"], "0.5")
        (entry,) = answer["entries"]
        self.assertEqual(set(entry), ENTRY)
        self.assertEqual((entry["kind"], entry["amount"]), ("earn", 50))
        self.assertEqual(entry["origin"], {"purchase": "sale-1", "hold": False})
        self.assertEqual(answer["balances"]["points"]["available"], 50)
        purchase = self.ali.purchase_ids
        self.assertEqual(purchase.date, datetime(2026, 5, 9, 7, 0))
        self.assertEqual(purchase.company_id, self.company)
        self.assertEqual(purchase.branch, "Nowhere")
        self.assertEqual(purchase.payments, [{"method": "cash", "amount": "100"}])
        self.assertEqual(purchase.line_ids[0].product_id, self.tea)

    def test_points_wait_until_the_return_window_is_over(self):
        self.club.pending_days = 14
        answer = self.api.purchase_record(purchase=self.basket())
        self.assertEqual(answer["award"]["pending_until"], "2026-05-24")
        self.assertEqual(answer["balances"]["points"]["available"], 0)
        self.assertEqual(answer["balances"]["points"]["pending"], 50)

    def test_quote_is_the_award_and_writes_nothing(self):
        self.env.flush_all()
        with self.env.cr.savepoint() as savepoint:
            # The database itself refuses to write from here on.
            self.env.cr.execute("SET TRANSACTION READ ONLY")
            with self.assertDatabaseRefuses("read-only transaction"):
                self.env.cr.execute("DELETE FROM loyalty_club_call")
            quoted = self.api.purchase_quote(purchase=self.basket())
            savepoint.rollback()
        recorded = self.api.purchase_record(purchase=self.basket())
        self.assertEqual(quoted, recorded["award"])

    def test_totals_and_discounts(self):
        lines = [
            {"name": "Half", "quantity": "2", "unit_price": 10.0, "discount": 50},
            {"name": "Given", "quantity": 3, "total": "7.005"},
            {"name": "Taxed", "quantity": 1, "total": 12, "untaxed": 10},
            {"name": "Voucher", "quantity": 1, "total": "-1.00"},
        ]
        self.api.purchase_record(purchase=self.basket(lines=lines))
        purchase = self.ali.purchase_ids
        self.assertEqual(purchase.line_ids.mapped("total"), [10, 7.01, 12, -1])
        self.assertEqual(purchase.line_ids.mapped("untaxed"), [10, 7.01, 10, -1])
        self.assertEqual(purchase.line_ids.mapped("key"), ["1", "2", "3", "4"])

    def test_products_are_found_by_code_barcode_and_id(self):
        lines = [
            {"sku": "TEA", "quantity": 1, "unit_price": 1},
            {"sku": "4006381333931", "quantity": 1, "unit_price": 1},
            {"product_id": self.tea.id, "quantity": 1, "unit_price": 1},
            {"sku": "CUP", "name": "Cup", "quantity": 1, "unit_price": 1},
        ]
        self.api.purchase_record(purchase=self.basket(lines=lines))
        products = [line.product_id for line in self.ali.purchase_ids.line_ids]
        self.assertEqual(products, [self.tea] * 3 + [self.tea.browse()])

    def test_unknown_product(self):
        for unknown in ({"sku": "NONE"}, {"product_id": 2**31 - 1}):
            line = {**unknown, "quantity": 1, "unit_price": 1}
            with self.subTest(unknown), self.assertClubError("unknown_product"):
                self.api.purchase_record(purchase=self.basket(lines=[line]))

    def test_branch_is_found_by_name_or_registry(self):
        branch = self.new_company("Bazaar", parent=self.company)
        branch.company_registry = "B-2"
        for uuid, text in (("1", "Bazaar"), ("2", "B-2")):
            self.api.purchase_record(purchase=self.basket(uuid, branch=text))
        self.assertEqual(self.ali.purchase_ids.company_id, branch)
        self.assertEqual(self.ali.entry_ids.company_id, branch)

    def test_returns_go_the_way_back(self):
        self.grant(self.ali, 40)
        self.api.spend(
            key="1",
            member=self.ali.number,
            account="points",
            amount=10,
            reference="sale-1",
        )
        self.api.purchase_record(purchase=self.basket())
        answer = self.api.purchase_return(
            key="1", uuid="sale-1", lines=[{"line": "a", "quantity": 1}]
        )
        self.assertEqual(
            set(answer),
            {
                "uuid",
                "taken_back",
                "taken",
                "given_back",
                "entries",
                "balances",
                "replayed",
            },
        )
        self.assertEqual(answer["taken"], {"points": 20})
        self.assertEqual(answer["taken_back"], 20)
        self.assertEqual(answer["given_back"]["points"], 4)
        self.assertEqual(
            [entry["origin"]["purchase"] for entry in answer["entries"]],
            ["sale-1", "sale-1"],
        )
        with self.assertClubError("over_return"):
            self.api.purchase_return(
                key="2", uuid="sale-1", lines=[{"line": "a", "quantity": 2}]
            )
        self.assertInvalid(
            "lines",
            "purchase_return",
            key="2",
            uuid="sale-1",
            lines=[{"line": "z", "quantity": 1}],
        )
        rest = self.api.purchase_return(key="2", uuid="sale-1")
        self.assertEqual((rest["taken_back"], rest["given_back"]["points"]), (30, 6))
        self.assertEqual(rest["balances"]["points"]["available"], 40)
        with self.assertClubError("over_return"):
            self.api.purchase_return(key="3", uuid="sale-1")
        with self.assertClubError("unknown_purchase"):
            self.api.purchase_return(key="3", uuid="sale-2")

    def test_one_purchase_more_costs_no_more_queries(self):
        counts = []
        for uuid, lines in (("warm", 1), ("one", 1), ("hundred", 100)):
            items = [
                {"sku": "TEA", "quantity": 1, "unit_price": 9} for _ in range(lines)
            ]
            basket = self.basket(uuid, lines=items)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.api.purchase_record(purchase=basket)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        # One of them is the fact for segments, where that addon is there.
        self.assertLessEqual(counts[1], 36)
        # A hundred lines are inserted in batches, and that is all.
        self.assertLessEqual(counts[2] - counts[1], 4)


@tagged("post_install", "-at_install")
class TestApiAmounts(ApiCase):
    def spend_args(self, key="1", **values):
        return {
            "key": key,
            "member": self.ali.number,
            "account": "points",
            "amount": 10,
            **values,
        }

    def test_hold_capture_and_release(self):
        self.api.top_up(key="1", member=self.ali.number, amount="20.00")
        held = self.api.hold_create(
            key="1", member=self.ali.number, account="wallet", amount=8, reference="s"
        )
        self.assertEqual(set(held), {"hold", "expires_at", "balances", "replayed"})
        self.assertEqual(held["expires_at"], "2026-05-10T12:15:00Z")
        self.assertEqual(held["balances"]["wallet"]["held"], "8.00")
        with self.assertClubError("limit_exceeded"):
            self.api.hold_capture(key="1", hold=held["hold"], amount="8.01")
        captured = self.api.hold_capture(key="1", hold=held["hold"], amount="5.5")
        (entry,) = captured["entries"]
        self.assertEqual(
            (entry["amount"], entry["balance"], entry["reference"]),
            ("-5.50", "14.50", "s"),
        )
        self.assertEqual(entry["origin"]["hold"], held["hold"])
        self.assertEqual(captured["balances"]["wallet"]["available"], "14.50")
        with self.assertClubError("hold_closed"):
            self.api.hold_capture(key="2", hold=held["hold"])
        second = self.api.hold_create(
            key="2", member=self.ali.number, account="wallet", amount=8, seconds=60
        )
        freed = self.api.hold_release(key="2", hold=second["hold"])
        self.assertEqual(freed["entries"], [])
        self.assertEqual(freed["balances"]["wallet"]["available"], "14.50")
        with self.assertClubError("hold_closed"):
            self.api.hold_release(key="3", hold=second["hold"])

    def test_hold_times_out(self):
        self.grant(self.ali, 10)
        held = self.api.hold_create(**self.spend_args(seconds=60))
        with freeze_time("2026-05-10 12:01:01"):
            for method in ("hold_capture", "hold_release"):
                with self.subTest(method), self.assertClubError("hold_expired"):
                    getattr(self.api, method)(key="1", hold=held["hold"])

    def test_a_hold_belongs_to_who_made_it(self):
        """Not to another integration; a till's to nobody's call."""
        self.grant(self.ali, 30)
        held = self.api.hold_create(**self.spend_args(amount=5))["hold"]
        till = self.env["res.users"].browse(self.env.uid)  # any record will do
        tills = self.ledger._hold(self.account(self.ali), 5, 900, maker=till).id
        other = self.user("other", "loyalty_club.group_integration")
        for user, hold in (
            (other, held),
            (self.users["integration"], tills),
            (self.users["manager"], tills),
        ):
            api = self.api.with_user(user)
            for method in ("hold_capture", "hold_release"):
                with (
                    self.subTest(method, user=user.name),
                    self.assertClubError("invalid_payload"),
                ):
                    getattr(api, method)(key="1", hold=hold)
        self.api.hold_release(key="1", hold=held)

    def test_spend_never_more_than_there_is(self):
        self.grant(self.ali, 10)
        answer = self.api.spend(**self.spend_args())
        self.assertEqual(answer["entries"][0]["amount"], -10)
        for method in ("spend", "hold_create"):
            with self.subTest(method), self.assertClubError("insufficient_balance"):
                getattr(self.api, method)(**self.spend_args("2", amount=1))

    def test_grant_up_to_the_callers_cap(self):
        self.club.write(
            {
                "cap_integration_points": 100,
                "cap_integration_money": 5,
                "cap_manager_points": 200,
            }
        )
        given = self.api.grant(
            **self.spend_args(
                amount=100, reason="sorry", note="Broken", expires_on="2026-06-30"
            )
        )
        (entry,) = given["entries"]
        self.assertEqual(
            (entry["amount"], entry["reason"], entry["reference"]),
            (100, "sorry", "Broken"),
        )
        self.assertEqual(
            given["balances"]["points"]["expiring"],
            [{"amount": 100, "on": "2026-06-30"}],
        )
        with self.assertClubError("needs_approval"):
            self.api.grant(**self.spend_args("2", amount=101, reason="sorry"))
        with self.assertClubError("needs_approval"):
            self.api.grant(
                **self.spend_args("2", account="credit", amount="5.01", reason="sorry")
            )
        self.assertFalse(self.env["loyalty.club.request"].search([]))
        self.api_of("manager").grant(**self.spend_args("2", amount=101, reason="sorry"))

    def test_grant_needs_a_reason_to_give(self):
        self.env["loyalty.club.reason"].create(
            {"name": "Fraud", "code": "fraud", "direction": "take"}
        )
        for reason in ("nothing", "fraud"):
            self.assertInvalid(
                "reason", "grant", **self.spend_args(amount=1, reason=reason)
            )
        self.assertInvalid(
            "expires_on",
            "grant",
            **self.spend_args(amount=1, reason="sorry", expires_on="2026-05-09"),
        )

    def test_transfer_within_the_clubs_limits(self):
        sara = self.member("Sara")
        self.grant(self.ali, 100)
        self.club.write({"transfer_max": 30, "transfer_max_month": 50})
        args = {"to_member": sara.number}
        answer = self.api.transfer(**self.spend_args(amount=30, **args))
        self.assertEqual([e["amount"] for e in answer["entries"]], [-30, 30])
        self.assertEqual(answer["balances"]["points"]["available"], 70)
        with self.assertClubError("limit_exceeded"):
            self.api.transfer(**self.spend_args("2", amount=31, **args))
        with self.assertClubError("limit_exceeded"):
            self.api.transfer(**self.spend_args("2", amount=21, **args))
        self.api.transfer(**self.spend_args("2", amount=20, **args))
        with freeze_time("2026-06-01 00:00:01"):
            self.api.transfer(**self.spend_args("3", amount=30, **args))
        self.assertEqual(self.available(sara), 80)
        self.assertInvalid(
            "to_member",
            "transfer",
            **self.spend_args("4", to_member=self.ali.number),
        )

    def test_the_month_of_transfers_is_the_clubs_own(self):
        sara = self.member("Sara")
        self.grant(self.ali, 100)
        self.club.write(
            {"transfer_max_month": 10, "calendar": "jalali", "tz": "Asia/Tehran"}
        )
        # 20:30 UTC on 21 May 2026 is the midnight that begins Khordad 1405.
        with freeze_time("2026-05-21 20:29:00"):
            self.api.transfer(**self.spend_args("1", to_member=sara.number))
            with self.assertClubError("limit_exceeded"):
                self.api.transfer(
                    **self.spend_args("2", amount=1, to_member=sara.number)
                )
        with freeze_time("2026-05-21 20:31:00"):
            self.api.transfer(**self.spend_args("2", to_member=sara.number))

    def test_who_is_not_active_gets_and_gives_nothing(self):
        sara = self.member("Sara")
        self.grant(self.ali, 10)
        self.grant(sara, 10)
        sara.state = "paused"
        refused = {
            "purchase_quote": {"purchase": self.basket(member=sara.number)},
            "purchase_record": {"purchase": self.basket(member=sara.number)},
            "spend": self.spend_args(member=sara.number),
            "hold_create": self.spend_args(member=sara.number),
            "top_up": {"key": "1", "member": sara.number, "amount": 1},
            "grant": self.spend_args(member=sara.number, reason="sorry"),
            "transfer": self.spend_args(to_member=sara.number),
        }
        for method, args in refused.items():
            with self.subTest(method), self.assertClubError("member_blocked"):
                getattr(self.api, method)(**args)

    def test_more_than_can_be_told_is_refused(self):
        self.club.cap_integration_points = 2**31 - 1
        self.grant(self.ali, 2**30)
        args = self.spend_args(amount=2**30, reason="sorry")
        with self.assertClubError("limit_exceeded"):
            self.api.grant(**args)

    def test_a_purchase_never_earns_more_than_an_account_holds(self):
        self.club.points_program_id.rule_ids.reward_point_amount = 1000
        lines = [{"name": "Ship", "quantity": 1, "unit_price": 10**12}]
        with self.assertClubError("limit_exceeded"):
            self.api.purchase_record(purchase=self.basket(lines=lines))

    def test_money_is_rounded_by_the_currency(self):
        self.euro.rounding = 0.05
        answer = self.api.top_up(key="1", member=self.ali.number, amount=1.075)
        self.assertEqual(answer["balances"]["wallet"]["available"], "1.10")

    def test_statement_pages_through_the_entries(self):
        self.grant(self.ali, 5)
        self.api.purchase_record(purchase=self.basket())
        self.api.top_up(key="1", member=self.ali.number, amount=3)
        all_of_it = self.api.statement(member=self.ali.number)["entries"]
        self.assertEqual(
            [(e["kind"], e["amount"], e["balance"]) for e in all_of_it],
            [("bonus", 5, 5), ("earn", 50, 55), ("top_up", "3.00", "3.00")],
        )
        self.assertEqual(set(all_of_it[0]), ENTRY | {"trace"})
        today = self.club._today().isoformat()
        self.assertEqual(
            [(e["issued"], e["effective_on"]) for e in all_of_it],
            [(5, today), (50, today), ("3.00", today)],
        )
        self.assertEqual(all_of_it[1]["trace"][0]["points"], 50)
        page = self.api.statement(
            member=self.ali.number, account="points", after=all_of_it[0]["id"], limit=1
        )
        self.assertEqual(page["entries"], [all_of_it[1]])


@tagged("post_install", "-at_install")
class TestApiCalls(ApiCase):
    def calls(self):
        """A valid call of each method."""
        self.grant(self.ali, 100)
        sara = self.member("Sara", mobile="09350000000")
        gone = self.member("Gone", mobile="09350000009")
        self.api.purchase_record(purchase=self.basket("returned"))
        holds = [
            self.api.hold_create(
                key=f"made {n}", member=self.ali.number, account="points", amount=5
            )["hold"]
            for n in range(2)
        ]
        amount = {"member": self.ali.number, "account": "points", "amount": 5}
        return {
            "enroll": {"key": "k", "name": "New"},
            "member_get": {"member": self.ali.number},
            "member_update": {"key": "k", "member": self.ali.number, "name": "A"},
            "member_erase": {"key": "k", "member": gone.number, "reason": "asked"},
            "purchase_quote": {"purchase": self.basket()},
            "purchase_record": {"purchase": self.basket("k")},
            "purchase_return": {"key": "k", "uuid": "returned"},
            "hold_create": {"key": "k", **amount},
            "hold_capture": {"key": "k", "hold": holds[0]},
            "hold_release": {"key": "k", "hold": holds[1]},
            "spend": {"key": "k", **amount},
            "top_up": {"key": "k", "member": self.ali.number, "amount": 5},
            "grant": {"key": "k", **amount, "reason": "sorry"},
            "transfer": {"key": "k", **amount, "to_member": sara.number},
            "statement": {"member": self.ali.number},
        }

    def rows(self):
        """Number of rows of each table that a call may write."""
        self.env.flush_all()
        counts = {}
        for model in self.env.registry.values():
            name = model._table
            if (
                model._auto
                and not model._abstract
                and (name.startswith("loyalty_") or name == "res_partner")
            ):
                self.env.cr.execute(f'SELECT count(*) FROM "{name}"')
                counts[name] = self.env.cr.fetchone()[0]
        return counts

    def test_no_text_that_is_kept_has_a_bank_card_s_number(self):
        number = "6037 9900 0000 0006"  # a test number with a right check digit
        member, amount = self.ali.number, {"account": "points", "amount": 5}
        for field, method, values in (
            ("reference", "spend", {"member": member, **amount}),
            ("reference", "hold_create", {"member": member, **amount}),
            ("reference", "top_up", {"member": member, "amount": 5}),
            ("note", "grant", {"member": member, **amount, "reason": "sorry"}),
            ("reason", "member_erase", {"member": member}),
        ):
            with self.subTest(method):
                text = f"Paid by {number}"
                self.assertInvalid(field, method, key="k", **{**values, field: text})
        cup = {"quantity": 1, "unit_price": 20}
        for field, values in (
            ("reference", {"reference": number}),
            ("channel", {"channel": number}),
            ("branch", {"branch": number}),
            ("lines[0].name", {"lines": [{**cup, "name": number}]}),
            (
                "lines[0].category",
                {"lines": [{**cup, "name": "X", "category": number}]},
            ),
            ("payments[0].method", {"payments": [{"method": number, "amount": 20}]}),
        ):
            with self.subTest(field):
                purchase = self.basket("k", **values)
                with self.assertClubError("invalid_payload") as caught:
                    self.api.purchase_record(purchase=purchase)
                self.assertIn(field.rpartition(".")[2], str(caught.exception))
                self.assertNotIn("0006", str(caught.exception))
        own = self.basket("k", reference="9876543210123452")
        self.assertEqual(self.api.purchase_record(purchase=own)["uuid"], "k")

    def test_the_whole_contract_is_there(self):
        self.assertEqual(set(self.calls()), set(METHODS))

    def test_the_same_key_gets_the_same_answer(self):
        for method, args in self.calls().items():
            if "key" not in args and method != "purchase_record":
                continue
            with self.subTest(method):
                first = getattr(self.api, method)(**args)
                before = self.rows()
                again = getattr(self.api, method)(**args, club="test")
                self.assertEqual(first.pop("replayed"), False)
                self.assertEqual(again.pop("replayed"), True)
                self.assertEqual(again, first)
                other = {**args, "amount": 6}
                if method == "purchase_record":
                    other = {"purchase": {**args["purchase"], "reference": "other"}}
                elif "amount" not in args:
                    changed = {
                        "enroll": {"name": "Other"},
                        "member_update": {"name": "Other"},
                        "member_erase": {"reason": "other"},
                        "purchase_return": {"uuid": "k"},
                        "hold_capture": {"amount": 1},
                        "hold_release": {"hold": 1},
                    }[method]
                    other = {**args, **changed}
                with self.assertClubError("key_conflict"):
                    getattr(self.api, method)(**other)
                self.assertEqual(self.rows(), before)

    def test_one_key_serves_each_method_and_club(self):
        self.new_club("second", self.company)
        for club in ("test", "second"):
            self.api.enroll(key="k", name="One", club=club)
        self.api.grant(
            key="k",
            member=self.ali.number,
            account="points",
            amount=1,
            reason="sorry",
            club="test",
        )

    def test_nobody_else_gets_in(self):
        calls = self.calls()
        before = self.rows()
        for kind in ("desk", "auditor", "internal", "seller"):
            for method, args in calls.items():
                call = getattr(self.api_of(kind), method)
                with self.subTest(kind, method=method), self.assertRaises(AccessError):
                    call(**args)
        self.assertEqual(self.rows(), before)
        # Control: the same calls are fine for a manager, who loads up to their cap.
        self.club.cap_manager_money = 1000
        for method, args in calls.items():
            with self.subTest(kind="manager", method=method):
                getattr(self.api_of("manager"), method)(**args)

    def test_arguments_are_named_known_and_there(self):
        for method, args in self.calls().items():
            with self.subTest(method):
                call = getattr(self.api, method)
                with self.assertClubError("invalid_payload"):
                    call("positional")
                self.assertInvalid("surprise", method, **args, surprise=1)
                with self.assertClubError("invalid_payload") as caught:
                    call(self=1)
                self.assertIn("self: is not known", str(caught.exception))
                required = {"key", "member", "purchase", "hold", "uuid"} & set(args)
                for name in required - ({"member"} if "hold" in args else set()):
                    rest = {k: v for k, v in args.items() if k != name}
                    self.assertInvalid(name, method, **rest)

    def test_values_that_make_no_sense(self):
        spend = {"key": "k", "member": self.ali.number, "account": "points"}
        wrong = [
            ("amount", "spend", {**spend, "amount": value})
            for value in (
                *(0, -1, 0.5, "1e3", "nan", "", None, True, [], 2**31, 10**40),
                *(float("nan"), float("inf"), -float("inf")),
            )
        ]
        wrong += [
            ("amount", "top_up", {"key": "k", "member": "1", "amount": 10**13}),
            ("hold", "hold_capture", {"key": "k", "hold": 2**31 - 1}),
            ("hold", "hold_capture", {"key": "k", "hold": "1"}),
            ("limit", "statement", {"member": self.ali.number, "limit": 501}),
            ("club", "member_get", {"member": self.ali.number, "club": "nowhere"}),
        ]
        for field, method, args in wrong:
            with self.subTest(field=field, method=method, args=repr(args)):
                self.assertInvalid(field, method, **args)

    def test_persons_that_make_no_sense(self):
        wrong = [
            ("key", {"key": ""}),
            ("key", {"key": "x" * 65}),
            ("key", {"key": 5}),
            ("name", {"name": "a\0b"}),
            ("name", {"name": "\ud800"}),
            ("name", {"name": None}),
            ("mobile", {"mobile": "02188776655"}),
            ("email", {"email": "nobody"}),
            ("gender", {"gender": ["male"]}),
            ("birthdate", {"birthdate": "1404-13-01"}),
            ("birthdate", {"birthdate": "2026-05-11"}),
            ("tags", {"tags": "tea"}),
            ("consent.fax", {"consent": {"fax": True}}),
            ("consent.sms", {"consent": {"sms": 1}}),
            ("identifiers[0].value", {"identifiers": [{"scheme": "barcode"}]}),
            (
                "identifiers[0].scheme",
                {"identifiers": [{"scheme": "number", "value": "1"}]},
            ),
        ]
        for field, values in wrong:
            with self.subTest(field=field, values=repr(values)):
                person = {"key": "k", "name": "A", **values}
                self.assertInvalid(field, "enroll", **person)

    def test_purchases_that_make_no_sense(self):
        line = {"name": "A", "quantity": 1, "unit_price": 1}
        wrong = {
            "date": [
                {"date": "2026-05-12T00:00:00Z"},
                {"date": "9999-12-31T23:59:59-23:00"},
                {"date": "0001-01-01T00:00:00+14:00"},
                {"date": "2026-02-09T08:00:00Z"},  # beyond the club's 90 days
                {"date": 5},
            ],
            "currency": [{"currency": "USD"}],
            "lines": [
                {"lines": []},
                {"lines": {}},
                {"lines": [{**line, "unit_price": -1}]},
            ],
            "lines[0].quantity": [
                {"lines": [{**line, "quantity": value}]} for value in (-1, "x", None)
            ],
            "lines[0].discount": [{"lines": [{**line, "discount": 101}]}],
            "lines[0].unit_price": [{"lines": [{"name": "A", "quantity": 1}]}],
            "lines[0].colour": [{"lines": [{**line, "colour": "red"}]}],
            "lines[1].line": [{"lines": [{**line, "line": 7}, {**line, "line": "7"}]}],
            "payments[0].amount": [{"payments": [{"method": "cash"}]}],
            "points": [{"points": 1000000}],
        }
        for field, baskets in wrong.items():
            for basket in baskets:
                with self.subTest(field=field, basket=repr(basket)):
                    self.assertInvalid(
                        field, "purchase_record", purchase=self.basket(**basket)
                    )
        # Control: old purchases within the club's bound, and a clock that is a little
        # ahead, are fine.
        for uuid, moment in (("1", "2026-02-10 18:55:24"), ("2", "2026-05-10T13:00Z")):
            self.api.purchase_record(purchase=self.basket(uuid, date=moment))

    def test_the_club_left_out_is_the_only_one(self):
        self.api.member_get(member=self.ali.number)
        self.new_club("second", self.company)
        self.assertInvalid("club", "member_get", member=self.ali.number)
        self.api.member_get(member=self.ali.number, club="test")
        with self.assertClubError("unknown_member"):
            self.api.member_get(member=self.ali.number, club="second")


@tagged("post_install", "-at_install")
class TestApiCompanies(TwoCompaniesCase):
    def test_each_caller_sees_his_own_clubs(self):
        ali = self.member("Ali", mobile="09121234567")
        south = self.user(
            "south", "loyalty_club.group_integration", companies=self.south
        )
        api = self.env(user=south, context={})["loyalty.club"]
        with self.assertClubError("invalid_payload"):
            api.member_get(member=ali.number, club="test")
        with self.assertClubError("unknown_member"):
            api.member_get(member=ali.number)

    def test_a_branch_works_for_the_club_above_it(self):
        ali = self.member("Ali")
        branch = self.user(
            "branch", "loyalty_club.group_integration", companies=self.north_1
        )
        api = self.env(user=branch, context={})["loyalty.club"]
        basket = {
            "uuid": "1",
            "member": ali.number,
            "lines": [{"name": "A", "quantity": 1, "unit_price": 10}],
        }
        api.purchase_record(purchase=basket)
        self.assertEqual(ali.purchase_ids.company_id, self.north_1)
        # Another branch's name is kept as a text: it isn't the caller's to write for.
        api.purchase_record(purchase={**basket, "uuid": "2", "branch": "North 2"})
        self.assertEqual(ali.purchase_ids.company_id, self.north_1)

    def test_a_hold_of_another_club_is_unknown(self):
        zoe = self.member("Zoe", club=self.south_club)
        self.grant(zoe, 10)
        hold = self.ledger._hold(self.account(zoe), 5, 900)
        api = self.env(user=self.users["integration"], context={})["loyalty.club"]
        with self.assertClubError("invalid_payload"):
            api.hold_capture(key="1", hold=hold.id)
