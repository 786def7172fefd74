from odoo.tools import SQL

from .columns import CUTS
from .counting import Counting
from .scoring import Scoring
from .touched import Touched
from .writing import Writing


class Snapshot(Touched, Counting, Scoring, Writing):
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

    def __init__(self, env):
        self.env = env

    def take(self, rules, last, full, report):
        """Write the snapshot of ``rules.day``.

        :param rules: :class:`~.rules.Rules`
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
        self.temporary("cuts", CUTS)
        with self.in_order_of_the_index():
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

    def row_id(self, rules, partner):
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

    def temporary(self, name, columns=None):
        """Begin with an empty table; a transaction may hold several runs."""
        table = SQL.identifier(f"loyalty_club_rfm_tmp_{name}")
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        if columns:
            self.env.cr.execute(
                SQL("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", table, columns)
            )
