from decimal import Decimal

from odoo import fields, models

from odoo.addons.loyalty_club.engine.amounts import to_units
from odoo.addons.loyalty_club.engine.sharing import share_out
from odoo.addons.loyalty_club.facts import LineFacts, PurchaseFacts


class PosOrder(models.Model):
    """From a paid order to the facts that the club counts.

    *Goods* are the lines that sell something. What loads a wallet or gift card and tips
    are none; of a combo the goods are its parts, which know that they belong together.
    *Deductions* (discounts of
    the order, rewards, promotional credit) are spread over the goods they are about, in
    proportion, so that each line earns for what was really paid for it, and returns
    that much. A wallet or a gift card pays with money, like cash: it deducts nothing.
    Cash rounding and tips aren't the price of anything and don't count.
    """

    # A part of the model's package: what was bought.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def _club_facts(self, club, unearning=None):
        """What was bought, in the club's currency.

        :param unearning: ``_club_unearning()``, of who has it
        :return: :class:`~odoo.addons.loyalty_club.facts.PurchaseFacts`
        """
        if unearning is None:
            unearning = self._club_unearning(club)
        goods = self.lines.filtered(lambda line: line._club_is_goods(unearning))
        deductions = self.lines.filtered(lambda line: line._club_is_deduction())
        facts = self._club_line_facts(club, goods)
        for line in deductions:
            self._club_deduct(club, line, facts)
        return PurchaseFacts(
            source="pos",
            key=self.uuid,
            moment=self._club_moment(club),
            lines=list(facts.values()),
            channel="pos",
            branch=self.company_id.name,
            company_id=self.company_id.id,
            reference=self.pos_reference or self.name,
            payments=self._club_payments(club),
            received=self._club_received(club),
            unearning=unearning,
        )

    def _club_moment(self, club):
        """When it was bought: as the till says, but neither in the future nor long ago.

        What lies before the club's bound for late facts counts as of now.
        """
        now = fields.Datetime.now()
        if self.date_order > now or club._is_too_late(self.date_order):
            return now
        return self.date_order

    def _club_unearning(self, club):
        products = self.env["loyalty.club.purchase"]._unearning_products(club)
        return products | self.config_id.tip_product_id

    def _club_line_facts(self, club, goods):
        """The facts of lines that sell something: dict of line to ``LineFacts``."""
        units, costs = self._club_to_units(club), goods._club_costs(club)
        facts = {}
        for line in goods:
            total = before = units(line.club_total)
            untaxed = untaxed_before = units(line.club_untaxed)
            if line.discount:
                before, untaxed_before = map(units, line._club_before_discount())
            product = line.product_id
            facts[line] = LineFacts(
                key=line.uuid,
                product_id=product.id,
                name=line.full_product_name or product.display_name,
                quantity=Decimal(repr(line.qty)),
                unit_price=Decimal(repr(round(line.price_unit, 4))),
                discount=Decimal(repr(round(line.discount, 3))),
                total=total,
                untaxed=untaxed,
                total_before_discount=before,
                untaxed_before_discount=untaxed_before,
                cost=costs.get(line),
                discounted=line.discount > 0,
            )
            if combo := line._club_combo():
                facts[line].group = combo.uuid or None
                facts[line].group_quantity = Decimal(repr(combo.qty))
                facts[line].group_product_id = combo.product_id.id or None
        return facts

    def _club_units(self, club, amount):
        return self._club_to_units(club)(amount)

    def _club_to_units(self, club):
        """What turns an amount of this order into units of the club's money."""
        digits = club._digits("wallet")
        if self.currency_id == club.currency_id:
            return lambda amount: to_units(amount, digits)
        convert, day = self.currency_id._convert, self._club_moment(club).date()
        return lambda amount: to_units(
            convert(amount, club.currency_id, self.company_id, day), digits
        )

    def _club_money(self, amount):
        """An amount as decimal text, as integrations give it."""
        return f"{amount:.{self.currency_id.decimal_places}f}"

    # ------------------------------------------------------------------ deductions

    def _club_deduct(self, club, line, facts):
        """Take a deduction off the goods that it is about, never below nothing."""
        about = self._club_about(line, list(facts)) or list(facts)
        amounts = {
            "total": line.club_total,
            "untaxed": line.club_untaxed,
        }
        for amount, deducted in amounts.items():
            worth = {item: max(getattr(facts[item], amount), 0) for item in about}
            off = max(-self._club_units(club, deducted), 0)
            off = min(off, sum(worth.values()))
            for item, part in share_out(off, worth).items():
                setattr(facts[item], amount, getattr(facts[item], amount) - part)
                # Paying with points or credit is no discount.
                if part and not line.coupon_id.club_id:
                    facts[item].discounted = True

    def _club_about(self, line, goods):
        """The goods that a reward is about; empty where it is about all of them."""
        reward = line.reward_id
        if reward.reward_type == "product":
            return [
                item for item in goods if item.product_id in reward.reward_product_ids
            ]
        if reward.discount_applicability == "specific":
            # Not ``all_discount_product_ids``: by default it is left empty.
            sold = self.env["product.product"].browse(
                item._club_whole().product_id.id for item in goods
            )
            meant = sold.filtered_domain(reward._get_discount_product_domain())
            # Of a combo Odoo's tills ask what it is, not what it is made of.
            return [item for item in goods if item._club_whole().product_id in meant]
        if reward.discount_applicability == "cheapest":
            wholes = self.lines.browse().union(*(item._club_whole() for item in goods))
            cheapest = wholes.sorted(lambda whole: whole._club_piece_price())[:1]
            return [item for item in goods if item._club_whole() == cheapest]
        return []

    # ------------------------------------------------------------------ payments

    def _club_payments(self, club):
        """How it was paid, for the record: list of dicts ``method`` and ``amount``."""
        payments = [
            {
                "method": payment.payment_method_id.name,
                "amount": self._club_money(payment.amount),
            }
            for payment in self.payment_ids
        ]
        paid_in = self.lines.filtered(
            lambda line: line._club_is_payment() and not line.refunded_orderline_id
        )
        return payments + [
            {
                "method": line.coupon_id.program_id.name,
                "amount": self._club_money(-line.club_total),
            }
            for line in paid_in
        ]
