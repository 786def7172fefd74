from collections import Counter
from dataclasses import replace

from odoo import models

from ...engine.periods import period_start


class LoyaltyClubPurchase(models.Model):
    """What purchases would have earned by other rules; nothing is written."""

    # A part of the model: what other rules would give.
    _inherit = "loyalty.club.purchase"  # pylint: disable=consider-merging-classes-inherited

    def _supposed(self, rules):
        """What each of these sales of one club would earn by these rules, in units.

        The engine computes it from the facts that were kept, each sale as a whole and
        for a member of today's tier. Limits are counted anew over these sales, in their
        order. A combo's parts stand for themselves: that they were one isn't kept.

        A number of statements that depends on the rules, and not on the sales.

        :param rules: rules of the club's points, or drafts of such, as superuser
        :return: dict of purchase to points
        """
        if not self:
            return {}
        club = self.club_id
        program_sudo = club._program("points").sudo()  # as when they are recorded
        facts = {
            sale: [line._supposed_facts() for line in sale.line_ids] for sale in self
        }
        engine_rules = {
            rule.id: rule
            for rule in rules._club_engine_rules(
                [line for lines in facts.values() for line in lines],
                self._unearning_products(club),
                {},
            )
        }
        used, points = Counter(), {}
        for sale in self.sorted(lambda sale: (sale.date, sale.id)):
            day = sale.day
            if club.late_counts == "told":
                day = max(day, sale.told_day or day)
            month = period_start(day, "month", club.calendar)
            tier = sale.member_id.tier_id
            spans = [
                (sale.member_id.id, span, day if span == "day" else month)
                for span in ("day", "month")
            ]
            in_force = self._rules_in_force(program_sudo, rules, sale.day, tier)
            by_day, by_month = spans
            award = self._engine_award(
                club,
                tier,
                facts[sale],
                [
                    replace(
                        engine_rules[rule._origin.id or 0],
                        used_day=used[rule._origin.id or 0, by_day],
                        used_month=used[rule._origin.id or 0, by_month],
                    )
                    for rule in in_force
                    if (rule._origin.id or 0) in engine_rules
                ],
            )
            for item in award.trace:
                for span in spans:
                    used[item.rule_id, span] += item.points
            points[sale] = award.points
        return points
