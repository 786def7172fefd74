import math
from fractions import Fraction

from odoo import fields, models
from odoo.fields import NO_ACCESS


class SaleOrderLine(models.Model):
    """What a line loads into a wallet is noted with its first invoice.

    So a rule that changes, or a product that is no longer sold, takes no money back
    from anybody. Only the club writes it.
    """

    _inherit = "sale.order.line"

    club_wallet_id = fields.Many2one(
        "loyalty.program", readonly=True, copy=False, groups=NO_ACCESS
    )
    club_wallet_mode = fields.Selection(
        [("money", "for money"), ("unit", "for a piece")],
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
    )
    club_wallet_rate = fields.Float(
        digits=(16, 6), readonly=True, copy=False, groups=NO_ACCESS
    )

    def _club_note_top_up(self):
        """Note which wallet the product of this line loads, and how."""
        self.ensure_one()
        if self.club_wallet_id or not self.product_id:
            return
        rule = self.env["loyalty.rule"].search(
            [
                ("program_id.club_account", "=", "wallet"),
                ("program_id.active", "=", True),
                ("product_ids", "in", self.product_id.ids),
                ("company_id", "parent_of", self.company_id.id),
            ],
            limit=1,
        )
        if rule:
            by_money = rule.reward_point_mode == "money"
            self.club_wallet_id = rule.program_id
            self.club_wallet_mode = "money" if by_money else "unit"
            self.club_wallet_rate = rule.reward_point_amount

    def _club_paid_top_up(self):
        """Units for what was received of this line's invoices, less credit notes.

        What a credit note returns is as much as was received of its invoice.
        """
        self.ensure_one()
        units = Fraction(0)
        for line in self.invoice_lines:
            move = line.move_id
            if move.state != "posted":
                continue
            loads = line._club_loads(
                self.club_wallet_id, self.club_wallet_mode, self.club_wallet_rate
            )
            if move.move_type == "out_refund":
                source = move._club_source_moves()[:1]
                units -= loads * (source._club_received() if source else 1)
            else:
                units += loads * move._club_received()
        return max(math.floor(units), 0)
