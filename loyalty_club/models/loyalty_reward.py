from odoo import fields, models


class LoyaltyReward(models.Model):
    _inherit = "loyalty.reward"

    club_id = fields.Many2one(related="program_id.club_id")
    club_tier_ids = fields.Many2many(
        "loyalty.club.tier",
        string="Tiers",
        help="Only members of these tiers can claim it; empty means everybody.",
    )
