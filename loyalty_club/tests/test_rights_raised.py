"""What a caller sends never runs with raised rights: commands, ids, contexts."""

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import SQL, mute_logger

from ..rights import raised
from .common import ClubCase

# The links that a desk may change: a member's interests, among the tags that it reads.
MEANT = {("loyalty.club.member", "interest_ids")}
TEXT = ("char", "text", "html")


class TestRightsRaised(ClubCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.member("Ali", mobile="09121234567", email="ali@example.com")
        cls.grant(cls.ali, 100)
        cls.desk = cls.users["desk"]
        cls.tag = cls.env["res.partner.category"].create({"name": "Tea"})
        cls.message = cls.company.partner_id.message_post(body="Secret of the board")
        cls.file = cls.env["ir.attachment"].create(
            {"name": "private.txt", "raw": b"private", "res_model": "res.users"}
        )

    def call(self, model, method, *args, context=None, user=None):
        env = self.env(user=(user or self.desk).id)
        context = {**env.context, **(context or {})}
        answer = call_kw(env[model], method, list(args), {"context": context})
        env.flush_all()
        return answer

    def refused(self, *args, **options):
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.call(*args, **options)
        except (UserError, psycopg2.IntegrityError):
            self.env.invalidate_all()
        else:
            self.fail("nobody refused")

    # ------------------------------------------------------------------ members

    def test_messages_of_others_are_not_reached_through_a_member(self):
        nested = {"attachment_ids": [(1, self.file.id, {"public": True})]}
        for commands in (
            [(1, self.message.id, {"body": "Forged"})],
            [(1, self.message.id, nested)],
            [(4, self.message.id)],
            [(6, 0, [self.message.id])],
            [(2, self.message.id)],
            [(0, 0, {"body": "Forged", "author_id": self.env.user.partner_id.id})],
        ):
            for field in ("message_ids", "message_follower_ids", "activity_ids"):
                with self.subTest(field, commands=commands):
                    self.refused(
                        "loyalty.club.member", "write", [self.ali.id], {field: commands}
                    )
        self.assertIn("Secret of the board", self.message.body)
        self.assertEqual(self.message.model, "res.partner")
        self.assertFalse(self.file.public)

    def test_plain_values_alone_are_written(self):
        for value in ({"name": "x"}, ["x"], [(0, 0, {})]):
            for field in ("name", "mobile", "email", "birthdate_date", "gender"):
                with self.subTest(field, value=value):
                    self.refused(
                        "loyalty.club.member", "write", [self.ali.id], {field: value}
                    )
        self.call("loyalty.club.member", "write", [self.ali.id], {"name": "Ali Karimi"})
        self.assertEqual(self.ali.partner_id.name, "Ali Karimi")

    def test_interests_are_linked_and_not_written(self):
        def write(commands):
            return (
                "loyalty.club.member",
                "write",
                [self.ali.id],
                {"interest_ids": commands},
            )

        self.refused(*write([(0, 0, {"name": "Forged"})]))
        self.refused(*write([(1, self.tag.id, {"name": "Forged"})]))
        self.refused(*write([(2, self.tag.id)]))
        self.refused(*write([(4, self.tag.id + 1000)]))
        self.refused(*write([(4, "1")]))
        self.call(*write([(4, self.tag.id)]))
        self.assertEqual(self.ali.interest_ids, self.tag)
        self.call(*write([(3, self.tag.id)]))
        self.assertFalse(self.ali.interest_ids)
        self.call(*write([(6, 0, [self.tag.id])]))
        self.assertEqual(self.ali.interest_ids, self.tag)

    def test_a_referrer_is_a_member_of_the_club_whom_the_caller_sees(self):
        south = self.new_company("South")
        club = self.new_club("south", south)
        stranger, friend = self.member("Sara", club=club), self.member("Reza")

        def write(value):
            values = {"referrer_id": value}
            return ("loyalty.club.member", "write", [self.ali.id], values)

        self.refused(*write(stranger.id))
        self.refused(*write(self.ali.id))
        self.refused(*write([(0, 0, {})]))
        self.call(*write(friend.id))
        self.assertEqual(self.ali.referrer_id, friend)

    # ------------------------------------------------------------------ contexts

    def test_joining_creates_a_contact_and_no_user(self):
        """Odoo drops default values where rights are raised, and so do we."""
        admins = self.env.ref("base.group_system")
        forged = {"login": "forged", "name": "X", "group_ids": [(4, admins.id)]}
        context = {
            "default_user_ids": [(0, 0, forged)],
            "default_is_company": True,
            "default_comment": "Forged",
            "default_parent_id": self.company.partner_id.id,
        }
        values = {"club_id": self.club.id, "name": "Sara", "mobile": "09351112233"}
        wizard = self.call("loyalty.club.member.join", "create", [values])
        action = self.call(
            "loyalty.club.member.join", "action_join", wizard, context=context
        )
        partner = self.env["loyalty.club.member"].browse(action["res_id"]).partner_id
        self.assertFalse(partner.user_ids)
        self.assertFalse(partner.is_company or partner.comment or partner.parent_id)
        users = self.env["res.users"].search([("login", "=", "forged")])
        self.assertFalse(users)

    def test_of_a_context_only_who_and_where_is_raised(self):
        flags = {
            "tracking_disable": True,
            "mail_notrack": True,
            "active_test": False,
            "loyalty_club_flow": "x",
            "default_state": "posted",
            "lang": "fa_IR",
            "allowed_company_ids": self.company.ids,
        }
        context = raised(
            self.ali.with_user(self.desk).with_context(**flags)
        ).env.context
        self.assertEqual(set(context), {"lang", "allowed_company_ids"})
        mark = object()
        own = self.ali.with_user(self.desk).with_context(loyalty_club_flow=mark)
        self.assertIs(raised(own).env.context["loyalty_club_flow"], mark)

    def test_changing_a_mobile_makes_an_active_identifier(self):
        self.call(
            "loyalty.club.member",
            "write",
            [self.ali.id],
            {"mobile": "09351112233"},
            context={"default_state": "replaced", "default_reason": "Forged"},
        )
        new = self.ali.identifier_ids.filtered(
            lambda item: item.value == "+989351112233"
        )
        self.assertEqual((new.state, new.reason), ("active", False))

    def test_a_card_is_read_and_not_written(self):
        values = {"member_id": self.ali.id, "scheme": "barcode"}
        forged = {"token": "6037990000000006", "display": "Forged"}
        model = "loyalty.club.card.replace"
        self.refused(model, "create", [{**values, **forged}])
        made = self.call(model, "create", [values])
        self.refused(model, "write", made, forged)
        context = {"default_token": "LC-9", "default_display": "Forged"}
        made = self.call(model, "create", [values], context=context)
        self.refused(model, "action_apply", made)
        made = self.call(model, "create", [{**values, "value": "lc-7"}])
        self.call(model, "action_apply", made)
        self.assertIn("LC-7", self.ali.identifier_ids.mapped("value"))

    # ------------------------------------------------------------------ all of it

    def test_no_field_of_ours_is_a_way_to_other_records(self):
        """Each x2many field of each model of ours, with each command there is."""
        tried = 0
        for name in sorted(self.env.registry):
            model = self.env[name]
            if not name.startswith("loyalty.club") or model._abstract:
                continue
            record = model.search([], limit=1)
            for field in model._fields.values():
                if field.type not in ("one2many", "many2many"):
                    continue
                if (name, field.name) in MEANT:
                    continue
                for commands in self._commands(field):
                    tried += self._attack(model, record, field, commands)
        self.assertGreater(tried, 300)

    def test_the_walk_sees_what_it_is_after(self):
        """As somebody who may, the same command is seen to change something."""
        model = self.env["res.partner"]
        field = model._fields["category_id"]
        before = self._state(field, self.ali.partner_id)
        self.ali.partner_id.write({"category_id": [(1, self.tag.id, {"name": "X"})]})
        self.assertNotEqual(self._state(field, self.ali.partner_id), before)

    def _commands(self, field):
        target = self._target(field.comodel_name)
        forged = {
            name: "Forged"
            for name, inner in self.env[field.comodel_name]._fields.items()
            if inner.type in TEXT and inner.store and not inner.compute
        }
        forged = dict(list(forged.items())[:1])
        yield [Command.create(forged)]
        yield [(0, 0, {**forged, "active": False})]
        yield [Command.clear()]
        if target:
            yield [Command.update(target.id, forged)]
            yield [Command.update(target.id, {"create_uid": 1})]
            yield [Command.delete(target.id)]
            yield [Command.unlink(target.id)]
            yield [Command.link(target.id)]
            yield [Command.set(target.ids)]

    def _target(self, name):
        if name == "mail.message":
            return self.message
        model = self.env[name]
        return model if model._abstract else model.search([], limit=1)

    def _state(self, field, record):
        """The rows that a command may be after, as the database has them."""
        self.env.flush_all()
        found = []
        target = self._target(field.comodel_name)
        for some in (record, target):
            if not some or not some._auto:
                continue
            table = SQL.identifier(some._table)
            query = SQL("SELECT md5(t::text) FROM %s t WHERE id = %s", table, some.id)
            found += self.env.execute_query(query)
            found += self.env.execute_query(SQL("SELECT count(*) FROM %s", table))
        if field.type == "many2many" and field.store:
            table = SQL.identifier(field.relation)
            found += self.env.execute_query(SQL("SELECT count(*) FROM %s", table))
        return found

    def _attack(self, model, record, field, commands):
        """Try to write and to create; how many tries."""
        before = self._state(field, record)
        values = {field.name: commands}
        default = {f"default_{field.name}": commands}
        tries = [("create", [{**self._least(model), **values}], None)]
        tries.append(("create", [self._least(model)], default))
        if record:
            tries.append(("write", record.ids, values, None))
        for method, *args, context in tries:
            with self.subTest(model._name, method=method, **values):
                savepoint = self.env.cr.savepoint()
                try:
                    with mute_logger("odoo.sql_db", "odoo.models"):
                        made = self.call(model._name, method, *args, context=context)
                except (UserError, ValueError, psycopg2.Error):
                    made = None  # refused, as it should be
                else:
                    if method == "create":
                        made = model.browse(made).sudo()
                        reached = field.name in made and made[field.name]
                        self.assertFalse(self._foreign(reached, made, commands))
                        made.unlink()
                    self.assertEqual(self._state(field, record), before)
                finally:
                    self.env.clear()
                    savepoint.rollback()
                    savepoint.close(rollback=True)
        return len(tries)

    def _foreign(self, reached, made, commands):
        """What a new record of the caller's got hold of, apart from its own lines."""
        if not reached or commands[0][0] in (Command.CREATE, Command.CLEAR):
            return False
        return reached.filtered(lambda one: one.create_uid != self.desk)

    def _least(self, model):
        """Values for a new record, as far as they can be guessed."""
        values = {}
        for name, field in model._fields.items():
            if not field.required or not field.store or field.default:
                continue
            if field.type == "many2one":
                values[name] = self._target(field.comodel_name).id
            elif field.type in TEXT:
                values[name] = "x"
            elif field.type in ("integer", "float", "monetary"):
                values[name] = 1
            elif field.type == "selection":
                values[name] = field.get_values(self.env)[0]
        return values
