from fractions import Fraction

from odoo import models

from ...engine.amounts import fraction

PAID = ("in_payment", "paid")


class AccountMove(models.Model):
    """How much of an invoice was received: in money, whatever its state says.

    An early-payment discount, a write-off, an exchange difference or an entry that
    moves no money settle an invoice, but nothing is received by them. A credit note of
    the invoice itself makes it smaller; one of another purchase is money that this one
    has left with the shop.
    """

    # A part of the model: what was received of it.
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

    def _club_received(self):
        """The part of the invoice that was received, of what wasn't credited.

        :return: Fraction, 0 to 1
        """
        self.ensure_one()
        received, credited = self._club_received_entries()
        received += self._club_received_without_entry(received)
        due = fraction(self.amount_total) - credited
        if due > 0:
            return min(received / due, Fraction(1))
        # Nothing had to be paid, or all of it was credited.
        return Fraction(received > 0 or self.payment_state in PAID)

    def _club_received_entries(self):
        """What was received and what was credited, in the invoice's currency."""
        received, credited = Fraction(0), Fraction(0)
        for partial in self.line_ids.matched_credit_ids:
            amount = fraction(partial.debit_amount_currency)
            move = partial.credit_move_id.move_id
            if move.state != "posted":
                continue  # in draft again, it stays reconciled
            if move.move_type != "out_refund":
                received += amount * move._club_money_part()
            elif self in move._club_source_moves():
                credited += amount
            else:
                received += amount
        return received, credited

    def _club_received_without_entry(self, by_entries):
        """What payments without a journal entry brought, in the invoice's currency.

        They are received when they are sent; when the bank has them they have become
        entries of its own.
        """
        payments = self.matched_payment_ids.filtered(
            lambda payment: (
                not payment.move_id and payment.state in ("in_process", "paid")
            )
        )
        on_the_way, arrived = Fraction(0), Fraction(0)
        for payment in payments:
            amount = fraction(
                payment.currency_id._convert(
                    payment.amount, self.currency_id, self.company_id, payment.date
                )
            )
            if payment.state == "paid":
                arrived += amount
            else:
                on_the_way += amount
        return on_the_way + max(arrived - by_entries, Fraction(0))

    def _club_money_part(self):
        """The part of what this entry settles for customers that came in as money.

        :return: Fraction, 0 to 1
        """
        self.ensure_one()
        settled = -sum(fraction(line.balance) for line in self._club_settling_lines())
        if settled <= 0:
            return Fraction(0)
        money = sum(fraction(line.balance) for line in self._club_money_lines())
        return min(max(money / settled, Fraction(0)), Fraction(1))

    def _club_settling_lines(self):
        if self.origin_payment_id:
            _money, settling, _other = self.origin_payment_id._seek_for_lines()
            return settling
        return self.line_ids.filtered(
            lambda line: line.account_type in ("asset_receivable", "liability_payable")
        )

    def _club_money_lines(self):
        """The lines of this entry by which money came in.

        A hook: an addon whose entries bring money in another way adds its lines.
        """
        if self.origin_payment_id:
            money, _settling, _other = self.origin_payment_id._seek_for_lines()
            return money
        return self.line_ids.filtered(
            lambda line: line.account_type in ("asset_cash", "liability_credit_card")
        )
