from unittest.mock import patch

from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsGather(RfmCase):
    """Reading all documents: of before we were installed, and to prove the hooks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")
        cls.Gather._ensure(cls.company)
        cls.env["loyalty.club.rfm.gather"].search([]).sudo().state = "done"

    def forget(self):
        """As if all that there is were older than us."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM loyalty_club_rfm_fact WHERE company_id = %s",
            [self.company.id],
        )
        self.Fact.invalidate_model()

    def gathers(self):
        return self.Gather.search([("company_id", "=", self.company.id)])

    def run_cron(self, batch=20000):
        """The job; every commit that it would make is counted."""
        commits = []
        cron = type(self.env["ir.cron"])
        with patch.object(
            cron, "_commit_progress", lambda _self, *a, **k: commits.append(a) or 60
        ):
            self.Gather._cron_gather(batch)
        return len(commits)

    def documents(self):
        """Invoices, credit notes and purchases of several days. → their facts"""
        first = self.bill(self.ali, 50, "2026-01-01", quantity=2)
        self.credit(first, {self.tea: 1})
        for number in range(1, 6):
            self.bill(self.ali, number, f"2026-02-0{number}")
        self.credit_note(self.ali, 7, "2026-02-07")
        member = self.member("Reza")
        sale = self.api_sale(member, [(self.tea, 2, 100)], "2026-02-08")
        self.api_return(sale, {0: 1})
        return self.rows(self.ali | member.partner_id)

    def test_reading_all_gives_what_the_hooks_gave(self):
        facts = self.documents()
        self.assertEqual(len(facts), 8)
        for batch in (2, 20000):
            with self.subTest(batch=batch):
                self.forget()
                self.gathers().sudo()._begin()
                commits = self.run_cron(batch)
                self.assertEqual(set(self.gathers().mapped("state")), {"done"})
                self.assertEqual(set(self.gathers().mapped("progress")), {100})
                self.assertEqual(sum(self.gathers().mapped("facts")), 8)
                self.assertEqual(
                    self.rows(self.env["res.partner"].search([]), self.company), facts
                )
                if batch == 2:
                    self.assertGreater(commits, 5, "each batch is committed")

    def test_a_job_that_was_stopped_goes_on(self):
        facts = self.documents()
        self.forget()
        gather = self.gathers().filtered(lambda gather: gather.source == "inv").sudo()
        gather._begin()
        gather._read_batch(3)
        self.assertEqual(gather.state, "running")
        self.assertTrue(0 < gather.progress < 100)
        first = gather.last_id
        read = []
        whole = type(self.Fact)._gather_range

        def watched(model, source, company, after_id, until_id):
            read.append((source, after_id))
            return whole(model, source, company, after_id, until_id)

        with patch.object(type(self.Fact), "_gather_range", watched):
            self.run_cron()
        self.assertEqual(min(after for source, after in read if source == "inv"), first)
        invoices = [row for row in facts if row["source"] == "inv"]
        self.assertEqual(self.rows(self.ali), invoices)

    def test_stops_when_its_time_is_over(self):
        self.documents()
        self.gathers().sudo()._begin()
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda _self, *a, **k: 0
        ):
            self.Gather._cron_gather(2)
        self.assertIn("running", self.gathers().mapped("state"))
        self.assertFalse(self.Gather._is_done(self.company))
        self.run_cron()
        self.assertTrue(self.Gather._is_done(self.company))

    def test_what_was_posted_meanwhile_is_kept(self):
        self.documents()
        self.gathers().sudo()._begin()
        self.gathers().sudo()[0]._read_batch(2)
        self.bill(self.ali, 99, "2026-03-01")
        before = self.rows(self.ali)
        self.run_cron()
        self.assertEqual(self.rows(self.ali), before)

    def test_the_check_finds_and_mends_what_differs(self):
        self.documents()
        self.assertEqual(self.Fact._check(self.company), 0)
        rows = self.rows(self.ali)
        [one, other, third] = self.Fact.search(
            [("partner_id", "=", self.ali.id)], limit=3
        ).ids
        self.env.cr.execute(
            """
            UPDATE loyalty_club_rfm_fact SET net = net + 1 WHERE id = %s;
            UPDATE loyalty_club_rfm_fact SET day = day - 1 WHERE id = %s;
            DELETE FROM loyalty_club_rfm_fact WHERE id = %s
            """,
            [one, other, third],
        )
        # A fact of a document that there isn't, beyond the last that there is.
        self.bare_facts((self.ali, "2026-01-01", 10))
        self.assertEqual(self.Fact._check(self.company), 4)
        self.assertEqual(self.rows(self.ali), rows)
        self.assertEqual(self.Fact._check(self.company), 0)

    def test_one_company_at_a_time(self):
        other = self.new_company("Other")
        self.bare_facts((self.ali, "2026-01-01", 10), company=other)
        self.assertEqual(self.Fact._check(self.company), 0)
        self.assertEqual(len(self.rows(self.ali, other)), 1)

    def test_another_time_zone_reads_all_again(self):
        self.assertTrue(self.Gather._is_done(self.company))
        cron = self.env.ref("loyalty_club_rfm.cron_gather")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        member = self.member("Reza")
        self.api_sale(member, [(self.tea, 1, 10)], "2026-02-28 21:00:00")
        self.company.with_user(self.users["manager"]).sudo().rfm_tz = "Asia/Tehran"
        self.assertFalse(self.Gather._is_done(self.company))
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            before,
        )
        self.assertEqual(self.facts_of(member.partner_id)[0][0], "2026-02-28")
        self.run_cron()
        self.assertEqual(self.facts_of(member.partner_id)[0][0], "2026-03-01")

    def test_the_same_time_zone_reads_nothing(self):
        self.company.rfm_tz = self.company.rfm_tz
        self.assertTrue(self.Gather._is_done(self.company))

    def test_a_new_company_is_read_when_it_is_first_asked(self):
        other = self.new_company("Other")
        branch = self.new_company("Branch", parent=other)
        self.assertFalse(self.Gather._is_done(branch))
        gathers = self.Gather.search([("company_id", "in", (other | branch).ids)])
        self.assertEqual(gathers.company_id, other)
        self.assertEqual(set(gathers.mapped("source")), set(self.Fact._sources()))
        self.Gather._ensure(other)
        self.assertEqual(gathers, self.Gather.search([("company_id", "=", other.id)]))

    def test_the_first_club_says_when_days_begin(self):
        other = self.new_company("Other")
        self.assertEqual(other.rfm_tz, "UTC")
        self.new_club("tehran", other, tz="Asia/Tehran")
        self.assertEqual(other.rfm_tz, "Asia/Tehran")
        self.new_club("second", other, tz="Asia/Tokyo")
        self.assertEqual(other.rfm_tz, "Asia/Tehran")

    # ------------------------------------------------------------------ cost

    def statements(self, step):
        step()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        step()
        return self.env.cr.sql_log_count - before

    def test_one_statement_for_one_document_and_for_a_hundred(self):
        self.assertFalse(self.env["loyalty.club.rfm.fact.share"]._excluded())
        draft = self.invoice(self.ali, [(self.tea, 1, 10)], post=False)
        moves = draft + self.env["account.move"].concat(
            *(draft.copy() for _number in range(99))
        )
        moves.invoice_date = "2026-03-01"
        moves.action_post()
        self.assertEqual(len(self.rows(self.ali)), 100)
        for some in (draft, moves):
            self.assertEqual(self.statements(some._rfm_follow), 1)

    def test_purchases_take_one_statement(self):
        member = self.member("Reza")
        sales = self.env["loyalty.club.purchase"].union(
            *(
                self.api_sale(member, [(self.tea, 1, 10)], "2026-03-01")
                for _number in range(10)
            )
        )
        for some in (sales[:1], sales):
            self.assertEqual(self.statements(some._rfm_follow), 1)

    def test_other_entries_cost_nothing(self):
        entry = self.env["account.move"].new({"move_type": "entry"})
        self.assertEqual(self.statements(entry._rfm_follow), 0)
