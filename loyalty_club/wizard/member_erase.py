from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..rights import raised


class LoyaltyClubMemberErase(models.TransientModel):
    """Forget a person who asks for it, and say what was erased and what is kept."""

    _name = "loyalty.club.member.erase"
    _description = "Erase a Person"
    _club_proposed = frozenset({"member_id"})

    member_id = fields.Many2one("loyalty.club.member", required=True, readonly=True)
    reason = fields.Char(required=True)
    currency_id = fields.Many2one(related="member_id.currency_id")
    points_balance = fields.Float(related="member_id.points_balance")
    wallet_balance = fields.Monetary(related="member_id.wallet_balance")
    credit_balance = fields.Monetary(related="member_id.credit_balance")
    sure = fields.Boolean("The balances may be forfeited")

    def action_erase(self):
        self.ensure_one()
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(self.env._("Only a manager of the club erases persons."))
        self.member_id.check_access("read")
        left = (self.points_balance, self.wallet_balance, self.credit_balance)
        if any(left) and not self.sure:
            raise UserError(self.env._("Say that the balances may be forfeited."))
        # Contacts, messages and accounts are the club's to blank, not the user's.
        done = raised(self.member_id)._erase(self.reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "title": self.env._("The person was erased"),
                "message": self.env._(
                    "Erased: %(erased)s. Kept: %(kept)s.",
                    erased=", ".join(done["erased"]),
                    kept=", ".join(done["kept"]),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
