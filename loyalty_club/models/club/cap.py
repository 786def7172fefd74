from odoo import api, fields, models
from odoo.tools import SQL

from ...amounts import AMOUNT
from ...engine.amounts import to_units
from ...engine.periods import period_start
from ...ledger import SCALE, to_column, units_from_scaled

# Limits by default: so many times the size of the club's money.
TRANSFER, TRANSFER_MONTH = 100, 300


class LoyaltyClubCapUse(models.Model):
    """What one person gave and took by themself on one day, in one club.

    Kept apart from the ledger to be counted and locked in one row: of two calls in the
    same second the later one is refused by the database, run again by Odoo, and then
    sees the first.
    """

    _name = "loyalty.club.cap.use"
    _description = "Given Without a Second Person"
    _order = "day desc, id desc"
    _rec_name = "user_id"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict")
    day = fields.Date(required=True)
    kind = fields.Selection([("points", "Points"), ("money", "Money")], required=True)
    used = fields.Float(required=True, **AMOUNT)

    _day_uniq = models.UniqueIndex("(club_id, user_id, kind, day)")


class LoyaltyClub(models.Model):
    """How much people give without a second person, and members without anybody."""

    # A part of the model: what one person may post alone.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    cap_month_times = fields.Integer(
        "In a month, times the day",
        default=10,
        required=True,
        help="Each limit above is for one person and day; in a month a person posts at "
        "most so many times as much.",
    )
    transfer_max = fields.Integer(default=1000)
    transfer_max_month = fields.Integer(default=3000)
    transfer_max_money = fields.Monetary(
        "Largest transfer of money",
        compute="_compute_transfer_money",
        store=True,
        readonly=False,
        precompute=True,
        help="Of wallet or credit, at once; 0 means no limit.",
    )
    transfer_max_month_money = fields.Monetary(
        "Money in a month",
        compute="_compute_transfer_money",
        store=True,
        readonly=False,
        precompute=True,
        help="Of wallet or credit, each, that a member can give away in one month; "
        "0 means no limit.",
    )

    _cap_times_positive = models.Constraint(
        """CHECK (cap_month_times >= 1 AND COALESCE(transfer_max_money, 0) >= 0
            AND COALESCE(transfer_max_month_money, 0) >= 0)""",
        "Limits of a club can't be negative.",
    )

    @api.depends("currency_id")
    def _compute_transfer_money(self):
        for club in self:
            size = club.currency_id and club._money_size()
            club.transfer_max_money = TRANSFER * size
            club.transfer_max_month_money = TRANSFER_MONTH * size

    waiting_count = fields.Integer(
        "To approve",
        compute="_compute_waiting_count",
        help="Adjustments that wait for a second person.",
    )

    def _compute_waiting_count(self):
        counts = dict(
            self.env["loyalty.club.request"]._read_group(
                [("club_id", "in", self.ids), ("state", "=", "waiting")],
                ["club_id"],
                ["__count"],
            )
        )
        for club in self:
            club.waiting_count = counts.get(club, 0)

    def action_open_waiting(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club.action_request"
        )
        action["domain"] = [("club_id", "=", self.id)]
        return action

    # ------------------------------------------------------------------ counting

    def _cap(self, account):
        """Units that the current user may post on a day without a second person."""
        self.ensure_one()
        role = self.env.user._club_role()
        if not role:
            return 0
        if account == "points":
            return self[f"cap_{role}_points"]
        return to_units(self[f"cap_{role}_money"], self._digits(account))

    def _cap_left(self, account):
        """What of the cap is left to the current user today, in units.

        Adjustments and grants of integrations count together, and so do wallet and
        credit.
        """
        self.ensure_one()
        cap, today = self._cap(account), self._today()
        month = period_start(today, "month", self.calendar)
        ((of_day, of_month),) = self.env.execute_query(
            SQL(
                """
                SELECT round(COALESCE(sum(used) FILTER (WHERE day = %(today)s), 0)
                             * %(scale)s)::bigint,
                       round(COALESCE(sum(used), 0) * %(scale)s)::bigint
                  FROM loyalty_club_cap_use
                 WHERE club_id = %(club)s AND user_id = %(user)s AND kind = %(kind)s
                   AND day >= %(month)s
                """,
                today=today,
                month=month,
                scale=10**SCALE,
                club=self.id,
                user=self.env.uid,
                kind=self._cap_kind(account),
            )
        )
        digits = self._digits(account)
        left = min(
            cap - units_from_scaled(of_day, digits),
            cap * self.cap_month_times - units_from_scaled(of_month, digits),
        )
        return max(left, 0)

    def _cap_take(self, account, units):
        """Count what the current user posts alone; False, when it is too much."""
        self.ensure_one()
        if units > self._cap_left(account):
            return False
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_cap_use AS known
                       (club_id, company_id, user_id, kind, day, used,
                        create_uid, write_uid, create_date, write_date)
                VALUES (%(club)s, %(company)s, %(user)s, %(kind)s, %(day)s, %(used)s,
                        %(user)s, %(user)s, now() AT TIME ZONE 'UTC',
                        now() AT TIME ZONE 'UTC')
                ON CONFLICT (club_id, user_id, kind, day)
                DO UPDATE SET used = known.used + EXCLUDED.used,
                              write_date = EXCLUDED.write_date
                """,
                club=self.id,
                company=self.company_id.id,
                user=self.env.uid,
                kind=self._cap_kind(account),
                day=self._today(),
                used=to_column(units, self._digits(account)),
            )
        )
        self.env["loyalty.club.cap.use"].invalidate_model()
        return True

    @api.model
    def _cap_kind(self, account):
        return "points" if account == "points" else "money"
