import time

from odoo import fields, models
from odoo.tools import SQL

# More than anybody reads; the number of differences is counted in full.
SHOWN = 1000

# Each proof selects card_id, what is there and what should be; whatever comes out of
# it differs. All are set-based: one statement for all accounts of a club.
PROOFS = {
    "points_entries": """
        SELECT card.id, card.points::numeric, COALESCE(entry.amount, 0)
          FROM account AS card LEFT JOIN entry_sum AS entry ON entry.card_id = card.id
         WHERE card.points::numeric IS DISTINCT FROM COALESCE(entry.amount, 0)
    """,
    "pending_entries": """
        SELECT card.id, card.club_pending, COALESCE(entry.pending, 0)
          FROM account AS card LEFT JOIN entry_sum AS entry ON entry.card_id = card.id
         WHERE card.club_pending IS DISTINCT FROM COALESCE(entry.pending, 0)
    """,
    "debt_entries": """
        SELECT card.id, card.club_debt, COALESCE(entry.debt, 0)
          FROM account AS card LEFT JOIN entry_sum AS entry ON entry.card_id = card.id
         WHERE card.club_debt IS DISTINCT FROM COALESCE(entry.debt, 0)
            OR card.club_debt < 0
    """,
    "points_lots": """
        SELECT card.id, GREATEST(card.points::numeric, 0), COALESCE(lot.available, 0)
          FROM account AS card LEFT JOIN lot_sum AS lot ON lot.card_id = card.id
         WHERE GREATEST(card.points::numeric, 0) <> COALESCE(lot.available, 0)
    """,
    "pending_lots": """
        SELECT card.id, card.club_pending, COALESCE(lot.pending, 0)
          FROM account AS card LEFT JOIN lot_sum AS lot ON lot.card_id = card.id
         WHERE card.club_pending <> COALESCE(lot.pending, 0)
    """,
    "lot_allocations": """
        SELECT lot.card_id, lot.remaining, lot.amount - COALESCE(used.amount, 0)
          FROM loyalty_club_lot AS lot
          LEFT JOIN (
                SELECT used.lot_id, sum(used.amount) AS amount
                  FROM loyalty_club_allocation AS used
                  JOIN loyalty_club_lot AS own ON own.id = used.lot_id
                 WHERE own.card_id IN (SELECT id FROM account)
                 GROUP BY used.lot_id
               ) AS used ON used.lot_id = lot.id
         WHERE lot.card_id IN (SELECT id FROM account)
           AND lot.remaining <> lot.amount - COALESCE(used.amount, 0)
    """,
    "balance_chain": """
        SELECT card_id, balance, reached
          FROM (
                SELECT card_id, balance,
                       sum(amount) OVER (PARTITION BY card_id ORDER BY id) AS reached
                  FROM loyalty_club_entry
                 WHERE card_id IN (SELECT id FROM account)
               ) AS chain
         WHERE balance <> reached
    """,
    "history": """
        SELECT card.id, COALESCE(native.amount, 0), COALESCE(entry.amount, 0)
          FROM account AS card
          LEFT JOIN entry_sum AS entry ON entry.card_id = card.id
          LEFT JOIN (
                SELECT card_id,
                       sum(COALESCE(issued, 0)::numeric - COALESCE(used, 0)::numeric)
                           AS amount
                  FROM loyalty_history
                 WHERE card_id IN (SELECT id FROM account)
                 GROUP BY card_id
               ) AS native ON native.card_id = card.id
         WHERE COALESCE(native.amount, 0) <> COALESCE(entry.amount, 0)
    """,
    "holds": """
        SELECT hold.card_id, hold.captured, -COALESCE(sum(entry.amount), 0)
          FROM loyalty_club_hold AS hold
          LEFT JOIN loyalty_club_entry AS entry
            ON entry.hold_id = hold.id AND entry.card_id = hold.card_id
         WHERE hold.card_id IN (SELECT id FROM account)
         GROUP BY hold.id
        HAVING COALESCE(hold.captured, 0) <> -COALESCE(sum(entry.amount), 0)
            OR (hold.state <> 'captured' AND COALESCE(hold.captured, 0) <> 0)
    """,
}


class LoyaltyClubLedger(models.AbstractModel):
    """The proof that balances, lots, entries, holds and native history agree."""

    _inherit = "loyalty.club.ledger"

    def _check_club(self, club):
        """Prove the books of a club, and note the outcome as a loyalty.club.check.

        Nothing is repaired: what differs is for a person to look at.

        :return: dict with ``accounts`` (how many there are), ``differences`` (how many
            were found) and ``details``: dict of the proof's name (see ``PROOFS``) to a
            list of dicts ``account`` (card id), ``found`` and ``expected`` (decimal
            texts), at most ``SHOWN`` in all
        """
        start = time.monotonic()
        self.env.flush_all()
        # All proofs join whole tables. After a large import, before PostgreSQL has new
        # statistics, it would loop over them row by row, for hours.
        self.env.cr.execute("SET LOCAL enable_nestloop = off")
        details, differences = {}, 0
        for name, proof in PROOFS.items():
            rows = self._prove(club, SQL(proof))
            differences += len(rows)
            room = SHOWN - sum(map(len, details.values()))
            if rows[:room]:
                details[name] = [
                    {"account": card_id, "found": str(found), "expected": str(expected)}
                    for card_id, found, expected in rows[:room]
                ]
        self.env.cr.execute("SET LOCAL enable_nestloop = on")
        cards = self.env["loyalty.card"].with_context(active_test=False)
        outcome = {
            "accounts": cards.search_count([("club_id", "=", club.id)]),
            "differences": differences,
            "details": details,
        }
        self.env["loyalty.club.check"].create(
            {
                **outcome,
                "club_id": club.id,
                "date": fields.Datetime.now(),
                "seconds": time.monotonic() - start,
            }
        )
        return outcome

    def _prove(self, club, proof):
        """:return: rows (account, found, expected) that differ, by account"""
        return self.env.execute_query(
            SQL(
                """
                WITH account AS (
                        SELECT id, points, club_pending, club_debt
                          FROM loyalty_card WHERE club_id = %(club)s
                     ),
                     entry_sum AS (
                        SELECT card_id, sum(amount) AS amount, sum(pending) AS pending,
                               sum(debt) AS debt
                          FROM loyalty_club_entry
                         WHERE card_id IN (SELECT id FROM account)
                         GROUP BY card_id
                     ),
                     lot_sum AS (
                        SELECT card_id,
                               sum(remaining) FILTER (WHERE NOT pending) AS available,
                               sum(remaining) FILTER (WHERE pending) AS pending
                          FROM loyalty_club_lot
                         WHERE card_id IN (SELECT id FROM account) AND remaining > 0
                         GROUP BY card_id
                     )
                %(proof)s
                ORDER BY 1
                """,
                club=club.id,
                proof=proof,
            )
        )
