from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.periods import is_birthday
from ..ledger import Grant, Origin

BATCH = 1000


class LoyaltyClub(models.Model):
    """What time does to all members: in batches that can stop anywhere.

    Each batch is committed with its progress, and finds its own work in the data: a
    job that was killed goes on where it was, and does nothing twice.
    """

    _inherit = "loyalty.club"

    # Where today's evaluation of all members has got to.
    requalify_day = fields.Date(readonly=True, copy=False)
    requalify_last_id = fields.Integer(readonly=True, copy=False)

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
        """Give today's birthday bonuses."""
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
        if self.requalify_day == today:
            after_id = max(after_id, self.requalify_last_id)
        done, last_id = self.env["loyalty.club.member"]._requalify_batch(
            self, after_id, limit
        )
        self.write({"requalify_day": today, "requalify_last_id": last_id or after_id})
        return done, last_id

    def _birthday_due(self, after_id, limit):
        """Birthday bonuses of one batch of members whose tier has one.

        The key says the year of the club's day: running again gives nothing twice.
        """
        self.ensure_one()
        today = self._today()
        ids = self._birthday_candidates(today, after_id, limit)
        wanted = {
            f"birthday:{member.id}:{today.year}": member
            for member in self.env["loyalty.club.member"].browse(ids)
            if is_birthday(member.partner_id.birthdate_date, today, self.calendar)
        }
        self._give_birthday(wanted)
        return len(wanted), ids[-1] if ids else None

    def _birthday_candidates(self, today, after_id, limit):
        """Members born around this day of the year; the calendar then decides.

        A day of the Jalali year falls on Gregorian days at most two apart.
        """
        around = [
            (today + timedelta(days=days)).strftime("%m%d") for days in range(-2, 3)
        ]
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
                around,
                limit,
            )
        )
        return [row[0] for row in rows]

    def _give_birthday(self, wanted):
        entries = self.env["loyalty.club.entry"].search(
            [("club_id", "=", self.id), ("key", "in", list(wanted))]
        )
        given = set(entries.mapped("key"))
        new = {key: member for key, member in wanted.items() if key not in given}
        members = self.env["loyalty.club.member"].union(*new.values())
        ledger = self.env["loyalty.club.ledger"]
        account_of = ledger._accounts(members, "points")
        ledger._grant_many(
            [
                Grant(
                    account_of[member.id],
                    member.tier_id.birthday_points,
                    "bonus",
                    key=key,
                    origin=Origin(reference="Birthday"),
                )
                for key, member in new.items()
            ]
        )
