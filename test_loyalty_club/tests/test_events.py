from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.loyalty_club.ledger import Grant
from odoo.addons.loyalty_club.models.event import handing_over

from .common import HookCase

NOW = "2026-03-10 09:00:00"
LOGGER = handing_over.__name__


@freeze_time(NOW)
class TestEvents(HookCase):
    """Each fact reaches each consumer once, also when one of them fails."""

    consumers = 2

    def setUp(self):
        super().setUp()
        self.ali = self.member("Ali")
        self.account(self.ali)
        self.commit()
        self.events.search([]).unlink()
        self.heard.search([]).unlink()

    def waiting(self, consumer):
        return self.events.search([("consumer", "=", consumer)]).mapped("res_id")

    def consume(self, name):
        """All batches of a consumer, in this transaction."""
        while self.events._consume_batch(name):
            self.env.invalidate_all()

    def posted(self, hearer):
        domain = [("hearer", "=", hearer), ("kind", "=", "posted")]
        return self.heard.search(domain).mapped("fact")

    def test_a_row_for_each_consumer_of_the_kind(self):
        entries = self.grant(self.ali, 100)
        self.assertFalse(self.events.search([]), "not before the commit")
        self.commit()
        for consumer in ("first", "second"):
            self.assertEqual(self.waiting(consumer), entries)
        self.assertFalse(self.waiting("third"), "that one is off")
        event = self.events.search([], limit=1)
        self.assertEqual(event.kind, "posted")
        self.assertEqual(event.member_id, self.ali)
        self.assertEqual(event.club_id, self.club)
        self.assertEqual(event.company_id, self.company)
        self.assertEqual(event.date, datetime(2026, 3, 10, 9))

    def test_nobody_waits_nothing_is_written(self):
        self.listen("consumers", 0)
        self.grant(self.ali, 100)
        self.commit()
        self.assertFalse(self.events.search([]))

    def test_one_statement_whatever_the_number(self):
        counts = []
        self.listen("hooks", 0)
        account = self.account(self.ali)
        for count in (1, 1, 100):
            self.ledger._grant_bulk(
                [Grant(account, 1, "bonus") for _each in range(count)]
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env.cr.precommit.run()
            counts.append(self.env.cr.sql_log_count - before)
        _cold, one, hundred = counts
        self.assertEqual(one, hundred)
        # The rows; the trigger of the job that hands them over, and its defaults.
        self.assertEqual(one, 3)

    def test_each_consumer_hears_each_fact_once(self):
        entries = [entry for _n in range(7) for entry in self.grant(self.ali, 1)]
        self.commit()
        self.consume("first")
        self.assertEqual(self.posted("first"), entries)
        self.assertFalse(self.posted("second"), "it has a pace of its own")
        self.consume("second")
        self.consume("second")
        self.assertEqual(self.posted("second"), entries)
        self.assertFalse(self.events.search([]))

    def test_the_job_runs_after_the_commit(self):
        cron = self.env.ref("loyalty_club.cron_events")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        triggers.unlink()
        self.grant(self.ali, 1)
        self.grant(self.ali, 1)
        self.commit()
        found = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(found), 1, "one for a transaction")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(self.events.search([]))
        self.assertEqual(len(self.posted("first")), 2)

    def test_a_slow_consumer_has_a_job_of_its_own(self):
        self.listen("consumers", 3)
        self.grant(self.ali, 1)
        self.commit()
        with self.enter_registry_test_mode():
            self.env.ref("loyalty_club.cron_events").method_direct_trigger()
            self.assertEqual(len(self.waiting("third")), 1)
            self.env.ref("test_loyalty_club.cron_third").method_direct_trigger()
        self.assertFalse(self.waiting("third"))
        self.assertEqual(len(self.posted("third")), 1)

    def test_what_fails_is_put_off_and_the_rest_goes_on(self):
        entries = [entry for _n in range(5) for entry in self.grant(self.ali, 1)]
        self.commit()
        self.listen("broken", entries[2])
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.consume("first")
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(self.posted("first"), entries[:2] + entries[3:])
        event = self.events.search([("consumer", "=", "first")])
        self.assertEqual(event.res_id, entries[2])
        self.assertEqual((event.attempts, event.error), (1, "ValueError"))
        self.assertEqual(event.due, datetime(2026, 3, 10, 9, 1))
        self.assertEqual(len(self.waiting("second")), 5, "others aren't touched")
        self.listen("broken", "")
        self.consume("first")
        self.assertEqual(self.waiting("first"), [entries[2]], "not before its time")
        with freeze_time("2026-03-10 09:01:00"):
            self.consume("first")
        self.assertFalse(self.waiting("first"))
        self.assertEqual(self.posted("first").count(entries[2]), 1)

    def test_what_fails_for_long_waits_for_a_person(self):
        (entry,) = self.grant(self.ali, 1)
        self.commit()
        self.listen("broken", entry)
        moment = datetime(2026, 3, 10, 9)
        with mute_logger(LOGGER):
            for _attempt in range(handing_over.ATTEMPTS + 2):
                with freeze_time(moment):
                    self.consume("first")
                moment += timedelta(days=1)
        event = self.events.search([("consumer", "=", "first")])
        self.assertTrue(event.failed)
        self.assertEqual(event.attempts, handing_over.ATTEMPTS)
        self.listen("broken", "")
        event.with_user(self.users["manager"]).action_retry()
        self.consume("first")
        self.assertEqual(self.posted("first"), [entry])

    def test_people_without_the_right_decide_nothing(self):
        self.grant(self.ali, 1)
        self.commit()
        events = self.events.search([])
        branch = self.new_company("Corner Shop 9", parent=self.company)
        clerk = self.user("branch", "loyalty_club.group_desk", companies=branch)
        other = self.new_company("Elsewhere")
        stranger = self.user("strange", "loyalty_club.group_manager", companies=other)
        for user in (self.users["desk"], self.users["seller"], clerk, stranger):
            theirs = events.with_user(user)
            for act in (theirs.action_retry, theirs.action_drop, theirs.unlink):
                with self.subTest(user=user.name), self.assertRaises(AccessError):
                    act()
            with self.assertRaises(AccessError):
                theirs.write({"due": "2030-01-01"})
        with self.assertRaises(AccessError):
            events.with_user(self.users["auditor"]).action_drop()
        with self.assertRaises(AccessError):
            events.with_user(self.users["manager"]).unlink()
        events.with_user(self.users["manager"]).action_drop()
        self.assertFalse(events.exists())

    def test_what_waits_for_an_addon_that_is_gone_is_forgotten(self):
        self.grant(self.ali, 1)
        self.commit()
        self.listen("consumers", 1)
        self.events._gc_forsaken()
        self.env.invalidate_all()
        self.assertTrue(self.waiting("first"))
        self.assertFalse(self.waiting("second"))

    def test_a_fact_that_is_gone_by_then_is_none(self):
        row = self.heard.create({"hearer": "test", "member_id": self.ali.id})
        self.events._note("waved", row.ids)
        row.unlink()
        self.commit()
        self.assertFalse(self.calls("_on_waved"))
        self.assertFalse(self.events.search([("kind", "=", "waved")]))
