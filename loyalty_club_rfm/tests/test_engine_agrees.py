"""The engine says what a score is; SQL works it out for a million. They must agree."""

from decimal import Decimal

from odoo.tests import tagged

from ..engine import scoring
from .test_runs import DAY, RunCase


@tagged("post_install", "-at_install")
class TestEngineAgrees(RunCase):
    def _customers_of(self, run):
        self.env.cr.execute(
            """
            SELECT partner_id, last_day, first_day, frequency, net::text, r, f, m,
                   segment_id
              FROM loyalty_club_rfm_score_now
             WHERE definition_id = %s AND frequency > 0
            """,
            [run.definition_id.id],
        )
        return self.env.cr.fetchall()

    def _by_engine(self, rows, by_fifths):
        """Cut points of recency, frequency and money, as the engine finds them."""
        amounts = [Decimal(row[4]) for row in rows]
        if by_fifths:
            return [
                scoring.cut_points(values)
                for values in (
                    [row[1] for row in rows],
                    [row[3] for row in rows],
                    amounts,
                )
            ]
        r, f = (
            scoring.parse_thresholds(self.definition[name])
            for name in ("r_thresholds", "f_thresholds")
        )
        count = sum(row[3] for row in rows)
        return [
            scoring.recency_cuts(DAY, r),
            f,
            scoring.money_thresholds(f, sum(amounts), count),
        ]

    def test_scores_and_segments(self):
        self._random_facts(11, self._customers(80), 400)
        for mode in ("quantile", "fixed"):
            with self.subTest(mode=mode):
                self.definition.cut_mode = mode
                run = self.definition._run(DAY, full=True)
                rows = self._customers_of(run)
                r_cuts, f_cuts, m_cuts = self._by_engine(rows, mode == "quantile")
                cells = run.version_id.cells
                self.assertGreater(len(rows), 50)
                for row in rows:
                    scores = (
                        scoring.score(row[1], r_cuts),
                        scoring.score(row[3], f_cuts),
                        scoring.score(Decimal(row[4]), m_cuts),
                    )
                    self.assertEqual(row[5:8], scores)
                    self.assertEqual(row[8], cells[scoring.cell(*scores)])

    def test_rhythm_and_weights(self):
        self._random_facts(12, self._customers(60), 400)
        weights = (3, 2, 1)
        names = ("weight_r", "weight_f", "weight_m")
        self.definition.write(dict(zip(names, weights, strict=True)))
        self.definition.overdue_factor = 2
        self.definition._run(DAY, full=True)
        customers = self.env["loyalty.club.rfm.customer"].search(
            [("definition_id", "=", self.definition.id), ("frequency", ">", 0)]
        )
        overdue = set()
        for one in customers:
            days = (one.first_day, one.last_day, one.frequency)
            interval = scoring.interval(*days)
            self.assertAlmostEqual(one.interval, float(interval or 0), 1)
            self.assertEqual(one.overdue, scoring.overdue(*days, DAY, 2, 4))
            scores = (one.r, one.f, one.m)
            self.assertAlmostEqual(
                one.weighted, float(scoring.weighted(scores, weights)), 2
            )
            overdue.add(one.overdue)
        self.assertEqual(overdue, {True, False})
