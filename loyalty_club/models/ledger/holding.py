from odoo import fields, models
from odoo.tools import SQL

from ...engine.amounts import to_units
from ...exceptions import ClubError
from ...ledger import Origin, to_column


class LoyaltyClubLedger(models.AbstractModel):
    """Holds: set aside for a basket, then captured or released."""

    # A part of the model: holds.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    def _hold(
        self,
        card_id,
        units,
        seconds,
        *,
        key=None,
        reference=None,
        company=None,
        maker=None,
    ):
        """Set units aside for a basket.

        :param maker: the record that it belongs to, a till for example; none: an
            integration's call
        :return: the hold
        :raises ClubError: insufficient_balance, member_blocked
        """
        account = self._lock_one(card_id)
        self._check_may_spend(account)
        today = account.club._today()
        lots = [lot for lot, _purchase in self._open_lots([account])[card_id]]
        available = self._available(
            account, lots, self._held([account])[card_id], today
        )
        if units > available:
            self._refuse_insufficient(account, available)
        self._mark_moved(card_id)
        return self.env["loyalty.club.hold"].create(
            {
                "club_id": account.club.id,
                "company_id": (company or account.club.company_id).id,
                "card_id": card_id,
                "member_id": account.member_id,
                "amount": to_column(units, account.digits),
                "day": today,
                "expires_at": fields.Datetime.add(
                    fields.Datetime.now(), seconds=seconds
                ),
                "reference": reference,
                "key": key,
                "origin_model": maker and maker._name,
                "origin_id": maker and maker.id,
            }
        )

    def _mark_moved(self, card_id):
        """Let a locked account have changed, though its balance hasn't.

        Who waited for its lock reads as of before: PostgreSQL refuses them only when
        the row itself was written meanwhile. Without this, two holds of one moment
        don't see each other and set the same units aside.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE loyalty_card SET write_date = write_date WHERE id = %s", card_id
            )
        )

    def _capture(self, hold, units=None, *, key=None, origin=None):
        """Spend what a hold set aside; what isn't captured is free again.

        :raises ClubError: hold_closed, hold_expired, limit_exceeded (more than held)
        """
        self._lock([hold.card_id.id])
        self._check_hold_open(hold)
        digits = hold.club_id._digits(hold.card_id.club_account)
        held = to_units(hold.amount, digits)
        units = held if units is None else units
        if units > held:
            raise ClubError(
                "limit_exceeded",
                self.env._("The hold is for less than what is to be captured."),
            )
        origin = origin or Origin(company_id=hold.company_id.id)
        origin.hold_id = hold.id
        origin.reference = origin.reference or hold.reference or None
        entries = self._spend(hold.card_id.id, units, key=key, origin=origin, hold=hold)
        hold.write({"state": "captured", "captured": to_column(units, digits)})
        return entries

    def _release_hold(self, hold):
        """Give a hold up: what it set aside is free again."""
        self._lock([hold.card_id.id])
        self._check_hold_open(hold)
        hold.state = "released"

    def _release_all(self, card_ids):
        """End all holds of these accounts: their owner goes."""
        for card_id in self._lock(card_ids):
            # Whoever waited for the lock to hold more sees that it is over.
            self._mark_moved(card_id)
        holds = self.env["loyalty.club.hold"]
        holds.search([("card_id", "in", card_ids), ("state", "=", "open")]).write(
            {"state": "released"}
        )

    def _check_hold_open(self, hold):
        hold.invalidate_recordset(["state"])
        if hold.state in ("captured", "released"):
            raise ClubError("hold_closed", self.env._("The hold is already closed."))
        if hold.state == "expired" or hold.expires_at <= fields.Datetime.now():
            raise ClubError("hold_expired", self.env._("The hold has timed out."))

    def _time_out_holds(self):
        """Mark holds that nobody captured in time; their amounts are free already."""
        self.env["loyalty.club.hold"].search(
            [("state", "=", "open"), ("expires_at", "<=", fields.Datetime.now())],
            limit=1000,
        ).write({"state": "expired"})
