from odoo import fields, models


class LoyaltyClubCall(models.Model):
    """What an integrator's key was answered: the same key gets the same answer."""

    _name = "loyalty.club.call"
    _description = "Integrator Call"
    _order = "id desc"
    _rec_name = "key"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    method = fields.Char(required=True)
    key = fields.Char(required=True)
    payload_hash = fields.Char(required=True)
    answer = fields.Json()

    _key_uniq = models.UniqueIndex("(club_id, method, key)")
