import logging
from datetime import timedelta

from psycopg2 import InterfaceError, OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.service.model import retrying
from odoo.tools import SQL

from ...exceptions import ClubError
from ...rights import raised

_logger = logging.getLogger(__name__)

# An event that fails is tried again after 1, 2, 4, … minutes: for about 17 hours.
ATTEMPTS = 10
# What is no fault of an event: the database wants the same once more, or is gone.
AGAIN = (OperationalError, InterfaceError, ConcurrencyError)


class LoyaltyClubEvent(models.Model):
    """Handing events over: each exactly once to each consumer.

    What a consumer writes, and that its events are gone, is one transaction: a job that
    is killed in between has done neither. Two jobs at once take different rows.
    """

    _inherit = "loyalty.club.event"

    @api.model
    def _cron_hand_over(self):
        """Hand what waits to all consumers that have no job of their own."""
        for name, consumer in self._consumers().items():
            if consumer.cron == "loyalty_club.cron_events":
                self._consume(name)

    @api.model
    def _consume(self, name):
        """Hand over all that waits for a consumer: the job of a slow one calls this.

        Each batch is committed. When the time of the job is over, the rest is left to
        its next run.
        """
        cron = self.env["ir.cron"]
        done = True
        while done:
            done = retrying(lambda: self._consume_batch(name), self.env)
            more = done == self._consumers()[name].batch
            if done and not cron._commit_progress(done, remaining=int(more)):
                break

    @api.model
    def _consume_batch(self, name):
        """Hand the next events over to a consumer, in the caller's transaction.

        :return: number of events that were taken: those that failed are put off
        """
        consumer = self._consumers()[name]
        events = self._claim(name, consumer.batch)
        handled = self._hand_over(consumer, events)
        if handled:
            self.env.cr.execute(
                SQL("DELETE FROM loyalty_club_event WHERE id = ANY(%s)", handled.ids)
            )
            handled.invalidate_recordset(flush=False)
        return len(events)

    def _claim(self, name, limit):
        """The next events of a consumer that no other job has taken, in their order."""
        self.flush_model(["failed", "due"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM loyalty_club_event
                 WHERE consumer = %s AND NOT failed AND (due IS NULL OR due <= %s)
                 ORDER BY id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                name,
                fields.Datetime.now(),
                limit,
            )
        )
        return self.browse(row[0] for row in rows)

    def _hand_over(self, consumer, events):
        """Hand events over; where some fail, find out which, and put those off.

        :return: the events that were handled
        """
        if not events:
            return events
        handle = getattr(self.env[consumer.model], consumer.method)
        try:
            with self.env.cr.savepoint():
                handle(events)
            return events
        except AGAIN:
            raise
        except Exception as error:
            if len(events) == 1:
                events._put_off(error)
                return events.browse()
        middle = len(events) // 2
        first = self._hand_over(consumer, events[:middle])
        return first | self._hand_over(consumer, events[middle:])

    def _put_off(self, error):
        """Note that an event failed, and when it is tried again."""
        self.ensure_one()
        attempts = self.attempts + 1
        due = fields.Datetime.now() + timedelta(minutes=2 ** (attempts - 1))
        failed = attempts >= ATTEMPTS
        self.write(
            {
                "attempts": attempts,
                "failed": failed,
                "due": False if failed else due,
                "error": self._name_of(error),
            }
        )
        _logger.warning(
            "Event %s (%s) failed at its consumer %s, attempt %s",
            self.id,
            self.kind,
            self.consumer,
            attempts,
            exc_info=error,
        )
        if not failed:
            self._wake([self.consumer], due)

    @staticmethod
    def _name_of(error):
        code = error.code if isinstance(error, ClubError) else None
        return code or type(error).__name__

    # ------------------------------------------------------------------ people

    def action_retry(self):
        """Hand events over once more, from the first attempt."""
        self._check_manager()
        events_sudo = raised(self)  # managers only, checked above
        events_sudo.write({"attempts": 0, "failed": False, "due": False})
        events_sudo._wake(set(events_sudo.mapped("consumer")))
        return True

    def action_drop(self):
        """Give events up: their consumer never hears of them."""
        self._check_manager()
        for event in self:
            _logger.info(
                "Event %s (%s, fact %s) for %s was dropped by user %s",
                event.id,
                event.kind,
                event.res_id,
                event.consumer,
                self.env.uid,
            )
        raised(self).unlink()  # managers only, checked above
        return True

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(
                self.env._("Only a manager of the club decides about events.")
            )

    @api.autovacuum
    def _gc_forsaken(self):
        """Forget what waits for consumers that are no longer installed."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM loyalty_club_event WHERE consumer <> ALL(%s)",
                list(self._consumers()) or [""],
            )
        )
