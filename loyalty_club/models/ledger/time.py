from collections import defaultdict
from dataclasses import replace

from odoo import models
from odoo.tools import SQL

from ...engine import lots as engine
from ...ledger import SCALE, Origin, Posting, units_from_scaled

# The parts of its origin that a release takes from what is released.
RELEASED = ("company_id", "purchase_id", "reference")


class LoyaltyClubLedger(models.AbstractModel):
    """What time does: waiting ends, and what isn't used expires."""

    # A part of the model: what a day brings.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

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
        due = self._end_waiting(accounts, club._today())
        postings = []
        for (card_id, effective_on, origin), usable in due:
            units = sum(part for _lot, part in usable)
            posting = Posting(
                accounts[card_id],
                "release",
                amount=units,
                pending=-units,
                effective_on=effective_on,
                origin=Origin(**dict(origin)),
            )
            postings += self._settled(posting, usable)
        self._post(postings)
        done = len({posting.account.id for posting in postings})
        return done, card_ids[-1] if card_ids else None

    def _end_waiting(self, accounts, today):
        """Let the lots of locked accounts be used whose first day has come.

        What one purchase or one gift gave is released together, so that each release
        says what it is about.

        :return: list of pairs: (account id, first day, parts of the origin) and a list
            of (lot id, units)
        """
        due = defaultdict(list)
        for card_id, lot_id, scaled, first_day, *origin in self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_club_lot AS lot SET pending = false
                  FROM loyalty_club_lot AS own
                  JOIN loyalty_club_entry AS entry ON entry.id = own.entry_id
                  LEFT JOIN loyalty_club_purchase AS purchase
                    ON purchase.id = own.purchase_id
                 WHERE own.id = lot.id AND lot.card_id = ANY(%s)
                   AND lot.pending AND lot.available_on <= %s
             RETURNING lot.card_id, lot.id, round(lot.remaining * %s)::bigint,
                       lot.available_on, lot.company_id, lot.purchase_id,
                       COALESCE(purchase.reference, purchase.key, entry.reference)
                """,
                list(accounts),
                today,
                10**SCALE,
            )
        ):
            units = units_from_scaled(scaled, accounts[card_id].digits)
            if units:
                parts = zip(RELEASED, origin, strict=True)
                due[card_id, first_day, tuple(parts)].append((lot_id, units))
        # In the order in which it was given.
        return sorted(due.items(), key=lambda item: (item[0][:2], item[1]))

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
        done = len({posting.account.id for posting in postings})
        return done, card_ids[-1] if card_ids else None

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
        """The postings that write off what locked accounts can no longer spend.

        One for each last day: a night that comes late says when it was over.
        """
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
            last_day_of = {lot.id: lot.expires_on for lot in own}
            by_day = defaultdict(list)
            for part in self._expired(own, today, *holds[account.id]):
                by_day[last_day_of[part.lot_id]].append((part.lot_id, part.units))
            for last_day, allocations in sorted(by_day.items()):
                posting = Posting(
                    account,
                    "expire",
                    amount=-sum(units for _lot, units in allocations),
                    effective_on=last_day,
                    allocations=allocations,
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
