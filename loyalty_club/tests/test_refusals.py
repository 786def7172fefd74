import json
from unittest.mock import patch

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import date_utils, mute_logger

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..exceptions import ClubError
from .common import ClubKit

SENTENCE = "mobile: this is no mobile number"
SAID = "Mobile: this is no mobile number"
TEXT = f"[invalid_payload] {SENTENCE}"
OURS = "odoo.addons.loyalty_club.exceptions.ClubError"


@tagged("post_install", "-at_install")
class TestRefusals(ClubKit, HttpCase):
    """A person reads the sentence, a program the code before it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpKit()
        cls.desk = cls.users["desk"]
        cls.wizard = (
            cls.env["loyalty.club.member.join"]
            .with_user(cls.desk)
            .create({"club_id": cls.club.id, "name": "Sara", "mobile": "12"})
        )

    def ask(self, path, **params):
        """What an answer without a result says: the ``data`` of its error."""
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        with mute_logger("odoo.http", "odoo.addons.rpc.controllers.jsonrpc"):
            response = self.url_open(path, json=body)
        return response.json()["error"]["data"]

    def test_a_browser_gets_the_sentence_and_the_code_beside_it(self):
        self.authenticate(self.desk.login, self.desk.login)
        for path in ("call_kw", "call_button"):
            with self.subTest(path):
                data = self.ask(
                    f"/web/dataset/{path}",
                    model=self.wizard._name,
                    method="action_join",
                    args=[self.wizard.ids],
                    kwargs={},
                )
                self.assertEqual(data["name"], "odoo.exceptions.UserError")
                self.assertEqual(data["message"], SAID)
                self.assertEqual(data["arguments"], [SAID])
                self.assertEqual(data["context"], {"club_code": "invalid_payload"})
                self.assertIn(OURS, data["debug"])

    def test_a_page_says_the_sentence(self):
        def refuse(portal, counters):
            raise ClubError("invalid_payload", SENTENCE)

        visitor = self.user("visitor")
        visitor.group_ids = self.env.ref("base.group_portal")
        self.authenticate(visitor.login, visitor.login)
        with (
            patch.object(CustomerPortal, "_prepare_home_portal_values", refuse),
            mute_logger("odoo.http"),
        ):
            page = self.url_open("/my")
        self.assertEqual(page.status_code, 422)
        self.assertIn(SAID, page.text)
        self.assertNotIn(TEXT, page.text)

    def test_programs_get_the_code_in_the_text(self):
        arguments = [self.env.cr.dbname, self.desk.id, self.desk.login]
        call = [self.wizard._name, "action_join", self.wizard.ids]
        with self.subTest("JSON-RPC"):
            data = self.ask(
                "/jsonrpc",
                service="object",
                method="execute_kw",
                args=[*arguments, call[0], call[1], [call[2]]],
            )
            self.assertEqual(data["name"], OURS)
            self.assertEqual(data["message"], TEXT)
        with self.subTest("JSON-2"):
            key = (
                self.env["res.users.apikeys"]
                .with_user(self.desk)
                ._generate("rpc", "test", date_utils.add(self.env.cr.now(), days=1))
            )
            with mute_logger("odoo.http"):
                response = self.url_open(
                    f"/json/2/{call[0]}/{call[1]}",
                    data=json.dumps({"ids": call[2]}),
                    headers={
                        "Authorization": f"bearer {key}",
                        "Content-Type": "application/json",
                    },
                )
            self.assertEqual(response.status_code, 422)
            self.assertEqual(response.json()["message"], TEXT)
        with (
            self.subTest("XML-RPC"),
            mute_logger("odoo.http", "odoo.addons.rpc.controllers.xmlrpc"),
            self.assertRaisesRegex(Exception, r"\[invalid_payload\] mobile"),
        ):
            self.xmlrpc_object.execute_kw(*arguments, call[0], call[1], [call[2]])

    def test_an_import_says_why_a_row_is_refused(self):
        def refuse(members, rows):
            raise ClubError("invalid_payload", SENTENCE)

        partners = self.env["res.partner"]
        with patch.object(type(partners), "create", refuse):
            for importing, text in ((True, SAID), (False, TEXT)):
                with self.subTest(importing=importing):
                    screen = partners.with_context(import_file=importing)
                    answer = screen.load(["name"], [["Sara"], ["Ali"]])
                    said = {message["message"] for message in answer["messages"]}
                    self.assertIn(text, said)

    def test_odoo_s_own_dialog(self):
        # Odoo notes each refusal; the tour is about one.
        with mute_logger("odoo.http"):
            self.start_tour(
                "/odoo/club-members", "loyalty_club_refusal", login=self.desk.login
            )
        self.assertFalse(self.club.member_ids)

    def test_another_error_stays_what_it_is(self):
        self.authenticate(self.desk.login, self.desk.login)
        params = {
            "model": "loyalty.club.member",
            "method": "no_such_method",
            "args": [],
            "kwargs": {},
        }
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "AttributeError"),
        ):
            self.make_jsonrpc_request("/web/dataset/call_kw", params)
