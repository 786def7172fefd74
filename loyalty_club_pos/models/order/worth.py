from odoo import models

from odoo.addons.loyalty_club.exceptions import ClubError


class PosOrder(models.Model):
    """What an order was really paid with: the club gives nothing for more than that.

    Odoo saves the amounts that a till computed, and believes them. Who can call the
    server could send goods for a million that cost nothing. So before the club gives
    anything for an order, three things must hold: the price of each line follows from
    its own terms, the payments pay for all lines, and what gains are given for is no
    more than came in as payments, returned goods and money paid in before.
    """

    # A part of the model's package: what it was paid with.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def _club_slack(self):
        """What rounding may make of a difference, in the order's currency."""
        slack = self.currency_id.rounding * (len(self.lines) + 1)
        if self.config_id.cash_rounding:
            slack += self.config_id.rounding_method.rounding
        return slack

    def _club_check_lines(self):
        """Refuse an order whose lines cost less, or were paid less, than they say.

        :raises ClubError: invalid_payload
        """
        step = self.currency_id.rounding
        unpaid = sum(self.lines.mapped("club_total"))
        unpaid -= sum(self.payment_ids.mapped("amount"))
        if unpaid > self._club_slack() or any(
            line._club_is_overpriced(step) for line in self.lines
        ):
            self._club_refuse_amounts()

    def _club_check_gains(self, club, facts, loads):
        """Refuse to give gains for more than came in for them.

        The lines may add up although some were made up to hide others: a return of
        what was never sold, or a discount of what isn't there.

        :param facts: what points are given for
        :param loads: lines that load a wallet
        :raises ClubError: invalid_payload
        """
        due = sum(line.total for line in facts.lines)
        due += self._club_units(club, sum(loads.mapped("club_total")))
        if due and due > self._club_units(club, self._club_came_in()):
            self._club_refuse_amounts()

    def _club_came_in(self):
        """Money that came in, in the order's currency: with a margin for rounding."""
        refunds = self.lines.filtered("refunded_orderline_id")
        paid_in = (self.lines - refunds).filtered(lambda line: line._club_is_payment())
        return (
            sum(self.payment_ids.mapped("amount"))
            + sum(line._club_refund_worth() for line in refunds)
            - sum(paid_in.mapped("club_total"))
            + self._club_slack()
        )

    def _club_refuse_amounts(self):
        raise ClubError(
            "invalid_payload",
            self.env._("lines: their prices are not what was paid"),
        )
