"""Whoever is erased is nowhere in scores, segments and forecasts any more."""

from datetime import timedelta
from unittest.mock import patch

from odoo.addons.loyalty_club.tests.erasing import NAME, EraseKit

from .common import RfmCase
from .test_runs import DAY


class TestErasedInSegments(EraseKit, RfmCase):
    def fill_rfm(self, member):
        """Purchases, a run with their scores, and a forecast."""
        definition = self.env["loyalty.club.rfm.definition"].create(
            {"name": "Members", "company_id": self.company.id, "min_customers": 1}
        )
        contact = member.partner_id
        rows = [(contact, DAY - timedelta(days=back), 100) for back in (3, 30)]
        self.bare_facts(*rows)
        definition._run(DAY, full=True)
        forecast = self.env["loyalty.club.rfm.forecast"].create(
            {
                "definition_id": definition.id,
                "partner_id": contact.id,
                "expected_purchases": 2,
            }
        )
        return definition, forecast

    def test_nothing_is_left_in_the_database(self):
        zari = self.person()
        self.fill(zari)
        definition, forecast = self.fill_rfm(zari)
        contact = self.contact_before
        self.assertFilled("loyalty_club_rfm")
        answer = zari._erase("asked for it")
        self.assertForgotten(answer)
        self.assertIn("forecasts", answer["erased"])
        self.assertIn("scores", answer["kept"])
        self.assertFalse(forecast.exists())
        # What was bought still counts, for nobody; and the next run finds no name.
        self.assertTrue(self.facts_of(contact))
        definition._run(DAY + timedelta(days=1), full=True)
        self.assertForgotten(answer)

    def test_a_kept_contact_has_no_forecast_either(self):
        zari = self.person()
        _definition, forecast = self.fill_rfm(zari)
        self.bill(self.contact_before, 10)
        self.assertIn("contact: accounting", zari._erase("asked for it")["kept"])
        self.assertEqual(self.contact_before.name, NAME)
        self.assertFalse(forecast.exists())

    def test_what_is_left_out_is_found(self):
        """Negative control: who declares nothing keeps it."""
        zari = self.person()
        _definition, forecast = self.fill_rfm(zari)
        Forecast = self.env.registry["loyalty.club.rfm.forecast"]
        with patch.object(Forecast, "_on_erase", lambda self, person: []):
            answer = zari._erase("asked for it")
        self.assertNotIn("forecasts", answer["erased"])
        self.assertTrue(forecast.exists())
