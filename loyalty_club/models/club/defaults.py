from odoo import api, models

from ...rights import raised
from ...words import say_in_all_languages


class LoyaltyClub(models.Model):
    """The club that a shop begins with."""

    # A part of the model: how a new club starts.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _found(self):
        """The user's club; a first one with tiers and a welcome gift if there is none.

        Not a data record: when this addon is installed beside a web shop, the shop's
        products can't be made before its own addon is loaded. And by the first member
        the company has its country and currency, which the club takes over.
        """
        # Whoever enrols the first member may be no manager.
        return self.search([], limit=1) or raised(self)._create_first()

    @api.model
    def _first_welcome(self):
        """What the first club of the user's company gives who joins, to say before.

        :return: dict of ``welcome_points`` and ``welcome_credit`` (about 5 euros)
        """
        company = self.env.company.root_id
        size = company.currency_id._club_size(company)
        return {"welcome_points": 100, "welcome_credit": 5 * size}

    @api.model
    def _create_first(self):
        """The first club of the company that the user works for."""
        club = self.create(
            {
                "name": self.env._("Loyalty Club"),
                "code": "club",
                **self._first_welcome(),
                "expiry_mode": "months",
                "expiry_count": 12,
                "tier_ids": [
                    (0, 0, values)
                    for values in (
                        self._tier("bronze", 0, 1, 2, "certificate"),
                        self._tier("silver", 1000, 1.25, 0, "star"),
                        self._tier("gold", 5000, 1.5, 3, "trophy"),
                    )
                ],
            }
        )
        club._say_first_names()
        return club

    def _say_first_names(self):
        """The names of a first club, in all languages and not only its founder's."""
        say_in_all_languages(self, "name", lambda club: club.env._("Loyalty Club"))
        say_in_all_languages(
            self.tier_ids, "name", lambda tier: tier.club_id._tier_names()[tier.code]
        )
        self._say_program_names()

    @api.model
    def _tier_names(self):
        return {
            "bronze": self.env._("Bronze"),
            "silver": self.env._("Silver"),
            "gold": self.env._("Gold"),
        }

    @api.model
    def _tier(self, code, threshold, multiplier, color, icon):
        return {
            "code": code,
            "name": self._tier_names()[code],
            "threshold": threshold,
            "multiplier": multiplier,
            "color": color,
            "icon": f"fa-{icon}",
        }
