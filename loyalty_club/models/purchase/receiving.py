import math
from fractions import Fraction

from odoo import models

from ...engine import receiving
from ...engine.amounts import decimal
from ...ledger import to_column


class LoyaltyClubPurchase(models.Model):
    """Purchases that earn for what is received, in parts as it comes."""

    # A part of the model: what is received in parts.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    def _limit_to_received(self, values, award, received):
        """Let a new purchase earn for the first part that was received.

        :param values: of the purchase and its lines, as if it were received whole
        :param award: what it earns when all of it is received
        :param received: Fraction of it that was received
        """
        points = receiving.first(award.by_line, received)
        status = receiving.first(award.status_by_line, received)
        for _command, _id, line in values["line_ids"]:
            key = line["key"]
            line["whole_points"], line["whole_status"] = (
                line["points"],
                line["status_points"],
            )
            line["points"], line["status_points"] = points[key], status[key]
            for account, kept in (line["awards"] or {}).items():
                kept["whole"] = kept["given"]
                kept["given"] = receiving.first(award.accounts[account], received)[key]
        digits = -values["total"].as_tuple().exponent
        units = math.floor(Fraction(values["total"]) * 10**digits * received)
        values.update(
            in_parts=True,
            parts=1,
            whole_total=values["total"],
            whole_points=award.points,
            total=to_column(units, digits),
            points=sum(points.values()),
            status_points=sum(status.values()),
        )

    def _come_in_parts(self):
        """Let a purchase that earned as a whole earn for what is received."""
        self.ensure_one()
        if self.in_parts:
            return
        self.write(
            {
                "in_parts": True,
                "parts": 1,
                "whole_total": self.total,
                "whole_points": self.points,
            }
        )
        for line in self.line_ids:
            line.write(
                {"whole_points": line.points, "whole_status": line.status_points}
            )
            for account, units in line._award_units("given").items():
                line._note_award(account, "whole", units)

    def _settle_received(self, received):
        """Let this purchase have earned what was received of it, whatever it was given.

        More money gives what is missing, as another entry of the purchase; money that
        went away again takes back what it had brought. Called again with the same it
        does nothing.

        :param received: Fraction of what wasn't returned that was received, 0 to 1
        """
        self.ensure_one()
        if not self.in_parts:
            return
        self._lock_for_return()
        points = receiving.change(self._part_lines("points"), received)
        status = receiving.change(self._part_lines("status"), received)
        total = self._total_received(received)
        moved = self._settle_awards(received)
        if not (
            moved
            or points
            or status
            or self.currency_id.compare_amounts(total, self.total)
        ):
            return
        for line in self.line_ids:
            if line.key in points or line.key in status:
                line.write(
                    {
                        "points": decimal(line.points) + points.get(line.key, 0),
                        "status_points": decimal(line.status_points)
                        + status.get(line.key, 0),
                    }
                )
        change = sum(points.values())
        self.write(
            {
                "points": decimal(self.points) + change,
                "status_points": decimal(self.status_points) + sum(status.values()),
                "total": total,
                "parts": self.parts + 1,
            }
        )
        self._move_received(change)
        self.member_id._recount()

    def _part_lines(self, measure):
        """The lines as the engine counts them, for "points" or "status"."""
        given = "points" if measure == "points" else "status_points"
        return [
            receiving.PartLine(
                key=line.key,
                whole=round(line[f"whole_{measure}"]),
                given=round(line[given]),
                taken=round(line[f"{measure}_taken"]),
                quantity=decimal(line.quantity),
                returned=decimal(line.returned_quantity),
            )
            for line in self.line_ids
        ]

    def _total_received(self, received):
        """What was received for the lines, those included that were returned since."""
        money = self.club_id._digits("wallet")
        units = [
            (round(line.total * 10**money), round(line.returned_total * 10**money))
            for line in self.line_ids
        ]
        returned = sum(back for _total, back in units)
        kept = sum(total for total, _back in units) - returned
        return float(to_column(returned + math.floor(kept * received), money))

    def _move_received(self, units):
        """Give, or take back, the points by which this purchase has changed."""
        ledger = self.env["loyalty.club.ledger"]
        card_id = ledger._account(self.member_id, "points")
        key = f"{self.source}:{self.key}:part:{self.parts}"
        origin = self._ledger_origin()
        club = self.club_id
        if units > 0:
            today = club._today()
            usable = club._pending_until(today)
            ledger._grant(
                card_id,
                units,
                "earn",
                key=key,
                available_on=usable if usable > today else None,
                origin=origin,
            )
        elif units < 0:
            ledger._take_back(card_id, -units, self.id, key=key, origin=origin)
