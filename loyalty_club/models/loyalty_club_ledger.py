from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, file_open

from ..engine import lots as engine
from ..engine.periods import expiry_date
from ..exceptions import ClubError
from ..ledger import (
    SCALE,
    Account,
    Grant,
    NewLot,
    Origin,
    Posting,
    to_column,
    units_from_scaled,
)
from .loyalty_club import ACCOUNTS

# Kinds that count as activity where points expire by inactivity.
EARNING = {"earn", "bonus", "opening", "top_up"}
SPENDING = {"spend", "transfer"}


class LoyaltyClubLedger(models.AbstractModel):
    """The only writer of entries, lots, holds and managed balances.

    How it works: an operation locks its accounts (``_lock``), lets the engine decide
    over their lots, and hands ``Posting`` values to ``_post``, which writes them all in
    one statement per table. The database carries the sums to the balances (see
    ``sql/guards.sql``). Everything happens in the caller's transaction; a concurrent
    change of an account makes PostgreSQL refuse the later one, and Odoo retries it.

    Operations take units (see ``loyalty_club/ledger.py``) and return the ids of the
    entries they wrote.
    """

    _name = "loyalty.club.ledger"
    _description = "Ledger"

    @api.model
    def _install_guards(self):
        """(Re)install what the database itself refuses; run at install and update."""
        with file_open("loyalty_club/sql/guards.sql") as guards:
            self.env.cr.execute(guards.read())

    # ------------------------------------------------------------------ accounts

    def _account(self, member, kind):
        """The member's account of a kind, created at its first movement.

        :return: id of its ``loyalty.card``
        """
        program = member.club_id.sudo()._program(kind)
        card_id = self._find_account(program, member.partner_id)
        return card_id or self._create_account(program, member)

    def _find_account(self, program, partner):
        self.env["loyalty.card"].flush_model(["program_id", "partner_id", "active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM loyalty_card
                 WHERE program_id = %s AND partner_id = %s AND active
                   AND club_id IS NOT NULL
                """,
                program.id,
                partner.id,
            )
        )
        return rows[0][0] if rows else None

    def _create_account(self, program, member):
        # By SQL, as two tills may do it in the same second: the one that comes late
        # gets a serialization failure, is retried by Odoo and finds the account.
        Card = self.env["loyalty.card"]
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO loyalty_card
                       (program_id, club_id, company_id, partner_id, member_id, code,
                        points, club_pending, club_debt, active,
                        create_uid, create_date, write_uid, write_date)
                VALUES (%(program)s, %(club)s, %(company)s, %(partner)s, %(member)s,
                        %(code)s, 0, 0, 0, true, %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT DO NOTHING
                RETURNING id
                """,
                program=program.id,
                club=program.club_id.id,
                company=program.company_id.id or None,
                partner=member.partner_id.id,
                member=member.id,
                code=Card._generate_code(),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        if not rows:
            return self._find_account(program, member.partner_id)
        Card.invalidate_model()
        member.invalidate_recordset(["card_ids"])
        return rows[0][0]

    def _lock(self, card_ids, skip_locked=False):
        """Lock accounts against every other movement and read them.

        :return: dict of account id to :class:`~..ledger.Account`
        """
        skip = SQL("SKIP LOCKED") if skip_locked else SQL()
        return self._read_accounts(
            card_ids, SQL("FOR NO KEY UPDATE OF card %s", skip)
        )

    def _read_accounts(self, card_ids, locking=None):
        self.env["loyalty.card"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card.id, card.program_id, card.partner_id, card.member_id,
                       member.state,
                       round(card.points::numeric * %(scale)s)::bigint,
                       round(card.club_pending * %(scale)s)::bigint,
                       round(card.club_debt * %(scale)s)::bigint,
                       card.club_idle_expires_on
                  FROM loyalty_card AS card
                  LEFT JOIN loyalty_club_member AS member ON member.id = card.member_id
                 WHERE card.id = ANY(%(ids)s) AND card.club_id IS NOT NULL
                 ORDER BY card.id
                    %(locking)s
                """,
                scale=10**SCALE,
                ids=sorted(set(card_ids)),
                locking=locking or SQL(),
            )
        )
        programs_sudo = self.env["loyalty.program"].sudo()  # accounts know their club
        accounts = {}
        for card_id, program_id, partner_id, member_id, state, *scaled, idle in rows:
            program = programs_sudo.browse(program_id)
            digits = program.club_id._digits(program.club_account)
            points, pending, debt = (units_from_scaled(s, digits) for s in scaled)
            accounts[card_id] = Account(
                id=card_id,
                club=program.club_id,
                kind=program.club_account,
                digits=digits,
                partner_id=partner_id,
                member_id=member_id,
                member_state=state,
                points=points,
                pending=pending,
                debt=debt,
                idle_expires_on=idle,
            )
        return accounts

    def _lock_one(self, card_id):
        return self._lock([card_id])[card_id]

    def _open_lots(self, accounts):
        """The lots of locked accounts that have something left.

        :return: dict of account id to list of (engine Lot, id of its purchase)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, id, round(remaining * %s)::bigint, expires_on, pending,
                       purchase_id
                  FROM loyalty_club_lot
                 WHERE card_id = ANY(%s) AND remaining > 0
                """,
                10**SCALE,
                [account.id for account in accounts],
            )
        )
        digits = {account.id: account.digits for account in accounts}
        found = defaultdict(list)
        for card_id, lot_id, scaled, expires_on, pending, purchase_id in rows:
            units = units_from_scaled(scaled, digits[card_id])
            lot = engine.Lot(lot_id, units, expires_on, pending)
            found[card_id].append((lot, purchase_id))
        return found

    def _held(self, accounts, except_hold_id=None):
        """Units that open holds set aside: dict of account id to units."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, round(sum(amount) * %s)::bigint
                  FROM loyalty_club_hold
                 WHERE card_id = ANY(%s) AND state = 'open' AND expires_at > %s
                   AND id <> %s
                 GROUP BY card_id
                """,
                10**SCALE,
                [account.id for account in accounts],
                fields.Datetime.now(),
                except_hold_id or 0,
            )
        )
        digits = {account.id: account.digits for account in accounts}
        held = dict.fromkeys(digits, 0)
        held.update((c, units_from_scaled(scaled, digits[c])) for c, scaled in rows)
        return held

    def _available(self, account, lots, held, day):
        """What the account can spend on ``day``: not pending, expired or held."""
        if account.idle_expires_on and account.idle_expires_on < day:
            return min(account.points, 0) - held
        return min(account.points, engine.available(lots, day)) - held

    def _balances(self, member):
        """What a member has, in units.

        :return: dict of account kind to dict with ``available``, ``pending``, ``held``,
            ``debt`` and ``expiring``: list of (units, last day), the nearest first
        """
        club = member.club_id.sudo()
        today = club._today()
        empty = {"available": 0, "pending": 0, "held": 0, "debt": 0, "expiring": []}
        balances = {kind: dict(empty) for kind, _label in ACCOUNTS}
        card_ids = [
            card_id
            for kind in balances
            if (card_id := self._find_account(club._program(kind), member.partner_id))
        ]
        accounts = list(self._read_accounts(card_ids).values())
        held = self._held(accounts)
        lots = self._open_lots(accounts)
        for account in accounts:
            own = [lot for lot, _purchase in lots[account.id]]
            balances[account.kind] = {
                "available": self._available(account, own, held[account.id], today),
                "pending": account.pending,
                "held": held[account.id],
                "debt": account.debt,
                "expiring": self._expiring(account, own, today),
            }
        return balances

    def _expiring(self, account, lots, today):
        by_day = defaultdict(int)
        for lot in lots:
            last_day = lot.expires_on or account.idle_expires_on
            if last_day and last_day >= today and not lot.pending:
                by_day[last_day] += lot.remaining
        return [(units, day) for day, units in sorted(by_day.items())]

    # ------------------------------------------------------------------ giving

    def _grant(self, card_id, units, kind, *, key=None, origin=None, **dates):
        """Give one account units; see :class:`~..ledger.Grant` for the dates."""
        grant = Grant(card_id, units, kind, key, origin=origin or Origin(), **dates)
        return self._grant_many([grant])

    def _grant_many(self, grants):
        """Give accounts units, each making a lot; what they owe is paid first.

        Lots without ``expires_on`` get the expiry that the club's policy says.
        """
        accounts = self._lock({grant.card_id for grant in grants})
        expiries = {}
        postings = []
        for grant in grants:
            account = accounts[grant.card_id]
            today = account.club._today()
            first_day = max(grant.available_on or today, today)
            if grant.expires_on is None:
                memo = (account.club.id, account.kind, first_day)
                if memo not in expiries:
                    expiries[memo] = self._default_expiry(account, first_day)
                expires_on = expiries[memo]
            else:
                expires_on = grant.expires_on
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
        self._check_may_spend(account)
        posting = self._use(account, units, kind, hold=hold)
        posting.key = key
        posting.origin = origin or Origin()
        return self._post([posting])

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

    # ------------------------------------------------------------------ holds

    def _hold(self, card_id, units, seconds, *, key=None, reference=None, company=None):
        """Set units aside for a basket.

        :return: the hold
        :raises ClubError: insufficient_balance, member_blocked
        """
        account = self._lock_one(card_id)
        self._check_may_spend(account)
        today = account.club._today()
        lots = [lot for lot, _purchase in self._open_lots([account])[card_id]]
        available = self._available(account, lots, self._held([account])[card_id], today)
        if units > available:
            self._refuse_insufficient(account, available)
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
            }
        )

    def _capture(self, hold, units=None, *, key=None, origin=None):
        """Spend what a hold set aside; what isn't captured is free again.

        :raises ClubError: hold_closed, hold_expired, limit_exceeded (more than held)
        """
        self._lock([hold.card_id.id])
        self._check_hold_open(hold)
        digits = hold.club_id._digits(hold.card_id.club_account)
        held = round(hold.amount * 10**digits)
        units = held if units is None else units
        if units > held:
            raise ClubError(
                "limit_exceeded",
                self.env._("The hold is for less than what is to be captured."),
            )
        origin = origin or Origin(company_id=hold.company_id.id)
        origin.hold_id = hold.id
        origin.reference = origin.reference or hold.reference or None
        entries = self._spend(
            hold.card_id.id, units, key=key, origin=origin, hold=hold
        )
        hold.write({"state": "captured", "captured": to_column(units, digits)})
        return entries

    def _release_hold(self, hold):
        """Give a hold up: what it set aside is free again."""
        self._lock([hold.card_id.id])
        self._check_hold_open(hold)
        hold.state = "released"

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

    # ------------------------------------------------------------------ the way back

    def _take_back(self, card_id, units, purchase_id, *, key=None, origin=None):
        """Take back what the lines of a purchase earned.

        Its own lots first, the waiting ones before the usable, then others; what was
        spent already becomes a debt or a negative balance, as the club's policy says.
        """
        account = self._lock_one(card_id)
        own, others = [], []
        for lot, lot_purchase_id in self._open_lots([account])[card_id]:
            (own if lot_purchase_id == purchase_id else others).append(lot)
        posting = self._taken(account, own, others, units)
        posting.key = key
        posting.origin = origin or Origin()
        return self._post([posting])

    def _taken(self, account, own, others, units):
        back = engine.take_back(own, others, units, account.club.clawback)
        allocations = [(a.lot_id, a.units) for a in back.allocations]
        waiting = [(a.lot_id, a.units) for a in back.pending]
        posting = Posting(
            account,
            "return",
            amount=-sum(units for _lot, units in allocations) - back.negative,
            pending=-sum(units for _lot, units in waiting),
            debt=back.debt,
            allocations=waiting + allocations,
        )
        return account.record(posting)

    def _give_back(self, entry_ids, units, *, key=None, origin=None):
        """Give back ``units`` of what these entries of one account had spent.

        Lot by lot, last used first; a lot that has expired meanwhile is replaced by a
        fresh one with the club's days of grace.

        :raises ValueError: more than the entries spent and haven't got back
        """
        consumed_by_entry = self._consumed(entry_ids)
        card_id = self.env["loyalty.club.entry"].browse(entry_ids[:1]).card_id.id
        account = self._lock_one(card_id)
        postings = []
        for entry_id in reversed(sorted(consumed_by_entry)):
            consumed = [
                engine.Consumed(lot_id, units_from_scaled(scaled, account.digits), day)
                for lot_id, scaled, day in consumed_by_entry[entry_id]
            ]
            part = min(units, sum(item.units for item in consumed))
            if part:
                units -= part
                postings += self._restored(account, consumed, part, entry_id, origin)
        if units:
            raise ValueError(f"{units} units more than were spent")
        for index, posting in enumerate(postings):
            posting.key = key and f"{key}:{index}"
        return self._post(postings)

    def _consumed(self, entry_ids):
        """What each spending entry still has of its lots, in the order of use.

        :return: dict of entry id to list of (lot id, ten-thousandths, expires on)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT spent.id, lot.id, round(sum(used.amount) * %(scale)s)::bigint,
                       lot.expires_on
                  FROM loyalty_club_entry AS spent
                  JOIN loyalty_club_entry AS entry
                    ON entry.id = spent.id OR entry.reverses_id = spent.id
                  JOIN loyalty_club_allocation AS used
                    ON used.entry_id = entry.id
                   AND (entry.id = spent.id OR used.amount < 0)
                  JOIN loyalty_club_lot AS lot ON lot.id = used.lot_id
                 WHERE spent.id = ANY(%(ids)s)
                 GROUP BY spent.id, lot.id, lot.expires_on
                HAVING sum(used.amount) > 0
                 ORDER BY spent.id, min(used.id)
                """,
                scale=10**SCALE,
                ids=list(entry_ids),
            )
        )
        consumed = defaultdict(list)
        for entry_id, lot_id, scaled, expires_on in rows:
            consumed[entry_id].append((lot_id, scaled, expires_on))
        return consumed

    def _restored(self, account, consumed, units, entry_id, origin):
        """The postings that give back units of one spending entry."""
        today = account.club._today()
        grace = account.club.give_back_grace_days
        plan = engine.restore(consumed, units, today, grace)
        origin = origin or Origin()
        posting = Posting(
            account,
            "give_back",
            amount=units,
            allocations=[(a.lot_id, -a.units) for a in plan.back],
            origin=Origin(
                company_id=origin.company_id,
                purchase_id=origin.purchase_id,
                reverses_id=entry_id,
                model=origin.model,
                res_id=origin.res_id,
                reference=origin.reference,
            ),
        )
        usable = [(a.lot_id, a.units) for a in plan.back]
        for fresh in plan.fresh:
            lot = NewLot(fresh.units, available_on=today, expires_on=fresh.expires_on)
            posting.lots.append(lot)
            usable.append((lot, lot.units))
            posting.allocations += self._moved_on(consumed, plan, fresh.units)
        return self._settled(posting, usable)

    @staticmethod
    def _moved_on(consumed, plan, units):
        """Restore expired lots and empty them again: their units live in a fresh one.

        Without this pair a later return would find them still consumed and give them
        back a second time.
        """
        open_lots = {a.lot_id for a in plan.back}
        pairs = []
        for item in reversed(consumed):
            part = min(item.units, units)
            if part and item.lot_id not in open_lots:
                pairs += [(item.lot_id, -part), (item.lot_id, part)]
                units -= part
        return pairs

    # ------------------------------------------------------------------ moving

    def _transfer(self, from_card_id, to_card_id, units, *, key=None, origin=None):
        """Move units to another account; each part keeps its expiry.

        :raises ClubError: insufficient_balance, member_blocked
        """
        accounts = self._lock([from_card_id, to_card_id])
        giver, taker = accounts[from_card_id], accounts[to_card_id]
        self._check_may_spend(giver)
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
        waits. A negative balance moves as what it is.
        """
        accounts = self._lock([from_card_id, to_card_id])
        giver, taker = accounts[from_card_id], accounts[to_card_id]
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
        owed, debt = max(-giver.points, 0), giver.debt
        giver.record(out)
        usable = [(lot, lot.units) for lot in into.lots if not lot.pending]
        postings = [out]
        if into.amount or into.pending:
            postings += self._settled(into, usable)
        if owed or debt:
            postings.append(self._move_owed(taker, owed, debt, from_card_id))
        return self._post(postings)

    def _move_owed(self, taker, owed, debt, from_card_id):
        """What the other account owed: a negative balance is taken, a debt kept."""
        posting = Posting(
            taker,
            "transfer",
            amount=-owed,
            debt=debt,
            origin=Origin(counterpart_id=from_card_id),
        )
        if owed:
            lots = [lot for lot, _purchase in self._open_lots([taker])[taker.id]]
            back = engine.take_back([], lots, owed, "negative")
            posting.allocations = [(a.lot_id, a.units) for a in back.allocations]
        return taker.record(posting)

    def _reach(self, card, units):
        """Make a balance ``units``, as a native write to the card wants it."""
        account = self._lock_one(card.id)
        change = units - account.points
        origin = Origin(
            model=self.env.context.get("loyalty_club_origin_model"),
            res_id=self.env.context.get("loyalty_club_origin_id"),
        )
        if change > 0:
            return self._grant(card.id, change, "adjust", origin=origin)
        if change < 0:
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

    # ------------------------------------------------------------------ time

    def _release_due(self, club, after_card_id=0, limit=1000):
        """Let points whose waiting is over be spent: one batch of accounts.

        :return: (number of accounts, id of the last one or None at the end)
        """
        card_ids = self._cards_with_lots(
            SQL(
                "club_id = %s AND pending AND available_on <= %s AND remaining > 0",
                club.id,
                club._today(),
            ),
            after_card_id,
            limit,
        )
        accounts = self._lock(card_ids, skip_locked=True)
        due = defaultdict(list)
        for card_id, lot_id, scaled in self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_club_lot SET pending = false
                 WHERE card_id = ANY(%s) AND pending AND available_on <= %s
             RETURNING card_id, id, round(remaining * %s)::bigint
                """,
                list(accounts),
                club._today(),
                10**SCALE,
            )
        ):
            units = units_from_scaled(scaled, accounts[card_id].digits)
            if units:
                due[card_id].append((lot_id, units))
        postings = []
        for card_id, usable in sorted(due.items()):
            units = sum(part for _lot, part in usable)
            posting = Posting(
                accounts[card_id], "release", amount=units, pending=-units
            )
            postings += self._settled(posting, usable)
        self._post(postings)
        return len(due), card_ids[-1] if card_ids else None

    def _expire_due(self, club, after_card_id=0, limit=1000):
        """Write off what can no longer be spent: one batch of accounts.

        What open holds set aside stays until they close.

        :return: (number of accounts, id of the last one or None at the end)
        """
        today = club._today()
        card_ids = self._cards_with_lots(
            SQL(
                """
                club_id = %(club)s AND NOT pending AND remaining > 0 AND (
                    expires_on < %(today)s OR card_id IN (
                        SELECT id FROM loyalty_card
                         WHERE club_id = %(club)s AND club_idle_expires_on < %(today)s
                    )
                )
                """,
                club=club.id,
                today=today,
            ),
            after_card_id,
            limit,
        )
        accounts = list(self._lock(card_ids, skip_locked=True).values())
        lots = self._open_lots(accounts)
        held = self._held(accounts)
        postings = []
        for account in accounts:
            own = [lot for lot, _purchase in lots[account.id]]
            if account.idle_expires_on and account.idle_expires_on < today:
                own = [
                    engine.Lot(lot.id, lot.remaining, account.idle_expires_on, lot.pending)
                    for lot in own
                ]
            expired = engine.expirable(own, today, held[account.id])
            if expired:
                posting = Posting(
                    account,
                    "expire",
                    amount=-sum(a.units for a in expired),
                    allocations=[(a.lot_id, a.units) for a in expired],
                )
                postings.append(account.record(posting))
        self._post(postings)
        return len(postings), card_ids[-1] if card_ids else None

    def _cards_with_lots(self, condition, after_card_id, limit):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT card_id FROM loyalty_club_lot
                 WHERE card_id > %s AND %s ORDER BY card_id LIMIT %s
                """,
                after_card_id,
                condition,
                limit,
            )
        )
        return [row[0] for row in rows]

    # ------------------------------------------------------------------ writing

    def _post(self, postings):
        """Write postings in their order; everything above ends here.

        One statement for each table, whatever the number of postings.

        :return: ids of the entries
        """
        if not postings:
            return []
        now = fields.Datetime.now()
        entry_ids = self._insert_entries(postings, now)
        lot_ids = self._insert_lots(postings, entry_ids)
        self._insert_allocations(postings, entry_ids, lot_ids)
        self._insert_history(postings, now)
        self._note_activity(postings)
        self._forget_caches(postings)
        return entry_ids

    def _insert(self, table, columns, rows):
        """Insert rows in order, one statement; ``columns`` is name → SQL type."""
        arrays = [
            SQL("%%s::%s[]" % sql_type, list(values))
            for sql_type, values in zip(columns.values(), zip(*rows, strict=True), strict=True)
        ]
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "INSERT INTO %s (%s) SELECT * FROM unnest(%s) RETURNING id",
                    SQL.identifier(table),
                    SQL(", ").join(map(SQL.identifier, columns)),
                    SQL(", ").join(arrays),
                )
            )
        ]

    def _insert_entries(self, postings, now):
        uid = self.env.uid
        rows = []
        for posting in postings:
            account, origin = posting.account, posting.origin
            rows.append(
                (
                    account.club.id,
                    origin.company_id or account.club.company_id.id,
                    account.id,
                    account.member_id,
                    account.kind,
                    posting.kind,
                    to_column(posting.amount, account.digits),
                    to_column(posting.pending, account.digits),
                    to_column(posting.debt, account.digits),
                    to_column(posting.balance, account.digits),
                    now,
                    uid,
                    posting.key,
                    origin.purchase_id,
                    origin.hold_id,
                    origin.request_id,
                    origin.reason_id,
                    origin.reverses_id,
                    origin.counterpart_id,
                    origin.model,
                    origin.res_id,
                    origin.reference,
                )
            )
        columns = {
            "club_id": "int",
            "company_id": "int",
            "card_id": "int",
            "member_id": "int",
            "account": "varchar",
            "kind": "varchar",
            "amount": "numeric",
            "pending": "numeric",
            "debt": "numeric",
            "balance": "numeric",
            "date": "timestamp",
            "user_id": "int",
            "key": "varchar",
            "purchase_id": "int",
            "hold_id": "int",
            "request_id": "int",
            "reason_id": "int",
            "reverses_id": "int",
            "counterpart_id": "int",
            "origin_model": "varchar",
            "origin_id": "int",
            "reference": "varchar",
        }
        return self._insert("loyalty_club_entry", columns, rows)

    def _insert_lots(self, postings, entry_ids):
        """:return: dict of ``id(NewLot)`` to the id of its row"""
        lots, rows = [], []
        for posting, entry_id in zip(postings, entry_ids, strict=True):
            account = posting.account
            for lot in posting.lots:
                lots.append(lot)
                units = to_column(lot.units, account.digits)
                rows.append(
                    (
                        account.id,
                        entry_id,
                        account.club.id,
                        posting.origin.company_id or account.club.company_id.id,
                        lot.purchase_id,
                        units,
                        units,
                        lot.pending,
                        lot.available_on,
                        lot.expires_on,
                    )
                )
        if not rows:
            return {}
        columns = {
            "card_id": "int",
            "entry_id": "int",
            "club_id": "int",
            "company_id": "int",
            "purchase_id": "int",
            "amount": "numeric",
            "remaining": "numeric",
            "pending": "bool",
            "available_on": "date",
            "expires_on": "date",
        }
        ids = self._insert("loyalty_club_lot", columns, rows)
        return {id(lot): lot_id for lot, lot_id in zip(lots, ids, strict=True)}

    def _insert_allocations(self, postings, entry_ids, lot_ids):
        rows = [
            (
                entry_id,
                lot_ids[id(lot)] if isinstance(lot, NewLot) else lot,
                posting.origin.company_id or posting.account.club.company_id.id,
                to_column(units, posting.account.digits),
            )
            for posting, entry_id in zip(postings, entry_ids, strict=True)
            for lot, units in posting.allocations
        ]
        if rows:
            columns = {
                "entry_id": "int",
                "lot_id": "int",
                "company_id": "int",
                "amount": "numeric",
            }
            self._insert("loyalty_club_allocation", columns, rows)

    def _insert_history(self, postings, now):
        """The native line of each entry that moves what can be spent."""
        labels = dict(
            self.env["loyalty.club.entry"]._fields["kind"]._description_selection(
                self.env
            )
        )
        uid = self.env.uid
        rows = []
        for posting in postings:
            if not posting.amount:
                continue
            label = labels[posting.kind]
            reference = posting.origin.reference
            amount = to_column(abs(posting.amount), posting.account.digits)
            zero = to_column(0, 0)
            rows.append(
                (
                    posting.account.id,
                    f"{label} · {reference}" if reference else label,
                    amount if posting.amount > 0 else zero,
                    amount if posting.amount < 0 else zero,
                    posting.origin.model,
                    posting.origin.res_id,
                    uid,
                    now,
                    uid,
                    now,
                )
            )
        if rows:
            columns = {
                "card_id": "int",
                "description": "text",
                "issued": "float8",
                "used": "float8",
                "order_model": "varchar",
                "order_id": "int",
                "create_uid": "int",
                "create_date": "timestamp",
                "write_uid": "int",
                "write_date": "timestamp",
            }
            self._insert("loyalty_history", columns, rows)

    def _note_activity(self, postings):
        """Where points expire by inactivity, activity moves the account's last day."""
        by_club = defaultdict(set)
        for posting in postings:
            club = posting.account.club
            if posting.account.kind == "points" and club.expiry_mode == "inactivity":
                if (posting.kind in EARNING and club.idle_reset_earn) or (
                    posting.kind in SPENDING and club.idle_reset_spend
                ):
                    by_club[club].add(posting.account.id)
        for club, card_ids in by_club.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE loyalty_card SET club_idle_expires_on = %s"
                    " WHERE id = ANY(%s)",
                    expiry_date(club._today(), club._expiry_policy()),
                    list(card_ids),
                )
            )

    def _forget_caches(self, postings):
        """What was read before the SQL above no longer holds."""
        cards = self.env["loyalty.card"].browse({p.account.id for p in postings})
        cards.invalidate_recordset(
            [
                "points",
                "points_display",
                "club_pending",
                "club_debt",
                "club_idle_expires_on",
                "club_entry_ids",
                "club_lot_ids",
                "history_ids",
                "write_date",
            ],
            flush=False,
        )
        members = self.env["loyalty.club.member"].browse(
            {p.account.member_id for p in postings if p.account.member_id}
        )
        members.invalidate_recordset(
            ["points_balance", "points_pending", "points_debt", "wallet_balance",
             "credit_balance", "entry_ids", "card_ids"],
            flush=False,
        )
        self.env["loyalty.club.lot"].invalidate_model(flush=False)
