from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import fields, models

from ...engine.amounts import in_steps, to_units
from ...engine.crediting import CreditLine, match_credit
from ...facts import PurchaseFacts


class AccountMove(models.Model):
    """From an invoice or credit note to the facts that the club counts."""

    # A part of the model: its facts.
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

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
            received=self._club_received() if club.earn_on == "paid" else None,
        )

    def _club_moment(self, club):
        """When the purchase counts, for limits, tiers and the waiting of points.

        Paid: now. The date on which a payment is booked can lie in a period whose tiers
        and limits are long decided, and can be chosen; the moment at which the points
        arise can't. Posted: the invoice's own date, at noon so that it is this day in
        the club's time zone.
        """
        if club.earn_on != "posted":
            return fields.Datetime.now()
        if self._club_is_out_of_bounds(club):
            return fields.Datetime.now()
        return self._club_noon(club)

    def _club_noon(self, club):
        """Noon of the invoice's date in the club's time zone, as naive UTC."""
        noon = datetime.combine(self.invoice_date, time(12), ZoneInfo(club.tz))
        return noon.astimezone(timezone.utc).replace(tzinfo=None)

    def _club_is_out_of_bounds(self, club):
        """Whether the date that counts lies before the club's bound, or in the future.

        Such an invoice counts as of now, as a till's order does, and is listed.
        """
        return club.earn_on == "posted" and (
            # In other time zones it is tomorrow.
            self.invoice_date > club._today() + timedelta(days=1)
            or club._is_too_late(self._club_noon(club))
        )

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

    def _club_units(self, amount, club):
        """An amount of this document in units of the club's currency."""
        day = self.invoice_date or self.date
        converted = self.currency_id._convert(
            amount, club.currency_id, self.company_id, day
        )
        return to_units(converted, club._digits("wallet"))

    def _club_credited(self, sales, standing):
        """What this credit note returns of purchases of one club.

        :param standing: dict of sale to what this note returned of it already: that
            part of the note is used up, and no other purchase gives it once more
        :return: dict of sale to dict of line key to quantity
        """
        club = sales.club_id
        sold = []
        for sale in sales.sorted(lambda sale: (sale not in standing, sale.id)):
            sold += self._club_creditable(sale, standing.get(sale))
        day = sales[:1].move_id.invoice_date or sales[:1].day
        credited = [
            CreditLine(
                key=line.key,
                item=line.product_id or line.name,
                price=(line.unit_price, line.discount),
                quantity=line.quantity,
                total=line.total,
            )
            for line in self._club_line_facts(club, day)
        ]
        wanted = {sale: {} for sale in sales}
        for (sale, key), quantity in match_credit(sold, credited).items():
            wanted[sale][key] = quantity
        return wanted

    def _club_creditable(self, sale, back):
        """What can be returned of a sale, or what ``back`` has returned of it."""
        money = sale.club_id._digits("wallet")
        sign = -1 if back else 1
        return [
            CreditLine(
                key=(sale, line.key),
                item=line.product_id.id or line.name,
                price=(in_steps(line.unit_price), in_steps(line.discount)),
                quantity=sign * in_steps(line.quantity)
                - in_steps(line.returned_quantity),
                total=sign * to_units(line.total, money)
                - to_units(line.returned_total, money),
            )
            for line in (back or sale).line_ids
        ]
