from decimal import ROUND_DOWN, Decimal

from odoo import models

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import decimal, to_decimal, to_units
from odoo.addons.loyalty_club.engine.sharing import share_out
from odoo.addons.sale_loyalty.models.sale_order import _generate_random_reward_code


class SaleOrder(models.Model):
    """Promotional credit that reduces prices.

    Odoo's eWallets pay the total and leave the taxes as they are. Credit that a club
    gives away is a reduction of the price: it comes off the prices as the order shows
    them (without taxes that are added, with those that are included), in a line for
    each kind of taxes, so that these are due on what is left.
    """

    # A part of the model's package: rewards that reduce its prices.
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _get_reward_values_discount(self, reward, coupon, **kwargs):
        if not reward._club_reduces_price():
            return super()._get_reward_values_discount(reward, coupon, **kwargs)
        prices = self._club_reducible(reward)
        off = self._club_reduction(reward, coupon, sum(prices.values()))
        if off <= 0:
            # Odoo's own words, and its way with orders that payments have covered.
            return super()._get_reward_values_discount(reward, coupon, **kwargs)
        digits = self.currency_id.decimal_places
        shares = share_out(off, prices)
        cost = self._club_reduction_cost(reward, off)
        first, code = next(iter(shares)), _generate_random_reward_code()
        return [
            {
                "product_id": reward.discount_line_product_id.id,
                "product_uom_qty": 1.0,
                "name": self._club_reduction_name(taxes, several=len(shares) > 1),
                "price_unit": float(Decimal(-units).scaleb(-digits)),
                "points_cost": float(cost) if taxes == first else 0,
                "tax_ids": [(6, 0, taxes.ids)],
                "reward_id": reward.id,
                "coupon_id": coupon.id,
                "reward_identifier_code": code,
                "sequence": max(self._club_goods().mapped("sequence"), default=10) + 1,
            }
            for taxes, units in shares.items()
        ]

    def _club_goods(self):
        return self.order_line.filtered(lambda line: not line.is_reward_line)

    def _club_reducible(self, reward):
        """What the reward may take something off: dict of taxes to minor units.

        The prices as they are shown, less what other discounts took off them.
        """
        discountable = {
            "order": self._discountable_order,
            "specific": self._discountable_specific,
            "cheapest": self._discountable_cheapest,
        }[reward.discount_applicability]
        _total, prices = discountable(reward)
        digits = self.currency_id.decimal_places
        units = {
            taxes: to_units(price, digits) for taxes, price in (prices or {}).items()
        }
        return {taxes: price for taxes, price in units.items() if price > 0}

    def _club_reduction(self, reward, coupon, most):
        """Minor units that the reward takes off, out of ``most`` that could be."""
        there = Decimal(repr(self._get_real_points_for_coupon(coupon)))
        money = Decimal(repr(reward.discount)) * there
        bounds = [most, self._club_order_units(reward, money)]
        if reward.discount_max_amount:
            bounds.append(self._club_order_units(reward, reward.discount_max_amount))
        return min(bounds)

    def _club_order_units(self, reward, money):
        """Whole minor units of the order's currency in an amount of the reward's."""
        if reward.currency_id != self.currency_id:
            money = reward.currency_id._convert(
                float(money), self.currency_id, self.company_id, self.date_order.date()
            )
        return to_units(money, self.currency_id.decimal_places, rounding=ROUND_DOWN)

    def _club_reduction_cost(self, reward, off):
        """What minor units of a reduction cost, in the account's own money."""
        money = Decimal(off).scaleb(-self.currency_id.decimal_places)
        if reward.currency_id != self.currency_id:
            converted = self.currency_id._convert(
                float(money),
                reward.currency_id,
                self.company_id,
                self.date_order.date(),
            )
            money = Decimal(repr(converted))
        digits = reward.currency_id.decimal_places
        units = spending.cost_of_money(money, decimal(reward.discount), digits)
        return to_decimal(units, digits)

    def _club_reduction_name(self, taxes, several):
        names = ", ".join(taxes.mapped("name"))
        if several and names:
            return self.env._("Promotional credit (%(taxes)s)", taxes=names)
        return self.env._("Promotional credit")
