from decimal import Decimal
from fractions import Fraction

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..engine.offers import Adjustment
from ..exceptions import ClubError
from .baskets import BasketCase
from .invoicing import InvoiceCase


class OffersMixin:
    """What an addon does that runs offers: it extends one hook."""

    def offer(self, *adjustments):
        """Let all baskets of this test have these adjustments; the hook's calls."""
        calls = []

        def _on_award(purchases, baskets):
            calls.append(baskets)
            return [list(adjustments) for _basket in baskets]

        self.patch(self.env.registry["loyalty.club.purchase"], "_on_award", _on_award)
        return calls

    def assertProven(self):
        outcome = self.ledger._check_club(self.club)
        self.assertFalse(outcome["differences"], outcome["details"])

    def moved(self, record):
        """(account, kind, amount) of the entries of a purchase or return."""
        entries = self.env["loyalty.club.entry"].search(
            [("purchase_id", "=", record.id)], order="id"
        )
        return [
            (entry.account, entry.kind, entry.amount + entry.pending - entry.debt)
            for entry in entries
        ]


GIFT = Adjustment("gift", "Spring", "add", account="credit", units=1000, source="x,7")
# Later than what is added: another offer is doubled.
DOUBLE = Adjustment(
    "double",
    "Double credit",
    "multiply",
    account="credit",
    factor=Fraction(2),
    stage=25,
)
MOST = Adjustment("most", "At most 15.01", "cap", account="credit", units=1501)
POINTS = Adjustment(
    "points", "Double tea", "multiply", factor=Fraction(2), lines=frozenset({"0"})
)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestOffers(OffersMixin, BasketCase):
    """An addon's adjustments are given, told, and come back exactly."""

    def setUp(self):
        super().setUp()
        self.rules({})

    def sale(self):
        return self.record((self.tea, 3, 60), (self.cup, 1, 30))

    def back(self, sale, **wanted):
        self._backs = getattr(self, "_backs", 0) + 1
        return sale._return(
            {key[1:]: Decimal(pieces) for key, pieces in wanted.items()} or None,
            source="door",
            key=f"back-{self._backs}",
            moment=fields.Datetime.now(),
        )

    def test_without_an_addon_nothing_is_adjusted(self):
        sale = self.sale()
        self.assertEqual(self.moved(sale), [("points", "earn", 90)])
        self.assertEqual(sale.line_ids.mapped("awards"), [False, False])
        self.assertProven()

    def test_what_is_added_multiplied_and_capped(self):
        calls = self.offer(MOST, GIFT, DOUBLE, POINTS)
        sale = self.sale()
        self.assertEqual(len(calls), 1)
        [[basket]] = calls
        self.assertEqual((basket.member, basket.award.points), (self.ali, 90))
        self.assertEqual(
            self.moved(sale), [("points", "earn", 150), ("credit", "earn", 15.01)]
        )
        self.assertEqual(self.available(self.ali, "credit"), 1501)
        self.assertEqual((sale.points, sale.status_points), (150, 90))
        told = [
            (item["adjustment"], item["account"], item["change"], item["points"])
            for item in sale.trace
            if item.get("adjustment")
        ]
        self.assertEqual(
            told,
            [
                ("points", "points", "60", 60),
                ("gift", "credit", "10.00", 0),
                ("double", "credit", "10.00", 0),
                ("most", "credit", "-4.99", 0),
            ],
        )
        self.assertEqual(sum(item["points"] for item in sale.trace), 150)
        self.assertEqual(
            sale._why()[1:],
            [
                "Double tea: 2 times the points.",
                "Spring: 10.00 of Promotional credit.",
                "Double credit: 10.00 of Promotional credit.",
                "At most 15.01: at most 15.01 of Promotional credit.",
            ],
        )
        self.assertIn("15", str(sale.why_html) + "15")
        self.assertProven()

    def test_partial_returns_take_exactly_what_their_lines_got(self):
        self.offer(GIFT, DOUBLE, MOST)
        sale = self.sale()
        given = {line.key: line.awards["credit"]["given"] for line in sale.line_ids}
        self.assertEqual(given, {"0": 1001, "1": 500})
        first = self.back(sale, _0=1)
        self.assertEqual(
            self.moved(first), [("points", "return", -20), ("credit", "return", -3.33)]
        )
        second = self.back(sale, _0=1)
        self.assertEqual(self.moved(second)[1], ("credit", "return", -3.34))
        self.assertProven()
        rest = self.back(sale)
        self.assertEqual(self.moved(rest)[1], ("credit", "return", -8.34))
        self.assertEqual(self.available(self.ali, "credit"), 0)
        self.assertEqual(sale.returned, "all")
        self.assertProven()

    def test_what_was_spent_meanwhile_is_owed(self):
        self.offer(GIFT)
        sale = self.sale()
        self.spend(self.ali, 900, "credit")
        self.back(sale)
        balance = self.balances(self.ali, "credit")
        self.assertEqual((balance["available"], balance["owed"]), (0, 900))
        self.assertProven()

    def test_a_return_that_is_undone_gives_again(self):
        self.offer(GIFT)
        sale = self.sale()
        back = self.back(sale, _0=1)
        self.assertEqual(self.available(self.ali, "credit"), 778)
        back._undo_return(moment=fields.Datetime.now())
        self.assertEqual(self.available(self.ali, "credit"), 1000)
        self.assertProven()
        self.back(sale)
        self.assertEqual(self.available(self.ali, "credit"), 0)
        self.assertProven()

    def test_it_waits_as_long_as_points_do(self):
        self.club.pending_days = 7
        self.offer(GIFT)
        sale = self.sale()
        balance = self.balances(self.ali, "credit")
        self.assertEqual((balance["available"], balance["pending"]), (0, 1000))
        self.assertProven()
        self.back(sale)
        self.assertEqual(self.balances(self.ali, "credit")["pending"], 0)
        self.assertProven()

    def test_a_quote_tells_it_and_gives_nothing(self):
        calls = self.offer(GIFT, POINTS)
        club = self.club.with_user(self.users["integration"])
        lines = [
            {"product_id": self.tea.id, "quantity": 1, "unit_price": "60", "line": "0"}
        ]
        quote = club.purchase_quote(
            club="test", purchase={"member": self.ali.number, "lines": lines}
        )
        self.assertEqual(len(calls), 1)
        self.assertEqual(quote["accounts"], {"points": 120, "credit": "10.00"})
        self.assertEqual(sum(item["points"] for item in quote["trace"]), 120)
        self.assertFalse(self.entries(self.ali))

    def test_an_integration_is_told_what_each_account_got_and_gave(self):
        self.offer(GIFT)
        club = self.club.with_user(self.users["integration"])
        line = {"product_id": self.tea.id, "quantity": 2, "unit_price": "30"}
        sold = club.purchase_record(
            club="test",
            purchase={"uuid": "s-1", "member": self.ali.number, "lines": [line]},
        )
        self.assertEqual(sold["award"]["accounts"], {"points": 60, "credit": "10.00"})
        self.assertEqual(len(sold["entries"]), 2)
        back = club.purchase_return(
            club="test", key="r-1", uuid="s-1", lines=[{"line": "1", "quantity": 1}]
        )
        self.assertEqual(back["taken"], {"points": 30, "credit": "5.00"})
        self.assertEqual(back["taken_back"], 30)
        self.assertProven()

    def test_drafts_of_rules_are_tried_without_offers(self):
        calls = self.offer(POINTS)
        rules = self.program.rule_ids
        facts = self.basket((self.tea, 1, 10))
        award = self.env["loyalty.club.purchase"]._award(
            self.club, self.ali, facts, rules
        )
        self.assertEqual((award.points, calls), (10, []))

    def test_an_offer_that_gives_more_than_an_account_can_hold(self):
        much = Adjustment("much", "Much", "add", units=10**15)
        self.offer(much)
        with self.assertRaises(ClubError) as caught:
            self.sale()
        self.assertEqual(caught.exception.code, "limit_exceeded")

    def test_the_proof_sees_what_a_line_says_otherwise(self):
        """The negative control of all the proofs above."""
        self.offer(GIFT)
        sale = self.sale()
        self.back(sale, _0=1)
        self.assertProven()
        line = sale.line_ids[0]
        awards = line.awards
        for part, proof in (("given", "purchase_entries"), ("taken", "lines_returned")):
            changed = {**awards["credit"], part: awards["credit"][part] + 1}
            line.awards = {"credit": changed}
            outcome = self.ledger._check_club(self.club)
            self.assertEqual(list(outcome["details"]), [proof])
        line.awards = awards
        self.assertProven()


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 09:00:00")
class TestOffersInParts(OffersMixin, InvoiceCase):
    """Invoices give it as their money comes, and take it as it goes."""

    def test_credit_comes_as_the_money_comes(self):
        ali = self.member("Ali")
        self.offer(GIFT)
        invoice = self.invoice(ali.partner_id, [(self.tea, 2, 50)])
        self.pay(invoice, amount=40)
        self.assertEqual(self.available(ali, "credit"), 400)
        payment = self.pay(invoice, amount=33.5)
        self.assertEqual(self.available(ali, "credit"), 735)
        self.assertProven()
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(self.available(ali, "credit"), 400)
        self.pay(invoice)
        self.assertEqual(self.available(ali, "credit"), 1000)
        self.assertProven()
