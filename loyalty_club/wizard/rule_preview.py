from collections import Counter
from datetime import timedelta
from fractions import Fraction

from odoo import Command, api, fields, models

from ..amounts import AMOUNT
from ..engine.amounts import to_units
from ..ledger import to_column
from ..rights import raised

# The purchases that are computed anew: at most so many, and no older than this.
MOST = 500
DAYS = 90
# So many members who would gain most, and as many who would lose most.
SHOWN = 10


class LoyaltyClubRulePreview(models.TransientModel):
    """What the newest purchases would have earned by a rule that isn't saved yet.

    The engine that really earns computes them twice, by the rules of now and with the
    draft in its place. What was earned stays: rules are for purchases to come.
    """

    _name = "loyalty.club.rule.preview"
    _description = "Preview of an Earning Rule"
    _inherit = ["loyalty.club.preview"]

    before = fields.Char("Until now", readonly=True)
    after = fields.Char("From now on", readonly=True)
    scope = fields.Char("Counted", readonly=True)
    purchase_count = fields.Integer("Purchases", readonly=True)
    touched_count = fields.Integer("Purchases touched", readonly=True)
    member_count = fields.Integer("Members touched", readonly=True)
    total = fields.Monetary("Sold for", readonly=True)
    old_points = fields.Float("Points until now", readonly=True, **AMOUNT)
    new_points = fields.Float("Points by the change", readonly=True, **AMOUNT)
    old_share = fields.Float(
        "Given back until now",
        readonly=True,
        digits=(16, 4),
        help="What the points are worth, as a part of what was sold.",
    )
    new_share = fields.Float("Given back by the change", readonly=True, digits=(16, 4))
    member_ids = fields.One2many(
        "loyalty.club.rule.preview.member", "preview_id", readonly=True
    )

    @api.model
    def preview(self, club_id, record_id, changes):
        """Open the dialog about a rule and what its form isn't saved with.

        :param record_id: the rule; 0 for one that is new
        :param changes: dict of field to value, as the form has them
        :return: action
        """
        club = self._check_may(club_id)
        rule, draft, rules = self._rules(club, record_id, changes)
        # Purchases of all branches are counted, whichever the manager works in.
        dialog = raised(self)._made(raised(club), rule, draft, rules)
        return dialog._opened(self.env._("What would this change?"))

    def _made(self, club, rule, draft, rules):
        sales = self._sales(club)
        present = club._program("points").rule_ids
        old, new = sales._supposed(present), sales._supposed(rules)
        gains = Counter()
        for sale in sales:
            gains[sale.member_id.id] += new[sale] - old[sale]
        totals = {
            member: (self._sum(sales, old, member), self._sum(sales, new, member))
            for member in self._shown(gains)
        }
        old_points, new_points = sum(old.values()), sum(new.values())
        return self.create(
            {
                "club_id": club.id,
                "before": rule.club_sentence or self.env._("Nothing: the rule is new"),
                "after": draft.club_sentence,
                "scope": self._scope(sales),
                "purchase_count": len(sales),
                "touched_count": sum(old[sale] != new[sale] for sale in sales),
                "member_count": sum(gain != 0 for gain in gains.values()),
                "total": to_column(self._sold(club, sales), club._digits("wallet")),
                "old_points": old_points,
                "new_points": new_points,
                "old_share": self._share(club, sales, old_points),
                "new_share": self._share(club, sales, new_points),
                "member_ids": [
                    Command.create(
                        {
                            "member_id": member_id,
                            "old_points": before,
                            "new_points": after,
                            "difference": after - before,
                        }
                    )
                    for member_id, (before, after) in totals.items()
                ],
            }
        )

    def _sales(self, club):
        """The newest sales of a club that weren't returned whole."""
        first_day = club._today() - timedelta(days=DAYS)
        return self.env["loyalty.club.purchase"].search(
            [
                ("club_id", "=", club.id),
                ("kind", "=", "sale"),
                ("returned", "!=", "all"),
                ("day", ">=", first_day),
            ],
            order="id DESC",
            limit=MOST,
        )

    def _scope(self, sales):
        if len(sales) == MOST:
            return self.env._(
                "The newest %(count)s purchases of the last %(days)s days",
                count=f"{MOST:,}",
                days=DAYS,
            )
        return self.env._(
            "All %(count)s purchases of the last %(days)s days",
            count=f"{len(sales):,}",
            days=DAYS,
        )

    @staticmethod
    def _shown(gains):
        """Who would gain most and lose most: ids of members, by what they gain."""
        ranked = gains.most_common()
        up = [member_id for member_id, gain in ranked if gain > 0]
        down = [member_id for member_id, gain in ranked if gain < 0]
        return up[:SHOWN] + down[-SHOWN:]

    @staticmethod
    def _sum(sales, points, member_id):
        return sum(points[sale] for sale in sales if sale.member_id.id == member_id)

    @staticmethod
    def _sold(club, sales):
        """What these sales came to, in units of the club's money."""
        money = club._digits("wallet")
        return sum(to_units(line.total, money) for line in sales.line_ids)

    def _share(self, club, sales, points):
        """The part of what was sold that comes back in points."""
        sold = Fraction(to_column(self._sold(club, sales), club._digits("wallet")))
        worth = club._program("points")._club_point_worth()
        return float(points * worth / sold) if sold > 0 else 0.0


class LoyaltyClubRulePreviewMember(models.TransientModel):
    """One of those who would gain or lose most by a changed rule."""

    _name = "loyalty.club.rule.preview.member"
    _description = "Member Touched by an Earning Rule"
    _order = "difference DESC, id"
    _rec_name = "member_id"

    preview_id = fields.Many2one(
        "loyalty.club.rule.preview", required=True, index=True, ondelete="cascade"
    )
    member_id = fields.Many2one("loyalty.club.member", ondelete="cascade")
    old_points = fields.Float("Now", **AMOUNT)
    new_points = fields.Float("Then", **AMOUNT)
    difference = fields.Float(**AMOUNT)
