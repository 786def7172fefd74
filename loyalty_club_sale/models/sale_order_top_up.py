from collections import defaultdict
from decimal import ROUND_DOWN, Decimal

from odoo import models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.ledger import SCALE, units_from_scaled

PAID = ("paid", "in_payment", "reversed")


class SaleOrder(models.Model):
    """Products that load a managed wallet load it when they are paid."""

    _inherit = "sale.order"

    def _club_settle_top_ups(self):
        """Load wallets with what invoices of these orders have paid, less credit notes.

        As with rewards, the difference to what was loaded already is moved; so it
        doesn't matter how often, or after which payment, this is called. What was
        loaded and spent meanwhile follows the club's policy for returned goods.

        Called with all rights: the payment counts, not who registers it.
        """
        ledger = self.env["loyalty.club.ledger"]
        for order in self:
            loaded, origin = order._club_loaded(), order._club_origin()
            paid = order._club_paid_top_ups()
            for card in sorted(paid.keys() | loaded.keys(), key=lambda card: card.id):
                scaled, count = loaded.get(card, (0, 0))
                digits = card._club_digits()
                change = paid.get(card, 0) - units_from_scaled(scaled, digits)
                key = f"sale.order:{order.id}:top_up:{card.id}:{count}"
                if change > 0:
                    ledger._grant(card.id, change, "top_up", key=key, origin=origin)
                elif change < 0:
                    ledger._take_back(card.id, -change, None, key=key, origin=origin)

    def _club_paid_top_ups(self):
        """What paid invoice lines of this order load: dict of card to units."""
        self.ensure_one()
        lines = self.order_line.invoice_lines.filtered(
            lambda line: (
                line.move_id.state == "posted" and line.move_id.payment_state in PAID
            )
        )
        paid = defaultdict(int)
        for rule in self._club_top_up_rules(lines.product_id):
            products = rule.program_id._get_valid_products(lines.product_id)[rule]
            units = sum(
                self._club_top_up_units(rule, line)
                for line in lines
                if line.product_id in products
            )
            if units:
                paid[self._club_wallet(rule.program_id)] += units
        return paid

    def _club_top_up_rules(self, products):
        """Rules by which these products load a wallet that a club manages."""
        return self.env["loyalty.rule"].search(
            [
                ("program_id.club_account", "=", "wallet"),
                ("product_ids", "in", products.ids),
                ("company_id", "parent_of", self.company_id.id),
            ]
        )

    def _club_top_up_units(self, rule, line):
        """Units that an invoice line loads; negative on a credit note."""
        program = rule.program_id
        amount = line.quantity
        if rule.reward_point_mode == "money":
            amount = line.currency_id._convert(
                line.price_total, program.currency_id, line.company_id, line.date
            )
        units = to_units(
            Decimal(repr(rule.reward_point_amount)) * Decimal(repr(amount)),
            program.club_id._digits("wallet"),
            rounding=ROUND_DOWN,
        )
        return -units if line.move_id.move_type == "out_refund" else units

    def _club_wallet(self, program):
        """The customer's account; one who is no member can have a wallet too."""
        whose = {"program_id": program.id, "partner_id": self.partner_id.id}
        Card = self.env["loyalty.card"]
        domain = [(field, "=", value) for field, value in whose.items()]
        return Card.search(domain, limit=1) or Card.create(whose)

    def _club_loaded(self):
        """What this order has loaded: dict of card to (ten-thousandths, entries).

        Money taken back that was spent already is a debt, and debts of an account that
        a top-up pays are entries of their own: ``amount - debt`` counts both right.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, round(sum(amount - debt) * %s)::bigint, count(*)
                  FROM loyalty_club_entry
                 WHERE origin_model = 'sale.order' AND origin_id = %s
                   AND kind IN ('top_up', 'return')
                 GROUP BY card_id
                """,
                10**SCALE,
                self.id,
            )
        )
        cards = self.env["loyalty.card"]
        return {cards.browse(card_id): of_card for card_id, *of_card in rows}
