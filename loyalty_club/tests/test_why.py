from decimal import Decimal

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import html2plaintext

from .baskets import BasketCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestWhy(BasketCase):
    """The button that says in sentences how points came about."""

    def why(self, purchase):
        """What the desk reads in the dialog: its title and sentences."""
        theirs = purchase.with_user(self.users["desk"])
        action = theirs.action_why()
        self.assertEqual((action["target"], action["res_id"]), ("new", purchase.id))
        dialog = html2plaintext(theirs.why_html)
        sentences = theirs._why() or ["No rule gives points for it."]
        for sentence in sentences:
            self.assertIn(sentence, dialog)
        return action["name"], " ".join(sentences)

    def test_a_line_for_each_rule_with_the_currency(self):
        self.rules({"club_per_amount": 10}, {"reward_point_mode": "order"})
        purchase = self.record((self.tea, 1, 379.90))
        lines = purchase.with_user(self.users["desk"])._why_lines()
        self.assertEqual([line[2] for line in lines], ["37", "1"])
        self.assertIn("379.90", lines[0][1])
        self.assertIn("€", lines[0][1])
        self.assertEqual(str(purchase.why_html).count("<tr>"), 3)

    def test_by_money(self):
        self.rules({"club_per_amount": 10})
        purchase = self.record((self.tea, 1, 379.90))
        self.assertEqual(
            self.why(purchase),
            (
                "37 points, because",
                "Club test points: 37 points for 379.90, at 1 for each 10.",
            ),
        )

    def test_full_steps(self):
        self.rules(
            {
                "reward_point_amount": 5,
                "club_per_amount": 250,
                "club_full_steps": True,
            }
        )
        purchase = self.record((self.tea, 1, 300))
        self.assertEqual(
            self.why(purchase)[1],
            "Club test points: 5 points for 300.00, at 5 for each full 250.",
        )

    def test_by_order_and_by_piece(self):
        self.rules(
            {"reward_point_mode": "order", "reward_point_amount": 5},
            {
                "reward_point_mode": "unit",
                "reward_point_amount": 1.5,
                "product_ids": [(6, 0, self.tea.ids)],
            },
        )
        purchase = self.record((self.tea, 4, 10))
        self.assertEqual(
            self.why(purchase),
            (
                "11 points, because",
                "Club test points: 5 points for the purchase. "
                "Tea: 6 points for 4 pieces, at 3 for each 2.",
            ),
        )

    def test_a_tier_and_a_limit(self):
        self.ali.tier_id = self.env["loyalty.club.tier"].create(
            {
                "club_id": self.club.id,
                "name": "Silver",
                "code": "silver",
                "threshold": 0,
                "multiplier": 1.5,
            }
        )
        self.rules({"club_cap_purchase": 100})
        purchase = self.record((self.tea, 1, 80))
        self.assertEqual(
            self.why(purchase),
            (
                "100 points, because",
                "Club test points: 120 points for 80.00, at 1 for each 1, times 1.5 "
                "for Silver; the limit leaves 100.",
            ),
        )

    def test_no_points(self):
        self.rules({"minimum_amount": 1000})
        purchase = self.record((self.tea, 1, 80))
        self.assertEqual(
            self.why(purchase), ("0 points, because", "No rule gives points for it.")
        )

    def test_it_is_the_trace_of_that_day(self):
        """The rules of today don't explain the points of yesterday."""
        self.rules({})
        purchase = self.record((self.tea, 1, 80))
        self.rules({"reward_point_amount": 7})
        self.assertIn("80 points for 80.00, at 1 for each 1", self.why(purchase)[1])

    def test_a_million_is_written_out(self):
        self.rules({})
        purchase = self.record((self.tea, 1, 1234567))
        self.assertEqual(self.why(purchase)[0], "1,234,567 points, because")

    def test_a_return_and_its_undoing(self):
        self.rules({})
        purchase = self.record((self.tea, 2, 80))
        moment = fields.Datetime.now()
        back = purchase._return(
            {"0": Decimal(1)}, source="door", key="back", moment=moment, reference="R7"
        )
        self.assertEqual(
            self.why(back),
            (
                "-40 points, because",
                f"This is what the returned goods of {purchase.key} had earned.",
            ),
        )
        self.assertEqual(
            self.why(back._undo_return(moment=moment)),
            (
                "40 points, because",
                "The return R7 was undone: what it took was given again.",
            ),
        )
