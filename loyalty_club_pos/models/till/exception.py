from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.loyalty_club.amounts import AMOUNT
from odoo.addons.loyalty_club.erasing import Gone, Kept
from odoo.addons.loyalty_club.models.club.club import ACCOUNTS


class LoyaltyClubTillException(models.Model):
    """Something that a till did and a manager should know.

    The customer had the goods by then, so the order was accepted. What the member owes
    for it, or the shop has lost, is its amount.
    """

    _name = "loyalty.club.till.exception"
    _description = "Till Exception"
    _order = "id desc"
    _rec_name = "kind"

    club_id = fields.Many2one("loyalty.club", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("overspent", "More spent than there was"),
            ("unheld", "Given without a hold"),
            ("reward", "Reward not due"),
            ("return", "Return without its sale"),
            ("late", "Told too late"),
            ("refused", "Not followed"),
        ],
        required=True,
    )
    order_id = fields.Many2one("pos.order", required=True, index=True, readonly=True)
    config_id = fields.Many2one(
        related="order_id.config_id", store=True, precompute=True, string="Till"
    )
    user_id = fields.Many2one("res.users", string="Cashier", required=True)
    member_id = fields.Many2one("loyalty.club.member", index="btree_not_null")
    account = fields.Selection(ACCOUNTS)
    amount = fields.Float(help="What it is about, in the account's own unit.", **AMOUNT)
    message = fields.Char(required=True)
    state = fields.Selection(
        [("open", "Open"), ("seen", "Seen")], required=True, default="open"
    )

    def write(self, vals):
        """What happened isn't rewritten: people tick it off, and no more."""
        if not self.env.su and vals.keys() - {"state"}:
            raise AccessError(self.env._("Only its state can be changed."))
        return super().write(vals)

    @api.model
    def _on_erase(self, person):
        ids = person.members.ids
        erase = lambda: person.mask(self._name, ["message"], "member_id", ids)  # noqa: E731
        kept = {"exceptions": self.env._("exceptions, without who it was")}
        return [*super()._on_erase(person), Gone({}, erase), Kept(kept)]

    def action_seen(self):
        """A manager has dealt with it."""
        self.check_access("write")
        self.state = "seen"
        return True
