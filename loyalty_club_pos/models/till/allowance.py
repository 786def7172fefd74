from odoo import fields, models

from odoo.addons.loyalty_club.amounts import AMOUNT


class LoyaltyClubAllowance(models.Model):
    """What a till may let a member spend while it has no network.

    Granted when the till sees the member online, and renewed each time. It sets nothing
    aside: it is the bound of what the shop risks.
    """

    _name = "loyalty.club.allowance"
    _description = "Offline Allowance"
    _log_access = False

    config_id = fields.Many2one("pos.config", required=True, ondelete="cascade")
    card_id = fields.Many2one("loyalty.card", required=True, ondelete="cascade")
    amount = fields.Float(required=True, **AMOUNT)
    used = fields.Float(required=True, default=0, **AMOUNT)
    granted_at = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True)

    _config_card_uniq = models.UniqueIndex(
        "(card_id, config_id)", "A till has one allowance for an account."
    )
