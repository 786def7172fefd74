from contextlib import contextmanager
from datetime import timedelta

from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.periods import add_months, period_start

from .columns import ROW, STATE
from .rules import LOCK


class Writing:
    """From changes to rows: new ones, closed ones in their month, and events."""

    @contextmanager
    def _index_afterwards(self):
        """Build the index of an empty table once, rather than row by row.

        Nobody waits for the lock but who would read a table without rows.
        """
        index = SQL("loyalty_club_rfm_score_now_id")
        self.env.cr.execute(
            "SELECT NOT EXISTS (SELECT FROM loyalty_club_rfm_score_now)"
        )
        (empty,) = self.env.cr.fetchone()
        if empty:
            self.env.cr.execute(SQL("DROP INDEX IF EXISTS %s", index))
        yield
        if empty:
            self.env.cr.execute(
                SQL("CREATE UNIQUE INDEX %s ON loyalty_club_rfm_score_now (id)", index)
            )

    def _write_first(self, rules):
        """Write everybody: there is nothing to compare with."""
        self.env.cr.execute(
            SQL(
                """
                %(with)s
                INSERT INTO loyalty_club_rfm_score_now (id, %(row)s, until)
                SELECT %(id)s, %(definition)s, partner_id, %(day)s, %(state)s,
                       r, f, m, segment_id, 'infinity'
                  FROM (%(scored)s) scored
                """,
                row=ROW,
                id=self.row_id(rules, SQL("partner_id")),
                definition=rules.definition_id,
                day=rules.day,
                state=STATE,
                scored=self._scored(rules, SQL("fresh")),
                **{"with": self._with(rules, True, SQL("fresh"))},
            )
        )
        return {"changed": self.env.cr.rowcount, "moved": 0, "differences": 0}

    def _write_changes(self, rules, full, last):
        """Replace the rows that are no longer as they were."""
        checked = full and last and not rules.by_commercial_partner
        values = self._count_changes(checked)
        self._replace(rules)
        self._write_moves(rules, last)
        return values

    def _count_changes(self, checked):
        """What changed; in a full run also what the nightly ones had got wrong."""
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*),
                       count(*) FILTER (
                           WHERE was AND now_is
                             AND segment_id IS DISTINCT FROM old_segment_id),
                       count(*) FILTER (
                           WHERE %s AND recounted AND partner_id NOT IN (
                               SELECT partner_id FROM loyalty_club_rfm_tmp_touched))
                  FROM loyalty_club_rfm_tmp_changed
                """,
                bool(checked),
            )
        )
        changed, moved, differences = self.env.cr.fetchone()
        return {"changed": changed, "moved": moved, "differences": differences}

    def _replace(self, rules):
        """Move the old rows into their month, and write the new ones."""
        self.ensure_month(rules.day)
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM loyalty_club_rfm_score_now now
                     USING loyalty_club_rfm_tmp_changed changed
                     WHERE changed.was AND now.id = %(id)s
                 RETURNING now.*
                )
                INSERT INTO loyalty_club_rfm_score (id, %(row)s, until)
                SELECT id, %(row)s, %(day)s FROM gone
                 -- A row of the same day never held: the day is being done again.
                 WHERE since < %(day)s
                """,
                id=self.row_id(rules, SQL("changed.partner_id")),
                row=ROW,
                day=rules.day,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_score_now (id, %(row)s, until)
                SELECT %(id)s, %(definition)s, partner_id, %(day)s, %(state)s,
                       r, f, m, segment_id, 'infinity'
                  FROM loyalty_club_rfm_tmp_changed
                 WHERE now_is
                """,
                id=self.row_id(rules, SQL("partner_id")),
                row=ROW,
                definition=rules.definition_id,
                day=rules.day,
                state=STATE,
            )
        )

    def _write_moves(self, rules, last):
        """Events for who left one segment and entered another.

        A day that is done again adds to its first events: who has read these knows
        nothing of a change that is taken back.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_move
                       (definition_id, company_id, partner_id, day, reason,
                        from_segment_id, to_segment_id, epoch)
                SELECT %s, %s, partner_id, %s, %s, old_segment_id, segment_id, %s
                  FROM loyalty_club_rfm_tmp_changed
                 WHERE segment_id IS DISTINCT FROM old_segment_id
                """,
                rules.definition_id,
                rules.company_id,
                rules.day,
                "purchases" if last else "rules",
                self.env["loyalty.club.rfm.move"]._epoch(),
            )
        )

    def ensure_month(self, day):
        """Make the partition for the rows that end in the month of ``day``.

        Attached rather than created in place: that doesn't lock out who reads.
        """
        first = period_start(day, "month", "gregorian")
        name = f"loyalty_club_rfm_score_{first:%Y%m}"
        if self._has_month(name):
            return
        # Of two companies' first nights in a month the later one waits, and finds it.
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK])
        if self._has_month(name):
            return
        self.env.cr.execute(
            SQL(
                """
                CREATE TABLE %(month)s (LIKE loyalty_club_rfm_score);
                CREATE INDEX ON %(month)s (partner_id);
                ALTER TABLE loyalty_club_rfm_score ATTACH PARTITION %(month)s
                      FOR VALUES FROM (%(first)s) TO (%(next)s)
                """,
                month=SQL.identifier(name),
                first=first,
                next=add_months(first, 1, "gregorian"),
            )
        )

    def _has_month(self, name):
        self.env.cr.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return self.env.cr.fetchone()[0]

    def forget_before(self, day):
        """Drop the months that ended before ``day``: history is kept for so long."""
        self.env.cr.execute(
            """
            SELECT inhrelid::regclass::text
              FROM pg_inherits
             WHERE inhparent = 'loyalty_club_rfm_score'::regclass
            """
        )
        limit = f"loyalty_club_rfm_score_{day - timedelta(days=31):%Y%m}"
        for (name,) in self.env.cr.fetchall():
            if name != "loyalty_club_rfm_score_now" and name < limit:
                self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(name)))
