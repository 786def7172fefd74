import math
from fractions import Fraction

from odoo import models
from odoo.fields import Domain

from odoo.addons.loyalty_club.engine.amounts import fraction, to_units
from odoo.addons.loyalty_club.rights import raised


class PosOrder(models.Model):
    """How much of an order was received, where some of it is on the customer's account.

    A payment method without a journal is the customer's account: nothing comes in until
    the customer pays the debt, in the books: on the invoice, or on the line that the
    session wrote for it. Points and wallet follow that money as it comes. Nor did come
    in what a paid order has no payment for any more.
    """

    # A part of the model's package: money that comes later.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def _club_received(self, club):
        """The part of this order that was received.

        :return: Fraction, 0 to 1; None where it was paid, and nothing of it is on
            account, or the club lets sales earn as a whole
        """
        self.ensure_one()
        on_account = Fraction(0)
        if club.earn_on == "paid":
            on_account = sum(fraction(p.amount) for p in self._club_on_account())
        unpaid = self._club_unpaid()
        if on_account <= 0 and not unpaid:
            return None
        paid_in = self.lines.filtered(
            lambda line: line._club_is_payment() and not line.refunded_orderline_id
        )
        worth = fraction(self.amount_total) - sum(
            fraction(line.club_total) for line in paid_in
        )
        if worth <= 0:
            return None
        if on_account > 0:
            unpaid += on_account * (1 - self._club_settled_part())
        return min(max(1 - unpaid / worth, Fraction(0)), Fraction(1))

    def _club_unpaid(self):
        """What this order has no payment for, as somebody took one out of it.

        Not what a till rounds away, in cash.
        """
        unpaid = fraction(self.amount_total) - sum(
            fraction(payment.amount) for payment in self.payment_ids
        )
        if unpaid <= 0:
            return Fraction(0)
        till = self.config_id
        rounded = till.rounding_method.rounding if till.cash_rounding else 0
        rounded = max(rounded, self.currency_id.rounding / 2)
        return unpaid if unpaid > fraction(rounded) else Fraction(0)

    def _club_on_account(self):
        # Most methods have a journal, and then no journal need be read for their type.
        return self.payment_ids.filtered(
            lambda payment: (
                not payment.payment_method_id.journal_id
                and payment.payment_method_id.type == "pay_later"
            )
        )

    def _club_settled_part(self):
        """The part of what is on account that the customer has paid since: 0 to 1.

        What one customer owes for orders of one session is settled for all of them in
        proportion, whichever line of the session's entry a payment is booked on.
        """
        lines = self.account_move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.debit
        )
        return max(
            self._club_part_paid(lines), self._club_part_paid(self._club_debt_lines())
        )

    def _club_debt_lines(self):
        """The lines of the session's entry for what this customer has on account."""
        find_partner = self.env["res.partner"]._find_accounting_partner
        partner = find_partner(self.partner_id)
        methods = self._club_on_account().payment_method_id
        names = [f"{self.session_id.name} - {method.name}" for method in methods]
        split = any(methods.mapped("split_transactions"))
        return self.session_move_id.line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.debit
                and line.name in names
                and line.partner_id == (partner if split else partner.browse())
            )
        )

    def _club_part_paid(self, lines):
        """The part of these debts that was paid, of what wasn't credited."""
        due, received = Fraction(0), Fraction(0)
        for line in lines:
            due += fraction(line.debit)
            for partial in line.matched_credit_ids:
                move = partial.credit_move_id.move_id
                amount = fraction(partial.amount)
                if move.state != "posted":
                    continue
                if (
                    move.pos_session_ids
                    or move.pos_payment_ids
                    or move.move_type == "out_refund"
                ):
                    due -= amount  # refunded, or paid at the till at once
                else:
                    received += amount * move._club_money_part()
        if due > 0:
            return min(received / due, Fraction(1))
        return Fraction(bool(lines))

    def _club_follow_received(self):
        """A customer has paid of a debt: earn, and load, what was missing of it."""
        purchases = self.env["loyalty.club.purchase"].search(
            [
                ("source", "=", "pos"),
                ("kind", "=", "sale"),
                ("key", "in", self.mapped("uuid")),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        by_key = purchases.grouped("key")
        for order in self:
            club = order.config_id._club()
            received = club and order._club_received(club)
            if not club or received is None:
                continue
            member = order._club_member(club)
            for purchase in by_key.get(order.uuid, ()):
                with order._club_guarded(club, member):
                    purchase._settle_received(received)
            with order._club_guarded(club, member):
                order._club_load_missing(club, received)

    def _club_follow_payments(self):
        """Somebody has changed how these orders were paid after they were settled."""
        # Who sells has no right on accounts; the club follows their orders.
        for order in raised(self).filtered("club_receipt"):
            club = order.config_id._club()
            if not club:
                continue
            received = order._club_received(club)
            received = Fraction(1) if received is None else received
            member = order._club_member(club)
            for purchase in order._club_sale(club):
                with order._club_guarded(club, member):
                    if received < 1:
                        purchase._come_in_parts()
                    purchase._settle_received(received)
            with order._club_guarded(club, member):
                order._club_load_missing(club, received)

    def _club_follow_credit(self):
        """Accounting has credited the invoice of this order: wallets follow."""
        self.ensure_one()
        club = self.config_id._club()
        if club and self._club_loads(club):
            received = self._club_received(club)
            with self._club_guarded(club, self._club_member(club)):
                self._club_load_missing(club, 1 if received is None else received)

    def _club_load_missing(self, club, received):
        """Load what was received by now of the top-ups of this order, or take it back.

        :param received: Fraction of the order that was received
        """
        loads = self._club_loads(club)
        if not loads or not self.partner_id:
            return
        loads |= loads.refund_orderline_ids.filtered(
            lambda line: line.order_id.state in ("paid", "done")
        )
        whole = sum(line.order_id._club_loaded_units(club, line) for line in loads)
        whole -= self._club_credited_loads(club)
        card_id, left, count = self._club_loaded_left(club)
        change = math.floor(max(whole, 0) * received) - left
        ledger = self.env["loyalty.club.ledger"]
        card_id = card_id or ledger._account_of(club, self.partner_id, "wallet")
        key = f"pos:{self.uuid}:top_up:{count}"
        if change > 0:
            ledger._grant(
                card_id, change, "top_up", key=key, origin=self._club_origin()
            )
        elif change < 0:
            ledger._take_back(
                card_id, -change, None, key=key, origin=self._club_origin()
            )

    def _club_loaded_left(self, club):
        """What this order has loaded, less what its refunds have unloaded.

        An order that loads may itself refund what another one had loaded: that is the
        other one's. An entry is known by its order, and what it unloads by its text.

        :return: (id of the account that has it by now or None, units, entries so far)
        """
        refunds = self.lines.refund_orderline_ids.order_id
        entries = self.env["loyalty.club.entry"].search(
            Domain(
                [
                    ("club_id", "=", club.id),
                    ("account", "=", "wallet"),
                    ("kind", "in", ("top_up", "return")),
                    ("origin_model", "=", self._name),
                ]
            )
            & (
                Domain("origin_id", "=", self.id) & Domain("reference", "=", self.uuid)
                | Domain("origin_id", "in", refunds.ids)
                & Domain("reference", "=", f"{self.uuid}:unload")
            ),
            order="id",
        )
        digits = club._digits("wallet")
        left = sum(to_units(entry.amount - entry.debt, digits) for entry in entries)
        loaded = entries.filtered(lambda entry: entry.kind == "top_up")
        ledger = self.env["loyalty.club.ledger"]
        card_id = loaded and ledger._present_account(loaded[0].card_id.id)
        return card_id or None, left, len(entries)

    def _club_credited_loads(self, club):
        """What credit notes of accounting return of this order's top-ups, in units."""
        invoice = self.account_move
        if self != invoice.pos_order_ids[:1]:
            return 0  # of an invoice of several orders the first answers for all
        notes = invoice._club_returning_moves().filtered(
            lambda note: (
                note.state == "posted"
                and not note._on_told_elsewhere()
                and invoice in note._club_source_moves()
            )
        )
        units = 0
        for line in notes.invoice_line_ids:
            rule = club.wallet_program_id.rule_ids.filtered(
                lambda rule, line=line: line.product_id in rule.product_ids
            )[:1]
            if rule:
                mode = "money" if rule.reward_point_mode == "money" else "unit"
                units += line._club_loads(
                    rule.program_id, mode, rule.reward_point_amount
                )
        return math.floor(units)
