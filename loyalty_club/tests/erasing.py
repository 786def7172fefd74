"""A person who is everywhere, and a search of the whole database for them.

    class TestErase(EraseKit, ClubCase):
        def test_nothing_is_left(self):
            zari = self.person()
            self.fill(zari)                       # an addon's test fills its own
            self.assertFilled("loyalty_club")     # and forgets none of its models
            self.assertForgotten(zari._erase("asked for it"))

Every text about the person has ``MARK`` in it, but for numbers, which are in
``NUMBERS``: what is found can be nobody else.
"""

import base64
import json
import re
import zlib

from odoo import fields
from odoo.tools import SQL

MARK = "zqxjkv"
NAME = "Zqxjkvname Zarrinkafsh"
MOBILE = "+989127654321"
NUMBERS = ("9127654321", "912 765 4321", "IR062960000000100324200001", "3242-0000-17")
TEXT_TYPES = ("character varying", "text", "json", "jsonb", "bytea", "ARRAY", "name")


def qzx(what):
    """A text that tells who the person is, and where it was put."""
    return f"{MARK}{what} {NAME}"


class EraseKit:
    """Beside ``ClubKit``; ``person`` makes one, ``fill`` puts them everywhere."""

    # Where what an answer says it keeps may be found: (table, column).
    KEPT = {
        "references of entries": {("loyalty_club_entry", "reference")},
        "keys of purchases": {
            ("loyalty_club_purchase", "key"),
            ("loyalty_club_purchase_line", "key"),
            ("loyalty_club_entry", "key"),
        },
        "keys of calls": {("loyalty_club_call", "key")},
        "purchases": {
            ("loyalty_club_purchase", "channel"),
            ("loyalty_club_purchase", "branch"),
            ("loyalty_club_purchase_line", "name"),
            ("loyalty_club_purchase_line", "category"),
        },
        "names of tags": {("res_partner_category", "name")},
    }
    # Texts of our own models into which nobody writes what they like, with the reason.
    IMPERSONAL = {
        "account.move.club_top_ups": "ids and amounts",
        "loyalty.club.member.number": "drawn by the club, and kept",
        "loyalty.club.entry.origin_model": "a model's name",
        "loyalty.club.hold.origin_model": "a model's name",
        "loyalty.club.hold.key": "made of the id of a call",
        "loyalty.club.exception.res_model": "a model's name",
        "loyalty.club.exception.key": "made of ids",
        "loyalty.club.purchase.trace": "what rules and products are called",
        "loyalty.club.event.consumer": "a name in code",
        "loyalty.club.event.kind": "a name in code",
        "loyalty.club.event.error": "a code, or the name of a class of faults",
        "loyalty.club.call.method": "a method's name",
        "loyalty.club.call.payload_hash": "a hash, and erased",
    }

    # ------------------------------------------------------------------ the person

    def person(self):
        """A member by the integrators' API, and what people know of them in Odoo."""
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        answer = api.enroll(
            key=qzx("call"),
            mobile=MOBILE,
            name=NAME,
            email="zqxjkvmail@example.com",
            birthdate="1990-05-06",
            gender="female",
            identifiers=[{"scheme": "barcode", "value": "ZQXJKVBAR1"}],
            tags=[qzx("tag")],
            consent={"sms": True},
        )
        self.contact_before = self.env["res.partner"]
        member = self.env["loyalty.club.member"].search(
            [("number", "=", answer["number"]), ("club_id", "=", self.club.id)]
        )
        self.contact_before = member.partner_id
        return member

    def fill(self, member):
        """Put the person into all that the core and Odoo's contacts have of them."""
        # Changes are logged here as they are in a shop.
        env = self.env(context={**self.env.context, "tracking_disable": False})
        contact = member.with_env(env).partner_id
        self.fill_contact(contact)
        for record in (contact, member.with_env(env)):
            self.fill_log(record)
            self.fill_activities(record)
        self.fill_club(member)
        self.fill_screens(member)
        self.flush_tracking()

    def flush_tracking(self):
        """What Odoo does at the end of a transaction."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()

    def fill_contact(self, contact):
        texts = {
            name: qzx(name)
            for name, field in contact._fields.items()
            if field.store
            and field.type in ("char", "text", "html")
            and not (field.compute and field.readonly)
            and name not in ("email", "phone", "name", "website", "barcode")
            and not field.related
        }
        contact.with_context(no_vat_validation=True).write(
            {
                **texts,
                "email": "zqxjkvmail@example.com",
                "website": "https://zqxjkvsite.example.com",
                "image_1920": self.picture(),
            }
        )
        other = self.new_company("Second Shop")
        contact.barcode = "ZQXJKVCODE1"
        contact.with_company(other).barcode = "ZQXJKVCODE2"
        self.env["res.partner"].create(
            [
                {
                    "parent_id": contact.id,
                    "type": kind,
                    "name": qzx(f"{kind}address"),
                    "street": qzx("street"),
                    "phone": "0912 765 4321",
                    "email": f"{MARK}{kind}@example.com",
                }
                for kind in ("delivery", "contact")
            ]
        )
        bank = self.env["res.partner.bank"].create(
            {
                "partner_id": contact.id,
                "acc_number": "IR062960000000100324200001",
                "acc_holder_name": qzx("holder"),
                "clearing_number": qzx("clearing"),
                "note": qzx("banknote"),
            }
        )
        bank.acc_number = "3242-0000-17"  # the other one is in the contact's chatter
        # The name of before is in the log of changes.
        contact.name = qzx("oldname")
        self.flush_tracking()
        contact.name = NAME
        self.flush_tracking()
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "zqxjkv_external_id",
                "model": contact._name,
                "res_id": contact.id,
            }
        )

    def picture(self):
        """A picture with the person in it."""
        png = base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
            "WjR9awAAAABJRU5ErkJggg=="
        )
        text = b"tEXtComment\0" + qzx("picture").encode()
        chunk = (len(text) - 4).to_bytes(4, "big") + text
        chunk += zlib.crc32(text).to_bytes(4, "big")
        return base64.b64encode(png[:33] + chunk + png[33:])

    def fill_log(self, record):
        """Messages, files, activities and followers of a record, in Odoo's own way."""
        record.message_post(
            body=qzx("body"),
            subject=qzx("subject"),
            attachments=[(f"{MARK}posted.txt", qzx("posted").encode())],
        )
        self.env["mail.scheduled.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "body": qzx("later"),
                "subject": qzx("later"),
                "author_id": self.env.user.partner_id.id,
                "scheduled_date": fields.Datetime.add(fields.Datetime.now(), days=1),
            }
        )
        for name in ("one", "two"):
            self.env["ir.attachment"].create(
                {
                    "name": f"{MARK}{name}.txt",
                    "res_model": record._name,
                    "res_id": record.id,
                    "raw": qzx(f"file{name}").encode(),
                    "description": qzx("description"),
                }
            )
        record.message_subscribe(self.contact_before.ids)
        self.env["mail.mail"].create(
            {
                "body_html": qzx("mail"),
                "email_to": "zqxjkvmail@example.com",
                "model": record._name,
                "res_id": record.id,
            }
        )

    def fill_activities(self, record):
        """What is to be done about a record, and what was."""
        activities = [
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=qzx("summary"),
                note=qzx("activity"),
                user_id=self.env.user.id,
            )
            for _each in range(2)
        ]
        activities[0].action_feedback(feedback=qzx("feedback"))

    def fill_club(self, member):
        """Every text of the core's own models that somebody may write."""
        number = member.number
        api = self.env["loyalty.club"].with_user(self.users["integration"])
        api.purchase_record(
            purchase={
                "uuid": qzx("uuid"),
                "member": number,
                "reference": qzx("reference"),
                "channel": qzx("channel"),
                "branch": qzx("branch"),
                "payments": [{"method": qzx("method"), "amount": 20}],
                "lines": [
                    {
                        "line": qzx("line"),
                        "name": qzx("goods"),
                        "category": qzx("category"),
                        "quantity": 1,
                        "unit_price": 20,
                    }
                ],
            }
        )
        wallet = {"member": number, "account": "wallet"}
        api.top_up(key=qzx("top-up"), member=number, amount=50, reference=qzx("load"))
        held = {"amount": 5, "reference": qzx("hold"), **wallet}
        hold = api.hold_create(key=qzx("hold-1"), **held)
        api.hold_capture(key=qzx("capture"), hold=hold["hold"])
        api.hold_create(key=qzx("hold-2"), **held)  # stands open
        api.spend(key=qzx("spend"), amount=1, reference=qzx("spent"), **wallet)
        reason = self.env["loyalty.club.reason"].create(
            {"name": "Sorry", "code": "sorry-erase", "direction": "give"}
        )
        request = self.env["loyalty.club.request"].create(
            {
                "member_id": member.id,
                "amount": 5,
                "reason_id": reason.id,
                "note": qzx("note"),
            }
        )
        self.fill_log(request)
        self.fill_activities(request)
        self.fill_log(self.card(member, "wallet"))
        self.env["loyalty.club.exception"]._list(
            self.club,
            "refused",
            f"{NAME} (09127654321) could not be followed",
            member=member,
            record=member.partner_id,
        )
        code = member.identifier_ids.filtered(lambda i: i.scheme == "barcode")
        member._block_identifier(code, qzx("lost"))
        member._set_consent({"email": True}, qzx("source"))

    def fill_screens(self, member):
        """What is typed on screens, and what browsers are told."""
        self.env["loyalty.club.member.join"].create(
            {
                "club_id": self.club.id,
                "name": NAME,
                "mobile": "09127654321",
                "email": "zqxjkvmail@example.com",
            }
        )
        self.env["loyalty.club.member.erase"].create(
            {"member_id": member.id, "reason": qzx("reason")}
        )
        self.env["base_import.import"].create(
            {
                "res_model": "res.partner",
                "file": f"name,phone\n{NAME},09127654321".encode(),
                "file_name": f"{MARK}.csv",
            }
        )
        self.env.user._bus_send("simple_notification", {"message": qzx("bus")})

    # ------------------------------------------------------------------ the search

    def found(self):
        """Where the person is in the whole database: set of (table, column)."""
        self.flush_tracking()
        self.env.cr.execute(
            """
            SELECT col.table_name, array_agg(col.column_name::text),
                   array_agg(col.data_type::text)
              FROM information_schema.columns AS col
              JOIN information_schema.tables AS tab USING (table_schema, table_name)
             WHERE table_schema = 'public' AND tab.table_type = 'BASE TABLE'
               AND col.data_type = ANY(%s)
             GROUP BY 1
            """,
            [list(TEXT_TYPES)],
        )
        pattern = self.pattern()
        found = set()
        for table, columns, types in self.env.cr.fetchall():
            tests = [
                SQL(
                    "COALESCE(bool_or(%s ~* %s), FALSE)",
                    SQL("encode(%s, 'escape')", SQL.identifier(column))
                    if data_type == "bytea"
                    else SQL("%s::text", SQL.identifier(column)),
                    pattern,
                )
                for column, data_type in zip(columns, types, strict=True)
            ]
            [hits] = self.env.execute_query(
                SQL("SELECT %s FROM %s", SQL(", ").join(tests), SQL.identifier(table))
            )
            found |= {
                (table, column)
                for column, hit in zip(columns, hits, strict=True)
                if hit
            }
        return found | self.found_in_files()

    def found_in_files(self):
        """Attachments of this test whose file tells of the person."""
        files = self.env["ir.attachment"].search(
            [
                ("store_fname", "!=", False),
                ("create_date", ">=", self.env.cr.now().replace(microsecond=0)),
                ("id", "!=", False),
            ]
        )
        told = re.compile(self.pattern().encode(), re.IGNORECASE)
        hit = any(told.search(file.raw or b"") for file in files)
        return {("ir_attachment", "(file)")} if hit else set()

    def pattern(self):
        """All spellings, also as JSON and base64 have them."""
        texts = {MARK, *NUMBERS}
        texts |= {json.dumps(text)[1:-1] for text in texts}
        encoded = set()
        for text in (NAME, *NUMBERS):
            for before in range(3):
                whole = base64.b64encode(b"\0" * before + text.encode()).decode()
                encoded.add(whole[(4 * before + 2) // 3 + 1 :].rstrip("=")[:-1])
        return "|".join(re.escape(text) for text in sorted(texts | encoded))

    def assertFilled(self, addon):
        """The person is in every text that an addon of ours has beside people, or it is
        said why it can't tell who somebody is.
        """
        found = self.found()
        missing = []
        for name, model in self.env.registry.items():
            owned = any(
                field.type == "many2one"
                and field.store
                and field.comodel_name
                in ("loyalty.club.member", "res.partner", "loyalty.card", "pos.order")
                for field in model._fields.values()
            )
            if not (owned and model._auto):
                continue
            if model._abstract or model._transient:
                continue
            missing += [
                f"{name}.{field.name}"
                for field in model._fields.values()
                if field.store
                and field.column_type
                and field._module == addon
                and field.type in ("char", "text", "html", "json")
                and (model._table, field.name) not in found
                and f"{name}.{field.name}" not in self.IMPERSONAL
            ]
        self.assertFalse(missing, "texts that the test has not filled")

    def assertForgotten(self, answer):
        """The person is nowhere but where the answer says."""
        allowed = set()
        for word in answer["kept"]:
            allowed |= self.KEPT.get(word, set())
        self.assertFalse(self.found() - allowed, "here the person is still found")
