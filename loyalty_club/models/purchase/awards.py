from odoo import models

from ...engine import receiving
from ...engine.amounts import decimal


class LoyaltyClubPurchase(models.Model):
    """What a purchase gives in other accounts than points, and its way back.

    Only offers give such (``_on_award``). Each line keeps what it got: what its return
    takes is counted from that, as with points.
    """

    _inherit = "loyalty.club.purchase"

    def _awarded(self):
        """Units that this purchase gave in other accounts than points: dict by account.

        Of a return they are below zero.
        """
        given = {}
        for line in self.line_ids:
            for account, award in (line.awards or {}).items():
                given[account] = given.get(account, 0) + award["given"]
        return {account: units for account, units in given.items() if units}

    def _give_awards(self):
        """Post what a new purchase gives in other accounts than points."""
        for account, units in self._awarded().items():
            self._move_award(
                account,
                units,
                key=f"{self.source}:{self.key}:earn:{account}",
                available_on=self.pending_until or None,
            )

    def _take_awards_back(self, back):
        """Take back what the lines of a return got in other accounts."""
        for account, units in back._awarded().items():
            key = f"{back.source}:{back.key}:return:{account}"
            self._move_award(account, units, key=key, origin=back._ledger_origin())

    def _give_awards_again(self, again):
        """Give again what a return took that was undone."""
        origin = again._ledger_origin()
        # The lot is the sale's: a later return of it looks there first.
        origin.purchase_id = self.id
        for account, units in again._awarded().items():
            self._move_award(
                account,
                units,
                kind="give_back",
                key=f"{again.source}:{again.key}:return:{account}",
                available_on=self.pending_until or None,
                origin=origin,
            )

    def _move_award(self, account, units, *, key, kind="earn", origin=None, **dates):
        """Give, or below zero take back, units of one account."""
        ledger = self.env["loyalty.club.ledger"]
        card_id = ledger._account(self.member_id, account)
        origin = origin or self._ledger_origin()
        if units < 0:
            ledger._take_back(card_id, -units, self.id, key=key, origin=origin)
        else:
            ledger._grant(card_id, units, kind, key=key, origin=origin, **dates)

    def _settle_awards(self, received):
        """Let this purchase in parts have given what was received of it.

        :return: whether anything moved
        """
        accounts = {account for line in self.line_ids for account in line.awards or ()}
        moved = False
        for account in sorted(accounts):
            change = receiving.change(self._award_parts(account), received)
            for line in self.line_ids:
                if units := change.get(line.key):
                    line._note_award(account, "given", units)
            if units := sum(change.values()):
                moved = True
                key = f"{self.source}:{self.key}:part:{self.parts + 1}:{account}"
                usable = self.club_id._pending_until(self.club_id._today())
                waits = usable if usable > self.club_id._today() else None
                self._move_award(account, units, key=key, available_on=waits)
        return moved

    def _award_parts(self, account):
        """The lines as the engine counts them, for one account."""
        parts = []
        for line in self.line_ids:
            if award := (line.awards or {}).get(account):
                parts.append(
                    receiving.PartLine(
                        key=line.key,
                        whole=award["whole"],
                        given=award["given"],
                        taken=award.get("taken", 0),
                        quantity=decimal(line.quantity),
                        returned=decimal(line.returned_quantity),
                    )
                )
        return parts


class LoyaltyClubPurchaseLine(models.Model):
    _inherit = "loyalty.club.purchase.line"

    def _note_award(self, account, part, units):
        """Count units to a part of what this line got in an account."""
        awards = {name: dict(award) for name, award in (self.awards or {}).items()}
        award = awards.setdefault(account, {"given": 0})
        award[part] = award.get(part, 0) + units
        self.awards = awards

    def _award_units(self, part):
        """Units of a part of what this line got: dict by account."""
        return {
            account: award.get(part, 0)
            for account, award in (self.awards or {}).items()
        }


def awards_of_line(accounts, key):
    """What a new line keeps of an award in other accounts than points.

    :param accounts: dict of account to dict of line to units
    :return: dict of account to its parts; None where the line got nothing
    """
    return {
        account: {"given": units[key]}
        for account, units in accounts.items()
        if units.get(key)
    } or None
