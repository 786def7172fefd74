"""Whoever is erased is nowhere in scores and segments any more."""

from datetime import timedelta
from unittest.mock import patch

from odoo.addons.loyalty_club.tests.erasing import EraseKit

from .common import RfmCase
from .test_runs import DAY


class TestErasedInSegments(EraseKit, RfmCase):
    def fill_rfm(self, member):
        """Purchases, and a run with their scores."""
        definition = self.env["loyalty.club.rfm.definition"].create(
            {"name": "Members", "company_id": self.company.id, "min_customers": 1}
        )
        contact = member.partner_id
        rows = [(contact, DAY - timedelta(days=back), 100) for back in (3, 30)]
        self.bare_facts(*rows)
        definition._run(DAY, full=True)
        return definition

    def test_nothing_is_left_in_the_database(self):
        zari = self.person()
        self.fill(zari)
        definition = self.fill_rfm(zari)
        contact = self.contact_before
        self.assertFilled("loyalty_club_rfm")
        answer = zari._erase("asked for it")
        self.assertForgotten(answer)
        self.assertIn("scores", answer["kept"])
        # What was bought still counts, for nobody; and the next run finds no name.
        self.assertTrue(self.facts_of(contact))
        definition._run(DAY + timedelta(days=1), full=True)
        self.assertForgotten(answer)

    def test_what_is_left_out_is_found(self):
        """Negative control: who declares nothing doesn't say that it stays."""
        zari = self.person()
        self.fill_rfm(zari)
        Customer = self.env.registry["loyalty.club.rfm.customer"]
        with patch.object(Customer, "_on_erase", lambda self, person: []):
            answer = zari._erase("asked for it")
        self.assertNotIn("scores", answer["kept"])
