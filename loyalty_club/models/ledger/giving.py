from odoo import fields, models
from odoo.tools import SQL

from ...engine import lots as engine
from ...engine import spending
from ...engine.periods import expiry_date
from ...exceptions import ClubError
from ...ledger import (
    SCALE,
    Grant,
    NewLot,
    Origin,
    Posting,
    to_column,
    units_from_scaled,
)
from ..native.card import NATIVE_FLOW


class LoyaltyClubLedger(models.AbstractModel):
    """Giving, spending, and moving from account to account."""

    # A part of the model: giving, spending, moving.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ giving

    def _grant(self, card_id, units, kind, *, key=None, origin=None, **dates):
        """Give one account units; see :class:`~..ledger.Grant` for the dates."""
        grant = Grant(card_id, units, kind, key, origin=origin or Origin(), **dates)
        return self._grant_bulk([grant])

    def _grant_bulk(self, grants):
        """Give accounts units, each making a lot; what they owe is paid first.

        Lots without ``expires_on`` get the expiry that the club's policy says.
        """
        accounts = self._lock({grant.card_id for grant in grants})
        self._lapse(accounts.values())
        today_of, expiry_of = {}, {}  # asked once, not for each grant
        postings = []
        for grant in grants:
            account = accounts[grant.card_id]
            club = account.club
            if club not in today_of:
                today_of[club] = club._today()
            today = today_of[club]
            first_day = max(grant.available_on or today, today)
            expires_on = grant.expires_on
            if expires_on is None:
                memo = (club, account.kind, first_day)
                if memo not in expiry_of:
                    expiry_of[memo] = self._default_expiry(account, first_day)
                expires_on = expiry_of[memo]
            lot = NewLot(
                units=grant.units,
                pending=first_day > today,
                available_on=first_day,
                expires_on=expires_on,
                purchase_id=grant.origin.purchase_id,
            )
            postings += self._give(account, lot, grant.kind, grant.key, grant.origin)
        return self._post(postings)

    def _default_expiry(self, account, day):
        """Last day of a lot that can be used from ``day`` on; None is never."""
        club = account.club
        if account.kind == "points":
            if club.expiry_mode == "inactivity":
                return None  # the whole account expires, not its lots
            return expiry_date(day, club._expiry_policy())
        if account.kind == "credit" and club.credit_expiry_days:
            return fields.Date.add(day, days=club.credit_expiry_days)
        return None

    def _give(self, account, lot, kind, key, origin):
        """The postings that put a new lot into an account and settle what it owes."""
        posting = Posting(account, kind, key=key, lots=[lot], origin=origin)
        if lot.pending:
            posting.pending = lot.units
            return [account.record(posting)]
        posting.amount = lot.units
        return self._settled(posting, [(lot, lot.units)])

    def _settled(self, posting, usable):
        """Record a posting whose units pay first what the account owes.

        ``usable`` are pairs (lot, units) that just became usable. A negative balance
        was an entry already, so only lots are used up for it; a debt is collected by
        an entry of its own.
        """
        account = posting.account
        below_zero = max(-account.points, 0)
        paid, left = engine.settle(posting.amount, below_zero)
        usable = self._use_up(usable, paid, posting.allocations)
        postings = [account.record(posting)]
        owed, _left = engine.settle(left, account.debt)
        if owed:
            collected = Posting(
                account,
                "return",
                amount=-owed,
                debt=-owed,
                key=posting.key and f"{posting.key}:debt",
                effective_on=posting.effective_on,
                origin=posting.origin,
            )
            self._use_up(usable, owed, collected.allocations)
            postings.append(account.record(collected))
        return postings

    @staticmethod
    def _use_up(usable, units, allocations):
        """Move ``units`` from the front of ``usable`` to ``allocations``; the rest."""
        rest = []
        for lot, left in usable:
            part = min(left, units)
            if part:
                allocations.append((lot, part))
                units -= part
            if left > part:
                rest.append((lot, left - part))
        return rest

    # ------------------------------------------------------------------ spending

    def _spend(self, card_id, units, kind="spend", *, key=None, origin=None, hold=None):
        """Use up units of an account, earliest expiry first.

        :param hold: the hold that is captured: what it set aside is at hand, and lots
            that were good on its day still are
        :raises ClubError: insufficient_balance, member_blocked
        """
        account = self._lock_one(card_id)
        if kind != "adjust":  # staff may take from a member who may not spend
            self._check_may_spend(account)
        posting = self._use(account, units, kind, hold=hold)
        posting.key = key
        posting.origin = origin or Origin()
        return self._post([posting])

    def _overspend(self, card_id, units, *, most_debt=None, key=None, origin=None):
        """Spend what a customer has already been given for, as far as it is there.

        A till without a network may have let them spend more than they have. Of what
        isn't there at most ``most_debt`` units become a debt, that their next points
        pay: what the club allowed the till to risk. Nobody owes the rest. Whoever calls
        this tells a manager.

        :return: ids of the entries; none where nothing was spent
        """
        account = self._lock_one(card_id)
        lots = [lot for lot, _purchase in self._open_lots([account])[card_id]]
        day = account.club._today()
        free = self._available(account, lots, self._held([account])[card_id], day)
        used, owed = spending.overspent(units, free, most_debt)
        if not used + owed:
            return []
        posting = Posting(account, "spend", amount=-used, debt=owed)
        if used:
            allocations, _missing = engine.allocate(lots, used, day)
            posting.allocations = [(a.lot_id, a.units) for a in allocations]
        posting.key = key
        posting.origin = origin or Origin()
        return self._post([account.record(posting)])

    def _check_may_spend(self, account):
        if account.member_state in ("blocked", "paused", "left"):
            raise ClubError(
                "member_blocked",
                self.env._("This membership is not active: nothing can be spent."),
            )

    def _use(self, account, units, kind, hold=None):
        """The posting that uses up units of a locked account, or a refusal."""
        lots = [lot for lot, _purchase in self._open_lots([account])[account.id]]
        day = hold.day if hold else account.club._today()
        held = self._held([account], except_hold_id=hold and hold.id)[account.id]
        available = self._available(account, lots, held, day)
        if units > available:
            self._refuse_insufficient(account, available)
        allocations, _missing = engine.allocate(lots, units, day)
        posting = Posting(account, kind, amount=-units)
        posting.allocations = [(a.lot_id, a.units) for a in allocations]
        return account.record(posting)

    def _refuse_insufficient(self, account, available):
        raise ClubError(
            "insufficient_balance",
            self.env._(
                "Only %(available)s can be spent.",
                available=to_column(max(available, 0), account.digits),
            ),
        )

    # ------------------------------------------------------------------ moving

    def _transfer(self, from_card_id, to_card_id, units, *, key=None, origin=None):
        """Move units to another account; each part keeps its expiry.

        :raises ClubError: insufficient_balance, member_blocked, invalid_payload (an
            account of another kind or club, or the same one)
        """
        accounts = self._lock([from_card_id, to_card_id])
        giver, taker = accounts[from_card_id], accounts[to_card_id]
        self._check_alike(giver, taker)
        self._check_may_spend(giver)
        self._check_may_spend(taker)
        self._lapse([taker])
        origin = origin or Origin()
        out = self._use(giver, units, "transfer")
        out.key = key
        out.origin = self._towards(origin, to_card_id)
        expiries = dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, expires_on FROM loyalty_club_lot WHERE id = ANY(%s)",
                    [lot_id for lot_id, _units in out.allocations],
                )
            )
        )
        lots = [
            NewLot(part, available_on=giver.club._today(), expires_on=expiries[lot_id])
            for lot_id, part in out.allocations
        ]
        into = Posting(
            taker,
            "transfer",
            amount=units,
            lots=lots,
            key=key and f"{key}:in",
            origin=self._towards(origin, from_card_id),
        )
        postings = self._settled(into, [(lot, lot.units) for lot in lots])
        return self._post([out, *postings])

    def _check_alike(self, giver, taker):
        if giver.id == taker.id or (giver.club, giver.kind) != (taker.club, taker.kind):
            raise ClubError(
                "invalid_payload",
                self.env._("to_member: this account can't take units of the other"),
            )

    @staticmethod
    def _towards(origin, card_id):
        return Origin(
            company_id=origin.company_id,
            request_id=origin.request_id,
            counterpart_id=card_id,
            reference=origin.reference,
        )

    def _move_account(self, from_card_id, to_card_id):
        """Carry everything of one account over to another: lots, debts, all of it.

        For the merging of two members; lots keep their dates and what waits still
        waits. What was owed is paid at once from what the other account has.
        """
        accounts = self._lock([from_card_id, to_card_id])
        giver, taker = accounts[from_card_id], accounts[to_card_id]
        self._check_alike(giver, taker)
        self._lapse([giver, taker])
        if not (giver.points or giver.pending or giver.debt):
            return []
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, round(remaining * %s)::bigint, pending, available_on,
                       expires_on, purchase_id
                  FROM loyalty_club_lot WHERE card_id = %s AND remaining > 0
                 ORDER BY id
                """,
                10**SCALE,
                from_card_id,
            )
        )
        out = Posting(
            giver,
            "transfer",
            amount=-giver.points,
            pending=-giver.pending,
            debt=-giver.debt,
            origin=Origin(counterpart_id=to_card_id),
        )
        into = Posting(
            taker,
            "transfer",
            amount=max(giver.points, 0),
            pending=giver.pending,
            origin=Origin(counterpart_id=from_card_id),
        )
        for lot_id, scaled, *rest in rows:
            units = units_from_scaled(scaled, giver.digits)
            out.allocations.append((lot_id, units))
            into.lots.append(NewLot(units, *rest))
        self._keep_later_clock(giver, taker)
        owed, debt = max(-giver.points, 0), giver.debt
        giver.record(out)
        usable = [(lot, lot.units) for lot in into.lots if not lot.pending]
        postings = [out]
        if into.amount or into.pending:
            postings += self._settled(into, usable)
        if owed or debt:
            postings.append(self._move_owed(taker, owed, debt, from_card_id))
        return self._post(postings)

    def _keep_later_clock(self, giver, taker):
        """Of two clocks of inactivity the later goes on: both were one person's."""
        later = giver.idle_expires_on
        if later and (not taker.idle_expires_on or taker.idle_expires_on < later):
            taker.idle_expires_on = later
            self.env.cr.execute(
                SQL(
                    "UPDATE loyalty_card SET club_idle_expires_on = %s WHERE id = %s",
                    later,
                    taker.id,
                )
            )

    def _move_owed(self, taker, owed, debt, from_card_id):
        """The posting that takes over what the other account owed.

        Who owes has nothing left, so all lots that can pay are the taker's own.
        What they can't pay stays what it was: below zero, or a debt.
        """
        lots = [lot for lot, _purchase in self._open_lots([taker])[taker.id]]
        back = engine.take_back([], lots, owed + debt, "debt")
        paid = owed + debt - back.debt
        posting = Posting(
            taker,
            "transfer",
            amount=-max(owed, paid),
            debt=min(debt, back.debt),
            allocations=[(a.lot_id, a.units) for a in back.allocations],
            origin=Origin(counterpart_id=from_card_id),
        )
        return taker.record(posting)

    def _reach(self, card, units):
        """Make a balance ``units``, as a native write to the card wants it."""
        account = self._lock_one(card.id)
        change = units - account.points
        context = self.env.context
        origin = Origin()
        if context.get("loyalty_club_flow") is NATIVE_FLOW:  # or else anybody's words
            origin.model = context.get("loyalty_club_origin_model")
            origin.res_id = context.get("loyalty_club_origin_id")
        if change > 0:
            return self._grant(card.id, change, "adjust", origin=origin)
        if change < 0:
            self._check_may_spend(account)
            return self._spend(card.id, -change, "adjust", origin=origin)
        return []

    def _forfeit(self, card_id, *, origin=None):
        """Take everything that an account has left, also what still waits."""
        account = self._lock_one(card_id)
        lots = [lot for lot, _purchase in self._open_lots([account])[card_id]]
        if not lots:
            return []
        posting = Posting(
            account,
            "forfeit",
            amount=-sum(lot.remaining for lot in lots if not lot.pending),
            pending=-sum(lot.remaining for lot in lots if lot.pending),
            allocations=[(lot.id, lot.remaining) for lot in lots],
            origin=origin or Origin(),
        )
        return self._post([account.record(posting)])
