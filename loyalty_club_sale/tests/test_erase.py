"""Quotations forget who is erased; a confirmed order keeps its contact."""

from odoo.addons.loyalty_club.tests.erasing import NAME, EraseKit, qzx

from .common import SaleCase


class TestErasedInSales(EraseKit, SaleCase):
    def fill_sales(self, member):
        order = self.order(member)
        order.sudo().write(
            {
                "client_order_ref": qzx("ref"),
                "note": qzx("note"),
                "reference": qzx("reference"),
                "signed_by": NAME,
                "signature": self.picture(),
            }
        )
        self.fill_log(order.sudo())
        # A change of the customer is logged with their name.
        order = order.sudo().with_context(tracking_disable=False)
        self.flush_tracking()
        order.partner_id = self.company.partner_id
        self.flush_tracking()
        order.partner_id = self.contact_before
        self.flush_tracking()
        return order

    def test_nothing_is_left_in_the_database(self):
        zari = self.person()
        self.fill(zari)
        order = self.fill_sales(zari)
        self.assertIn(("sale_order", "client_order_ref"), self.found())
        answer = zari._erase("asked for it")
        self.assertForgotten(answer)
        self.assertIn("quotations", answer["erased"])
        self.assertEqual(order.partner_id, self.contact_before)

    def test_a_confirmed_order_needs_its_contact(self):
        zari = self.person()
        order = self.fill_sales(zari)
        order.action_confirm()
        answer = zari._erase("asked for it")
        self.assertIn("contact: sales", answer["kept"])
        self.assertEqual((order.partner_id.name, order.signed_by), (NAME, NAME))
