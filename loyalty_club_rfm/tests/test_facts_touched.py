from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsTouched(RfmCase):
    """The log of customers who must be looked at again, whoever changed their facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")
        cls.reza = cls.customer("Reza")
        cls.forget_touched()

    def log(self):
        """Rows of the log since the last look: list of (company, partner)."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH gone AS (DELETE FROM loyalty_club_rfm_touched RETURNING *)
            SELECT company_id, partner_id FROM gone ORDER BY 2
            """
        )
        return self.env.cr.fetchall()

    def test_what_posts_and_takes_back_touches(self):
        invoice = self.bill(self.ali, 50)
        self.assertEqual(set(self.log()), {(self.company.id, self.ali.id)})
        self.credit(invoice)
        self.assertEqual(set(self.log()), {(self.company.id, self.ali.id)})
        invoice.button_draft()
        self.assertEqual(set(self.log()), {(self.company.id, self.ali.id)})

    def test_what_stays_as_it_is_touches_nobody(self):
        invoice = self.bill(self.ali, 50)
        self.log()
        self.assertEqual(self.Fact._gather("inv", invoice.ids), 0)
        self.assertFactsAgree()
        self.assertEqual(self.log(), [])

    def test_many_rows_of_a_statement_name_a_customer_once(self):
        self.env.cr.execute(
            """
            INSERT INTO loyalty_club_rfm_fact
                   (company_id, partner_id, day, net, returned, goods, counts, source,
                    res_id)
            SELECT %s, partner, '2026-01-01', 1, 0, 1, TRUE, 'inv', 1000000000 + n
              FROM unnest(%s) WITH ORDINALITY AS row (partner, n)
            """,
            [self.company.id, [self.ali.id, self.reza.id, self.ali.id]],
        )
        self.assertEqual(
            self.log(),
            [(self.company.id, self.ali.id), (self.company.id, self.reza.id)],
        )

    def test_both_customers_are_touched_when_it_changes_hands(self):
        self.bare_facts((self.ali, "2026-01-01", 10))
        self.log()
        self.env.cr.execute(
            "UPDATE loyalty_club_rfm_fact SET partner_id = %s WHERE partner_id = %s",
            [self.reza.id, self.ali.id],
        )
        self.assertEqual(
            {partner for _company, partner in self.log()}, {self.ali.id, self.reza.id}
        )

    def test_deleting_touches(self):
        self.bare_facts((self.ali, "2026-01-01", 10))
        self.log()
        self.env.cr.execute(
            "DELETE FROM loyalty_club_rfm_fact WHERE partner_id = %s", [self.ali.id]
        )
        self.assertEqual(self.log(), [(self.company.id, self.ali.id)])

    def test_merged_contacts_keep_their_purchases(self):
        self.bill(self.ali, 50)
        self.bill(self.reza, 20)
        self.log()
        merger = self.env["base.partner.merge.automatic.wizard"].create({})
        merger._merge((self.ali | self.reza).ids, self.ali)
        self.assertFalse(self.reza.exists())
        self.assertEqual(
            sorted(net for _day, net, _counts in self.facts_of(self.ali)), [20, 50]
        )
        self.assertEqual(
            {partner for _company, partner in self.log()}, {self.ali.id, self.reza.id}
        )
        self.assertFactsAgree()

    def test_a_deleted_contact_leaves_no_facts_and_no_score(self):
        definition = self.env["loyalty.club.rfm.definition"].create(
            {"name": "Test", "company_id": self.company.id}
        )
        self.bare_facts((self.ali, "2026-01-01", 10), (self.reza, "2026-01-01", 10))
        for partner in (self.ali, self.reza):
            self.env.cr.execute(
                """
                INSERT INTO loyalty_club_rfm_score
                       (id, definition_id, partner_id, since, until, frequency, net)
                VALUES ((%(definition)s::bigint << 32) | %(partner)s, %(definition)s,
                        %(partner)s, '2026-01-02', 'infinity', 1, 10)
                """,
                {"definition": definition.id, "partner": partner.id},
            )
        self.log()
        deleted = self.ali.id
        self.ali.unlink()
        self.env.cr.execute(
            """
            SELECT partner_id FROM loyalty_club_rfm_score WHERE definition_id = %s
             UNION ALL
            SELECT partner_id FROM loyalty_club_rfm_fact WHERE company_id = %s
            """,
            [definition.id, self.company.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(self.reza.id,)] * 2)
        self.assertEqual(self.log(), [(self.company.id, deleted)])

    def test_without_the_trigger_nobody_would_know(self):
        # What the cases above rest on.
        self.env.cr.execute("ALTER TABLE loyalty_club_rfm_fact DISABLE TRIGGER USER")
        self.bill(self.ali, 50)
        self.assertEqual(self.log(), [])
