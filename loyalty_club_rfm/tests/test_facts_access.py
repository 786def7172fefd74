from odoo.exceptions import AccessError
from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsAccess(RfmCase):
    """Who reads facts, and that nobody writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")
        cls.bare_facts((cls.ali, "2026-01-01", 10))
        cls.fact = cls.Fact.search([("partner_id", "=", cls.ali.id)])
        cls.Gather._ensure(cls.company)
        cls.gather = cls.Gather.search([("company_id", "=", cls.company.id)])[0]
        cls.category = cls.env["product.category"].create({"name": "Drinks"})
        cls.share = (
            cls.env["loyalty.club.rfm.fact.share"]
            .sudo()
            .create(
                {
                    "fact_id": cls.fact.id,
                    "categ_id": cls.category.id,
                    "net": 1,
                    "goods": 1,
                }
            )
        )

    def test_nobody_writes(self):
        values = {
            self.fact: {"net": 1000},
            self.gather: {"last_id": 0},
            self.share: {"net": 0},
        }
        everybody = ("internal", "desk", "manager", "auditor", "accountant", "seller")
        for who in everybody:
            for record, vals in values.items():
                own = record.with_user(self.users[who])
                copied = record.copy_data()[0]
                with self.subTest(f"{who}: {record._name}"):
                    with self.assertRaises(AccessError):
                        own.write(vals)
                    with self.assertRaises(AccessError):
                        own.unlink()
                    with self.assertRaises(AccessError):
                        own.create(copied)

    def test_the_administrator_neither(self):
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self.fact.with_user(admin).write({"net": 1000})

    def test_who_reads(self):
        for who, allowed in (
            ("desk", True),
            ("manager", True),
            ("auditor", True),
            ("internal", False),
            ("accountant", False),
        ):
            with self.subTest(who):
                fact = self.fact.with_user(self.users[who])
                fact.invalidate_recordset()
                if allowed:
                    self.assertEqual(fact.net, 10)
                else:
                    with self.assertRaises(AccessError):
                        fact.read(["net"])

    def test_facts_of_another_company_are_not_seen(self):
        other = self.new_company("Other")
        self.bare_facts((self.ali, "2026-01-01", 99), company=other)
        for who in ("desk", "manager", "auditor"):
            Fact = self.Fact.with_user(self.users[who])
            self.assertEqual(
                Fact.search([("partner_id", "=", self.ali.id)]).mapped("net"), [10]
            )
        branch = self.new_company("Branch", parent=self.company)
        clerk = self.user("clerk", "loyalty_club.group_desk", companies=branch)
        seen = self.Fact.with_user(clerk).search([("partner_id", "=", self.ali.id)])
        self.assertEqual(seen, self.fact)

    def test_those_without_rights_make_facts_by_what_they_do(self):
        invoice = self.bill(self.ali, 50)
        self.assertEqual(invoice.env.user, self.users["accountant"])
        self.assertEqual(len(self.rows(self.ali)), 2)
