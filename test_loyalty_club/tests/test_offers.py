import json
from decimal import Decimal

from odoo import fields
from odoo.tests import freeze_time, tagged

from odoo.addons.loyalty_club.tests.baskets import BasketCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestOffers(BasketCase):
    """An addon that extends the hook gives to any account, and takes it back."""

    def setUp(self):
        super().setUp()
        self.rules({})
        credit = {"account": "credit", "name": "Spring"}
        offers = [
            {"key": "most", "kind": "cap", "units": 1501, **credit},
            {"key": "gift", "kind": "add", "units": 1000, **credit},
            # Later than what is added, so that this is what it doubles.
            {"key": "twice", "kind": "multiply", "factor": 2, "stage": 25, **credit},
        ]
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("test_loyalty_club.offers", json.dumps(offers))

    def test_credit_is_added_multiplied_capped_and_comes_back(self):
        sale = self.record((self.tea, 3, 60), (self.cup, 1, 30))
        changes = [item["change"] for item in sale.trace if item.get("adjustment")]
        self.assertEqual(changes, ["10.00", "10.00", "-4.99"])
        self.assertEqual(self.available(self.ali, "credit"), 1501)
        self.assertEqual(sale.points, 90)
        sale._return(
            {"0": Decimal(1)},
            source="door",
            key="one",
            moment=fields.Datetime.now(),
        )
        self.assertEqual(self.available(self.ali, "credit"), 1168)
        self.assertEqual(self.available(self.ali), 70)
        sale._return(None, source="door", key="all", moment=fields.Datetime.now())
        self.assertEqual(self.available(self.ali, "credit"), 0)
        self.assertFalse(self.ledger._check_club(self.club)["differences"])
