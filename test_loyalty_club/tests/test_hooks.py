from odoo.tests import freeze_time

from odoo.addons.loyalty_club.ledger import Grant

from .common import HookCase


@freeze_time("2026-03-10 09:00:00")
class TestHooks(HookCase):
    """Each hook is called once in a transaction, with all of its facts."""

    def setUp(self):
        super().setUp()
        self.ali, self.sara = self.member("Ali"), self.member("Sara")
        self.commit()
        self.heard.search([]).unlink()

    def test_entries(self):
        first = self.grant(self.ali, 100)
        second = self.grant(self.sara, 50)
        third = self.spend(self.ali, 30)
        self.assertFalse(self.calls("_on_posted"), "not before the commit")
        self.commit()
        self.assertEqual(self.calls("_on_posted"), [first + second + third])

    def test_each_transaction_has_its_own_call(self):
        first = self.grant(self.ali, 100)
        self.commit()
        second = self.grant(self.ali, 100)
        self.commit()
        self.assertEqual(self.calls("_on_posted"), [first, second])

    def test_purchases_and_returns(self):
        sale = self.purchase(self.ali, 10)
        other = self.purchase(self.sara, 10)
        back = self.purchase(self.ali, kind="return", origin_id=sale.id)
        self.commit()
        self.assertEqual(self.calls("_on_purchased"), [(sale | other).ids])
        self.assertEqual(self.calls("_on_returned"), [back.ids])

    def test_joined(self):
        members = self.members(3)
        self.commit()
        self.assertEqual(self.calls("_on_joined"), [members.ids])

    def test_merged(self):
        self.sara._merge_into(self.ali)
        self.commit()
        self.assertEqual(self.calls("_on_merged"), [self.sara.ids])

    def test_erased(self):
        self.sara._erase("they asked for it")
        self.commit()
        self.assertEqual(self.calls("_on_erased"), [self.sara.ids])

    def test_tier_moves(self):
        self.env["loyalty.club.tier"].create(
            {
                "name": "Silver",
                "code": "silver",
                "club_id": self.club.id,
                "threshold": 100,
            }
        )
        self.purchase(self.ali, 150, status_points=150)
        self.ali._requalify()
        self.commit()
        moves = self.env["loyalty.club.tier.move"].search(
            [("member_id", "=", self.ali.id)]
        )
        self.assertEqual(self.calls("_on_tier_moved"), [moves.ids])
        self.assertTrue(moves)

    def test_consents(self):
        self.ali._set_consent({"sms": True, "email": True}, "desk")
        self.commit()
        consents = self.env["loyalty.club.consent"].search(
            [("member_id", "=", self.ali.id)], order="id"
        )
        self.assertEqual(self.calls("_on_consent_changed"), [consents.ids])
        self.assertEqual(len(consents), 2)

    def test_requests(self):
        self.club.cap_desk_points = 10
        reason = self.env["loyalty.club.reason"].search([], limit=1)
        Request = self.env["loyalty.club.request"].with_user(self.users["desk"])
        small, large = Request.create(
            [
                {
                    "member_id": self.ali.id,
                    "account": "points",
                    "amount": amount,
                    "reason_id": reason.id,
                    "note": "By a test",
                }
                for amount in (5, 100)
            ]
        )
        (small | large).action_submit()
        self.commit()
        self.assertEqual(self.calls("_on_decided"), [small.ids])
        self.assertEqual(large.state, "waiting")
        large.with_user(self.users["manager"]).action_refuse()
        self.commit()
        self.assertEqual(self.calls("_on_decided"), [small.ids, large.ids])

    def test_a_kind_of_our_own(self):
        row = self.heard.create({"hearer": "test", "member_id": self.ali.id})
        self.events._note("waved", row.ids)
        self.commit()
        self.assertEqual(self.calls("_on_waved"), [row.ids])

    def test_what_a_hook_does_is_a_fact_too(self):
        club = self.club

        def gives(entries):
            if not self.heard.search_count([("hearer", "=", "gave")]):
                self.heard.create({"hearer": "gave"})
                self.grant(self.sara, 1)
            return club.browse()

        self.patch(type(self.env["loyalty.club.entry"]), "_on_posted", gives)
        self.grant(self.ali, 100)
        self.commit()
        self.assertEqual(self.available(self.sara), 1)

    def test_a_savepoint_that_is_undone_has_no_facts(self):
        kept = self.grant(self.ali, 100)
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.grant(self.sara, 100)
            _ = 1 / 0
        self.commit()
        self.assertEqual(self.calls("_on_posted"), [kept])

    def test_a_caller_chooses_no_values(self):
        """A hook's records come without what a caller put into the context."""
        seen = []
        self.patch(
            type(self.env["loyalty.club.entry"]),
            "_on_posted",
            lambda entries: seen.append((entries.env.su, dict(entries.env.context))),
        )
        desk = self.users["desk"]
        ledger = self.ledger.with_user(desk).with_context(default_name="X")
        ledger.sudo()._grant(self.account(self.ali), 5, "bonus")
        self.commit()
        ((su, context),) = seen
        self.assertTrue(su)
        self.assertNotIn("default_name", context)

    def test_as_many_statements_for_a_hundred(self):
        self.listen("hooks", 0)

        def queries(count):
            self.ledger._grant_bulk(
                [Grant(self.account(self.ali), 1, "bonus") for _each in range(count)]
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env.cr.precommit.run()
            return self.env.cr.sql_log_count - before

        queries(1)  # what Odoo's caches keep from now on
        self.assertEqual(queries(1), 0, "nobody waits, nothing is asked or written")
        self.assertEqual(queries(100), 0)
