"""Values in a caller's context, or in their own defaults, get nowhere."""

import json

from odoo.exceptions import AccessError
from odoo.service.model import call_kw

from .common import ClubCase

VALUES = {
    "boolean": True,
    "char": "Forged",
    "text": "Forged",
    "html": "<p>Forged</p>",
    "integer": 77,
    "float": 77.0,
    "monetary": 77.0,
    "date": "2001-01-01",
    "datetime": "2001-01-01 00:00:00",
    "many2one": 1,
    "many2one_reference": 1,
    "json": {"forged": 1},
    "one2many": [(0, 0, {})],
    "many2many": [(6, 0, [1])],
}
# What our actions propose where nobody can type it; the button checks it.
PROPOSED = {
    "loyalty.club.card.replace": {"member_id", "identifier_id", "what"},
    "loyalty.club.exception.attribute": {"exception_id"},
    "loyalty.club.limit.request": {"club_id"},
    "loyalty.club.member.erase": {"member_id"},
    "loyalty.club.member.join": {"club_id", "partner_id", "name", "mobile", "email"},
    "loyalty.club.member.merge": {"member_id"},
    "loyalty.club.request": {"member_id", "account"},
    "loyalty.club.take.over": {"club_id"},
    "loyalty.club.tier": {"club_id"},
    "loyalty.club.tier.publish": {"club_id"},
}


class TestRightsDefaults(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.club.write({"cap_desk_points": 10, "cap_manager_points": 100})
        cls.ali = cls.member("Ali")
        cls.manager = cls.users["manager"]
        cls.second = cls.user("second", "loyalty_club.group_manager")
        cls.reason = cls.env.ref("loyalty_club.reason_goodwill")

    def guarded(self):
        """(model, names of guarded fields) of all that is ours."""
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not model._abstract and (fields := model._club_guarded_fields()):
                yield model, sorted(fields)

    def value(self, field):
        if field.type == "selection":
            return field.get_values(self.env)[-1]
        return VALUES.get(field.type, "Forged")

    def test_no_guarded_field_takes_a_value_from_the_context(self):
        count = 0
        for model, names in self.guarded():
            wished = {f"default_{n}": self.value(model._fields[n]) for n in names}
            ours = model._name.startswith("loyalty.club")
            for who in [self.env.user, self.manager][: 1 + ours]:
                plain = model.with_user(who)
                expected = plain._add_missing_default_values({})
                for name, wish in wished.items():
                    field = name.removeprefix("default_")
                    with self.subTest(model._name, field=field, by=who.login):
                        got = plain.with_context(
                            **{name: wish}
                        )._add_missing_default_values({})
                        self.assertEqual(got.get(field), expected.get(field))
                        count += 1
        self.assertGreater(count, 500)

    def test_all_fields_of_ours_are_guarded(self):
        """Native models too: what an addon of ours adds to them takes no wishes."""
        ours = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if name.startswith("loyalty.club") and not model._abstract:
                open_fields = set(model._fields) - model._club_guarded_fields()
                self.assertEqual(open_fields, PROPOSED.get(name, set()), name)
                ours += 1
        self.assertGreater(ours, 20)
        for name, fields in {
            "loyalty.card": {"member_id", "club_pending", "club_debt"},
            "loyalty.program": {"club_id", "club_account"},
            "loyalty.rule": {"club_per_amount"},
            "pos.order": {"club_receipt", "club_exception_ids"},
            "pos.config": {"club_id"},
        }.items():
            if name in self.env:
                self.assertLessEqual(fields, self.env[name]._club_guarded_fields())

    def test_native_fields_take_them_as_ever(self):
        """Negative control: without the guard a value does come from the context."""
        partner = self.env["res.partner"].with_context(default_ref="Wished")
        self.assertEqual(partner.create({"name": "X"}).ref, "Wished")
        wish = {"default_expiration_date": "2030-01-01"}
        card = self.env["loyalty.card"].with_context(**wish)
        values = card._add_missing_default_values({})
        self.assertEqual(str(values["expiration_date"]), "2030-01-01")

    # ------------------------------------------------------------------ four eyes

    def ask(self, user, amount, context):
        env = self.env(user=user.id)
        values = {
            "member_id": self.ali.id,
            "account": "points",
            "amount": amount,
            "reason_id": self.reason.id,
        }
        [request_id] = call_kw(
            env["loyalty.club.request"], "create", [[values]], {"context": context}
        )
        return env["loyalty.club.request"].browse(request_id)

    def test_nobody_asks_as_somebody_else(self):
        context = {
            "default_user_id": self.second.id,
            "default_state": "waiting",
            "default_decided_by_id": self.second.id,
        }
        request = self.ask(self.manager, 5_000_000, context)
        self.assertEqual(request.user_id, self.manager)
        self.assertEqual(request.state, "draft")
        request.action_submit()
        with self.assertRaises(AccessError):
            request.action_approve()
        self.assertFalse(self.entries(self.ali))

    def test_one_s_own_defaults_are_no_way_round_either(self):
        """Every employee may set such defaults for themself."""
        fields = self.env["ir.model.fields"]
        for name, value in (("user_id", self.second.id), ("state", "waiting")):
            self.env["ir.default"].with_user(self.manager).create(
                {
                    "field_id": fields._get("loyalty.club.request", name).id,
                    "user_id": self.manager.id,
                    "json_value": json.dumps(value),
                }
            )
        request = self.ask(self.manager, 5_000_000, {})
        self.assertEqual((request.user_id, request.state), (self.manager, "draft"))

    def test_nobody_joins_without_a_tier_by_a_flag(self):
        self.env["loyalty.club.tier"].create(
            {"club_id": self.club.id, "name": "All", "code": "all", "threshold": 0}
        )
        flagged = self.env(context={"loyalty_club_tiers_later": True})
        member, _created = flagged["loyalty.club.member"]._enrol(
            self.club, {"name": "Sara"}
        )
        self.assertEqual(member.tier_id.code, "all")
