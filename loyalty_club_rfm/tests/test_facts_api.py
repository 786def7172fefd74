from odoo.tests import freeze_time

from .common import RfmCase


@freeze_time("2026-03-10 09:00:00")
class TestFactsApi(RfmCase):
    """Purchases that integrations and imports have recorded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member_ = cls.member("Ali")
        cls.ali = cls.member_.partner_id

    def left(self):
        """The one fact of Ali: (net, returned, goods, counts)."""
        [row] = self.rows(self.ali)
        return row["net"], row["returned"], row["goods"], row["counts"]

    def test_a_purchase_is_a_fact(self):
        for source in ("door", "import"):
            self.api_sale(self.member_, [(self.tea, 2, 100)], "2026-03-01", source)
        self.assertEqual(self.facts_of(self.ali), [("2026-03-01", 100, True)] * 2)
        self.assertEqual({row["source"] for row in self.rows(self.ali)}, {"door"})
        self.assertFactsAgree()

    def test_what_mirrors_a_document_is_none(self):
        for source in ("pos", "sale", "invoice"):
            self.api_sale(self.member_, [(self.tea, 2, 100)], "2026-03-01", source)
        self.assertEqual(self.rows(self.ali), [])
        self.assertFactsAgree()

    def test_an_invoice_of_a_member_counts_once(self):
        invoice = self.bill(self.ali, 50)
        self.pay(invoice)
        self.assertTrue(self.purchases(invoice), "the club recorded it as well")
        self.assertEqual(self.left(), (50, 0, 50, True))

    def test_returns_reduce_their_purchase(self):
        sale = self.api_sale(
            self.member_, [(self.tea, 2, 100), (self.cup, 1, 20)], "2026-03-01"
        )
        self.api_return(sale, {0: 1})
        self.assertEqual(self.left(), (70, 50, 70, True))
        self.api_return(sale)
        self.assertEqual(self.left(), (0, 120, 0, False))
        self.assertEqual(self.rows(self.ali)[0]["day"], "2026-03-01")
        self.assertFactsAgree()

    def test_three_thirds_leave_no_cents(self):
        sale = self.api_sale(self.member_, [(self.tea, 3, 10)], "2026-03-01")
        for _time in range(3):
            self.api_return(sale, {0: 1})
        self.assertEqual(sum(sale.return_ids.mapped("untaxed")), -10)
        self.assertEqual(self.left(), (0, 10, 0, False))

    def test_a_return_that_was_undone_counts_again(self):
        sale = self.api_sale(self.member_, [(self.tea, 2, 100)], "2026-03-01")
        back = self.api_return(sale, {0: 1})
        self.assertEqual(self.left(), (50, 50, 50, True))
        back._undo_return(moment=sale.date)
        self.assertEqual(self.left(), (100, 0, 100, True))
        self.assertFactsAgree()

    def test_merged_members_bring_their_purchases(self):
        other = self.member("Reza")
        self.api_sale(self.member_, [(self.tea, 2, 100)], "2026-03-01")
        self.member_._merge_into(other)
        self.assertEqual(self.rows(self.ali), [])
        self.assertEqual(self.facts_of(other.partner_id), [("2026-03-01", 100, True)])
        self.assertFactsAgree()

    def test_a_club_of_another_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                }
                for day, rate in (("2026-01-01", 2), ("2026-02-01", 3))
            ]
        )
        club = self.new_club("usd", self.company, currency_id=dollar.id)
        member = self.member("Dollar", club)
        for day in ("2025-12-01", "2026-01-15", "2026-02-01"):
            sale = self.api_sale(member, [(self.tea, 3, 100)], day)
            expected = dollar._convert(
                100, self.company.currency_id, self.company, sale.date.date()
            )
            self.assertEqual(
                self.facts_of(member.partner_id)[-1], (day, expected, True)
            )
        self.api_return(sale, {0: 1})
        self.assertEqual(self.facts_of(member.partner_id)[-1][1], 22.22)
        self.api_return(sale)
        self.assertEqual(self.facts_of(member.partner_id)[-1], ("2026-02-01", 0, False))

    def test_the_day_is_the_companys(self):
        # The club counts days elsewhere; for segments all sources count alike.
        self.company.rfm_tz = "Asia/Tehran"
        for moment in ("2026-02-28 20:29:59", "2026-02-28 20:30:00"):
            self.api_sale(self.member_, [(self.tea, 1, 10)], moment)
        self.assertEqual(
            [day for day, _net, _counts in self.facts_of(self.ali)],
            ["2026-02-28", "2026-03-01"],
        )
