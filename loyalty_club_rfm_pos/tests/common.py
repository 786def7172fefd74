"""Customers who buy at a till, for the tests; see ``RfmCase`` and ``TillCase``."""

from odoo.addons.loyalty_club_pos.tests.common import TillCase
from odoo.addons.loyalty_club_rfm.tests.common import RfmKit


class RfmTillCase(RfmKit, TillCase):
    """A shop with a till, and its facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.setUpRfm()

    def left(self, partner):
        """Their one fact: (net, returned, goods, counts)."""
        [row] = self.rows(partner)
        return row["net"], row["returned"], row["goods"], row["counts"]

    def invoice_together(self, orders):
        """One invoice for several orders, as the till's manager makes it."""
        wizard = (
            self.env["pos.make.invoice"]
            .with_company(self.company)
            .with_context(active_ids=orders.ids, generate_pdf=False)
            .create({"consolidated_billing": True})
        )
        wizard.action_create_invoices()
        self.assertEqual(len(orders.account_move), 1)
        return orders.account_move

    def credit_in_accounting(self, invoice, keep=()):
        """A credit note of a till's invoice that no till knows of.

        :param keep: products that it doesn't credit
        """
        note = invoice.with_context(skip_invoice_sync=False)._reverse_moves(
            [{"invoice_date": invoice.invoice_date}]
        )
        note.invoice_line_ids.filtered(lambda line: line.product_id in keep).unlink()
        note.action_post()
        return note
