from decimal import Decimal

from odoo import models

from odoo.addons.loyalty_club.engine.amounts import to_units

# Accounts of the club whose rewards are payments with money that was paid in before.
PAID_IN = ("wallet",)


class PosOrderLine(models.Model):
    """What a line of an order is to the club."""

    _inherit = "pos.order.line"

    def _club_loads(self):
        """The wallet program of the club that this line loads, if it does."""
        rules = self.env["loyalty.rule"]
        if self.is_reward_line or not self.product_id:
            return rules.program_id
        club = self.order_id.config_id._club()
        rules = club._program("wallet").rule_ids
        return rules.filtered(lambda r: self.product_id in r.product_ids).program_id

    def _club_is_payment(self):
        """Whether the line pays: by a gift card or wallet, with money paid in before.

        Promotional credit is a gift of the shop: what it pays is a discount.
        """
        if not self.is_reward_line:
            return False
        card = self.coupon_id
        if card.club_id:
            return card.club_account in PAID_IN
        # Odoo takes it off the card in a later call of the browser's: a card that
        # doesn't have it pays nothing.
        return (
            card.program_id.program_type in ("gift_card", "ewallet")
            and card.points + self.price_subtotal_incl >= 0
        )

    def _club_is_goods(self, unearning):
        """Whether the line sells something that counts.

        :param unearning: products that load a wallet or gift card, and tips
        """
        return bool(
            not self.is_reward_line
            and not self.refunded_orderline_id
            and not self.combo_parent_id
            and self.product_id not in unearning
            and self.qty > 0
            and self.price_subtotal_incl >= 0
        )

    def _club_is_deduction(self, unearning):
        """Whether the line makes others cheaper: a discount, or a manual return."""
        return bool(
            self.price_subtotal_incl < 0
            and not self.refunded_orderline_id
            and not self.combo_parent_id
            and self.product_id not in unearning
            and not self._club_is_payment()
        )

    def _club_with_parts(self):
        """The line and, for a combo, what it is made of."""
        return self | self.combo_line_ids

    def _club_before_discount(self):
        """(total, untaxed) of the line without its own discount."""
        if not self.discount:
            return self.price_subtotal_incl, self.price_subtotal
        taxes = self.tax_ids_after_fiscal_position.compute_all(
            self.price_unit,
            currency=self.currency_id,
            quantity=self.qty,
            product=self.product_id,
            partner=self.order_id.partner_id,
        )
        return taxes["total_included"], taxes["total_excluded"]

    def _club_recomputed(self):
        """The price of the line with taxes, as its own terms give it."""
        return self._compute_amount_line_all()["price_subtotal_incl"]

    def _club_cost(self, club):
        """What the goods of a line cost, in units; None where it isn't known."""
        company = self.company_id
        if company.currency_id != club.currency_id:
            return None
        price = self.product_id.with_company(company).standard_price
        if not price:
            return None
        cost = Decimal(repr(price)) * Decimal(repr(self.qty))
        return to_units(cost, club._digits("wallet"))
