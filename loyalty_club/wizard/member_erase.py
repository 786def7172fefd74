from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rights import raised


class LoyaltyClubMemberErase(models.TransientModel):
    """Forget a person who asks for it, and say what was erased and what is kept."""

    _name = "loyalty.club.member.erase"
    _description = "Erase a Person"
    _club_proposed = frozenset({"member_id"})

    member_id = fields.Many2one("loyalty.club.member", required=True, readonly=True)
    reason = fields.Char(required=True)
    # A membership that was merged is the other one's: both go, and what that one has.
    owner_id = fields.Many2one("loyalty.club.member", compute="_compute_owner")
    currency_id = fields.Many2one(related="owner_id.currency_id")
    points_balance = fields.Float(related="owner_id.points_balance")
    wallet_balance = fields.Monetary(related="owner_id.wallet_balance")
    credit_balance = fields.Monetary(related="owner_id.credit_balance")
    goes = fields.Html(compute="_compute_told", sanitize=False)
    stays = fields.Html(compute="_compute_told", sanitize=False)
    sure = fields.Boolean("The balances may be forfeited")

    @api.depends("member_id")
    def _compute_owner(self):
        for wizard in self:
            member = wizard.member_id
            wizard.owner_id = member.merged_into_id or member

    @api.depends("member_id")
    def _compute_told(self):
        """What will go and what stays, as those say who keep it."""
        for wizard in self:
            goes, stays = [], []
            if wizard.member_id:
                wizard._check_may_erase()
                # Who may erase need not be allowed to see all that goes.
                goes, stays = raised(wizard.member_id)._erase_preview()
            wizard.goes, wizard.stays = self._listed(goes), self._listed(stays)

    @api.model
    def _listed(self, words):
        rows = Markup().join(Markup("<li>%s</li>") % text for text in words)
        return Markup("<ul class='mb-0 ps-3'>%s</ul>") % rows

    def _check_may_erase(self):
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(self.env._("Only a manager of the club erases persons."))
        self.member_id.check_access("read")

    def action_erase(self):
        self.ensure_one()
        self._check_may_erase()
        number = self.owner_id.number  # this row goes as well
        left = (self.points_balance, self.wallet_balance, self.credit_balance)
        if any(left) and not self.sure:
            raise UserError(self.env._("Say that the balances may be forfeited."))
        # Contacts, messages and accounts are the club's to blank, not the user's.
        raised(self.member_id)._erase(self.reason)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("The person was erased"),
                "message": self.env._(
                    "What stays is kept under the number %(number)s.",
                    number=number,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
