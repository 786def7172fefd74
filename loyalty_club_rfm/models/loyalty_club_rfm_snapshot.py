from contextlib import contextmanager
from datetime import timedelta
from math import floor

from odoo import models
from odoo.tools import SQL

from odoo.addons.loyalty_club.engine.periods import add_months, period_start

from ..engine import scoring
from ..rules import AVERAGES, EPOCH

ROW = SQL(
    "definition_id, partner_id, since, last_day, first_day, frequency, net, "
    "r, f, m, segment_id"
)
STATE = SQL("last_day, first_day, frequency, net")
CUTS = SQL(
    "customers integer, buyers integer, revenue numeric, by_fifths boolean, "
    "r date[], f integer[], m numeric[]"
)
CHANGED = SQL(
    "partner_id integer, last_day date, first_day date, frequency integer, "
    "net numeric, r smallint, f smallint, m smallint, segment_id integer, "
    "old_segment_id integer, was boolean, now_is boolean, recounted boolean"
)
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
        report(10, self.env._("Counting purchases and scoring customers"))
        first = not self._has_rows(rules)
        self._temporary("cuts", CUTS)
        with self._in_order_of_the_index():
            if first:
                with self._index_afterwards():
                    changed = self._write_first(rules)
            else:
                self._collect_changes(rules, full)
        if not first:
            report(70, self.env._("Writing what changed"))
            changed = self._write_changes(rules, full, last)
        report(90, self.env._("Adding up segments"))
        return changed | self._read_cuts()

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

    def _is_left_out(self, rules, partner):
        """Whether a customer has no segment: left out, or no member of the club."""
        left_out = SQL(
            "%s IN (SELECT partner_id FROM loyalty_club_rfm_tmp_left_out)", partner
        )
        if not rules.only_members:
            return left_out
        return SQL(
            "(%s OR %s NOT IN (SELECT member.partner_id "
            "FROM loyalty_club_member member WHERE member.club_id = ANY(%s) AND %s))",
            left_out,
            partner,
            list(rules.club_ids),
            MEMBER,
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
        companies_sudo = (
            self.env["res.company"].sudo().search([("active", "in", (True, False))])
        )
        return {
            *users_sudo.partner_id.ids,
            *public_sudo.partner_id.ids,
            *companies_sudo.partner_id.ids,
        }

    # ------------------------------------------------------------ counting purchases

    @contextmanager
    def _in_order_of_the_index(self):
        """Have the purchases read in the order of the covering index.

        A million groups in a hash table are half a gigabyte of random memory; in the
        order of the index they come one after the other, in a quarter of the time. What
        was counted is read several times, and should be in memory while it is.
        """
        self.env.cr.execute(
            "SET LOCAL enable_hashagg = off; SET LOCAL jit = off; "
            "SET LOCAL work_mem = '64MB'"
        )
        yield
        self.env.cr.execute(
            "SET LOCAL enable_hashagg TO DEFAULT; SET LOCAL jit TO DEFAULT; "
            "SET LOCAL work_mem TO DEFAULT"
        )

    def _fresh(self, rules, full):
        """SELECT what all customers, or the touched ones, have bought: also nothing."""
        if not rules.club_ids:
            return SQL(
                "fresh AS MATERIALIZED "
                "(SELECT counted.*, %s AS left_out FROM (%s) counted)",
                self._is_left_out(rules, SQL("partner_id")),
                self._counted(rules, full),
            )
        touched = SQL("(SELECT partner_id FROM loyalty_club_rfm_tmp_touched)")
        return SQL(
            """
            counted AS MATERIALIZED (%(counted)s),
            members AS (
                SELECT DISTINCT member.partner_id,
                       NULL::date, NULL::date, 0, 0::numeric
                  FROM loyalty_club_member member
                 WHERE member.club_id = ANY(%(clubs)s) AND %(member)s %(only)s
                   AND NOT EXISTS (SELECT FROM counted
                                    WHERE counted.partner_id = member.partner_id)),
            fresh AS MATERIALIZED (
                SELECT everybody.*, %(left_out)s AS left_out
                  FROM (TABLE counted UNION ALL TABLE members) everybody)
            """,
            counted=self._counted(rules, full),
            left_out=self._is_left_out(rules, SQL("partner_id")),
            clubs=list(rules.club_ids),
            member=MEMBER,
            only=SQL() if full else SQL("AND member.partner_id IN %s", touched),
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
                   (count(%(counted)s) FILTER (WHERE %(counts)s))::int AS frequency,
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

    def _cuts(self, rules, state):
        """SELECT the cut points of all customers in ``state``, and their sums.

        By fifths, or by thresholds where there are too few customers. A fifth ends at
        a value that occurs, and equal values never come to lie on both sides of it.
        """
        parameters = rules.parameters
        r, f, m = (
            scoring.parse_thresholds(parameters[name] or "")
            for name in ("r_thresholds", "f_thresholds", "m_thresholds")
        )
        return SQL(
            """
            SELECT customers, buyers, revenue, by_fifths,
                   CASE WHEN by_fifths THEN r ELSE %(r)s END AS r,
                   CASE WHEN by_fifths THEN f ELSE %(f)s END AS f,
                   CASE WHEN by_fifths THEN m ELSE %(m)s END AS m
              FROM (SELECT count(*) AS customers, count(last_day) AS buyers,
                           coalesce(sum(net), 0) AS revenue,
                           sum(frequency) AS purchases,
                           sum(net) FILTER (WHERE frequency > 0) AS spent,
                           %(quantile)s AND count(last_day) >= %(least)s AS by_fifths,
                           %(fifths)s (ORDER BY last_day) AS r,
                           %(fifths)s (ORDER BY nullif(frequency, 0)) AS f,
                           %(fifths)s (ORDER BY CASE WHEN frequency > 0
                                                     THEN %(money)s END) AS m
                      FROM %(state)s state WHERE NOT left_out) sums
            """,
            r=SQL("%s::date[]", list(scoring.recency_cuts(rules.day, r))),
            # Frequency is whole: 2 passes a threshold of 1.5 as it does one of 1.
            f=SQL("%s::integer[]", [floor(threshold) for threshold in f]),
            m=SQL("%s::numeric[]", list(m)) if m else self._m_by_average(rules, f),
            quantile=parameters["cut_mode"] == "quantile",
            least=max(parameters["min_customers"], 1),
            fifths=SQL("percentile_disc(ARRAY[.2, .4, .6, .8]) WITHIN GROUP"),
            money=rules.money,
            state=state,
        )

    def _m_by_average(self, rules, purchases):
        """Thresholds of money in average purchases, so that no currency matters."""
        return SQL(
            "ARRAY(SELECT times * coalesce(spent / purchases, 0) "
            "FROM unnest(%s::numeric[]) AS times ORDER BY times)",
            list(AVERAGES if rules.by_average else purchases),
        )

    def _read_cuts(self):
        """The cut points that were stored on the way, as values for the run."""
        # As text: Odoo reads numeric as float, and cut points must be what was found.
        self.env.cr.execute(
            "SELECT customers, buyers, revenue, by_fifths, r::text[], f::text[], "
            "m::text[] FROM loyalty_club_rfm_tmp_cuts"
        )
        customers, buyers, revenue, by_fifths, r, f, m = self.env.cr.fetchone()
        return {
            "customers": customers,
            "buyers": buyers,
            "revenue": revenue,
            "mode": "quantile" if by_fifths else "fixed",
            "cuts": {"r": r, "f": f, "m": m},
        }

    # --------------------------------------------------------------------- scoring

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
                id=self._id(rules, SQL("partner_id")),
                definition=rules.definition_id,
                day=rules.day,
                state=STATE,
                scored=self._scored(rules, SQL("fresh")),
                **{"with": self._with(rules, True, SQL("fresh"))},
            )
        )
        return {"changed": self.env.cr.rowcount, "moved": 0, "differences": 0}

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
        self._temporary("changed", CHANGED)
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

    # --------------------------------------------------------------------- writing

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
                 WHERE now_is
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
        if last and last.day == rules.day:
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM loyalty_club_rfm_move
                     WHERE definition_id = %s AND day = %s AND partner_id IN (
                           SELECT partner_id FROM loyalty_club_rfm_tmp_changed)
                    """,
                    rules.definition_id,
                    rules.day,
                )
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_move
                       (definition_id, company_id, partner_id, day, reason,
                        from_segment_id, to_segment_id)
                SELECT %s, %s, partner_id, %s, %s, old_segment_id, segment_id
                  FROM loyalty_club_rfm_tmp_changed
                 WHERE segment_id IS DISTINCT FROM old_segment_id
                """,
                rules.definition_id,
                rules.company_id,
                rules.day,
                "purchases" if last else "rules",
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
        self.env.cr.execute("SELECT EXISTS (SELECT FROM loyalty_club_rfm_tmp_touched)")
        if self.env.cr.fetchone()[0]:
            return False
        self.env.cr.execute(
            SQL(
                "SELECT NOT EXISTS (SELECT FROM loyalty_club_rfm_score_now "
                "WHERE definition_id = %s AND %s != (segment_id IS NULL))",
                rules.definition_id,
                self._is_left_out(rules, SQL("partner_id")),
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
