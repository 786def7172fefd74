from odoo import api, fields, models


class LoyaltyClubExceptionAttribute(models.TransientModel):
    """Say which purchase came back, where the document itself doesn't."""

    _name = "loyalty.club.exception.attribute"
    _description = "Attribute a Return"
    _club_proposed = frozenset({"exception_id"})

    exception_id = fields.Many2one(
        "loyalty.club.exception", required=True, readonly=True, ondelete="cascade"
    )
    club_id = fields.Many2one(related="exception_id.club_id")
    message = fields.Char(related="exception_id.message")
    reference = fields.Char(related="exception_id.reference")
    member_id = fields.Many2one(
        "loyalty.club.member",
        compute="_compute_member_id",
        store=True,
        readonly=False,
        domain="[('club_id', '=', club_id)]",
    )
    purchase_id = fields.Many2one(
        "loyalty.club.purchase",
        required=True,
        domain="[('club_id', '=', club_id), ('member_id', '=', member_id),"
        " ('kind', '=', 'sale'), ('returned', '!=', 'all')]",
    )
    date = fields.Datetime(related="purchase_id.date")
    currency_id = fields.Many2one(related="purchase_id.currency_id")
    total = fields.Monetary(related="purchase_id.total")
    points = fields.Float(related="purchase_id.points")

    @api.depends("exception_id")
    def _compute_member_id(self):
        for wizard in self:
            wizard.member_id = wizard.exception_id.member_id

    def action_attribute(self):
        self.ensure_one()
        self.exception_id._attribute(self.purchase_id)
        return {"type": "ir.actions.act_window_close"}
