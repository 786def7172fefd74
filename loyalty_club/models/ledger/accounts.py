from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, file_open

from ...engine import lots as engine
from ...ledger import SCALE, Account, units_from_scaled
from ..club.club import ACCOUNTS


class LoyaltyClubLedger(models.AbstractModel):
    """The only writer of entries, lots, holds and managed balances.

    How it works: an operation locks its accounts (``_lock``), lets the engine decide
    over their lots, and hands ``Posting`` values to ``_post``, which writes them all in
    one statement per table. The database carries the sums to the balances (see
    ``sql/guards.sql``). Everything happens in the caller's transaction; a concurrent
    change of an account makes PostgreSQL refuse the later one, and Odoo retries it.

    Operations take units (see ``loyalty_club/ledger.py``) and return the ids of the
    entries they wrote. This file finds, locks and reads accounts; the operations are
    in the files beside it: ``_move`` (give, spend, transfer), ``_hold``, ``_return``,
    ``_time`` (release, expire), ``_post`` (writing) and ``_check`` (the proof).
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
        return self._accounts(member, kind)[member.id]

    def _account_of(self, club, partner, kind):
        """The account of a customer, who may have one without being a member.

        :return: id of its ``loyalty.card``
        """
        members = self.env["loyalty.club.member"]._of_contacts(club, partner)
        if member := members.get(partner, {}).get(club):
            return self._account(member, kind)
        program = club._program(kind)
        found = self._find_accounts(program, {partner.id: None})
        if partner.id not in found:
            whose = {"program_id": program.id, "partner_id": partner.id}
            found[partner.id] = self.env["loyalty.card"].create(whose).id
        return found[partner.id]

    def _lock(self, card_ids, skip_locked=False):
        """Lock accounts against every other movement and read them.

        :return: dict of account id to :class:`~..ledger.Account`
        """
        skip = SQL("SKIP LOCKED") if skip_locked else SQL()
        return self._read_accounts(card_ids, SQL("FOR NO KEY UPDATE OF card %s", skip))

    def _read_accounts(self, card_ids, locking=None):
        ids = sorted(set(card_ids))
        return self._read_accounts_where(SQL("card.id = ANY(%s)", ids), locking)

    def _read_accounts_where(self, which, locking=None):
        """:param which: SQL condition on ``card``"""
        self.env["loyalty.card"].flush_model()
        self.env["loyalty.club.member"].flush_model(["state"])
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
                 WHERE %(which)s AND card.club_id IS NOT NULL
                 ORDER BY card.id
                    %(locking)s
                """,
                scale=10**SCALE,
                which=which,
                locking=locking or SQL(),
            )
        )
        kinds = {}  # asked of each program once, not of each account
        accounts = {}
        for card_id, program_id, partner_id, member_id, state, *scaled, idle in rows:
            if program_id not in kinds:
                kinds[program_id] = self._kind_of(program_id)
            club, company_id, kind, digits, idles = kinds[program_id]
            points, pending, debt = (units_from_scaled(s or 0, digits) for s in scaled)
            accounts[card_id] = Account(
                id=card_id,
                club=club,
                company_id=company_id,
                kind=kind,
                digits=digits,
                partner_id=partner_id,
                member_id=member_id,
                member_state=state,
                points=points,
                pending=pending,
                debt=debt,
                idles=idles,
                idle_expires_on=idle if idles else None,
            )
        return accounts

    def _kind_of(self, program_id):
        """What accounts of a program have in common.

        :return: (club, id of its company, kind, digits, whether inactivity ends them)
        """
        # Accounts know their club, whoever asks.
        program_sudo = self.env["loyalty.program"].sudo().browse(program_id)
        club, kind = program_sudo.club_id, program_sudo.club_account
        idles = kind == "points" and club.expiry_mode == "inactivity"
        return club, club.company_id.id, kind, club._digits(kind), idles

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

    def _open_by_day(self, accounts):
        """What open lots have left, those of one last day taken together, and what is
        held: read at once, to say what there is.

        Who never spends has thousands of lots, and few such days.

        :return: (dict of account id to list of engine Lot, dict of it to units)
        """
        self.env["loyalty.club.hold"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, min(id), round(sum(remaining) * %(scale)s)::bigint,
                       expires_on, pending
                  FROM loyalty_club_lot
                 WHERE card_id = ANY(%(cards)s) AND remaining > 0
                 GROUP BY card_id, expires_on, pending
                 UNION ALL
                SELECT card_id, NULL, round(sum(amount) * %(scale)s)::bigint, NULL, NULL
                  FROM loyalty_club_hold
                 WHERE card_id = ANY(%(cards)s) AND state = 'open'
                   AND expires_at > %(now)s
                 GROUP BY card_id
                """,
                scale=10**SCALE,
                cards=[account.id for account in accounts],
                now=fields.Datetime.now(),
            )
        )
        digits = {account.id: account.digits for account in accounts}
        lots, held = defaultdict(list), dict.fromkeys(digits, 0)
        for card_id, first_id, scaled, expires_on, pending in rows:
            units = units_from_scaled(scaled, digits[card_id])
            if first_id is None:
                held[card_id] = units
            else:
                lots[card_id].append(engine.Lot(first_id, units, expires_on, pending))
        return lots, held

    def _held(self, accounts, except_hold_id=None):
        """Units that open holds set aside: dict of account id to units."""
        return {
            card_id: units
            for card_id, (units, _day) in self._holds(accounts, except_hold_id).items()
        }

    def _holds(self, accounts, except_hold_id=None):
        """What open holds set aside, and since when.

        :return: dict of account id to (units, day of the oldest hold or None)
        """
        self.env["loyalty.club.hold"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT card_id, round(sum(amount) * %s)::bigint, min(day)
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
        holds = dict.fromkeys(digits, (0, None))
        for card_id, scaled, day in rows:
            holds[card_id] = (units_from_scaled(scaled, digits[card_id]), day)
        return holds

    def _available(self, account, lots, held, day):
        """What the account can spend on ``day``: not pending, expired or held."""
        if account.has_lapsed(day):
            return min(account.points, 0) - held
        return min(account.points, engine.available(lots, day)) - held

    def _balances(self, member):
        """What a member has, in units.

        :return: dict of account kind to dict with ``available``, ``pending``, ``held``,
            ``debt``, ``owed`` (the debt, or how far it is below zero) and ``expiring``:
            list of (units, last day), the nearest first
        """
        club = member.club_id.sudo()  # its programs are closed to most of the staff
        today = club._today()
        parts = ("available", "pending", "held", "debt", "owed")
        empty = {**dict.fromkeys(parts, 0), "expiring": []}
        balances = {kind: dict(empty) for kind, _label in ACCOUNTS}
        of_member = SQL(
            "card.club_id = %s AND card.partner_id = %s AND card.active",
            club.id,
            member.partner_id.id,
        )
        accounts = list(self._read_accounts_where(of_member).values())
        lots, held = self._open_by_day(accounts)
        for account in accounts:
            own = lots[account.id]
            balances[account.kind] = {
                "available": self._available(account, own, held[account.id], today),
                "pending": account.pending,
                "held": held[account.id],
                "debt": account.debt,
                "owed": account.debt + max(-account.points, 0),
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
