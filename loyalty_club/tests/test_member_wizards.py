from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ClubCase


@tagged("post_install", "-at_install")
class TestMemberWizards(ClubCase):
    """What the screens let people do, and what they refuse."""

    def wizard(self, model, who, /, **values):
        return (
            self.env[f"loyalty.club.{model}"].with_user(self.users[who]).create(values)
        )

    def test_join_needs_the_desk(self):
        values = {"club_id": self.club.id, "name": "Ali", "mobile": "09121234567"}
        with self.assertRaises(AccessError):
            self.wizard("member.join", "auditor", **values)
        action = self.wizard("member.join", "desk", **values).action_join()
        member = self.env["loyalty.club.member"].browse(action["res_id"])
        self.assertEqual(member.mobile, "+989121234567")
        self.assertTrue(member.welcomed)

    def test_join_recognises_a_member(self):
        ali = self.member("Ali", mobile="09121234567")
        join = self.wizard(
            "member.join", "desk", club_id=self.club.id, mobile="+98 912 123 4567"
        )
        self.assertEqual(join.member_id, ali)
        self.assertEqual(join.action_open_member()["res_id"], ali.id)

    def test_join_uses_the_contact_it_was_pressed_on(self):
        contact = self.env["res.partner"].create({"name": "Nadia"})
        join = self.wizard(
            "member.join",
            "desk",
            club_id=self.club.id,
            partner_id=contact.id,
            name="Nadia",
            mobile="09187654321",
        )
        member = self.env["loyalty.club.member"].browse(join.action_join()["res_id"])
        self.assertEqual(member.partner_id, contact)

    def test_join_without_a_mobile_is_refused(self):
        with self.assertRaises(UserError):
            self.wizard(
                "member.join", "desk", club_id=self.club.id, name="Ali"
            ).action_join()

    def test_barcode_added_blocked_replaced(self):
        ali = self.member("Ali", mobile="09121234567")
        self.wizard(
            "card.replace", "desk", member_id=ali.id, scheme="barcode", value="lc-1"
        ).action_apply()
        first = ali.identifier_ids.filtered(lambda item: item.value == "LC-1")
        self.wizard(
            "card.replace",
            "desk",
            member_id=ali.id,
            identifier_id=first.id,
            what="block",
            reason="lost",
        ).action_apply()
        self.assertEqual(first.state, "blocked")
        self.wizard(
            "card.replace",
            "desk",
            member_id=ali.id,
            identifier_id=first.id,
            what="replace",
            scheme="barcode",
            value="lc-2",
            reason="lost",
        ).action_apply()
        self.assertEqual(first.state, "replaced")
        self.assertEqual(first.replaced_by_id.value, "LC-2")

    def test_block_needs_a_reason(self):
        ali = self.member("Ali", identifiers=[{"scheme": "barcode", "value": "LC-1"}])
        code = ali.identifier_ids.filtered(lambda item: item.scheme == "barcode")
        wizard = self.wizard(
            "card.replace",
            "desk",
            member_id=ali.id,
            identifier_id=code.id,
            what="block",
        )
        with self.assertRaises(UserError):
            wizard.action_apply()
        self.assertEqual(code.state, "active")

    def test_what_the_reader_reads_is_not_kept_by_the_wizard(self):
        column = self.env["loyalty.club.card.replace"]._fields["value"]
        self.assertFalse(column.store)

    def test_merge_and_erase_need_a_manager(self):
        ali, twin = self.member("Ali"), self.member("Ali again")
        self.grant(twin, 50)
        for name, values in (
            ("member.merge", {"member_id": twin.id, "target_id": ali.id}),
            ("member.erase", {"member_id": twin.id, "reason": "asked"}),
        ):
            with self.assertRaises(AccessError):
                self.wizard(name, "desk", **values)
        self.wizard(
            "member.merge", "manager", member_id=twin.id, target_id=ali.id
        ).action_merge()
        self.assertEqual(self.available(ali), 50)
        self.wizard(
            "member.erase", "manager", member_id=ali.id, reason="asked", sure=True
        ).action_erase()
        self.assertTrue(ali.erased_at)

    def test_erase_needs_the_word_that_balances_may_go(self):
        ali = self.member("Ali")
        self.grant(ali, 50)
        wizard = self.wizard(
            "member.erase", "manager", member_id=ali.id, reason="asked"
        )
        with self.assertRaises(UserError):
            wizard.action_erase()
        self.assertEqual(self.available(ali), 50)

    def test_statement_says_balances_and_movements(self):
        ali = self.member("Ali", mobile="09121234567")
        self.grant(ali, 1234)
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "loyalty_club.report_member_statement", ali.ids
        )
        text = html.decode()
        self.assertIn(ali.number, text)
        self.assertIn("1,234", text)
        self.assertIn("Bonus", text)


class TestMemberWizardsAtABranch(TestMemberWizards):
    """The same by people who work for a branch alone."""

    at_a_branch = True
