from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from odoo.addons.loyalty_club.engine.amounts import decimal

# What the club finds a line by, and counts a refund, or money that comes later, from.
OF_LINE = (
    "uuid",
    "order_id",
    "product_id",
    "qty",
    "price_unit",
    "discount",
    "price_subtotal",
    "price_subtotal_incl",
    "refunded_orderline_id",
    "combo_parent_id",
    "is_reward_line",
    "reward_id",
    "coupon_id",
    "points_cost",
)
# Accounts of the club whose rewards are payments with money that was paid in before.
PAID_IN = ("wallet",)


class PosOrderLine(models.Model):
    """What a line of an order is to the club."""

    _inherit = "pos.order.line"

    # Rounded by the currency of the order, as if they were monetary; that would look
    # for the currency of each line again.
    club_total = fields.Float(
        compute="_compute_club_amounts",
        groups=NO_ACCESS,
        help="The price with taxes; negative for what comes back or is taken off.",
    )
    club_untaxed = fields.Float(compute="_compute_club_amounts", groups=NO_ACCESS)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._club_check_entered(vals.get("order_id") for vals in vals_list)
        with self._club_orders_there(vals_list):
            return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            # Saving an order writes each of its lines twice, but nothing that is kept.
            kept = vals.keys() & set(OF_LINE)
            for line in self.filtered("order_id.club_receipt") if kept else ():
                line.order_id._club_check_kept(line, vals, OF_LINE)
            if vals.get("order_id"):
                others = self.filtered(
                    lambda line: line.order_id.id != vals["order_id"]
                )
                others and self._club_check_entered([vals["order_id"]])
        return super().write(vals)

    @api.model
    def _club_check_entered(self, order_ids):
        """Refuse a line more in an order that the club has followed.

        :raises UserError:
        """
        orders = self.env["pos.order"].browse({id_ for id_ in order_ids if id_})
        for order in orders.filtered("club_receipt"):
            order._club_refuse_change()

    @api.depends(
        "price_subtotal_incl",
        "price_subtotal",
        "price_unit",
        "qty",
        "order_id.currency_id",
    )
    def _compute_club_amounts(self):
        """Odoo's amounts, with the sign of price and quantity.

        A till turns the sign of all amounts of a refund round before it sends them, the
        back office doesn't.
        """
        for order, lines in self.grouped("order_id").items():
            rounded = order.currency_id.round if order.currency_id else float
            for line in lines:
                sign = -1 if line.price_unit * line.qty < 0 else 1
                with_taxes, without = line.price_subtotal_incl, line.price_subtotal
                total = untaxed = rounded(sign * abs(with_taxes))
                if without != with_taxes:
                    untaxed = rounded(sign * abs(without))
                line.club_total, line.club_untaxed = total, untaxed

    def _compute_refund_qty(self):
        """As Odoo's; of what paid an amount, parts come back as amounts.

        Their lines have the quantity 1, because two digits of a quantity don't say
        which part of an amount it was.
        """
        res = super()._compute_refund_qty()
        for line in self:
            if not line.is_reward_line:
                continue
            line_sudo = line.sudo()  # cashiers don't read accounts
            if not line_sudo.coupon_id.club_id:
                continue
            worth = abs(line.price_unit * line.qty)
            if line_sudo.reward_id.reward_type == "product" or not worth:
                continue
            returns = line.refund_orderline_ids.filtered(
                lambda own: own.order_id.state != "cancel"
            )
            back = sum(abs(own.price_unit * own.qty) for own in returns)
            line.refunded_qty = line.qty * back / worth
        return res

    def _club_loading_rule(self, club):
        """The rule of the club's wallet by which this line loads it, if one does."""
        # The rules of all programs are read at once: those that earn are wanted next.
        rules = club.program_ids.rule_ids
        if self.is_reward_line:
            return rules.browse()
        return rules.filtered(
            lambda rule: (
                self.product_id in rule.product_ids
                and rule.program_id.club_account == "wallet"
            )
        )[:1]

    def _club_is_payment(self):
        """Whether the line pays: by a gift card or wallet, with money paid in before.

        Promotional credit is a gift of the shop: what it pays is a discount.
        """
        if not self.is_reward_line:
            return False
        card = self.coupon_id
        if card.club_id:
            return card.club_account in PAID_IN and self.order_id._club_has_paid(card)
        # Odoo takes it off the card in a later call of the browser's: a card that
        # doesn't have it pays nothing.
        return (
            card.program_id.program_type in ("gift_card", "ewallet")
            and card.points + self.club_total >= 0
        )

    def _club_is_goods(self, unearning):
        """Whether the line sells something that counts.

        :param unearning: products that load a wallet or gift card, and tips
        """
        return bool(
            not self.is_reward_line
            and not self.refunded_orderline_id
            and self.product_id not in unearning
            and self.combo_parent_id.product_id not in unearning
            and self.qty > 0
            and (self.club_total >= 0 or self.combo_parent_id)
            # A combo is sold by its parts, unless it has a price of its own.
            and (not self.combo_line_ids or self.club_total > 0)
        )

    def _club_is_deduction(self):
        """Whether the line makes others cheaper: a discount, or a manual return."""
        return bool(
            self.club_total < 0
            and not self.refunded_orderline_id
            and not self.combo_parent_id
            and not self._club_is_payment()
        )

    def _club_combo(self):
        """The line of the combo that this is a part of, or is itself; or empty."""
        return self.combo_parent_id or (self if self.combo_line_ids else self.browse())

    def _club_whole(self):
        """The line by which it is sold: that of its combo, or itself."""
        return self.combo_parent_id or self

    def _club_piece_price(self):
        """What one piece costs, all its parts together."""
        parts = self | self.combo_line_ids
        return sum(part.price_unit * part.qty for part in parts) / (self.qty or 1)

    def _club_before_discount(self):
        """(total, untaxed) of the line without its own discount, which it has."""
        taxes = self.tax_ids_after_fiscal_position.compute_all(
            self._club_full_price(),
            currency=self.currency_id,
            quantity=self.qty,
            product=self.product_id,
            partner=self.order_id.partner_id,
        )
        return taxes["total_included"], taxes["total_excluded"]

    def _club_full_price(self):
        """The price of a piece before the line's discount, as far as it is one.

        A million with a discount of nearly all of it isn't what anything costs: it
        counts as the highest price that the shop itself says, or that was paid.
        """
        pricelist = self.order_id.pricelist_id
        products = self.product_id | self.combo_parent_id.product_id
        prices = [
            some._get_product_price(product, self.qty, currency=self.currency_id)
            for some in (pricelist, pricelist.browse())
            for product in products
        ]
        paid = self.price_unit * (1 - self.discount / 100)
        return min(self.price_unit, max(*prices, paid) + self.price_extra)

    def _club_taken_off(self):
        """Money that a reward's line takes off: with taxes, but of the prices as they
        are shown where the reward reduces these.
        """
        total = -self.club_total
        if not self.reward_id._club_reduces_price():
            return total
        price = -self.price_unit * self.qty * (1 - self.discount / 100)
        included, _excluded = self._club_terms()
        # What the line's own terms don't give counts in full.
        step = self.currency_id.rounding
        if total - abs(included) > step:
            return max(total, price)
        return price

    def _club_terms(self):
        """What price, quantity, discount and taxes of the line give, rounded.

        As ``_compute_amount_line_all`` has it, without the accounts that taxes are
        booked on: these cost more than all the rest, and nobody asks for them here.

        :return: (with taxes, without)
        """
        order = self.order_id
        currency = order.currency_id
        price = self.price_unit * (1 - (self.discount or 0.0) / 100.0)
        taxes = self.tax_ids and order.fiscal_position_id.map_tax(self.tax_ids)
        if not taxes:
            amount = currency.round(price * self.qty)
            return amount, amount
        base_line = taxes._prepare_base_line_for_taxes_computation(
            None,
            partner_id=order.partner_id,
            currency_id=currency,
            product_id=self.product_id,
            tax_ids=taxes,
            price_unit=price,
            quantity=self.qty,
        )
        company = taxes[0].company_id._accessible_branches()[:1] or taxes[0].company_id
        taxes._add_tax_details_in_base_line(base_line, company)
        details = base_line["tax_details"]
        return (
            currency.round(details["raw_total_included_currency"]),
            currency.round(details["raw_total_excluded_currency"]),
        )

    def _club_is_overpriced(self, step):
        """Whether the line says that it costs more than its own terms give.

        :param step: a difference that is rounding
        """
        total, untaxed = self.club_total, self.club_untaxed
        if self.extra_tax_data:
            # Its taxes were computed together with other lines'.
            return untaxed > 0 and untaxed - total > step
        included, excluded = self._club_terms()
        return total - included > step or untaxed - excluded > step

    def _club_refund_worth(self):
        """What this line, which refunds another, pays for; negative where it costs.

        Not more than the other line was sold for, less what was refunded before.
        """
        worth = -self.club_total
        sold = self.refunded_orderline_id
        if worth <= 0:
            return worth
        if sold.order_id.state not in ("paid", "done"):
            return 0
        others = sold.refund_orderline_ids.filtered(
            lambda line: line != self and line.order_id.state in ("paid", "done")
        )
        left = sold.club_total + sum(others.mapped("club_total"))
        return max(min(worth, left), 0)

    def _club_costs(self, club):
        """What the goods of lines of one order cost, in units.

        :return: dict of line to units; without those of which it isn't known
        """
        costs, order = {}, self.order_id
        if not order:
            return costs
        company, day = order.company_id, order._club_moment(club).date()
        for line in self:
            quantity = decimal(line.qty)
            cost = line.product_id._club_cost(club, quantity, company, day)
            if cost is not None:
                costs[line] = cost
        return costs
