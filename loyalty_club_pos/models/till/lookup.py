from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.exceptions import ClubError

# More people than anybody serves, at several tills with one login: a window, and how
# many others may be looked up in it. Who was seen within the longest counts once.
WINDOWS = ((timedelta(minutes=5), 75), (timedelta(hours=1), 500))
LONGEST = max(window for window, _most in WINDOWS)


class LoyaltyClubTillLookup(models.Model):
    """Whom a cashier looked up lately, so that nobody reads a club member by member."""

    _name = "loyalty.club.till.lookup"
    _description = "Look-up at a Till"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    member_id = fields.Many2one(
        "loyalty.club.member", ondelete="cascade", help="Empty: nobody was found."
    )
    looked_at = fields.Datetime(required=True)

    _user_idx = models.Index("(user_id, looked_at)")

    @api.model
    def _count(self, members):
        """Count that the caller looks for these members, or for nobody.

        :raises ClubError: limit_exceeded
        """
        now = fields.Datetime.now()
        counts = SQL(", ").join(
            SQL("count(*) FILTER (WHERE looked_at > %s)", now - window)
            for window, _most in WINDOWS
        )
        [(fresh, *found)] = self.env.execute_query(
            SQL(
                """
                WITH recent AS (
                    SELECT member_id, looked_at FROM loyalty_club_till_lookup
                     WHERE user_id = %(user)s AND looked_at > %(since)s
                ), fresh AS (
                    INSERT INTO loyalty_club_till_lookup
                           (user_id, member_id, looked_at)
                    SELECT %(user)s, asked.member_id, %(now)s
                      FROM unnest(%(members)s::int[]) AS asked (member_id)
                     WHERE NOT EXISTS (
                        SELECT FROM recent WHERE recent.member_id = asked.member_id
                     )
                 RETURNING id
                )
                SELECT (SELECT count(*) FROM fresh), %(counts)s FROM recent
                """,
                user=self.env.uid,
                since=now - LONGEST,
                now=now,
                members=members.ids or [None],
                counts=counts,
            )
        )
        if fresh and any(
            count + fresh > most
            for count, (_window, most) in zip(found, WINDOWS, strict=True)
        ):
            raise ClubError(
                "limit_exceeded",
                self.env._(
                    "Too many members were looked up in a short time: wait some "
                    "minutes."
                ),
            )

    @api.autovacuum
    def _gc_lookups(self):
        self.env.cr.execute(
            SQL(
                "DELETE FROM loyalty_club_till_lookup WHERE looked_at < %s",
                fields.Datetime.now() - LONGEST,
            )
        )
