from odoo import fields, models
from odoo.exceptions import AccessError

from ..rights import raised


class LoyaltyClubMemberMerge(models.TransientModel):
    """Carry a membership over to another: one person had joined twice."""

    _name = "loyalty.club.member.merge"
    _description = "Merge Members"
    _club_proposed = frozenset({"member_id"})

    member_id = fields.Many2one(
        "loyalty.club.member", string="This membership", required=True, readonly=True
    )
    club_id = fields.Many2one(related="member_id.club_id")
    target_id = fields.Many2one(
        "loyalty.club.member",
        string="Becomes part of",
        required=True,
        domain="[('club_id', '=', club_id), ('id', '!=', member_id),"
        " ('merged_into_id', '=', False), ('state', '!=', 'left')]",
    )
    currency_id = fields.Many2one(related="member_id.currency_id")
    points_balance = fields.Float(related="member_id.points_balance")
    wallet_balance = fields.Monetary(related="member_id.wallet_balance")
    credit_balance = fields.Monetary(related="member_id.credit_balance")
    purchase_count = fields.Integer(related="member_id.purchase_count")

    def action_merge(self):
        self.ensure_one()
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(self.env._("Only a manager of the club merges members."))
        (self.member_id | self.target_id).check_access("read")
        # Balances and identifiers move by the ledger's own rules, not by the user's.
        raised(self.member_id)._merge_into(raised(self.target_id))
        return self.target_id.get_formview_action()
