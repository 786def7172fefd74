from odoo import fields, models

from ...amounts import AMOUNT


class LoyaltyClubAllocation(models.Model):
    """Which lot an entry used up (positive) or restored (negative)."""

    _name = "loyalty.club.allocation"
    _description = "Allocation"
    _order = "id"
    _rec_name = "entry_id"
    _log_access = False

    entry_id = fields.Many2one(
        "loyalty.club.entry", required=True, index=True, ondelete="restrict"
    )
    lot_id = fields.Many2one(
        "loyalty.club.lot", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    amount = fields.Float(required=True, **AMOUNT)
