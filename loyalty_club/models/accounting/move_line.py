from decimal import Decimal
from fractions import Fraction

from odoo import models

from ...engine.amounts import STEP, decimal, in_steps, to_units
from ...facts import LineFacts


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _reconcile_post_hook(self, data):
        """A part of an invoice was settled: there is no hook that says so."""
        res = super()._reconcile_post_hook(data)
        self.move_id._club_follow()
        return res

    def _club_facts(self, club, day):
        """This line as the club counts it; amounts converted at the rate of ``day``.

        A discount or deduction may be a negative quantity or a negative price: in the
        facts it is always a positive quantity of something negative.
        """
        self.ensure_one()
        before = self._club_before_discount()
        sign = -1 if self.quantity < 0 else 1
        group, group_quantity, group_product = self._club_combo()
        return LineFacts(
            key=str(self.id),
            product_id=self.product_id.id or None,
            name=self.name or self.product_id.display_name,
            quantity=self._club_quantity(),
            unit_price=in_steps(sign * self._club_convert(self.price_unit, club, day)),
            discount=in_steps(self.discount),
            total=self._club_units(self.price_total, club, day),
            untaxed=self._club_units(self.price_subtotal, club, day),
            total_before_discount=self._club_units(before["total"], club, day),
            untaxed_before_discount=self._club_units(before["untaxed"], club, day),
            cost=self._club_cost(club, day),
            group=group,
            group_quantity=group_quantity,
            group_product_id=group_product,
        )

    def _club_combo(self):
        """The combo that this line is part of, for an addon that knows of one.

        :return: (what its parts have in common or None, how often it was sold, id of
            its product or None)
        """
        return None, Decimal(0), None

    def _club_before_discount(self):
        """Amounts of the line without its discount, in the invoice's currency."""
        if not self.discount:
            return {"total": self.price_total, "untaxed": self.price_subtotal}
        amounts = self.tax_ids.compute_all(
            self.price_unit,
            currency=self.currency_id,
            quantity=self.quantity,
            product=self.product_id,
            partner=self.partner_id,
            is_refund=self.is_refund,
        )
        return {
            "total": amounts["total_included"],
            "untaxed": amounts["total_excluded"],
        }

    def _club_quantity(self):
        """Pieces in the product's own unit: a dozen counts twelve."""
        quantity = self.quantity
        if self.product_id and self.product_uom_id:
            quantity = self.product_uom_id._compute_quantity(
                quantity, self.product_id.uom_id, round=False
            )
        # What is less than a step could never be returned.
        return max(abs(in_steps(quantity)), STEP)

    def _club_cost(self, club, day):
        """What the goods had cost, in units of the club's currency, where known."""
        if self.price_total < 0:
            return 0
        quantity = self._club_quantity()
        return self.product_id._club_cost(club, quantity, self.company_id, day)

    def _club_units(self, amount, club, day):
        converted = self.currency_id._convert(
            amount, club.currency_id, self.company_id, day
        )
        return to_units(converted, club._digits("wallet"))

    def _club_convert(self, price, club, day):
        """A unit price in the club's currency: not rounded, it may be a fraction."""
        return self.currency_id._convert(
            price, club.currency_id, self.company_id, day, round=False
        )

    def _club_loads(self, program, mode, rate):
        """Units of a wallet that this line loads, before they are cut to whole ones.

        :param mode: "money" or "unit": what the rate is for
        :param rate: decimal text, or a number
        :return: Fraction
        """
        amount = self.quantity
        if mode == "money":
            amount = self.currency_id._convert(
                self.price_total, program.currency_id, self.company_id, self.date
            )
        digits = program.club_id._digits("wallet")
        return Fraction(Decimal(str(rate)) * decimal(amount)) * 10**digits
