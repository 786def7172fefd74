from collections import defaultdict

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine import returns, spending
from ...engine.amounts import decimal
from ...exceptions import ClubError
from ...ledger import to_column

# Amounts of a line that a return takes in proportion, beside its price and points.
SHARED = ("untaxed", "total_before_discount", "untaxed_before_discount", "cost")


class LoyaltyClubPurchase(models.Model):
    """The way back: what returned lines earned and cost."""

    # A part of the model: returns.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    def _return(
        self,
        wanted,
        *,
        source,
        key,
        moment,
        move_id=None,
        reference=None,
        gives_cost_back=True,
    ):
        """Return lines of this sale: take back what they earned, give back their cost.

        :param wanted: dict of line key to quantity (Decimal), or None for all that is
            left
        :param gives_cost_back: whether what was spent comes back in proportion; where
            it had lines of its own (at the till) it comes back with these instead
        :return: the purchase of kind 'return'
        :raises ClubError: over_return, invalid_payload (unknown line, quantity)
        """
        self.ensure_one()
        self._lock_for_return()
        states = self._line_states()
        try:
            returned = returns.return_lines(states, wanted)
        except returns.OverReturn as error:
            raise ClubError(
                "over_return",
                self.env._(
                    "Only %(left)s of line %(line)s can still be returned.",
                    left=error.left,
                    line=error.key,
                ),
            ) from error
        except ValueError as error:
            raise ClubError(
                "invalid_payload", self.env._("lines: %(error)s", error=error)
            ) from error
        if not returned:
            raise ClubError(
                "over_return", self.env._("Nothing is left of it to return.")
            )
        value_before = sum(state.total_returned for state in states)
        self._note_returned(returned)
        back = self.create(
            self._return_values(returned, source, key, moment, move_id, reference)
        )
        self._take_points_back(back, sum(item.points for item in returned))
        self._take_awards_back(back)
        if gives_cost_back:
            value_now = sum(item.total for item in returned)
            value = sum(state.total for state in states)
            self._give_cost_back(back, value, value_before, value_now)
        self.member_id._note_purchase(back)
        if self.in_parts:
            if self.returned == "all":
                # Its lines went back as they were sold, received or not.
                self.total = self.whole_total
            self.member_id._recount()
        return back

    def _is_withdrawn(self):
        """Whether its invoice stood no longer, so that all of it was taken back."""
        self.ensure_one()
        return bool(
            self.move_id
            and self.return_ids.filtered(lambda back: back.move_id == self.move_id)
        )

    def _quote_return(self, wanted):
        """What a return of these lines would take back; writes nothing.

        :param wanted: as ``_return`` takes it
        :return: (units it would take, units of them that the member would owe)
        :raises ValueError: what can't be returned
        """
        self.ensure_one()
        returned = returns.return_lines(self._line_states(), wanted)
        units = sum(item.points for item in returned)
        if not units:
            return 0, 0
        ledger = self.env["loyalty.club.ledger"]
        card_id = ledger._account(self.member_id, "points")
        return units, ledger._quote_take_back(card_id, units, self.id)

    def _undo_return(self, *, moment):
        """Take this return of a sale back: what it took is given again.

        The points are exactly those that it took, in a new lot with the days of points
        that are earned today. Only for sales that nothing was spent for.

        :return: the purchase of kind 'return' that has the opposite amounts
        """
        self.ensure_one()
        sale = self.origin_id
        sale._lock_for_return()
        was_all = sale.returned == "all"
        sale._note_undone(self.line_ids)
        again = self.copy(
            {
                "origin_id": self.id,
                "key": f"{self.key}:undone",
                "date": moment,
                "total": -self.total,
                "untaxed": -self.untaxed,
                "visits": sale.visits if was_all else 0,
                "points": -self.points,
                "status_points": -self.status_points,
                "margin": -self.margin,
                "line_ids": [(0, 0, self._opposite(line)) for line in self.line_ids],
            }
        )
        sale._give_points_again(again)
        sale._give_awards_again(again)
        self.member_id._note_purchase(again)
        return again

    @staticmethod
    def _opposite(line):
        """Values of a line that counts as much as ``line``, the other way round."""
        values = line.copy_data()[0]
        del values["purchase_id"]
        for amount in ("quantity", "total", "points", "status_points", *SHARED):
            values[amount] = -line[amount]
        values["awards"] = {
            account: {"given": -units}
            for account, units in line._award_units("given").items()
        } or None
        return values

    def _note_undone(self, return_lines):
        """Forget on the lines of this sale what a return had noted there."""
        by_key = {line.key: line for line in self.line_ids}
        for back in return_lines:
            line = by_key[back.key]
            # The amounts of a return are negative.
            line.write(
                {
                    "returned_quantity": decimal(line.returned_quantity)
                    + decimal(back.quantity),
                    "returned_total": decimal(line.returned_total)
                    + decimal(back.total),
                    "points_taken": decimal(line.points_taken) + decimal(back.points),
                    "status_taken": decimal(line.status_taken)
                    + decimal(back.status_points),
                }
            )
            # Those of a return are negative, too.
            for account, units in back._award_units("given").items():
                line._note_award(account, "taken", units)
        some = any(decimal(line.returned_quantity) for line in self.line_ids)
        self.returned = "part" if some else "none"

    def _give_points_again(self, again):
        units = round(again.points)
        if not units:
            return
        ledger = self.env["loyalty.club.ledger"]
        # The lot is the sale's: a later return of it looks there first.
        origin = again._ledger_origin()
        origin.purchase_id = self.id
        ledger._grant(
            ledger._account(self.member_id, "points"),
            units,
            "give_back",
            key=f"{again.source}:{again.key}:return",
            available_on=self.pending_until or None,
            origin=origin,
        )

    def _lock_for_return(self):
        """Two returns of one sale wait for each other; the later one is retried."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                "SELECT id FROM loyalty_club_purchase WHERE id = %s FOR NO KEY UPDATE",
                self.id,
            )
        )

    def _line_states(self):
        money = self.club_id._digits("wallet")
        so_far = self._shared_so_far(money)
        return [
            returns.LineState(
                key=line.key,
                quantity=decimal(line.quantity),
                points=round(line.points),
                status_points=round(line.status_points),
                returned=decimal(line.returned_quantity),
                points_taken=round(line.points_taken),
                status_taken=round(line.status_taken),
                total=round(line.total * 10**money),
                total_returned=round(line.returned_total * 10**money),
                amounts={name: round(line[name] * 10**money) for name in SHARED},
                amounts_returned=so_far.get(line.key, {}),
                accounts=line._award_units("given"),
                accounts_taken=line._award_units("taken"),
            )
            for line in self.line_ids
        ]

    def _shared_so_far(self, money):
        """What returns took of each line, less what was undone.

        :return: dict of line key to dict of name to minor units
        """
        rows = self.env["loyalty.club.purchase.line"]._read_group(
            [("purchase_id.origin_id", "in", (self | self.return_ids).ids)],
            ["key"],
            [f"{name}:sum" for name in SHARED],
        )
        return {
            key: {
                name: -round((amount or 0) * 10**money)
                for name, amount in zip(SHARED, amounts, strict=True)
            }
            for key, *amounts in rows
        }

    def _note_returned(self, returned):
        money = self.club_id._digits("wallet")
        by_key = {line.key: line for line in self.line_ids}
        for item in returned:
            line = by_key[item.key]
            line.write(
                {
                    "returned_quantity": decimal(line.returned_quantity)
                    + item.quantity,
                    "returned_total": decimal(line.returned_total)
                    + to_column(item.total, money),
                    "points_taken": decimal(line.points_taken) + item.points,
                    "status_taken": decimal(line.status_taken) + item.status_points,
                }
            )
            for account, units in item.accounts.items():
                if units:
                    line._note_award(account, "taken", units)
        left = any(
            decimal(line.quantity) > decimal(line.returned_quantity)
            for line in self.line_ids
        )
        self.returned = "part" if left else "all"

    def _return_values(self, returned, source, key, moment, move_id, reference):
        money = self.club_id._digits("wallet")
        lines = {line.key: line for line in self.line_ids}
        items = [
            (0, 0, self._return_line_values(lines[item.key], item, money))
            for item in returned
        ]
        return {
            "club_id": self.club_id.id,
            "company_id": self.company_id.id,
            "member_id": self.member_id.id,
            "kind": "return",
            "origin_id": self.id,
            "source": source,
            "key": key,
            "move_id": move_id,
            "reference": reference or self.reference,
            "channel": self.channel,
            "branch": self.branch,
            "date": moment,
            "day": self.day,
            "currency_id": self.currency_id.id,
            "total": to_column(-sum(item.total for item in returned), money),
            "untaxed": sum(values["untaxed"] for _c, _i, values in items),
            "has_margin": self.has_margin,
            "margin": to_column(-self._margin_back(returned, money), money),
            "visits": -self.visits if self.returned == "all" else 0,
            "points": -sum(item.points for item in returned),
            "status_points": -sum(item.status_points for item in returned),
            "line_ids": items,
        }

    def _margin_back(self, returned, money):
        """What goes back of the margin, in minor units: that of the returned goods."""
        if not self.has_margin:
            return 0
        if all(self.line_ids.mapped("has_cost")):
            return sum(i.amounts["untaxed"] - i.amounts["cost"] for i in returned)
        # Recorded before lines knew their cost: by value, and in the end all of it.
        margin = round(self.margin * 10**money)
        others = self.return_ids | self.return_ids.return_ids
        so_far = -round(sum(others.mapped("margin")) * 10**money)
        value = round(self.untaxed * 10**money)
        after = sum(i.amounts["untaxed"] for i in returned)
        after -= round(sum(others.mapped("untaxed")) * 10**money)
        if self.returned == "all" or after >= value:
            return margin - so_far
        return margin * after // value - so_far

    def _return_line_values(self, line, item, money):
        return {
            "key": item.key,
            "product_id": line.product_id.id,
            "name": line.name,
            "category": line.category,
            "quantity": -item.quantity,
            "unit_price": line.unit_price,
            "discount": line.discount,
            "total": to_column(-item.total, money),
            "has_cost": line.has_cost,
            "points": -item.points,
            "status_points": -item.status_points,
            "awards": {
                account: {"given": -units}
                for account, units in item.accounts.items()
                if units
            }
            or None,
            **{name: to_column(-item.amounts[name], money) for name in SHARED},
        }

    def _take_points_back(self, back, units):
        if not units:
            return
        ledger = self.env["loyalty.club.ledger"]
        ledger._take_back(
            ledger._account(self.member_id, "points"),
            units,
            self.id,
            key=f"{back.source}:{back.key}:return",
            origin=back._ledger_origin(),
        )

    def _give_cost_back(self, back, value, value_before, value_now):
        """Give back, pro rata by value, the points and money that the sale had cost."""
        ledger = self.env["loyalty.club.ledger"]
        for entries in self._spending_by_account().values():
            digits = self.club_id._digits(entries[0].account)
            cost = -sum(round(entry.amount * 10**digits) for entry in entries)
            given = self._given_back(entries, digits)
            units = spending.share(cost, value, value_before, value_now, given)
            if units > 0:
                ledger._give_back(
                    entries.ids,
                    units,
                    key=f"{back.source}:{back.key}:give:{entries[0].account}",
                    origin=back._ledger_origin(),
                )

    def _spending_by_account(self):
        """What was spent for this sale, by account."""
        entries = self.env["loyalty.club.entry"].search(
            Domain("card_id", "in", self.member_id.card_ids.ids)
            & Domain("kind", "=", "spend")
            & self._spending_domain()
        )
        by_account = defaultdict(entries.browse)
        for entry in entries:
            by_account[entry.account] |= entry
        return by_account

    def _spending_domain(self):
        """The entries that spent for this sale; for addons with documents that spend.

        A reference is what a client chose, and proves nothing by itself: an integration
        spends for the purchase that it records, and no document stands behind that.
        """
        if self.source != "door":
            return Domain.FALSE
        return Domain("reference", "=", self.key) & Domain("origin_model", "=", False)

    def _given_back(self, entries, digits):
        rows = self.env["loyalty.club.entry"]._read_group(
            [("reverses_id", "in", entries.ids), ("kind", "=", "give_back")],
            [],
            ["amount:sum"],
        )
        return round((rows[0][0] or 0) * 10**digits)
