from odoo import models

from odoo.addons.loyalty_club.engine import spending
from odoo.addons.loyalty_club.engine.amounts import decimal


class PosOrder(models.Model):
    """Whether the rewards that were used are what the club allows.

    A till shows only those that are, but may be wrong: an old policy, no network, or
    somebody's own program. The customer has what they got by then, so it is listed.
    """

    # A part of the model's package: rewards that were used.
    _inherit = "pos.order"  # pylint: disable=consider-merging-classes-inherited

    def _club_check_rewards(self, club, member):
        used = self._club_rewards()
        for (card, reward, _code), lines in used.items():
            if message := self._club_wrong_reward(card, reward, lines):
                self._club_except(
                    "reward", club, member, card.club_account, message=message
                )
        if message := self._club_wrong_share(club, used):
            self._club_except("reward", club, member, message=message)

    def _club_wrong_reward(self, card, reward, lines):
        """A sentence that says what is wrong with the use of a reward, or None."""
        if not reward or reward.program_id != card.program_id:
            return self.env._("This was no reward of the account that it was taken of.")
        name = reward.description
        if not reward._club_open_to(card):
            return self.env._(
                "“%(reward)s” is for members of another tier.", reward=name
            )
        if self._club_worth(lines) > self._club_most_worth(reward, lines):
            return self.env._(
                "The till took more off the price than “%(reward)s” gives.", reward=name
            )
        if reward._club_pays_any_amount() and card.club_account == "points":
            cost = sum(lines.mapped("points_cost"))
            policy = card.club_id._spending_policy()
            if not policy.allows(decimal(cost)):
                return self.env._(
                    "%(cost)s points were spent: at least %(least)s, in steps of "
                    "%(step)s.",
                    cost=f"{round(cost):,}",
                    least=f"{policy.least:,}",
                    step=f"{policy.step:,}",
                )
        return None

    def _club_worth(self, lines):
        return sum(line._club_taken_off() for line in lines)

    def _club_most_worth(self, reward, lines):
        """What a reward may take off the price of this order, at most."""
        slack = self.currency_id.rounding * (len(lines) + 1)
        sold = sum(
            line.club_total
            for line in self.lines
            if line.club_total > 0 and not line.is_reward_line
        )
        if reward.reward_type != "discount":
            return sold + slack
        most = spending.most_taken_off(
            reward.discount_mode,
            *map(decimal, (reward.discount, sold, reward.discount_max_amount)),
        )
        return float(most) + slack

    def _club_wrong_share(self, club, used):
        """A sentence when points and credit paid more of the basket than they may."""
        policy = club._spending_policy()
        if policy.share >= 100:
            return None
        unearning = self._club_unearning(club)
        paying = self.lines.browse()
        for (card, reward, _code), lines in used.items():
            if reward._club_pays_any_amount() and card.club_account != "wallet":
                paying |= lines
        claimed = self.lines.browse().union(*used.values())
        basket = sum(
            line.club_total
            for line in self.lines - claimed
            if not line.refunded_orderline_id
            and spending.can_pay("credit", earns=line.product_id not in unearning)
            and not line._club_is_payment()
        )
        most = float(policy.most_of(decimal(basket))) + self._club_slack()
        if -sum(paying.mapped("club_total")) <= most:
            return None
        return self.env._(
            "Points and credit paid more than %(share)s%% of the basket.",
            share=policy.share,
        )
