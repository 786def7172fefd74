import time

from odoo import fields, models
from odoo.tools import SQL

from ...api.call import PERSON_CALLS
from ..member.tiers import MEASURES

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
    "owner": """
        SELECT card.id, card.member_id, entry.member_id
          FROM account AS card
          JOIN (
                SELECT card_id, member_id FROM loyalty_club_entry
                 WHERE card_id IN (SELECT id FROM account) AND member_id IS NOT NULL
                 GROUP BY card_id, member_id
               ) AS entry ON entry.card_id = card.id
         WHERE entry.member_id IS DISTINCT FROM card.member_id
         UNION
        SELECT card.id, card.partner_id, member.partner_id
          FROM account AS card
          JOIN loyalty_club_member AS member ON member.id = card.member_id
         WHERE member.partner_id IS DISTINCT FROM card.partner_id
    """,
    "club": """
        SELECT card.id, card.club_id, program.club_id
          FROM loyalty_card AS card
          JOIN loyalty_program AS program ON program.id = card.program_id
         WHERE (card.club_id = %(club)s OR program.club_id = %(club)s)
           AND card.club_id IS DISTINCT FROM program.club_id
         UNION
        SELECT card.id, card.club_id, member.club_id
          FROM loyalty_card AS card
          JOIN loyalty_club_member AS member ON member.id = card.member_id
         WHERE (card.club_id = %(club)s OR member.club_id = %(club)s)
           AND card.club_id IS NOT NULL
           AND card.club_id IS DISTINCT FROM member.club_id
    """,
    # A native card that was archived before its program was taken over stays so, with
    # its opening balance and nothing else.
    "archived": """
        SELECT id, points::numeric + club_pending - club_debt, 0
          FROM account
         WHERE NOT active AND (points <> 0 OR club_pending <> 0 OR club_debt <> 0)
           AND id IN (SELECT card_id FROM loyalty_club_entry
                       WHERE club_id = %(club)s AND kind <> 'opening')
    """,
    "lot_owner": """
        SELECT lot.card_id, lot.club_id, entry.club_id
          FROM loyalty_club_lot AS lot
          JOIN loyalty_club_entry AS entry ON entry.id = lot.entry_id
         WHERE lot.card_id IN (SELECT id FROM account)
           AND (lot.club_id, lot.company_id, lot.card_id)
               IS DISTINCT FROM (entry.club_id, entry.company_id, entry.card_id)
    """,
    "lot_waiting": """
        SELECT lot.card_id, lot.available_on - DATE '2000-01-01',
               COALESCE(purchase.pending_until, %(today)s) - DATE '2000-01-01'
          FROM loyalty_club_lot AS lot
          JOIN loyalty_club_entry AS entry ON entry.id = lot.entry_id
          JOIN entry_sum ON entry_sum.card_id = lot.card_id
          LEFT JOIN loyalty_club_purchase AS purchase
            ON purchase.id = entry.purchase_id AND entry.kind = 'earn'
           AND entry.key IN (
                   purchase.source || ':' || purchase.key || ':earn',
                   purchase.source || ':' || purchase.key || ':earn:' || entry.account
               )
         WHERE lot.card_id IN (SELECT id FROM account)
           AND ((NOT lot.pending
                 AND lot.available_on > GREATEST(%(today)s, entry_sum.last_day))
                OR (lot.available_on < purchase.pending_until))
    """,
    "purchase_entries": """
        SELECT COALESCE(card.id, 0), purchase.points, COALESCE(moved.points, 0)
          FROM loyalty_club_purchase AS purchase
          LEFT JOIN loyalty_club_purchase AS origin ON origin.id = purchase.origin_id
          LEFT JOIN (
                SELECT purchase_id, sum(amount + pending - debt) AS points
                  FROM loyalty_club_entry
                 WHERE club_id = %(club)s AND kind IN ('earn', 'return')
                   AND purchase_id IS NOT NULL AND account = 'points'
                 GROUP BY purchase_id
               ) AS moved ON moved.purchase_id = purchase.id
          LEFT JOIN points_account AS card ON card.member_id = purchase.member_id
         WHERE purchase.club_id = %(club)s
           AND COALESCE(origin.kind, 'sale') = 'sale'
           AND COALESCE(purchase.points, 0) <> COALESCE(moved.points, 0)
         UNION ALL
        SELECT COALESCE(card.id, 0), COALESCE(awarded.amount, 0),
               COALESCE(moved.amount, 0)
          FROM (
                SELECT purchase.id AS purchase_id, award.key AS account,
                       sum((award.value ->> 'given')::bigint)
                       / power(10::numeric, %(digits)s) AS amount
                  FROM loyalty_club_purchase_line AS line
                  JOIN loyalty_club_purchase AS purchase
                    ON purchase.id = line.purchase_id
                  LEFT JOIN loyalty_club_purchase AS origin
                    ON origin.id = purchase.origin_id,
                       jsonb_each(line.awards) AS award
                 WHERE purchase.club_id = %(club)s
                   AND COALESCE(origin.kind, 'sale') = 'sale'
                 GROUP BY 1, 2
               ) AS awarded
          FULL JOIN (
                SELECT purchase_id, account, sum(amount + pending - debt) AS amount
                  FROM loyalty_club_entry
                 WHERE club_id = %(club)s AND kind IN ('earn', 'return')
                   AND purchase_id IS NOT NULL AND account <> 'points'
                 GROUP BY 1, 2
               ) AS moved USING (purchase_id, account)
          JOIN loyalty_club_purchase AS purchase ON purchase.id = purchase_id
          LEFT JOIN points_account AS card ON card.member_id = purchase.member_id
         WHERE COALESCE(awarded.amount, 0) <> COALESCE(moved.amount, 0)
    """,
    "lines_returned": """
        SELECT COALESCE(card.id, 0), line.points_taken, COALESCE(back.points, 0)
          FROM loyalty_club_purchase_line AS line
          JOIN loyalty_club_purchase AS sale ON sale.id = line.purchase_id
          LEFT JOIN (
                SELECT COALESCE(sale.origin_id, back.origin_id) AS sale_id, line.key,
                       -sum(line.points) AS points,
                       -sum(line.status_points) AS status_points,
                       -sum(line.quantity) AS quantity,
                       -sum(line.total) AS total
                  FROM loyalty_club_purchase_line AS line
                  JOIN loyalty_club_purchase AS back ON back.id = line.purchase_id
                  JOIN loyalty_club_purchase AS sale ON sale.id = back.origin_id
                 WHERE back.club_id = %(club)s AND back.kind = 'return'
                 GROUP BY 1, 2
               ) AS back ON back.sale_id = sale.id AND back.key = line.key
          LEFT JOIN points_account AS card ON card.member_id = sale.member_id
         WHERE sale.club_id = %(club)s AND sale.kind = 'sale'
           AND (COALESCE(line.points_taken, 0), COALESCE(line.status_taken, 0),
                COALESCE(line.returned_quantity, 0), COALESCE(line.returned_total, 0))
               IS DISTINCT FROM
               (COALESCE(back.points, 0), COALESCE(back.status_points, 0),
                COALESCE(back.quantity, 0), COALESCE(back.total, 0))
         UNION ALL
        SELECT COALESCE(card.id, 0), line.taken, COALESCE(back.taken, 0)
          FROM (
                SELECT sale.id AS sale_id, sale.member_id, line.key,
                       award.key AS account,
                       COALESCE((award.value ->> 'taken')::numeric, 0) AS taken
                  FROM loyalty_club_purchase_line AS line
                  JOIN loyalty_club_purchase AS sale ON sale.id = line.purchase_id,
                       jsonb_each(line.awards) AS award
                 WHERE sale.club_id = %(club)s AND sale.kind = 'sale'
               ) AS line
          LEFT JOIN (
                SELECT COALESCE(sale.origin_id, back.origin_id) AS sale_id, line.key,
                       award.key AS account,
                       -sum((award.value ->> 'given')::numeric) AS taken
                  FROM loyalty_club_purchase_line AS line
                  JOIN loyalty_club_purchase AS back ON back.id = line.purchase_id
                  JOIN loyalty_club_purchase AS sale ON sale.id = back.origin_id,
                       jsonb_each(line.awards) AS award
                 WHERE back.club_id = %(club)s AND back.kind = 'return'
                 GROUP BY 1, 2, 3
               ) AS back USING (sale_id, key, account)
          LEFT JOIN points_account AS card ON card.member_id = line.member_id
         WHERE line.taken <> COALESCE(back.taken, 0)
    """,
    "call_keys": """
        SELECT entry.card_id, 0, 1
          FROM (
                SELECT card_id, key FROM loyalty_club_entry
                 WHERE club_id = %(club)s AND starts_with(key, 'call:')
                 UNION
                SELECT card_id, key FROM loyalty_club_hold
                 WHERE club_id = %(club)s AND starts_with(key, 'call:')
               ) AS entry
          LEFT JOIN loyalty_club_call AS call
            ON call.id::text = split_part(entry.key, ':', 2)
           AND call.club_id = %(club)s
         WHERE call.id IS NULL
         UNION ALL
        SELECT COALESCE(card.id, 0), 0, 1
          FROM loyalty_club_purchase AS purchase
          LEFT JOIN loyalty_club_call AS call
            ON call.id = purchase.call_ref AND call.club_id = %(club)s
          LEFT JOIN points_account AS card ON card.member_id = purchase.member_id
         WHERE purchase.club_id = %(club)s AND purchase.call_ref > 0
           AND call.id IS NULL
         UNION ALL
        SELECT COALESCE(card.id, 0), COALESCE(kept.calls, 0), member.call_count
          FROM loyalty_club_member AS member
          LEFT JOIN (
                SELECT member_id, count(*) AS calls
                  FROM loyalty_club_call
                 WHERE club_id = %(club)s AND method = ANY(%(person_calls)s)
                 GROUP BY member_id
               ) AS kept ON kept.member_id = member.id
          LEFT JOIN points_account AS card ON card.member_id = member.id
         WHERE member.club_id = %(club)s
           AND member.call_count <> COALESCE(kept.calls, 0)
    """,
    "tier_measure": """
        SELECT COALESCE(card.id, 0), member.qualified, COALESCE(reached.measure, 0)
          FROM loyalty_club_member AS member
          LEFT JOIN (
                SELECT purchase.member_id, sum(purchase.%(measure)s) AS measure
                  FROM loyalty_club_purchase AS purchase
                  JOIN loyalty_club_member AS member ON member.id = purchase.member_id
                 WHERE member.club_id = %(club)s
                   AND purchase.day
                       BETWEEN member.qualified_from AND member.qualified_until
                 GROUP BY purchase.member_id
               ) AS reached ON reached.member_id = member.id
          LEFT JOIN points_account AS card ON card.member_id = member.id
         WHERE member.club_id = %(club)s AND member.merged_into_id IS NULL
           AND member.qualified_from IS NOT NULL
           AND COALESCE(member.qualified, 0) <> COALESCE(reached.measure, 0)
    """,
}


class LoyaltyClubLedger(models.AbstractModel):
    """The proof that the books of a club agree with one another: see ``PROOFS``."""

    # A part of the model: the self-check.
    _inherit = "loyalty.club.ledger"  # pylint: disable=consider-merging-classes-inherited

    def _check_club(self, club):
        """Prove the books of a club, and note the outcome as a loyalty.club.check.

        Nothing is repaired: what differs is for a person to look at.

        :return: dict with ``accounts`` (how many there are), ``differences`` (how many
            were found) and ``details``: dict of the proof's name (see ``PROOFS``) to a
            list of dicts ``account`` (card id or 0), ``found`` and ``expected``
            (decimal texts), at most ``SHOWN`` in all
        """
        start = time.monotonic()
        self.env.flush_all()
        # All proofs join whole tables. After a large import, before PostgreSQL has new
        # statistics, it would loop over them row by row, for hours.
        self.env.cr.execute("SET LOCAL enable_nestloop = off")
        details, differences = {}, 0
        for name, proof in PROOFS.items():
            rows = self._prove(club, proof)
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
                        SELECT id, points, club_pending, club_debt, active,
                               partner_id, member_id
                          FROM loyalty_card WHERE club_id = %(club)s
                     ),
                     points_account AS (
                        SELECT max(card.id) AS id, card.member_id
                          FROM loyalty_card AS card
                          JOIN loyalty_program AS program
                            ON program.id = card.program_id
                         WHERE card.club_id = %(club)s AND card.member_id IS NOT NULL
                           AND program.club_account = 'points'
                         GROUP BY card.member_id
                     ),
                     entry_sum AS (
                        SELECT card_id, sum(amount) AS amount, sum(pending) AS pending,
                               sum(debt) AS debt,
                               (max(date) AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                                   AS last_day
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
                tz=club.tz,
                proof=SQL(
                    proof,
                    club=club.id,
                    today=club._today(),
                    person_calls=list(PERSON_CALLS),
                    digits=club._digits("wallet"),
                    measure=SQL.identifier(MEASURES[club.qualify_measure]),
                ),
            )
        )
