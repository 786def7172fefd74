from odoo import api, fields, models
from odoo.tools import SQL

KEPT = "1 day"


class LoyaltyClubTillBasket(models.Model):
    """What puts the calls about one order's holds in a line, one after the other.

    A till whose network fails calls again, and what it had sent before may arrive much
    later. Whoever holds, releases or pays for an order writes its row here first: of
    two at the same time PostgreSQL refuses one, Odoo runs it again, and then it sees
    what the other has done. The number of calls is what a till has seen: a call that
    knows of fewer is late (``loyalty.club.till.hold``).
    """

    _name = "loyalty.club.till.basket"
    _description = "Basket at a Till"
    _log_access = False

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="cascade")
    reference = fields.Char(required=True)
    calls = fields.Integer(required=True)
    called_at = fields.Datetime(required=True, index=True)

    _reference_uniq = models.UniqueIndex("(club_id, reference)")

    @api.model
    def _next(self, club, reference):
        """Take the next place in the line, before anything of the basket is read.

        :return: how many calls there were before
        """
        [(calls,)] = self.env.execute_query(
            SQL(
                """
                INSERT INTO loyalty_club_till_basket AS basket
                       (club_id, reference, calls, called_at)
                VALUES (%s, %s, 1, %s)
                    ON CONFLICT (club_id, reference) DO UPDATE
                   SET calls = basket.calls + 1, called_at = EXCLUDED.called_at
                RETURNING calls
                """,
                club.id,
                reference,
                self.env.cr.now(),
            )
        )
        return calls - 1

    @api.autovacuum
    def _gc_baskets(self):
        """Forget baskets of which nothing can be on its way any more."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM loyalty_club_till_basket"
                " WHERE called_at < now() AT TIME ZONE 'UTC' - %s::interval",
                KEPT,
            )
        )
