import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.loyalty_club import clock
from odoo.addons.loyalty_club.engine.periods import add_months

from ...snapshot import Snapshot
from ...snapshot.rules import LOCK

_logger = logging.getLogger(__name__)

FULL_EVERY = timedelta(days=7)
# Nights begin late, so that what tills send after midnight is in.
NIGHT = 2


class LoyaltyClubRfmDefinition(models.Model):
    """From a definition to its dated snapshots."""

    # A part of the model's package: its nights.
    _inherit = "loyalty.club.rfm.definition"  # pylint: disable=consider-merging-classes-inherited

    # ---------------------------------------------------------------------- one run

    def _run(self, day=None, full=False, visible=False):
        """Make the snapshot of a day.

        :param day: purchases before this local day are counted; today when left out
        :param full: count all customers again, as the weekly check does
        :param visible: commit the beginning, and let others see how far it is
        :return: the run. A failed one raises, and leaves the snapshot before as it was
        """
        self.ensure_one()
        self._lock()
        run = self._begin(day or self._today(), full)
        if visible:
            # Others are to see that it has begun.
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self._lock()
        started = time.monotonic()
        # What follows is SQL.
        self.env.flush_all()
        values = Snapshot(self.env).take(
            run._rules(),
            self._last_of_version(run.version_id),
            run.kind == "full",
            lambda percent, name: run._report(
                percent, name, time.monotonic() - started, visible
            ),
        )
        self._finish(run, values)
        if run.kind == "full":
            self._on_full_run(run)
        run.write({"state": "done", "seconds": time.monotonic() - started})
        # Whoever reads customers now reads them of this run.
        self.env.flush_all()
        self._on_run(run)
        return run

    def _lock(self):
        """One run at a time in a company; the lock goes with the transaction."""
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, self.company_id.id]
        )
        if not self.env.cr.fetchone()[0]:
            raise UserError(
                self.env._("The segments of this company are being worked out already.")
            )

    def _begin(self, day, full):
        last = self.last_run_id
        if last and day < last.day:
            raise UserError(
                self.env._(
                    "There is a snapshot of %(last)s already; one of %(day)s would "
                    "rewrite the past.",
                    last=last.day,
                    day=day,
                )
            )
        version = self._version()
        if not version.cells:
            raise UserError(self.map_id.problem)
        self._interrupt()
        # Before the long part: another company's night would wait for its end.
        self.env["loyalty.club.rfm.move"]._epoch()
        same = self._last_of_version(version)
        full = full or not same or self.customer_by == "company"
        return self.env["loyalty.club.rfm.run"].create(
            {
                "definition_id": self.id,
                "company_id": self.company_id.id,
                "version_id": version.id,
                "day": day,
                "window_from": self._window_from(day),
                "kind": "full" if full else "nightly",
                "started_at": fields.Datetime.now(),
            }
        )

    def _interrupt(self):
        """Close runs whose process died: we hold the lock, so that none goes on."""
        self.run_ids.search(
            [("definition_id", "=", self.id), ("state", "=", "running")]
        ).write({"state": "failed", "message": self.env._("The server was stopped.")})

    def _last_of_version(self, version):
        """The run whose state a nightly one can go on from; empty if there is none."""
        last = self.last_run_id
        return last if last.version_id == version else last.browse()

    def _finish(self, run, values):
        run.write(values)
        run._write_cells(same=None if values["changed"] else self.last_run_id)
        self.write({"last_run_id": run.id, "run_asked": False})

    def _on_run(self, run):
        """Called after each run, in its transaction; for other addons to extend.

        Who need not be a part of it reads ``_moves_since`` of
        ``loyalty.club.rfm.move`` afterwards.
        """

    def _on_full_run(self, run):
        """Called in each full run, once all customers are counted: a hook.

        For what other addons work out of all purchases; it belongs to the run, and
        fails with it.

        :param run: ``loyalty.club.rfm.run``, whose snapshot is written
        """

    # --------------------------------------------------------------------- schedule

    @api.model
    def _cron_run(self):
        """Make the snapshots that are due: those asked for, and one for every night."""
        cron = self.env["ir.cron"]
        due = self.search([("active", "=", True)]).filtered(
            lambda definition: definition._is_due()
        )
        cron._commit_progress(remaining=len(due))
        for definition in due:
            definition._run_scheduled()
            if not cron._commit_progress(1):
                break
        self._forget_history()

    @api.model
    def _forget_history(self):
        """Drop the months of snapshots that a system parameter lets go."""
        months = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("loyalty_club_rfm.history_months", 36)
        )
        if months > 0:
            today = clock.now(self.env).date()
            Snapshot(self.env).forget_before(add_months(today, -months, "gregorian"))

    def _is_due(self):
        """Whether somebody asked, or a night has come since the last snapshot.

        After a failure the next night tries again, not the next hour.
        """
        if not self.env["loyalty.club.rfm.gather"]._is_done(self.company_id):
            return False
        tried = self.run_ids.search([("definition_id", "=", self.id)], limit=1)
        late = clock.Clock(clock.now(self.env) - timedelta(hours=NIGHT))
        tonight = self.with_context(loyalty_club_clock=late)._today()
        return self.run_asked or not tried or tried.day < tonight

    def _is_check_due(self):
        """Whether a week has passed since all purchases were counted the last time."""
        last_full = self.run_ids.search(
            [
                ("definition_id", "=", self.id),
                ("kind", "=", "full"),
                ("state", "=", "done"),
            ],
            limit=1,
        )
        return not last_full or self._today() - last_full.day >= FULL_EVERY

    def _run_scheduled(self):
        """A run whose failure is written down, and keeps nobody else waiting."""
        check = not self.run_asked and self._is_check_due()
        try:
            # Before the first snapshot everything has just been read.
            mended = self._check_facts() if check and self.last_run_id else 0
            run = self._run(full=check or self.run_asked, visible=True)
            run.facts_mended = mended
            self.env.cr.commit()  # pylint: disable=invalid-commit
        except Exception as error:
            # Whatever it was: the snapshot before stays; the next night tries again.
            self.env.cr.rollback()
            _logger.exception("RFM run of definition %s failed", self.id)
            self._fail(error)
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _check_facts(self):
        """Read all documents again: what posting them wrote should be all there is."""
        mended = self.env["loyalty.club.rfm.fact"]._check(self.company_id)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return mended

    def _fail(self, error):
        """Write down why; a run that could not even begin is one as well."""
        running = self.run_ids.search(
            [("definition_id", "=", self.id), ("state", "=", "running")]
        ) or self.run_ids.create(
            {
                "definition_id": self.id,
                "company_id": self.company_id.id,
                "day": self._today(),
                "kind": "full",
            }
        )
        running.write({"state": "failed", "message": str(error)[:500]})
        self.run_asked = False

    # ---------------------------------------------------------------------- reading

    def _as_of(self, day):
        """The rows that held on a day: ``SQL`` in brackets, to select from."""
        self.ensure_one()
        return SQL(
            "(SELECT * FROM loyalty_club_rfm_score WHERE definition_id = %s "
            "AND since <= %s AND until > %s AND segment_id IS NOT NULL)",
            self.id,
            day,
            day,
        )

    def _movement(self, before, after):
        """How many customers went from which segment to which, between two days.

        :return: ``[{"from": id or None, "to": id or None, "customers": int,
            "revenue": Decimal}]``, the largest first; None stands for customers who
            weren't there yet, or no longer are. ``revenue`` is of the later snapshot.
        """
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                SELECT old.segment_id AS "from", new.segment_id AS "to",
                       count(*) AS customers, coalesce(sum(new.net), 0) AS revenue
                  FROM %s old FULL JOIN %s new ON new.partner_id = old.partner_id
                 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
                """,
                self._as_of(before),
                self._as_of(after),
            )
        )
        return self.env.cr.dictfetchall()
