"""Customers who buy on days, for the tests.

    class TestSomething(RfmCase):
        def test_it(self):
            ali = self.customer("Ali")
            self.bill(ali, 100, "2026-03-01")
            self.assertEqual(self.facts_of(ali), [("2026-03-01", 100, True)])

``bill`` is a real invoice, posted by an accountant; ``api_sale`` a real purchase that
an integration recorded; ``bare_facts`` writes many facts at once where it doesn't
matter what they were made of. The company's days are those of UTC.
"""

from datetime import datetime, time
from decimal import Decimal

from odoo import fields

from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.facts import LineFacts, PurchaseFacts
from odoo.addons.loyalty_club.tests.invoicing import InvoiceCase


class RfmKit:
    """The helpers, beside ``InvoiceCase``: call ``setUpRfm()`` at its end."""

    @classmethod
    def setUpRfm(cls):
        cls.Fact = cls.env["loyalty.club.rfm.fact"]
        cls.Gather = cls.env["loyalty.club.rfm.gather"]

    @classmethod
    def customer(cls, name="Customer", **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def customers(cls, count):
        return cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )

    # ------------------------------------------------------------------ documents

    def bill(self, partner, price, day=None, quantity=1, **values):
        """A posted invoice of tea. → the invoice"""
        if day:
            values["invoice_date"] = day
        return self.invoice(partner, [(self.tea, quantity, price)], **values)

    def credit_note(self, partner, price, day=None, quantity=1, **values):
        """A posted credit note that names no invoice."""
        return self.bill(
            partner, price, day, quantity, move_type="out_refund", **values
        )

    @classmethod
    def api_sale(cls, member, lines, moment, source="door", club=None):
        """A purchase that an integration recorded.

        :param lines: list of (product, quantity, untaxed amount)
        :param moment: UTC, or a day, of which it is noon then
        """
        club = club or member.club_id
        moment = fields.Datetime.to_datetime(moment)
        if moment.time() == time():
            moment = datetime.combine(moment, time(12))
        digits = club._digits("wallet")
        facts = PurchaseFacts(
            source=source,
            key=f"rfm-{cls._next()}",
            moment=moment,
            lines=[
                LineFacts(
                    key=str(number),
                    product_id=product.id,
                    name=product.name,
                    quantity=Decimal(str(quantity)),
                    total=to_units(amount, digits),
                    untaxed=to_units(amount, digits),
                    total_before_discount=to_units(amount, digits),
                    untaxed_before_discount=to_units(amount, digits),
                )
                for number, (product, quantity, amount) in enumerate(lines)
            ],
        )
        return cls.env["loyalty.club.purchase"]._record(club, member, facts)

    @classmethod
    def api_return(cls, purchase, wanted=None, moment=None):
        """A return of so many pieces of lines (by number), or of all that is left."""
        return purchase._return(
            wanted and {str(key): Decimal(str(left)) for key, left in wanted.items()},
            source=purchase.source,
            key=f"rfm-{cls._next()}",
            moment=moment or fields.Datetime.now(),
        )

    @classmethod
    def bare_facts(cls, *rows, company=None):
        """Facts of (partner, day, net) and, if need be, counts and source."""
        company = company or cls.company
        for row in rows:
            partner, day, net, counts, source = row + (True, "inv")[len(row) - 3 :]
            cls.env.cr.execute(
                """
                INSERT INTO loyalty_club_rfm_fact
                       (company_id, partner_id, day, net, returned, goods, counts,
                        source, res_id)
                VALUES (%s, %s, %s, %s, 0, %s, %s, %s, %s)
                """,
                [
                    company.id,
                    partner.id,
                    day,
                    net,
                    max(net, 0),
                    counts,
                    source,
                    1_000_000_000 + cls._next(),
                ],
            )
        cls.env["loyalty.club.rfm.fact"].invalidate_model()

    # ------------------------------------------------------------------ what is there

    @classmethod
    def rows(cls, partners, company=None):
        """Facts as the database has them, the oldest first.

        :return: list of dicts with partner, day, net, returned, goods, counts, source
        """
        cls.env.flush_all()
        cls.env.cr.execute(
            """
            SELECT partner_id AS partner, day::text, net, returned, goods, counts,
                   source
              FROM loyalty_club_rfm_fact
             WHERE partner_id = ANY(%s) AND (company_id = %s OR %s IS NULL)
             ORDER BY day, id
            """,
            [partners.ids, company and company.id, company and company.id],
        )
        return cls.env.cr.dictfetchall()

    @classmethod
    def facts_of(cls, partners):
        """The same, in short: list of (day, net, counts)."""
        return [(row["day"], row["net"], row["counts"]) for row in cls.rows(partners)]

    @classmethod
    def touched(cls):
        """Who is in the log of changes now: set of ids."""
        cls.env.flush_all()
        cls.env.cr.execute("SELECT DISTINCT partner_id FROM loyalty_club_rfm_touched")
        return {row[0] for row in cls.env.cr.fetchall()}

    @classmethod
    def forget_touched(cls):
        cls.env.flush_all()
        cls.env.cr.execute("DELETE FROM loyalty_club_rfm_touched")

    def assertFactsAgree(self, company=None):
        """Deriving all facts anew changes none: the hooks have missed nothing."""
        self.assertEqual(self.Fact._check(company or self.company), 0)


class RfmCase(RfmKit, InvoiceCase):
    """A shop that writes invoices, and its facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpRfm()
