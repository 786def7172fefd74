from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...bonuses import BIRTHDAY, Due
from ...engine.periods import birth_marks, next_birthday, year_of

BATCH = 1000
# Birthdays of days on which the job didn't run are made good up to so many days later.
BIRTHDAYS_LATE = timedelta(days=60)


class LoyaltyClub(models.Model):
    """What time does to all members: in batches that can stop anywhere.

    Each batch is committed with its progress, and finds its own work in the data: a
    job that was killed goes on where it was, and does nothing twice.
    """

    # A part of the model: the nights.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    # Where today's evaluation of all members has got to.
    requalify_day = fields.Date(readonly=True, copy=False)
    requalify_last_id = fields.Integer(readonly=True, copy=False)
    # The last day whose birthdays were all given, and the one that is being given.
    birthday_day = fields.Date(readonly=True, copy=False)
    birthday_until = fields.Date(readonly=True, copy=False)

    @api.model
    def _cron_release(self):
        """Let points be spent whose waiting is over."""
        self._run_batches("_release_due")

    @api.model
    def _cron_expire(self):
        """Close forgotten holds, then write off what has expired."""
        self.env["loyalty.club.ledger"]._time_out_holds()
        self._run_batches("_expire_due")

    @api.model
    def _cron_requalify(self):
        """Evaluate every member's tier: the period has moved on since yesterday."""
        self._run_batches("_requalify_due")

    @api.model
    def _cron_birthday(self):
        """Give birthday bonuses: today's, and those of days that were missed."""
        self._run_batches("_birthday_due")

    @api.model
    def _cron_check(self):
        """Prove that balances, lots and entries agree."""
        cron = self.env["ir.cron"]
        clubs = self.search([("active", "=", True)])
        cron._commit_progress(remaining=len(clubs))
        for club in clubs:
            self.env["loyalty.club.ledger"]._check_club(club)
            if not cron._commit_progress(1):
                break

    def _run_batches(self, step):
        """Run ``step(after_id, limit) -> (done, last id)`` for every club to its end.

        When the time of the cron is over, the rest is left to its next run.
        """
        cron = self.env["ir.cron"]
        ledger = self.env["loyalty.club.ledger"]
        for club in self.search([("active", "=", True)]):
            last_id = 0
            while last_id is not None:
                if hasattr(ledger, step):
                    done, last_id = getattr(ledger, step)(club, last_id, BATCH)
                else:
                    done, last_id = getattr(club, step)(last_id, BATCH)
                if not cron._commit_progress(
                    done, remaining=0 if last_id is None else 1
                ):
                    return

    def _requalify_due(self, after_id, limit):
        """One batch of today's evaluation, which may have begun in an earlier run."""
        self.ensure_one()
        today = self._today()
        # Where midnight comes in between, the new day begins with the first member.
        after_id = 0
        if self.requalify_day == today:
            after_id = self.requalify_last_id
        done, last_id = self.env["loyalty.club.member"]._requalify_batch(
            self, after_id, limit
        )
        self.write({"requalify_day": today, "requalify_last_id": last_id or after_id})
        return done, last_id

    def _birthday_due(self, after_id, limit):
        """Birthday bonuses of one batch of members whose tier has one.

        All days since the last one that was done are taken, at most 60. The key says
        the year of the birthday in the club's calendar: running again gives nothing
        twice.
        """
        self.ensure_one()
        today = self._today()
        if not after_id or not self.birthday_until:
            self.birthday_until = today  # whatever the clock says in later batches
        last = self.birthday_until
        first = last
        if self.birthday_day:
            first = max(self.birthday_day + timedelta(days=1), last - BIRTHDAYS_LATE)
            first = min(first, last)
        ids = self._birthday_candidates(first, last, after_id, limit)
        dues = []
        members = self.env["loyalty.club.member"].browse(ids)
        for member in members:
            born = member.partner_id.birthdate_date
            day = next_birthday(born, first, self.calendar)
            if max(born, member.joined_on) <= day <= last:
                year = year_of(day, self.calendar)
                dues.append(Due(member, year, member.tier_id.birthday_points))
        members._give_bonuses(self, BIRTHDAY, dues, today=last)
        if not ids:
            self.birthday_day = last
        return len(dues), ids[-1] if ids else None

    def _birthday_candidates(self, first, last, after_id, limit):
        """Members born around these days of the year; the calendar then decides.

        :return: their ids, in order
        """
        self.env["res.partner"].flush_model(["birthdate_date"])
        self.env["loyalty.club.member"].flush_model(["tier_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT member.id
                  FROM loyalty_club_member AS member
                  JOIN loyalty_club_tier AS tier ON tier.id = member.tier_id
                  JOIN res_partner AS partner ON partner.id = member.partner_id
                 WHERE member.club_id = %s AND member.id > %s
                   AND member.state = 'active' AND tier.birthday_points > 0
                   AND to_char(partner.birthdate_date, 'MMDD') = ANY(%s)
                 ORDER BY member.id LIMIT %s
                """,
                self.id,
                after_id,
                birth_marks(first, last),
                limit,
            )
        )
        return [row[0] for row in rows]
