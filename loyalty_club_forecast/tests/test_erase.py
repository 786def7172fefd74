"""Whoever is erased, or becomes one with another, has no forecast any more."""

from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.loyalty_club.tests.erasing import NAME, EraseKit
from odoo.addons.loyalty_club_rfm.tests.common import RfmCase
from odoo.addons.loyalty_club_rfm.tests.test_runs import DAY


@tagged("post_install", "-at_install")
class TestErasedInForecasts(EraseKit, RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.definition = cls.env["loyalty.club.rfm.definition"].create(
            {"name": "Members", "company_id": cls.company.id, "min_customers": 1}
        )

    def forecast(self, *contacts):
        """A forecast for each of these contacts."""
        return self.env["loyalty.club.rfm.forecast"].create(
            [
                {
                    "definition_id": self.definition.id,
                    "partner_id": contact.id,
                    "expected_purchases": 2,
                }
                for contact in contacts
            ]
        )

    def fill_forecast(self, member):
        """Purchases, a run with their scores, and a forecast."""
        contact = member.partner_id
        rows = [(contact, DAY - timedelta(days=back), 100) for back in (3, 30)]
        self.bare_facts(*rows)
        self.definition._run(DAY, full=True)
        return self.forecast(contact)

    def test_nothing_is_left_in_the_database(self):
        zari = self.person()
        self.fill(zari)
        forecast = self.fill_forecast(zari)
        self.assertFilled("loyalty_club_forecast")
        answer = zari._erase("asked for it")
        self.assertForgotten(answer)
        self.assertIn("forecasts", answer["erased"])
        self.assertFalse(forecast.exists())

    def test_a_kept_contact_has_no_forecast_either(self):
        zari = self.person()
        forecast = self.fill_forecast(zari)
        self.bill(self.contact_before, 10)
        self.assertIn("contact: accounting", zari._erase("asked for it")["kept"])
        self.assertEqual(self.contact_before.name, NAME)
        self.assertFalse(forecast.exists())

    def test_what_is_left_out_is_found(self):
        """Negative control: who declares nothing keeps it."""
        zari = self.person()
        forecast = self.fill_forecast(zari)
        Forecast = self.env.registry["loyalty.club.rfm.forecast"]
        with patch.object(Forecast, "_on_erase", lambda self, person: []):
            answer = zari._erase("asked for it")
        self.assertNotIn("forecasts", answer["erased"])
        self.assertTrue(forecast.exists())

    def test_contacts_with_forecasts_are_merged(self):
        ali, reza = self.customer("Ali"), self.customer("Reza")
        forecasts = self.forecast(ali, reza)
        self.env.flush_all()
        merger = self.env["base.partner.merge.automatic.wizard"].create({})
        merger._merge((ali | reza).ids, ali)
        self.assertFalse(reza.exists())
        self.assertFalse(forecasts.exists(), "until the next full run")

    def test_zero_and_negative_money_breaks_nothing(self):
        self.definition.forecast = "on"
        free, owing = self.customers(2)
        self.bare_facts((free, DAY - timedelta(days=3), 0))
        self.bare_facts((owing, DAY - timedelta(days=3), 10))
        self.bare_facts((owing, DAY - timedelta(days=2), -25, False))
        self.assertEqual(self.definition._run(DAY, full=True).state, "done")
