from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from ..engine import lots as engine
from ..ledger import SCALE, Posting, units_from_scaled


class LoyaltyClubLedger(models.AbstractModel):
    """What time does: waiting ends, and what isn't used expires."""

    _inherit = "loyalty.club.ledger"

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
        self._lapse(accounts.values())
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
        card_ids = self._cards_with_lots(
            self._can_expire(club, club._today()), after_card_id, limit
        )
        accounts = self._lock(card_ids, skip_locked=True)
        postings = self._written_off(accounts.values())
        self._post(postings)
        return len(postings), card_ids[-1] if card_ids else None

    @staticmethod
    def _can_expire(club, today):
        """The condition on lots that may have to be written off."""
        expired = SQL("expires_on < %s", today)
        if club.expiry_mode == "inactivity":
            expired = SQL(
                """
                (%s OR card_id IN (
                    SELECT id FROM loyalty_card
                     WHERE club_id = %s AND club_idle_expires_on < %s
                ))
                """,
                expired,
                club.id,
                today,
            )
        return SQL(
            "club_id = %s AND NOT pending AND remaining > 0 AND %s", club.id, expired
        )

    def _lapse(self, accounts):
        """Write off what inactivity has ended, before an account gets something new.

        Its clock starts again then, and mustn't bring back what was over already.
        """
        lapsed = [a for a in accounts if a.has_lapsed(a.club._today())]
        if lapsed:
            self._post(self._written_off(lapsed))

    def _written_off(self, accounts):
        """The postings that write off what locked accounts can no longer spend."""
        accounts = list(accounts)
        lots = self._open_lots(accounts)
        holds = self._holds(accounts)
        today_of = {club: club._today() for club in {a.club for a in accounts}}
        postings = []
        for account in accounts:
            today = today_of[account.club]
            own = [lot for lot, _purchase in lots[account.id]]
            if account.has_lapsed(today):
                own = [replace(lot, expires_on=account.idle_expires_on) for lot in own]
            expired = self._expired(own, today, *holds[account.id])
            if expired:
                posting = Posting(
                    account,
                    "expire",
                    amount=-sum(a.units for a in expired),
                    allocations=[(a.lot_id, a.units) for a in expired],
                )
                postings.append(account.record(posting))
        return postings

    @staticmethod
    def _expired(lots, today, held, held_since):
        """Allocations of what expired and isn't held.

        A hold keeps lots that were good on its day; those before are over anyway.
        """
        before = [
            lot
            for lot in lots
            if held_since and lot.expires_on and lot.expires_on < held_since
        ]
        rest = [lot for lot in lots if lot not in before] if before else lots
        return engine.expirable(before, today, 0) + engine.expirable(rest, today, held)

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
