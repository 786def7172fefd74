"""Whatever is sent where: each method answers, or refuses with a code."""

from collections.abc import Callable
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time

from ..exceptions import CODES, ClubError
from .common import ClubCase

NAN, INFINITY = float("nan"), float("inf")
# What JSON and XML-RPC can bring where something else is meant.
WRONG = (
    None, True, False, 0, -1, 7, 2**31, 2**63, 10**400, 0.5, NAN, INFINITY, -INFINITY,
    "", " ", "\0", "\ud800", "\u200c", "x" * 5000, "NaN", "Infinity", "1e400", "0x10",
    "۱۲", "2026-02-30", "9999-12-31T23:59:59-14:00", [], [[]], [None], [NAN], ["x", 1],
    {}, {"": ""}, {"id": 1}, {"value": NAN}, [{}], b"\xff", date(2026, 3, 1),
    datetime(2026, 3, 1),
)  # fmt: skip
# Of these, what is put deep into a purchase, where all is checked by the same code.
DEEP = (
    None,
    True,
    -1,
    10**400,
    NAN,
    INFINITY,
    "",
    "\ud800",
    [],
    [None],
    {"": ""},
    b"\xff",
)
LINE = {"line": "1", "name": "Tea", "quantity": 1, "unit_price": 10}


def replaced(value, wrong):
    """``value`` with each part of it, however deep, replaced: yields one at a time."""
    yield wrong
    if isinstance(value, dict):
        for name, part in value.items():
            for other in replaced(part, wrong):
                yield {**value, name: other}
    elif isinstance(value, list):
        for index, part in enumerate(value):
            for other in replaced(part, wrong):
                yield [*value[:index], other, *value[index + 1 :]]


@freeze_time("2026-05-10 09:00:00")
class TestWrongTypes(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club.write({"cap_integration_points": 10**6})
        cls.ali, cls.sara = cls.member("Ali", mobile="09121234567"), cls.member("Sara")
        for account in ("points", "wallet", "credit"):
            cls.grant(cls.ali, 1000, account)
        cls.api = cls.env["loyalty.club"].with_user(cls.users["integration"])
        cls.held = cls.api.hold_create(
            key="held", member=cls.ali.number, account="points", amount=10
        )["hold"]
        cls.api.purchase_record(purchase=cls._purchase("sold"))
        cls.right = {
            "club": "test",
            "key": "new",
            "member": cls.ali.number,
            "to_member": cls.sara.number,
            "mobile": "09351234567",
            "name": "Reza",
            "email": "reza@example.com",
            "birthdate": "1990-03-21",
            "gender": "male",
            "referral_code": cls.sara.number,
            "identifiers": [{"scheme": "barcode", "value": "LC-77"}],
            "tags": ["Tea"],
            "consent": {"sms": True},
            "purchase": cls._purchase("more"),
            "uuid": "sold",
            "lines": [{"line": "1", "quantity": 1}],
            "date": "2026-05-09T10:00:00Z",
            "account": "points",
            "amount": 5,
            "seconds": 60,
            "reference": "basket",
            "hold": cls.held,
            "reason": "goodwill",
            "note": "For the wait",
            "expires_on": "2026-12-31",
            "after": 0,
            "limit": 5,
        }

    @classmethod
    def _purchase(cls, uuid):
        return {
            "uuid": uuid,
            "member": cls.ali.number,
            "date": "2026-05-09T10:00:00Z",
            "channel": "app",
            "branch": "North",
            "currency": "EUR",
            "lines": [
                {**LINE, "discount": 0, "total": 10, "untaxed": 9, "category": "Food"},
                {"line": "2", "sku": "-", "product_id": 1, "name": "?", "quantity": 1,
                 "total": 1},
            ],
            "payments": [{"method": "card", "amount": "11"}],
            "reference": "order 5",
        }  # fmt: skip

    def methods(self):
        """The API's methods, of all addons that are installed: name to its checks."""
        found = {}
        for name in dir(type(self.api)):
            method = getattr(type(self.api), name)
            if isinstance(method, Callable) and hasattr(method, "checks"):
                found[name] = method.checks
        self.assertIn("purchase_record", found)
        self.assertGreater(len(found), 13)
        return found

    def call(self, method, sent):
        """What it says to this: the code of its refusal, or "answered"."""
        try:
            with self.env.cr.savepoint() as savepoint:
                answer = getattr(self.api, method)(**sent)
                self.assertIsInstance(answer, dict)
                savepoint.rollback()
            return "answered"
        except ClubError as error:
            self.assertIn(error.code, CODES)
            return error.code
        except AccessError:
            return "access"
        finally:
            self.env.invalidate_all()

    def test_each_argument_of_each_method(self):
        for method, checks in self.methods().items():
            sent = {
                name: value
                for name, value in self.right.items()
                if name in checks and name not in ("after", "limit")
            }
            if method == "segment_moves":
                sent = {"club": "test"}
            with self.subTest(method):
                self.assertEqual(self.call(method, sent), "answered")
            for name in [*checks, "unknown"]:
                for wrong in WRONG:
                    values = [wrong]
                    if wrong in DEEP:
                        values = replaced(sent.get(name), wrong)
                    for value in values:
                        said = {**sent, name: value}
                        try:
                            self.call(method, said)
                        except Exception as error:
                            with self.subTest(method, name=name, sent=repr(value)[:80]):
                                raise AssertionError(repr(error)[:300]) from error

    def test_a_refused_call_writes_nothing(self):
        counted = ("entry", "purchase", "call", "member", "hold", "identifier")
        models = [self.env[f"loyalty.club.{name}"] for name in counted]
        before = [model.search_count([]) for model in models]
        for method, name, wrong in (
            ("grant", "amount", NAN),
            ("enroll", "name", "\u200c"),
            ("purchase_record", "purchase", {**self._purchase("x"), "payments": NAN}),
            ("spend", "reference", ["basket"]),
        ):
            checks = self.methods()[method]
            sent = {k: v for k, v in self.right.items() if k in checks}
            self.assertEqual(
                self.call(method, {**sent, name: wrong}), "invalid_payload"
            )
        self.assertEqual([model.search_count([]) for model in models], before)

    def test_whatever_context_comes_with_a_call(self):
        for wrong in WRONG:
            for name in ("lang", "tz", "allowed_company_ids", "uid", "default_name"):
                context = {name: wrong}
                if name != "allowed_company_ids":
                    context["allowed_company_ids"] = self.company.ids
                with self.subTest(name, sent=repr(wrong)[:40]):
                    api = self.api.with_context(**context)
                    try:
                        found = api.member_get(member=self.ali.number)
                        self.assertEqual(found["name"], "Ali")
                    except (ClubError, AccessError):
                        self.assertEqual(name, "allowed_company_ids")
        desk = self.api.with_user(self.users["desk"]).with_context(lang=["fa_IR"])
        with self.assertRaises(AccessError):
            desk.member_get(member=self.ali.number)
        with self.assertClubError("unknown_member"):
            self.api.with_context(lang=["fa_IR"]).member_get(member="nobody")

    # ------------------------------------------------------------------ screens

    def refused(self, method, *args):
        """Whether it is refused as people are: no traceback, and nothing written."""
        try:
            with self.env.cr.savepoint():
                method(*args)
                self.env.flush_all()
        except (UserError, ValidationError, AccessError):
            self.env.invalidate_all()
            return True
        return False

    def test_requests_are_about_finite_amounts(self):
        requests = self.env["loyalty.club.request"].with_user(self.users["desk"])
        values = {
            "member_id": self.ali.id,
            "account": "points",
            "reason_id": self.env.ref("loyalty_club.reason_goodwill").id,
        }
        request = requests.create({**values, "amount": 5})
        for amount in (NAN, INFINITY, -INFINITY, 1e300):
            with self.subTest(amount):
                self.assertTrue(
                    self.refused(requests.create, {**values, "amount": amount})
                )
                self.assertTrue(self.refused(request.write, {"amount": amount}))
        self.assertEqual(request.amount, 5)

    def test_policies_and_tiers_are_finite(self):
        club = self.club.with_user(self.users["manager"])
        tier = self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "Gold", "code": "gold", "threshold": 10}
        )
        for record in (club, tier.with_user(self.users["manager"])):
            for name, field in record._fields.items():
                if not field.store or field.readonly:
                    continue
                if field.type not in ("float", "monetary", "integer") or (
                    name == "sequence"
                ):
                    continue
                before = record[name]
                for amount in (NAN, INFINITY, -INFINITY):
                    with self.subTest(name, amount=amount):
                        self.assertTrue(self.refused(record.write, {name: amount}))
                        self.assertEqual(record[name], before)

    def test_nobody_joins_without_a_name(self):
        joins = self.env["loyalty.club.member.join"].with_user(self.users["desk"])
        for name in ("", " ", "\u200c", "\u200e \u200f", False):
            for mobile in ("09361234567", False, " "):
                values = {"club_id": self.club.id, "name": name, "mobile": mobile}
                with self.subTest(values), self.assertClubError("invalid_payload"):
                    joins.create(values).action_join()
            with self.subTest(name), self.assertClubError("invalid_payload"):
                self.ali.with_user(self.users["desk"]).name = name
        self.assertEqual(self.ali.name, "Ali")
        join = joins.create(
            {"club_id": self.club.id, "name": " Mina ", "mobile": "09361234567"}
        )
        found = self.env["loyalty.club.member"].browse(join.action_join()["res_id"])
        self.assertEqual(found.name, "Mina")

    def test_the_key_of_a_name_follows_the_name(self):
        editor = self.user("editor", "base.group_partner_manager")
        contacts = self.env["res.partner"].with_user(editor)
        contact = contacts.create({"name": "Nadia", "club_name_key": "sara"})
        self.assertEqual(contact.club_name_key, "nadia")
        contact.write({"club_name_key": "ali", "comment": "x"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(contact.club_name_key, "nadia")
        contact.write({"name": "Mina", "club_name_key": "sara"})
        self.assertEqual(contact.club_name_key, "mina")

    def test_how_far_a_daily_job_got_is_nobody_s_to_say(self):
        club = self.club.with_user(self.users["manager"])
        for name in ("requalify_day", "birthday_day", "birthday_until"):
            with self.subTest(name), self.assertRaises(AccessError):
                club.write({name: "2020-01-01"})
