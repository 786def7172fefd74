from odoo import fields, models


class LoyaltyClubCheck(models.Model):
    """One nightly proof that balances, lots and entries agree."""

    _name = "loyalty.club.check"
    _description = "Ledger Check"
    _order = "id desc"
    _rec_name = "date"

    club_id = fields.Many2one(
        "loyalty.club", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    accounts = fields.Integer(help="How many accounts were compared.")
    differences = fields.Integer()
    seconds = fields.Float(digits=(10, 2))
    details = fields.Json(help="The accounts that differ, and by what.")
