from datetime import timedelta
from fractions import Fraction

from odoo import Command, api, fields, models
from odoo.tools import SQL

from ..amounts import AMOUNT
from ..engine.periods import ExpiryPolicy, expiry_date
from ..ledger import SCALE, to_column, units_from_scaled
from ..models.club.policies import TIMES
from ..rights import raised, scalars

# What follows for a part of what members have.
ONCE, EARLIER, LATER = "once", "earlier", "later"
OVER = "over"
NEVER = "infinity"


class LoyaltyClubPolicyPreview(models.TransientModel):
    """What other times of expiry and waiting would do, to whom and to how much.

    What members have keeps its days: a lot's last day is never changed. So the dialog
    says what does end otherwise (by inactivity, which ends accounts and not lots), and
    what would have become of the points of today had the draft been the rule when they
    were earned. Each question is one or two statements, whatever the number of members.
    """

    _name = "loyalty.club.policy.preview"
    _description = "Preview of Expiry and Waiting"
    _inherit = ["loyalty.club.preview"]

    change = fields.Text("What changes", readonly=True)
    kept = fields.Text("What members have", readonly=True)
    line_ids = fields.One2many(
        "loyalty.club.policy.preview.line", "preview_id", readonly=True
    )

    @api.model
    def preview(self, club_id, record_id, changes):
        """Open the dialog about a club and the values that its form isn't saved with.

        :param changes: dict of field to value, as the form has them
        :return: action
        """
        club = self._check_may(club_id)
        draft = self._draft(club, changes)
        # Members of all branches are counted, whichever the manager works in.
        dialog = raised(self)._made(raised(club), draft)
        return dialog._opened(self.env._("What would this change?"))

    def _draft(self, club, changes):
        """The policies of time that the form would save: dict of name to value."""
        if not isinstance(changes, dict):
            self._refuse("changes", self.env._("names and values"))
        draft = {**club._times(), **scalars(club, changes, TIMES)}
        if draft["expiry_mode"] not in club._fields["expiry_mode"].get_values(self.env):
            self._refuse("expiry_mode", self.env._("there is no such expiry"))
        for name in TIMES[1:]:
            draft[name] = self._whole(name, draft[name] or 0)
        club._check_reach(draft)
        return draft

    def _made(self, club, draft):
        changes = club._time_changes_to(draft)
        lines = [
            *self._points_lines(club, draft),
            *self._waiting_lines(club, draft),
            *self._credit_lines(club, draft),
        ]
        return self.create(
            {
                "club_id": club.id,
                "change": "\n".join(changes),
                "kept": "\n".join(self._kept(club, draft)),
                "line_ids": [
                    Command.create({**line, "sequence": number})
                    for number, line in enumerate(lines)
                ],
            }
        )

    def _kept(self, club, draft):
        """What becomes of what members have, in sentences."""
        before, after = club._times(), draft
        mode, new_mode = before["expiry_mode"], after["expiry_mode"]
        moved = (mode, before["expiry_count"]) != (new_mode, after["expiry_count"])
        if moved and new_mode == "inactivity" != mode:
            yield self.env._(
                "Points keep the last day that they have. Beside that, all points of "
                "an account end once it rests for %(count)s months; its clock starts "
                "with its next activity.",
                count=f"{after['expiry_count']:,}",
            )
        elif moved and mode == "inactivity" != new_mode:
            yield self.env._(
                "The clocks of inactivity stop: points that have no last day of their "
                "own never end. The new rule is for what is earned from now on."
            )
        elif moved and mode == "inactivity":
            yield self.env._(
                "Accounts keep the day on which they end until their next activity, "
                "and go by the new number from then on."
            )
        elif moved:
            yield self.env._(
                "Points that members have keep their last day; the new rule is for "
                "what is earned from now on."
            )
        if before["pending_days"] != after["pending_days"]:
            yield self.env._(
                "Points that wait keep the day from which they can be used; the new "
                "number is for purchases from now on."
            )
        if before["credit_expiry_days"] != after["credit_expiry_days"]:
            yield self.env._(
                "Promotional credit that members have keeps its last day; the new "
                "number is for what is given from now on."
            )

    # ------------------------------------------------------------------ expiry

    def _points_lines(self, club, draft):
        """Points by what becomes of them, and by what would have become of them."""
        part = self._part(club, "points")
        yield part.line(self.env._("Points that members have"), *self._open(part))
        policy = ExpiryPolicy(
            draft["expiry_mode"], draft["expiry_count"], club.calendar
        )
        if policy == club._expiry_policy():
            return
        labels = {
            ONCE: self.env._("…that end at once"),
            EARLIER: self.env._("…that end earlier"),
            LATER: self.env._("…that end later, or never"),
        }
        found = self._actual(part, club.expiry_mode, policy.mode)
        for fate, label in labels.items():
            if fate in found:
                yield part.line(label, *found[fate])
        labels = {
            OVER: self.env._("Had it been the rule before: would be over by now"),
            EARLIER: self.env._("Had it been the rule before: would end earlier"),
            LATER: self.env._("Had it been the rule before: would end later, or never"),
        }
        if policy.mode == "inactivity":
            found = self._at_rest(part, policy)
            labels[OVER] = self.env._(
                "Of members without a purchase in the last %(count)s months",
                count=f"{policy.count:,}",
            )
        else:
            clocks = club.expiry_mode == "inactivity"
            found = self._supposed(
                part, lambda day: expiry_date(day, policy), compare=not clocks
            )
        for fate, label in labels.items():
            if fate in found:
                yield part.line(label, *found[fate], supposed=True)

    def _credit_lines(self, club, draft):
        days = draft["credit_expiry_days"]
        if days == club.credit_expiry_days:
            return
        part = self._part(club, "credit")
        yield part.line(self.env._("Credit that members have"), *self._open(part))
        labels = {
            OVER: self.env._("Had it been the rule before: would be over by now"),
            EARLIER: self.env._("Had it been the rule before: would end earlier"),
            LATER: self.env._("Had it been the rule before: would end later, or never"),
        }
        found = self._supposed(
            part, lambda day: day + timedelta(days=days) if days else None
        )
        for fate, label in labels.items():
            if fate in found:
                yield part.line(label, *found[fate], supposed=True)

    def _actual(self, part, mode, new_mode):
        """What does end on another day, where inactivity comes or goes.

        :return: dict of fate to (units, members)
        """
        if (mode == "inactivity") == (new_mode == "inactivity"):
            return {}

        def last_day(own, clock, by):
            days = [day for day in (own, clock if by == "inactivity" else None) if day]
            return min(days, default=None)

        def fate(own, clock):
            before, after = (last_day(own, clock, by) for by in (mode, new_mode))
            if after and after < part.today and not (before and before < part.today):
                return ONCE
            return self._compared(before, after)

        columns = (SQL("lot.expires_on"), SQL("card.club_idle_expires_on"))
        return self._by_fate(part, columns, fate)

    def _supposed(self, part, rule, compare=True):
        """What would have become of lots had another rule held when they began.

        :param rule: from the first day of a lot to its last, or None
        :param compare: whether lots have last days of their own to compare with
        """

        def fate(first, last):
            supposed = first and rule(first)
            if supposed and supposed < part.today:
                return OVER
            return self._compared(last, supposed) if first and compare else None

        columns = (SQL("lot.available_on"), SQL("lot.expires_on"))
        return self._by_fate(part, columns, fate)

    def _at_rest(self, part, policy):
        """Points of members whose last purchase is too long ago."""
        self.env["loyalty.club.member"].flush_model(["last_purchase_at", "joined_on"])

        def fate(bought, joined):
            last = bought or joined
            if last and expiry_date(last, policy) < part.today:
                return OVER
            return None

        bought = SQL(
            "(member.last_purchase_at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date",
            part.club.tz,
        )
        columns = (
            bought,
            SQL("CASE WHEN %s IS NULL THEN member.joined_on END", bought),
        )
        return self._by_fate(part, columns, fate)

    @staticmethod
    def _compared(before, after):
        """Whether a last day (None is never) comes earlier, later, or as it did."""
        if before == after:
            return None
        if after is None or (before and before < after):
            return LATER
        return EARLIER

    # ------------------------------------------------------------------ waiting

    def _waiting_lines(self, club, draft):
        """What waits, and what purchases would make wait by either number."""
        before, after = club.pending_days, draft["pending_days"]
        if before == after:
            return
        part = self._part(club, "points")
        yield part.line(self.env._("Points that wait"), *self._open(part, True))
        self.env["loyalty.club.purchase"].flush_model()
        told = club.late_counts == "told"
        since = SQL("GREATEST(day, told_day)") if told else SQL("day")
        columns, labels = [], {}
        for days in (before, after):
            first = part.today - timedelta(days=days)
            columns.append(
                SQL(
                    """
                    round(COALESCE(sum(points) FILTER (WHERE %(since)s > %(first)s), 0)
                          * %(scale)s)::bigint,
                    count(DISTINCT member_id) FILTER (WHERE %(since)s > %(first)s)
                    """,
                    since=since,
                    first=first,
                    scale=10**SCALE,
                )
            )
            labels[days] = self.env._(
                "Waiting %(count)s days: of recent purchases would wait now",
                count=f"{days:,}",
            )
        [(old, old_members, new, new_members)] = self.env.execute_query(
            SQL(
                """
                SELECT %(columns)s FROM loyalty_club_purchase
                 WHERE club_id = %(club)s AND kind = 'sale' AND returned <> 'all'
                   AND points > 0 AND %(since)s > %(first)s
                """,
                columns=SQL(", ").join(columns),
                club=club.id,
                since=since,
                first=part.today - timedelta(days=max(before, after)),
            )
        )
        found = {before: (old, old_members), after: (new, new_members)}
        for days, (scaled, members) in found.items():
            units = units_from_scaled(scaled, 0)
            yield part.line(labels[days], units, members, supposed=True)

    # ------------------------------------------------------------------ counting

    def _part(self, club, kind):
        for model in ("loyalty.card", "loyalty.club.lot"):
            self.env[model].flush_model()
        program = club._program(kind)
        worth = program._club_point_worth() if kind == "points" else Fraction(1)
        return Part(club, kind, program.id, club._digits(kind), worth, club._today())

    def _open(self, part, pending=None):
        """What members have of a kind, or what waits of it: (units, members)."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT round(COALESCE(sum(lot.remaining), 0) * %s)::bigint,
                       count(DISTINCT lot.card_id)
                %s %s
                """,
                10**SCALE,
                self._lots(part),
                SQL("AND lot.pending") if pending else SQL(),
            )
        )
        [(scaled, members)] = rows
        return units_from_scaled(scaled, part.digits), members

    @staticmethod
    def _lots(part):
        """The lots of a kind that have something left, with account and member."""
        return SQL(
            """
            FROM loyalty_club_lot AS lot
            JOIN loyalty_card AS card ON card.id = lot.card_id
            LEFT JOIN loyalty_club_member AS member ON member.id = card.member_id
           WHERE lot.club_id = %s AND card.program_id = %s AND lot.remaining > 0
            """,
            part.club.id,
            part.program_id,
        )

    def _by_fate(self, part, columns, fate):
        """Lots by a fate that follows from two of their days.

        There are few such days, whatever the number of lots: the engine decides over
        the days, the database counts.

        :param columns: two SQL expressions of dates
        :param fate: from their two values to a fate, or None for lots to leave out
        :return: dict of fate to (units, members)
        """
        one, other = columns
        pairs = self.env.execute_query(
            SQL("SELECT DISTINCT %s, %s %s", one, other, self._lots(part))
        )
        decided = [(a, b, fate(a, b)) for a, b in pairs]
        decided = [(a or NEVER, b or NEVER, f) for a, b, f in decided if f]
        if not decided:
            return {}
        ones, others, fates = (list(values) for values in zip(*decided, strict=True))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT decided.fate, round(sum(own.remaining) * %(scale)s)::bigint,
                       count(DISTINCT own.card_id)
                  FROM (SELECT lot.card_id, lot.remaining,
                               COALESCE(%(one)s, 'infinity') AS one,
                               COALESCE(%(other)s, 'infinity') AS other
                          %(lots)s) AS own
                  JOIN unnest(%(ones)s::date[], %(others)s::date[], %(fates)s::text[])
                       AS decided (one, other, fate)
                    ON decided.one = own.one AND decided.other = own.other
                 GROUP BY decided.fate
                """,
                scale=10**SCALE,
                one=one,
                other=other,
                lots=self._lots(part),
                ones=[str(day) for day in ones],
                others=[str(day) for day in others],
                fates=fates,
            )
        )
        return {
            name: (units_from_scaled(scaled, part.digits), members)
            for name, scaled, members in rows
        }


class Part:
    """Accounts of one kind in a club, and how lines of the dialog count them."""

    def __init__(self, club, kind, program_id, digits, worth, today):
        self.club, self.kind, self.program_id = club, kind, program_id
        self.digits, self.worth, self.today = digits, worth, today

    def line(self, what, units, members, supposed=False):
        """Values of a line: ``worth`` is money, ``points`` are none of credit."""
        amount = Fraction(to_column(units, self.digits))
        return {
            "what": what,
            "account": self.kind,
            "supposed": supposed,
            "member_count": members,
            "points": units if self.kind == "points" else 0,
            "worth": self.club.currency_id.round(float(amount * self.worth)),
        }


class LoyaltyClubPolicyPreviewLine(models.TransientModel):
    """How many members, and how much of theirs, one consequence touches."""

    _name = "loyalty.club.policy.preview.line"
    _description = "Consequence of a Policy"
    _order = "sequence, id"
    _rec_name = "what"

    preview_id = fields.Many2one(
        "loyalty.club.policy.preview", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="preview_id.currency_id")
    sequence = fields.Integer()
    what = fields.Char("Consequence")
    account = fields.Char()
    supposed = fields.Boolean(help="What would have been, and isn't.")
    member_count = fields.Integer("Members")
    points = fields.Float(**AMOUNT)
    worth = fields.Monetary()
