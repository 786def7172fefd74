from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

from odoo import fields, models

from ..engine.amounts import to_units
from ..engine.crediting import CreditLine, match_credit
from ..facts import PurchaseFacts
from .account_move_line import in_steps


class AccountMove(models.Model):
    """From an invoice or credit note to the facts that the club counts."""

    _inherit = "account.move"

    def _club_facts(self, club, key):
        """What was bought, in the club's currency.

        :return: :class:`~..facts.PurchaseFacts`
        """
        return PurchaseFacts(
            source="invoice",
            key=key,
            moment=self._club_moment(club),
            lines=self._club_line_facts(club, self.invoice_date),
            company_id=self.company_id.id,
            reference=self.name,
            move_id=self.id,
        )

    def _club_moment(self, club):
        """When the purchase counts, for limits, tiers and the waiting of points.

        Paid: now. The date on which a payment is booked can lie in a period whose tiers
        and limits are long decided, and can be chosen; the moment at which the points
        arise can't. Posted: the invoice's own date, at noon so that it is this day in
        the club's time zone.
        """
        if club.earn_on == "paid":
            return fields.Datetime.now()
        noon = datetime.combine(self.invoice_date, time(12), ZoneInfo(club.tz))
        return noon.astimezone(timezone.utc).replace(tzinfo=None)

    def _club_product_lines(self):
        return self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product" and line.quantity
        )

    def _club_line_facts(self, club, day):
        """The lines, converted at the rate of ``day``.

        A credit note is converted at the rate of its invoice, so that crediting a line
        takes back what this line was worth.

        :return: list of :class:`~..facts.LineFacts`
        """
        return [line._club_facts(club, day) for line in self._club_product_lines()]

    def _club_credited(self, sale):
        """What this credit note returns of a purchase: dict of line key to quantity."""
        club = sale.club_id
        money = club._digits("wallet")
        sold = [
            CreditLine(
                key=line.key,
                item=line.product_id.id or line.name,
                price=(in_steps(line.unit_price), in_steps(line.discount)),
                quantity=in_steps(line.quantity) - in_steps(line.returned_quantity),
                total=to_units(line.total, money)
                - to_units(line.returned_total, money),
            )
            for line in sale.line_ids
        ]
        credited = [
            CreditLine(
                key=line.key,
                item=line.product_id or line.name,
                price=(line.unit_price, line.discount),
                quantity=line.quantity,
                total=line.total,
            )
            for line in self._club_line_facts(club, self.reversed_entry_id.invoice_date)
        ]
        return match_credit(sold, credited)
