from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import decimal, to_units
from odoo.addons.loyalty_club.engine.crediting import CreditLine, match_credit
from odoo.addons.loyalty_club.ledger import SCALE


class PosOrder(models.Model):
    """The way back: a refund takes what its lines earned and gives what they cost.

    Odoo's refund lines name the lines that they refund. Refunded goods take back what
    these earned; refunded rewards give back what they cost, as far as they are
    refunded; a refunded top-up leaves the wallet again. All of it is counted as a total
    so far, so that many small refunds are exactly one large one.
    """

    # A part of the model's package: refunds.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def _club_settle_refunds(self, club, told, paid):
        """Follow the refunds in this order.

        :param paid: whether its amounts are right; if not, it takes but gives nothing
        """
        refunds = self.lines.filtered("refunded_orderline_id")
        for sale, lines in refunds.grouped(
            lambda line: line.refunded_orderline_id.order_id
        ).items():
            self._club_take_back(club, sale, lines, told)
            self._club_unload(club, sale, lines, told)
            if paid:
                self._club_give_back(club, sale, told)
                self._club_refund_gift_cards(lines)
        if any(
            line.qty < 0 and not line.refunded_orderline_id and not line.is_reward_line
            for line in self.lines
        ):
            message = self.env._(
                "Goods came back without their sale: no points were taken for them."
            )
            member = self._club_member(club)
            if member:
                self._club_except("return", club, member, message=message)
                if lines := self._club_unattributed():
                    # Where a manager can say which purchase came back.
                    self.env["loyalty.club.exception"]._list(
                        club,
                        "return",
                        message,
                        record=self,
                        member=member,
                        units=self._club_units(club, sum(ln.total for ln in lines)),
                    )

    def _club_unattributed(self):
        """What came back without its sale, and didn't make goods of this order cheaper.

        :return: list of :class:`~..engine.crediting.CreditLine`, in money
        """
        unearning = self._club_unearning(self.config_id._club())
        bought = sum(
            line.club_total for line in self.lines if line._club_is_goods(unearning)
        )
        back = self.lines.filtered(
            lambda line: (
                line.qty < 0
                and not line.refunded_orderline_id
                and not line.is_reward_line
                and line.club_total < 0
            )
        )
        rest = -sum(back.mapped("club_total")) - bought
        if rest <= self._club_slack():
            return []
        if bought:
            return [CreditLine("rest", None, None, Decimal(1), rest)]
        return [
            CreditLine(
                key=line.uuid,
                item=line.product_id.id,
                price=(Decimal(repr(line.price_unit)), Decimal(repr(line.discount))),
                quantity=Decimal(repr(-line.qty)),
                total=-line.club_total,
            )
            for line in back
        ]

    def _club_return_attributed(self, purchase):
        """Take back what came back, after a manager has said of which purchase.

        :return: whether it took anything
        """
        club = purchase.club_id
        digits = club._digits("wallet")
        sold = [
            CreditLine(
                key=line.key,
                item=line.product_id.id,
                price=(Decimal(repr(line.unit_price)), Decimal(repr(line.discount))),
                quantity=Decimal(repr(line.quantity))
                - Decimal(repr(line.returned_quantity)),
                total=to_units(line.total, digits)
                - to_units(line.returned_total, digits),
            )
            for line in purchase.line_ids
        ]
        credited = [
            replace(line, total=self._club_units(club, line.total))
            for line in self._club_unattributed()
        ]
        wanted = match_credit(sold, credited)
        if wanted:
            purchase._return(
                wanted,
                source="pos",
                key=f"{self.uuid}:attributed",
                moment=fields.Datetime.now(),
                reference=self.pos_reference or self.name,
                gives_cost_back=False,
            )
        return bool(wanted)

    # ------------------------------------------------------------------ what was earned

    def _club_take_back(self, club, sale, lines, told):
        """Take back what the refunded goods of a sale had earned."""
        purchase = sale._club_sale(club)
        wanted = self._club_returned(purchase, lines)
        if not wanted:
            return
        back = purchase._return(
            wanted,
            source="pos",
            key=self.uuid,
            moment=self._club_moment(club),
            reference=self.pos_reference or self.name,
            gives_cost_back=False,
        )
        told["taken_back"] += -to_units(back.points, 0)

    def _club_sale(self, club):
        """What the club keeps of this order; empty when it earned nothing."""
        return self.env["loyalty.club.purchase"].search(
            [
                ("club_id", "=", club.id),
                ("source", "=", "pos"),
                ("kind", "=", "sale"),
                ("key", "=", self.uuid),
            ]
        )

    @api.model
    def _club_quote_refund(self, club, pieces):
        """What refunding these lines would take back; writes nothing.

        :param pieces: dict of sold line to the quantity (Decimal) that comes back
        :return: dict of the member who bought to (units taken, units of them owed)
        """
        quotes = defaultdict(lambda: (0, 0))
        lines = self.env["pos.order.line"].union(*pieces)
        for sale, sold in lines.grouped("order_id").items():
            purchase = sale._club_sale(club)
            left = self._club_left(purchase)
            wanted = {
                line.uuid: min(pieces[line], left[line.uuid])
                for line in sold
                if left.get(line.uuid, 0) > 0
            }
            if wanted:
                taken, owed = quotes[purchase.member_id]
                more_taken, more_owed = purchase._quote_return(wanted)
                quotes[purchase.member_id] = (taken + more_taken, owed + more_owed)
        return dict(quotes)

    def _club_returned(self, purchase, lines):
        """Quantities that come back, by the key of the purchase's lines."""
        left = self._club_left(purchase)
        wanted = defaultdict(Decimal)
        for line in lines:
            key = line.refunded_orderline_id.uuid
            if key in left and line.qty < 0:
                wanted[key] += Decimal(repr(-line.qty))
        wanted = {key: min(pieces, left[key]) for key, pieces in wanted.items()}
        return {key: pieces for key, pieces in wanted.items() if pieces > 0}

    @api.model
    def _club_left(self, purchase):
        """Quantities that haven't come back yet, by the key of the purchase's lines."""
        return {
            line.key: Decimal(repr(line.quantity))
            - Decimal(repr(line.returned_quantity))
            for line in purchase.line_ids
        }

    # ------------------------------------------------------------------ what it cost

    def _club_give_back(self, club, sale, told):
        """Give back what the refunded rewards of a sale had cost."""
        ledger = self.env["loyalty.club.ledger"]
        for card, share in sale._club_refunded_shares(club).items():
            spent = self._club_spending(sale, card)
            if not spent:
                continue
            entry_ids, cost, given = spent
            units = spending.given_back(cost, share, given)
            if not units:
                continue
            ledger._give_back(
                entry_ids,
                units,
                key=f"pos:{self.uuid}:give:{card.id}",
                origin=self._club_origin(),
            )
            account = card.club_account
            told["given_back"][account] = told["given_back"].get(account, 0) + units

    def _club_refunded_shares(self, club):
        """How much of what each card paid for this sale is refunded by now.

        By cost: of two rewards of one card the dearer counts more.

        :return: dict of card to Fraction, 0 to 1
        """
        paid = defaultdict(list)
        for (card, _reward, _code), lines in self._club_rewards().items():
            if card.club_id != club:
                continue
            refunds = lines.refund_orderline_ids.filtered(
                lambda line: line.order_id.state in ("paid", "done")
            )
            paid[card].append(
                spending.Paid(
                    cost=exact(lines, "points_cost"),
                    worth=-exact(lines, "club_total"),
                    back=exact(refunds, "club_total"),
                    is_back=bool(refunds),
                )
            )
        parts = {card: spending.part_back(rewards) for card, rewards in paid.items()}
        return {card: part for card, part in parts.items() if part is not None}

    def _club_spending(self, sale, card):
        """What a card spent for a sale.

        :return: (ids of the entries, units they cost, units given back) or None
        """
        [(entry_ids, cost, given)] = self.env.execute_query(
            SQL(
                """
                WITH spent AS (
                    SELECT id, debt - amount AS cost FROM loyalty_club_entry
                     WHERE card_id = %(card)s AND kind = 'spend'
                       AND origin_model = 'pos.order' AND origin_id = %(sale)s
                )
                SELECT (SELECT array_agg(id) FROM spent),
                       (SELECT round(sum(cost) * %(scale)s)::bigint FROM spent),
                       COALESCE(round(sum(back.amount - back.debt) * %(scale)s), 0)
                       ::bigint
                  FROM loyalty_club_entry AS back
                 WHERE back.kind = 'give_back'
                   AND back.reverses_id IN (SELECT id FROM spent)
                """,
                card=card.id,
                sale=sale.id,
                scale=10**SCALE,
            )
        )
        if not entry_ids:
            return None
        unit = 10 ** (SCALE - card._club_digits())
        return entry_ids, cost // unit, given // unit

    # ------------------------------------------------------------------ what was loaded

    def _club_unload(self, club, sale, lines, told):
        """Take money that was loaded by refunded lines out of the wallet again.

        At most what is left of what the sale had loaded.
        """
        refunded = lines.filtered(lambda line: line._club_loading_rule(club))
        if not refunded:
            return
        card_id, left, _entries = sale._club_loaded_left(club)
        units = -sum(self._club_loaded_units(club, line) for line in refunded)
        units = min(units, left)
        if units <= 0:
            return
        origin = self._club_origin()
        origin.reference = f"{sale.uuid}:unload"
        self.env["loyalty.club.ledger"]._take_back(
            card_id,
            units,
            None,
            key=f"pos:{self.uuid}:unload:{sale.id}",
            origin=origin,
        )
        told["topped_up"] -= units

    # ------------------------------------------------------------------ gift cards

    def _club_refund_gift_cards(self, lines):
        """Put money back on gift cards that had paid for what is refunded.

        Odoo's own gift cards, which no club manages: its till refuses such refunds.
        """
        for line in lines:
            sold = line.refunded_orderline_id
            card = sold.coupon_id
            if (
                not sold.is_reward_line
                or card.club_id
                or card.program_id.program_type != "gift_card"
            ):
                continue
            # Locked before anything is compared: of two refunds of one moment the later
            # one waits, is refused by PostgreSQL and sees the other when it runs again.
            card.flush_recordset(["points"])
            self.env.execute_query(
                SQL("SELECT FROM loyalty_card WHERE id = %s FOR UPDATE", card.id)
            )
            card.invalidate_recordset(["points"])
            # Not more than it had paid, and not twice.
            left = -sold.club_total - sum(
                other.club_total
                for other in sold.refund_orderline_ids - line
                if other.order_id.state in ("paid", "done")
            )
            amount = self.currency_id.round(min(line.club_total, left))
            if amount <= 0:
                continue
            card.points += amount
            self.env["loyalty.history"].create(
                {
                    "card_id": card.id,
                    "order_model": self._name,
                    "order_id": self.id,
                    "description": self.env._("Refund %s", self.name),
                    "issued": amount,
                    "used": 0,
                }
            )


def exact(lines, name):
    """The sum of a field of these lines, as it is written."""
    return Fraction(sum(map(decimal, lines.mapped(name))))
