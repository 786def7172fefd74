import re

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.loyalty_club.exceptions import ClubError

# Which life of which cluster of PostgreSQL this is: the numbers of its transactions
# begin anew where a dump is restored, and go back where a backup or a standby takes
# over, which begins a new timeline. A standby lives the life that it copies.
CLUSTER = SQL(
    """
    CASE WHEN pg_is_in_recovery() THEN cluster
         ELSE (SELECT system_identifier FROM pg_control_system()) || '/'
              || left(pg_walfile_name(pg_current_wal_lsn()), 8)
    END
    """
)
BEGINNING = (0, "0", 0, 0)
_CURSOR = re.compile(r"(\d{1,9})-([0-9a-f]{1,8})-(\d{1,18})-(\d{1,18})", re.ASCII)


class LoyaltyClubRfmMove(models.Model):
    """An event: a customer left one segment and entered another.

    Other addons read them with :meth:`_moves_since`, or extend
    :meth:`_on_run` of the definition. Nobody may keep "the last id that I
    saw": ids are taken before commits, and of two nights that overlap the one that
    took the lower ids may be the later one to commit.
    """

    _name = "loyalty.club.rfm.move"
    _description = "Change of segment"
    _order = "id desc"
    _log_access = False
    # Made in sql/score.sql: five foreign keys would take longer than the rest of a
    # night. A contact's events go with the contact, see native/res_partner.py.
    _auto = False

    definition_id = fields.Many2one("loyalty.club.rfm.definition", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    day = fields.Date(readonly=True)
    reason = fields.Selection(
        [("purchases", "Purchases and time"), ("rules", "A new version of the rules")],
        readonly=True,
    )
    from_segment_id = fields.Many2one("loyalty.club.rfm.segment", "Left", readonly=True)
    to_segment_id = fields.Many2one(
        "loyalty.club.rfm.segment", "Entered", readonly=True
    )
    from_color = fields.Integer("Colour left", related="from_segment_id.color")
    to_color = fields.Integer("Colour entered", related="to_segment_id.color")

    @api.model
    def _moves_since(self, cursor=None, limit=500, domain=()):
        """The next moves that the caller may read, each exactly once.

        Moves come in the order of the transactions that wrote them. Those of a
        transaction wait until all that began before it, anywhere in the cluster, have
        ended: what comes later always has a later place. Whoever keeps the new cursor
        in the transaction in which they act on the moves acts once on each.

        :param cursor: of the answer before; None for the first moves that there are
        :param limit: of moves in one answer
        :param domain: further condition on moves, always the same for one reader
        :return: (moves in their order, cursor); without moves the reader is up to date
        :raises ClubError: invalid_payload; stale_cursor, where the database was
            restored to a state that doesn't know of this cursor: begin without one
        """
        epoch, cluster, xact, last_id = self._position(cursor)
        now, here, clusters = self._epochs()
        if cursor and clusters.get(epoch, "0") != cluster:
            raise ClubError(
                "stale_cursor",
                self.env._("The database was restored since. Read from the beginning."),
            )
        query = self._search(list(domain))
        place = SQL(
            "%s, %s, %s",
            *(SQL.identifier(query.table, name) for name in ("epoch", "xact", "id")),
        )
        query.add_where(
            SQL("(%s) > (%s, %s::xid8, %s)", place, epoch, str(xact), last_id)
        )
        if here:
            # What another life left behind has ended, and can't be compared.
            written = SQL(
                "%s, %s",
                SQL.identifier(query.table, "epoch"),
                SQL.identifier(query.table, "xact"),
            )
            query.add_where(
                SQL(
                    "(%s) < (%s, pg_snapshot_xmin(pg_current_snapshot()))",
                    written,
                    now,
                )
            )
        query.order, query.limit = place, limit
        rows = self.env.execute_query(query.select(place))
        if rows:
            epoch, xact, last_id = rows[-1]
            cluster = clusters.get(epoch, "0")
        moves = self.browse(move_id for _epoch, _xact, move_id in rows)
        return moves, f"{epoch}-{cluster}-{xact}-{last_id}"

    def _position(self, cursor):
        """The parts of a cursor: epoch, name of its cluster, transaction and id."""
        if not cursor:
            return BEGINNING
        match = _CURSOR.fullmatch(cursor)
        if not match:
            raise ClubError("invalid_payload", "after: is no cursor of an answer")
        epoch, cluster, xact, last_id = match.groups()
        return int(epoch), cluster, int(xact), int(last_id)

    @api.model
    def _epochs(self):
        """The lives of the database that moves were written in.

        :return: (number of the last one, whether it still goes on, dict of number to a
            short name of its cluster)
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT id, left(md5(cluster), 8), cluster = %s"
                "  FROM loyalty_club_rfm_epoch ORDER BY id",
                CLUSTER,
            )
        )
        if not rows:
            return 0, True, {}
        number, _name, here = rows[-1]
        return number, here, {epoch: name for epoch, name, _here in rows}

    @api.model
    def _epoch(self):
        """The number of the life in which moves are written now.

        Two nights that both find a new one: the later one fails with a serialization
        error, and is tried again.
        """
        number, here, _names = self._epochs()
        if number and here:
            return number
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_rfm_epoch (id, cluster)
                SELECT %s, %s FROM (SELECT NULL::varchar AS cluster) AS none
                    ON CONFLICT DO NOTHING
                """,
                number + 1,
                CLUSTER,
            )
        )
        return number + 1

    def action_explain(self):
        """Why the customer is where they are now, in sentences."""
        self.ensure_one()
        return self.definition_id._explain_action(self.partner_id)
