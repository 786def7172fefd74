from odoo.tools import SQL

from .columns import CHANGED, STATE
from .rules import EPOCH


class Scoring:
    """From sums and cut points to scores, and to the rows that they change."""

    def _scored(self, rules, state):
        """SELECT the rows of ``state`` with their scores and segment.

        ``width_bucket(x, limits)`` counts limits <= x. Whole numbers pass a cut point
        with one more; for money the question is asked the other way round.
        """
        return SQL(
            """
            SELECT scored.*,
                   CASE WHEN left_out THEN NULL
                        WHEN r IS NULL THEN %(none)s
                        ELSE (%(cells)s::integer[])[(r - 1) * 25 + (f - 1) * 5 + m]
                   END AS segment_id
              FROM (SELECT state.*,
                           CASE WHEN scored THEN
                               1 + width_bucket(last_day - %(epoch)s,
                                                (SELECT r FROM limits)) END AS r,
                           CASE WHEN scored THEN
                               1 + width_bucket(frequency,
                                                (SELECT f FROM limits)) END AS f,
                           CASE WHEN scored THEN
                               5 - width_bucket(-%(money)s,
                                                (SELECT m FROM limits)) END AS m
                      FROM (SELECT *, frequency > 0 AND NOT left_out AS scored
                              FROM %(state)s row) state
                    -- A fence: scores are worked out once, not again for the segment.
                    OFFSET 0) scored
            """,
            epoch=EPOCH,
            money=rules.money,
            state=state,
            none=rules.none_segment_id,
            cells=list(rules.cells),
        )

    def _with(self, rules, full, state):
        """The tables that all writing begins with: what was bought, and cut points."""
        return SQL(
            """
            WITH %(fresh)s,
            cuts AS MATERIALIZED (%(cuts)s),
            kept AS (INSERT INTO loyalty_club_rfm_tmp_cuts SELECT * FROM cuts),
            limits AS MATERIALIZED (
                SELECT ARRAY(SELECT cut - %(epoch)s + 1
                               FROM unnest(r) cut ORDER BY 1) AS r,
                       ARRAY(SELECT cut + 1 FROM unnest(f) cut ORDER BY 1) AS f,
                       ARRAY(SELECT -cut FROM unnest(m) cut ORDER BY 1) AS m
                  FROM cuts)
            """,
            fresh=self._fresh(rules, full),
            cuts=self._cuts(rules, state),
            epoch=EPOCH,
        )

    def _untouched(self, rules):
        """SELECT the customers whose purchases are what their row says."""
        return SQL(
            """(
            SELECT partner_id, last_day, first_day, frequency, net,
                   r AS old_r, f AS old_f, m AS old_m, segment_id AS old_segment_id,
                   %s AS left_out
              FROM loyalty_club_rfm_score_now
             WHERE definition_id = %s
               AND partner_id NOT IN (
                   SELECT partner_id FROM loyalty_club_rfm_tmp_touched)
            )""",
            self._is_left_out(rules, SQL("partner_id")),
            rules.definition_id,
        )

    def _collect_changes(self, rules, full):
        """Fill ``changed``: the new row beside the segment of the old one.

        Customers whom nobody touched have the state that their row has. Only their
        scores can be new, as the cut points have moved.
        """
        self.temporary("changed", CHANGED)
        state = SQL("fresh")
        if not full:
            state = SQL(
                "(SELECT partner_id, %(state)s, left_out FROM %(untouched)s untouched "
                "UNION ALL SELECT partner_id, %(state)s, left_out FROM fresh)",
                state=STATE,
                untouched=self._untouched(rules),
            )
        counted = self._changes_of_counted(rules, full)
        self.env.cr.execute(
            SQL(
                "%s INSERT INTO loyalty_club_rfm_tmp_changed %s",
                self._with(rules, full, state),
                counted
                if full
                else SQL("%s UNION ALL %s", counted, self._changes_of_untouched(rules)),
            )
        )

    def _changes_of_counted(self, rules, full):
        only_touched = SQL(
            "AND partner_id IN (SELECT partner_id FROM loyalty_club_rfm_tmp_touched)"
        )
        return SQL(
            """
            SELECT coalesce(new.partner_id, old.partner_id),
                   new.last_day, new.first_day, new.frequency, new.net,
                   new.r, new.f, new.m, new.segment_id, old.segment_id,
                   old.partner_id IS NOT NULL, new.partner_id IS NOT NULL,
                   (new.last_day, new.first_day, new.frequency, new.net)
                   IS DISTINCT FROM
                   (old.last_day, old.first_day, old.frequency, old.net)
              FROM (%(scored)s) new
              FULL JOIN (SELECT * FROM loyalty_club_rfm_score_now
                          WHERE definition_id = %(definition)s %(only)s) old
                ON old.partner_id = new.partner_id
             WHERE (new.last_day, new.first_day, new.frequency, new.net,
                    new.r, new.f, new.m, new.segment_id, new.partner_id)
                   IS DISTINCT FROM
                   (old.last_day, old.first_day, old.frequency, old.net,
                    old.r, old.f, old.m, old.segment_id, old.partner_id)
            """,
            scored=self._scored(rules, SQL("fresh")),
            definition=rules.definition_id,
            only=SQL() if full else only_touched,
        )

    def _changes_of_untouched(self, rules):
        return SQL(
            """
            SELECT partner_id, %s, r, f, m, segment_id, old_segment_id,
                   TRUE, TRUE, FALSE
              FROM (%s) scored
             WHERE (r, f, m, segment_id)
                   IS DISTINCT FROM (old_r, old_f, old_m, old_segment_id)
            """,
            STATE,
            self._scored(rules, self._untouched(rules)),
        )
