from decimal import ROUND_DOWN, Decimal

from odoo import fields, models
from odoo.fields import NO_ACCESS

from odoo.addons.loyalty_club.engine.amounts import to_units

# An invoice that a credit note alone has settled is "reversed", its credit note "paid":
# both count, and are nothing together.
PAID = ("paid", "in_payment", "reversed")


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
        """Units for what the invoices of this line have paid, less credit notes."""
        self.ensure_one()
        paid = self.invoice_lines.filtered(
            lambda line: (
                line.move_id.state == "posted" and line.move_id.payment_state in PAID
            )
        )
        return sum(self._club_top_up_units(line) for line in paid)

    def _club_top_up_units(self, line):
        """Units that an invoice line loads; negative on a credit note."""
        program = self.club_wallet_id
        amount = line.quantity
        if self.club_wallet_mode == "money":
            amount = line.currency_id._convert(
                line.price_total, program.currency_id, line.company_id, line.date
            )
        units = to_units(
            Decimal(repr(self.club_wallet_rate)) * Decimal(repr(amount)),
            program.club_id._digits("wallet"),
            rounding=ROUND_DOWN,
        )
        return -units if line.move_id.move_type == "out_refund" else units
