from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..amounts import AMOUNT


class LoyaltyClubRequest(models.Model):
    """An adjustment that somebody asks for; above his cap a second person decides."""

    _name = "loyalty.club.request"
    _description = "Adjustment Request"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "reason_id"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="restrict")
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    member_id = fields.Many2one(
        "loyalty.club.member", required=True, index=True, ondelete="restrict"
    )
    account = fields.Selection(
        [
            ("points", "Points"),
            ("wallet", "Wallet"),
            ("credit", "Promotional credit"),
        ],
        required=True,
        default="points",
    )
    amount = fields.Float(
        required=True, help="Positive gives, negative takes.", **AMOUNT
    )
    reason_id = fields.Many2one(
        "loyalty.club.reason", required=True, ondelete="restrict"
    )
    note = fields.Text()
    expires_on = fields.Date()
    state = fields.Selection(
        [
            ("draft", "New"),
            ("waiting", "To approve"),
            ("posted", "Posted"),
            ("refused", "Refused"),
        ],
        required=True,
        default="draft",
        readonly=True,
        tracking=True,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    entry_ids = fields.One2many("loyalty.club.entry", "request_id")
