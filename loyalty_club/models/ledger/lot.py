from odoo import fields, models

from ...amounts import AMOUNT


class LoyaltyClubLot(models.Model):
    """What one earning still has left, and until when."""

    _name = "loyalty.club.lot"
    _description = "Lot"
    _order = "expires_on, id"
    _rec_name = "entry_id"
    _log_access = False

    card_id = fields.Many2one(
        "loyalty.card", required=True, index=True, ondelete="restrict"
    )
    entry_id = fields.Many2one(
        "loyalty.club.entry", required=True, index=True, ondelete="restrict"
    )
    account = fields.Selection(related="entry_id.account")
    club_id = fields.Many2one("loyalty.club", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, ondelete="restrict")
    purchase_id = fields.Many2one(
        "loyalty.club.purchase", index="btree_not_null", ondelete="restrict"
    )
    amount = fields.Float(required=True, **AMOUNT)
    remaining = fields.Float(required=True, **AMOUNT)
    pending = fields.Boolean(required=True)
    available_on = fields.Date(help="The first day on which it can be spent.")
    expires_on = fields.Date(help="The last day on which it can be spent.")

    _within = models.Constraint(
        "CHECK (amount > 0 AND remaining >= 0 AND remaining <= amount)",
        "A lot can't go below zero or above what was earned.",
    )
    # Only lots with something left matter for spending and expiring.
    _open_idx = models.Index("(card_id) WHERE remaining > 0")
    _expiry_idx = models.Index(
        "(club_id, expires_on) WHERE remaining > 0 AND NOT pending"
    )
    _pending_idx = models.Index("(club_id, available_on) WHERE pending")
