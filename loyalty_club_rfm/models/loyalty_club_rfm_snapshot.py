from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.periods import add_months, period_start

from ..engine import scoring
from ..rules import AVERAGES, Cuts

ROW = SQL(
    "definition_id, partner_id, since, last_day, first_day, frequency, net, "
    "r, f, m, segment_id"
)
STATE = SQL("last_day, first_day, frequency, net")
# Of the table ``member``: who left the club, or became another, is none.
MEMBER = SQL("member.partner_id IS NOT NULL AND member.state != 'left'")


class LoyaltyClubRfmSnapshot(models.AbstractModel):
    """The only writer of scores.

    A row of ``loyalty_club_rfm_score`` holds from a day (``since``) until another
    (``until``): the snapshot of any day is ``since <= day AND day < until``. A run
    writes only the rows that changed; what it replaces goes from the partition of the
    current rows into the one of its month.

    A nightly run counts again only the customers whom something touched since the last
    run, and those for whom a day came into the window or fell out of it. A full run
    counts all of them, and finds the same.

    Customers who are left out keep a row, without segment: they can come back on any
    night without all purchases being counted again.
    """

    _name = "loyalty.club.rfm.snapshot"
    _description = "Writer of RFM scores"

    def _take(self, rules, last, full, report):
        """Write the snapshot of ``rules.day``.

        :param rules: :class:`~..rules.Rules`
        :param last: the run before, by the same version, or an empty recordset
        :param full: count all customers, not only those who were touched
        :param report: called with percent and a sentence before each step
        :return: values for the run
        """
        report(5, self.env._("Collecting what changed"))
        self._collect_touched(rules, last)
        self._collect_left_out(rules)
        if not full and self._nothing_moves(rules, last):
            return self._unchanged(last)
        report(10, self.env._("Counting purchases"))
        self._count(rules, full)
        report(45, self.env._("Setting cut points"))
        cuts, values = self._cuts(rules, full)
        report(60, self.env._("Scoring customers"))
        if self._has_rows(rules):
            values |= self._write_changes(rules, cuts, full, last)
        else:
            values |= self._write_first(rules, cuts)
        report(90, self.env._("Adding up segments"))
        return values | {"cuts": cuts.to_json(), "mode": cuts.mode}

    # ------------------------------------------------------------- who was touched

    def _collect_touched(self, rules, last):
        """Take our share of the log of touched customers, and pass on that of others.

        The log is only ever added to by sales, so that no till waits for a run.
        """
        self._temporary("touched", SQL("partner_id integer"))
        self.env.cr.execute(
            SQL(
                """
                WITH taken AS (
                    DELETE FROM loyalty_club_rfm_touched
                     WHERE company_id = %(company)s
                       AND (definition_id IS NULL OR definition_id = %(definition)s)
                 RETURNING partner_id, definition_id
                ), passed_on AS (
                    INSERT INTO loyalty_club_rfm_touched
                           (company_id, partner_id, definition_id)
                    SELECT DISTINCT %(company)s, taken.partner_id, other.id
                      FROM taken
                      JOIN loyalty_club_rfm_definition other
                        ON other.company_id = %(company)s
                       AND other.id != %(definition)s
                       AND other.active
                       AND other.last_run_id IS NOT NULL
                     WHERE taken.definition_id IS NULL
                )
                INSERT INTO loyalty_club_rfm_tmp_touched
                SELECT partner_id FROM taken
                """,
                company=rules.company_id,
                definition=rules.definition_id,
            )
        )
        if last:
            self._touch_by_time(rules, last)
            self._touch_new_members(rules)
        self.env.cr.execute(
            """
            CREATE TEMP TABLE loyalty_club_rfm_tmp_once ON COMMIT DROP AS
                SELECT DISTINCT partner_id FROM loyalty_club_rfm_tmp_touched;
            DROP TABLE loyalty_club_rfm_tmp_touched;
            ALTER TABLE loyalty_club_rfm_tmp_once
                RENAME TO loyalty_club_rfm_tmp_touched;
            ANALYZE loyalty_club_rfm_tmp_touched
            """
        )

    def _touch_by_time(self, rules, last):
        """Customers with purchases on days that are in one of both windows only."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_touched
                SELECT partner_id
                  FROM loyalty_club_rfm_fact
                 WHERE company_id = %(company)s
                   AND (day >= %(day_before)s AND day < %(day)s
                        OR day >= least(%(from_before)s, %(from)s)
                       AND day < greatest(%(from_before)s, %(from)s))
                """,
                company=rules.company_id,
                day=rules.day,
                day_before=last.day,
                **{"from": rules.window_from, "from_before": last.window_from},
            )
        )

    def _touch_new_members(self, rules):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_touched
                SELECT member.partner_id
                  FROM loyalty_club_member member
                 WHERE member.club_id = ANY(%s)
                   AND %s
                   AND NOT EXISTS (SELECT FROM loyalty_club_rfm_score_now now
                                    WHERE now.id = %s)
                """,
                list(rules.club_ids),
                MEMBER,
                self._id(rules, SQL("member.partner_id")),
            )
        )

    def _collect_left_out(self, rules):
        """The customers without a segment: a small table, but for clubs of a few."""
        self._temporary("left_out", SQL("partner_id integer PRIMARY KEY"))
        parameters = rules.parameters
        ids = set(parameters["excluded_partner_ids"])
        if parameters["exclude_internal"]:
            ids |= self._own_people()
        tags = self.env["res.partner.category"].search(
            [("id", "child_of", parameters["excluded_tag_ids"])]
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_left_out
                SELECT unnest(%s::integer[])
                 UNION
                SELECT partner_id
                  FROM res_partner_res_partner_category_rel
                 WHERE category_id = ANY(%s)
                """,
                sorted(ids),
                tags.ids,
            )
        )
        self._leave_out_strangers(rules, SQL("loyalty_club_rfm_score_now"))

    def _leave_out_strangers(self, rules, table):
        """Where only members of a club are scored, leave out everybody else."""
        if not rules.only_members:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_left_out
                SELECT partner_id FROM %s customer
                 WHERE NOT EXISTS (
                       SELECT FROM loyalty_club_member member
                        WHERE member.partner_id = customer.partner_id
                          AND member.club_id = ANY(%s) AND %s)
                    ON CONFLICT DO NOTHING
                """,
                table,
                list(rules.club_ids),
                MEMBER,
            )
        )

    def _own_people(self):
        # Whose login is internal is nothing that every manager of a club may read.
        users_sudo = (
            self.env["res.users"].sudo().with_context(active_test=False)
        ).search([("share", "=", False)])
        public_sudo = (
            self.env.ref("base.group_public")
            .sudo()
            .with_context(active_test=False)
            .all_user_ids
        )
        companies_sudo = self.env["res.company"].sudo().search([])
        return {
            *users_sudo.partner_id.ids,
            *public_sudo.partner_id.ids,
            *companies_sudo.partner_id.ids,
        }

    # ------------------------------------------------------------ counting purchases

    def _count(self, rules, full):
        """Fill ``fresh`` with what all customers, or the touched ones, have bought."""
        self._temporary(
            "fresh",
            SQL(
                "partner_id integer, last_day date, first_day date, "
                "frequency integer, net numeric"
            ),
        )
        with self._index_order(full):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO loyalty_club_rfm_tmp_fresh %s",
                    self._counted(rules, full),
                )
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_tmp_fresh
                SELECT DISTINCT member.partner_id, NULL::date, NULL::date, 0, 0
                  FROM loyalty_club_member member
                 WHERE member.club_id = ANY(%s)
                   AND %s
                   AND NOT EXISTS (SELECT FROM loyalty_club_rfm_tmp_fresh fresh
                                    WHERE fresh.partner_id = member.partner_id)
                   %s
                """,
                list(rules.club_ids),
                MEMBER,
                SQL()
                if full
                else SQL(
                    "AND member.partner_id IN "
                    "(SELECT partner_id FROM loyalty_club_rfm_tmp_touched)"
                ),
            )
        )
        self.env.cr.execute("ANALYZE loyalty_club_rfm_tmp_fresh")
        self._leave_out_strangers(rules, SQL("loyalty_club_rfm_tmp_fresh"))

    @contextmanager
    def _index_order(self, full):
        """Have the purchases read in the order of the covering index.

        A million groups in a hash table are half a gigabyte of random memory; in the
        order of the index they are one after the other, in a quarter of the time. With
        much ``work_mem`` the planner would still choose the hash.
        """
        if not full:
            yield
            return
        self.env.cr.execute(
            "SET LOCAL enable_hashagg = off; SET LOCAL enable_seqscan = off; "
            "SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off"
        )
        yield
        self.env.cr.execute(
            "SET LOCAL enable_hashagg TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT; "
            "SET LOCAL enable_bitmapscan TO DEFAULT"
        )

    def _counted(self, rules, full):
        """SELECT last and first day, frequency and money of the window by customer."""
        customer = SQL("fact.partner_id")
        joins = SQL()
        if rules.by_commercial_partner:
            customer = SQL("coalesce(partner.commercial_partner_id, partner.id)")
            joins = SQL("JOIN res_partner partner ON partner.id = fact.partner_id")
        conditions = [
            SQL("fact.company_id = %s AND fact.day < %s", rules.company_id, rules.day)
        ]
        if len(rules.sources) < 3:
            conditions.append(SQL("fact.source = ANY(%s)", list(rules.sources)))
        if not full:
            conditions.append(
                SQL(
                    "fact.partner_id IN "
                    "(SELECT partner_id FROM loyalty_club_rfm_tmp_touched)"
                )
            )
        by_day = rules.parameters["frequency_by"] == "day"
        return SQL(
            """
            SELECT %(customer)s AS partner_id,
                   max(fact.day) FILTER (WHERE %(counts)s) AS last_day,
                   min(fact.day) FILTER (WHERE %(counts)s) AS first_day,
                   count(%(counted)s) FILTER (WHERE %(counts)s) AS frequency,
                   coalesce(sum(fact.net) FILTER (WHERE fact.day >= %(from)s), 0) AS net
              FROM %(facts)s fact %(joins)s
             WHERE %(conditions)s
             GROUP BY 1
            """,
            customer=customer,
            counts=SQL("fact.counts AND fact.day >= %s", rules.window_from),
            counted=SQL("DISTINCT fact.day") if by_day else SQL("*"),
            facts=self._facts(rules),
            joins=joins,
            conditions=SQL(" AND ").join(conditions),
            **{"from": rules.window_from},
        )

    def _facts(self, rules):
        """The facts, without what products of left out categories are worth in them."""
        if not rules.category_ids:
            return SQL("loyalty_club_rfm_fact")
        return SQL(
            """(
            SELECT fact.company_id, fact.partner_id, fact.day, fact.source,
                   fact.net - coalesce(share.net, 0) AS net,
                   fact.counts AND fact.goods > coalesce(share.goods, 0) AS counts
              FROM loyalty_club_rfm_fact fact
              LEFT JOIN (SELECT fact_id, sum(net) AS net, sum(goods) AS goods
                           FROM loyalty_club_rfm_fact_share
                          WHERE categ_id = ANY(%s)
                          GROUP BY fact_id) share ON share.fact_id = fact.id
            )""",
            list(rules.category_ids),
        )

    # ------------------------------------------------------------------- cut points

    def _cuts(self, rules, full):
        """Cut points by fifths, or by thresholds where there are too few customers.

        :return: :class:`~..rules.Cuts`, and the sums of all customers for the run
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT count(*), count(last_day), coalesce(sum(net), 0)::text,
                       sum(frequency),
                       coalesce(sum(net) FILTER (WHERE frequency > 0), 0)::text,
                       %(fifths)s (ORDER BY last_day),
                       %(fifths)s (ORDER BY nullif(frequency, 0)),
                       (%(fifths)s (ORDER BY CASE WHEN frequency > 0
                                             THEN %(money)s END))::text[]
                  FROM %(state)s state
                 WHERE NOT EXISTS (SELECT FROM loyalty_club_rfm_tmp_left_out left_out
                                    WHERE left_out.partner_id = state.partner_id)
                """,
                fifths=SQL("percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP"),
                money=rules.money,
                state=SQL("loyalty_club_rfm_tmp_fresh") if full else self._state(rules),
            )
        )
        # As text: Odoo reads numeric as float, and cut points must be what was found.
        customers, buyers, revenue, count, total, r, f, m = self.env.cr.fetchone()
        values = {"customers": customers, "buyers": buyers, "revenue": float(revenue)}
        parameters = rules.parameters
        if parameters["cut_mode"] == "quantile" and buyers >= max(
            parameters["min_customers"], 1
        ):
            return Cuts("quantile", tuple(r), tuple(f), tuple(map(Decimal, m))), values
        return self._thresholds(rules, Decimal(total), count or 1), values

    def _thresholds(self, rules, total, count):
        parameters = rules.parameters
        r, f, m = (
            scoring.parse_thresholds(parameters[name] or "")
            for name in ("r_thresholds", "f_thresholds", "m_thresholds")
        )
        if not m:
            times = AVERAGES if rules.by_average else f
            m = scoring.money_thresholds(times, total, count)
        return Cuts("fixed", scoring.recency_cuts(rules.day, r), f, m)

    def _state(self, rules):
        """All customers as they are now: the touched ones as they were just counted."""
        return SQL(
            """(
            SELECT now.partner_id, now.last_day, now.first_day, now.frequency, now.net
              FROM loyalty_club_rfm_score_now now
             WHERE now.definition_id = %s
               AND NOT EXISTS (SELECT FROM loyalty_club_rfm_tmp_touched touched
                                WHERE touched.partner_id = now.partner_id)
             UNION ALL
            SELECT partner_id, last_day, first_day, frequency, net
              FROM loyalty_club_rfm_tmp_fresh
            )""",
            rules.definition_id,
        )

    # --------------------------------------------------------------------- scoring

    def _scored(self, rules, cuts, state):
        """SELECT the rows of ``state`` with their scores and segment."""
        return SQL(
            """
            SELECT scored.*,
                   CASE WHEN left_out THEN NULL
                        WHEN r IS NULL THEN %(none)s
                        ELSE (%(cells)s::integer[])[(r - 1) * 25 + (f - 1) * 5 + m]
                   END AS segment_id
              FROM (SELECT state.*,
                           left_out.partner_id IS NOT NULL AS left_out,
                           CASE WHEN %(scored)s THEN %(r)s END AS r,
                           CASE WHEN %(scored)s THEN %(f)s END AS f,
                           CASE WHEN %(scored)s THEN %(m)s END AS m
                      FROM %(state)s state
                      LEFT JOIN loyalty_club_rfm_tmp_left_out left_out
                        ON left_out.partner_id = state.partner_id
                    -- A fence: scores are worked out once, not again for the segment.
                    OFFSET 0) scored
            """,
            scored=SQL("frequency > 0 AND left_out.partner_id IS NULL"),
            r=cuts.r_score,
            f=cuts.f_score,
            m=cuts.m_score(rules.money),
            state=state,
            none=rules.none_segment_id,
            cells=list(rules.cells),
        )

    def _write_first(self, rules, cuts):
        """Write everybody: there is nothing to compare with."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_score_now (id, %(row)s, until)
                SELECT %(id)s, %(definition)s, partner_id, %(day)s, %(state)s,
                       r, f, m, segment_id, 'infinity'
                  FROM (%(scored)s) scored
                """,
                row=ROW,
                id=self._id(rules, SQL("partner_id")),
                definition=rules.definition_id,
                day=rules.day,
                state=STATE,
                scored=self._scored(rules, cuts, SQL("loyalty_club_rfm_tmp_fresh")),
            )
        )
        return {"changed": self.env.cr.rowcount, "moved": 0, "differences": 0}

    def _write_changes(self, rules, cuts, full, last):
        """Replace the rows that are no longer as they were."""
        self._collect_changes(rules, cuts, full)
        values = self._count_changes(rules, full and last)
        self._replace(rules)
        self._write_moves(rules, last)
        return values

    def _collect_changes(self, rules, cuts, full):
        """Fill ``changed``: the new row beside the segment of the old one.

        Customers whom nobody touched have the state that their row has. Only their
        scores can be new, as the cut points have moved.
        """
        fresh = self._scored(rules, cuts, SQL("loyalty_club_rfm_tmp_fresh"))
        touched_only = SQL(
            "AND partner_id IN (SELECT partner_id FROM loyalty_club_rfm_tmp_touched)"
        )
        counted = SQL(
            """
            SELECT coalesce(new.partner_id, old.partner_id) AS partner_id,
                   new.last_day, new.first_day, new.frequency, new.net,
                   new.r, new.f, new.m, new.segment_id,
                   old.segment_id AS old_segment_id,
                   old.partner_id IS NOT NULL AS was,
                   new.partner_id IS NOT NULL AS is,
                   (new.last_day, new.first_day, new.frequency, new.net)
                   IS DISTINCT FROM
                   (old.last_day, old.first_day, old.frequency, old.net) AS recounted
              FROM (%(fresh)s) new
              FULL JOIN (SELECT * FROM loyalty_club_rfm_score_now
                          WHERE definition_id = %(definition)s %(only)s) old
                ON old.partner_id = new.partner_id
             WHERE (new.last_day, new.first_day, new.frequency, new.net,
                    new.r, new.f, new.m, new.segment_id, new.partner_id)
                   IS DISTINCT FROM
                   (old.last_day, old.first_day, old.frequency, old.net,
                    old.r, old.f, old.m, old.segment_id, old.partner_id)
            """,
            fresh=fresh,
            definition=rules.definition_id,
            only=SQL() if full else touched_only,
        )
        untouched = SQL(
            """
            SELECT partner_id, last_day, first_day, frequency, net,
                   r, f, m, segment_id, old_segment_id, TRUE, TRUE, FALSE
              FROM (%s) scored
             WHERE (r, f, m, segment_id)
                   IS DISTINCT FROM (old_r, old_f, old_m, old_segment_id)
            """,
            self._scored(
                rules,
                cuts,
                SQL(
                    """(
                    SELECT partner_id, last_day, first_day, frequency, net,
                           r AS old_r, f AS old_f, m AS old_m,
                           segment_id AS old_segment_id
                      FROM loyalty_club_rfm_score_now now
                     WHERE definition_id = %s
                       AND NOT EXISTS (
                           SELECT FROM loyalty_club_rfm_tmp_touched touched
                            WHERE touched.partner_id = now.partner_id)
                    )""",
                    rules.definition_id,
                ),
            ),
        )
        self._temporary("changed")
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE loyalty_club_rfm_tmp_changed ON COMMIT DROP AS %s",
                counted if full else SQL("%s UNION ALL %s", counted, untouched),
            )
        )
        self.env.cr.execute("ANALYZE loyalty_club_rfm_tmp_changed")

    def _count_changes(self, rules, checked):
        """What changed; in a full run also what the nightly ones had got wrong."""
        self.env.cr.execute(
            """
            SELECT count(*),
                   count(*) FILTER (WHERE was AND "is"
                                      AND segment_id IS DISTINCT FROM old_segment_id),
                   count(*) FILTER (WHERE recounted AND NOT EXISTS (
                       SELECT FROM loyalty_club_rfm_tmp_touched touched
                        WHERE touched.partner_id = changed.partner_id))
              FROM loyalty_club_rfm_tmp_changed changed
            """
        )
        changed, moved, differences = self.env.cr.fetchone()
        comparable = checked and not rules.by_commercial_partner
        return {
            "changed": changed,
            "moved": moved,
            "differences": differences if comparable else 0,
        }

    def _replace(self, rules):
        """Move the old rows into their month, and write the new ones."""
        self._ensure_month(rules.day)
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
                id=self._id(rules, SQL("changed.partner_id")),
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
                 WHERE "is"
                """,
                id=self._id(rules, SQL("partner_id")),
                row=ROW,
                definition=rules.definition_id,
                day=rules.day,
                state=STATE,
            )
        )

    def _write_moves(self, rules, last):
        """Events for who left one segment and entered another.

        A day that is done again takes its first events back.
        """
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM loyalty_club_rfm_move move
                 USING loyalty_club_rfm_tmp_changed changed
                 WHERE move.definition_id = %(definition)s AND move.day = %(day)s
                   AND move.partner_id = changed.partner_id;
                INSERT INTO loyalty_club_rfm_move
                       (definition_id, company_id, partner_id, day, reason,
                        from_segment_id, to_segment_id)
                SELECT %(definition)s, %(company)s, partner_id, %(day)s, %(reason)s,
                       old_segment_id, segment_id
                  FROM loyalty_club_rfm_tmp_changed
                 WHERE segment_id IS DISTINCT FROM old_segment_id
                """,
                definition=rules.definition_id,
                company=rules.company_id,
                day=rules.day,
                reason="purchases" if last else "rules",
            )
        )

    # ---------------------------------------------------------- nothing has changed

    def _nothing_moves(self, rules, last):
        """Whether this snapshot is the last one: then a look is enough.

        Cut points by fifths are days on a calendar: without any purchase they stay
        where they are, however old the purchases get. Thresholds in days don't.
        """
        if not last or (last.mode != "quantile" and last.day != rules.day):
            return False
        self.env.cr.execute(
            SQL(
                """
                SELECT NOT EXISTS (SELECT FROM loyalty_club_rfm_tmp_touched)
                   AND NOT EXISTS (
                       SELECT FROM loyalty_club_rfm_tmp_left_out left_out
                         JOIN loyalty_club_rfm_score_now now
                           ON now.id = %(id)s
                        WHERE now.segment_id IS NOT NULL)
                   AND NOT EXISTS (
                       SELECT FROM loyalty_club_rfm_score_now now
                        WHERE now.definition_id = %(definition)s
                          AND now.segment_id IS NULL
                          AND NOT EXISTS (
                              SELECT FROM loyalty_club_rfm_tmp_left_out left_out
                               WHERE left_out.partner_id = now.partner_id))
                """,
                id=self._id(rules, SQL("left_out.partner_id")),
                definition=rules.definition_id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _unchanged(self, last):
        return {
            "customers": last.customers,
            "buyers": last.buyers,
            "revenue": last.revenue,
            "cuts": last.cuts,
            "mode": last.mode,
            "changed": 0,
            "moved": 0,
            "differences": 0,
        }

    # ----------------------------------------------------------------------- tables

    def _id(self, rules, partner):
        """A row's id: unique among the current ones, and made of its two keys."""
        return SQL("(%s::bigint << 32 | %s)", rules.definition_id, partner)

    def _has_rows(self, rules):
        self.env.cr.execute(
            SQL(
                "SELECT EXISTS (SELECT FROM loyalty_club_rfm_score_now "
                "WHERE id >= %s AND id < %s)",
                rules.definition_id << 32,
                (rules.definition_id + 1) << 32,
            )
        )
        return self.env.cr.fetchone()[0]

    def _temporary(self, name, columns=None):
        """Begin with an empty table; a transaction may hold several runs."""
        table = SQL.identifier(f"loyalty_club_rfm_tmp_{name}")
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        if columns:
            self.env.cr.execute(
                SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", table, columns)
            )

    def _ensure_month(self, day):
        """Make the partition for the rows that end in the month of ``day``.

        Attached rather than created in place: that doesn't lock out who reads.
        """
        first = period_start(day, "month", "gregorian")
        name = f"loyalty_club_rfm_score_{first:%Y%m}"
        self.env.cr.execute("SELECT to_regclass(%s)", [name])
        if self.env.cr.fetchone()[0]:
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

    def _forget_before(self, day):
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
