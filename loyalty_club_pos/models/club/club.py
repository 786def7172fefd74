from odoo import fields, models

from odoo.addons.loyalty_club.engine import spending


class LoyaltyClub(models.Model):
    """What a club lets its tills do."""

    _inherit = "loyalty.club"

    # Spending
    spend_share = fields.Integer(
        string="Most of a basket",
        default=100,
        help="The part of a basket, in percent, that points and promotional credit may "
        "pay. A wallet is the member's own money: it may pay everything.",
    )
    spend_least = fields.Integer(
        string="Fewest points at once", help="0 means that one point will do."
    )
    spend_step = fields.Integer(
        string="Points are spent in steps of",
        default=1,
        help="500 means that members spend 500 points, 1000, 1500 and so on.",
    )
    confirm_points = fields.Integer(
        string="Ask for a PIN above (points)",
        help="Above this a member agrees with their PIN, or a code sent to them; 0 "
        "means never. A card says who somebody is, not that they agree.",
    )
    confirm_money = fields.Monetary(string="Ask for a PIN above (money)")

    # Without a network
    offline_share = fields.Integer(
        string="Spent offline, of a balance",
        help="The part of a balance, in percent, that a till may let its member spend "
        "while it has no network; 0 means that nothing is spent offline.",
    )
    offline_cap_points = fields.Integer(
        string="Offline: points", help="At most so many; 0 means no other limit."
    )
    offline_cap_money = fields.Monetary(
        string="Offline: money", help="At most so much; 0 means no other limit."
    )
    offline_minutes = fields.Integer(
        string="Minutes",
        default=120,
        help="How long a till may use what it was granted for a member.",
    )

    _till_limits = models.Constraint(
        """CHECK (spend_share BETWEEN 0 AND 100 AND offline_share BETWEEN 0 AND 100
            AND spend_least >= 0 AND spend_step >= 1 AND confirm_points >= 0
            AND confirm_money >= 0 AND offline_cap_points >= 0
            AND offline_cap_money >= 0 AND offline_minutes >= 0)""",
        "Shares are between 0 and 100, steps at least 1, and limits not negative.",
    )

    def _spending_policy(self):
        """What members may spend at once, as the engine wants it."""
        self.ensure_one()
        return spending.Policy(self.spend_share, self.spend_least, self.spend_step)

    def _on_channels(self):
        """With this addon tills ask the club: its programs are safe there."""
        return {**super()._on_channels(), "pos_ok": True}
