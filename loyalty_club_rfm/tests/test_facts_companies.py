from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsCompanies(RfmCase):
    """Two companies with two currencies and time zones, and a branch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ali = cls.customer("Ali")
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.branch = cls.new_branch("Branch")
        cls.south = cls.new_company("South")
        cls.south.currency_id = cls.dollar
        cls.south.rfm_tz = "Asia/Tehran"
        cls.keep_books(cls.south)
        cls.users["accountant"].company_ids += cls.south
        cls.env["res.currency.rate"].create(
            [
                {
                    "name": "2026-01-01",
                    "rate": rate,
                    "currency_id": currency.id,
                    "company_id": company.id,
                }
                for company, currency, rate in (
                    (cls.company, cls.dollar, 2),
                    (cls.south, cls.euro, 4),
                )
            ]
        )

    def test_each_company_counts_in_its_own_currency(self):
        for company, expected in ((self.company, (50, 25)), (self.south, (12.5, 50))):
            for currency in (self.euro, self.dollar):
                self.bill(
                    self.ali,
                    50,
                    "2026-02-01",
                    company_id=company.id,
                    currency_id=currency.id,
                )
            self.assertEqual(
                tuple(row["net"] for row in self.rows(self.ali, company)), expected
            )
            self.assertFactsAgree(company)

    def test_a_branch_counts_as_its_company(self):
        self.bill(self.ali, 50, "2026-02-01", company_id=self.branch.id)
        [row] = self.rows(self.ali, self.company)
        self.assertEqual(row["net"], 50)
        self.assertEqual(self.rows(self.ali, self.branch), [])
        self.assertFactsAgree()

    def test_the_door_of_a_branch_keeps_its_companys_days(self):
        member = self.member("Reza")
        sale = self.api_sale(member, [(self.tea, 1, 10)], "2026-02-28 21:00:00")
        club = self.new_club("south", self.south)
        stranger = self.member("Sara", club)
        self.api_sale(stranger, [(self.tea, 1, 10)], "2026-02-28 21:00:00")
        sale.company_id = self.branch
        self.assertEqual(
            self.rows(member.partner_id, self.company)[0]["day"], "2026-02-28"
        )
        self.assertEqual(
            self.rows(stranger.partner_id, self.south)[0]["day"], "2026-02-28"
        )
        self.south.rfm_tz = "Asia/Tehran"
        self.assertEqual(self.Fact._check(self.south), 1)
        self.assertEqual(
            self.rows(stranger.partner_id, self.south)[0]["day"], "2026-03-01"
        )

    def test_the_same_customer_in_both(self):
        self.bill(self.ali, 50, "2026-02-01")
        self.bill(self.ali, 70, "2026-02-01", company_id=self.south.id)
        self.assertEqual(
            [row["net"] for row in self.rows(self.ali, self.company)], [50]
        )
        self.assertEqual([row["net"] for row in self.rows(self.ali, self.south)], [70])
