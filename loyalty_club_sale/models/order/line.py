import math
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from ..loyalty_card import ORDER_FLOW


class SaleOrderLine(models.Model):
    """A line of a reward, and one that loads a wallet.

    A reward line that changes on a confirmed order changes what the order has to spend.
    Odoo writes that to the card; the order settles it with the ledger.

    What a line loads into a wallet is noted with its first invoice: so a rule that
    changes, or a product that is no longer sold, takes no money back from anybody. Only
    the club writes it.
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

    @api.constrains("points_cost", "coupon_id")
    def _check_club_cost(self):
        for line in self:
            if line.points_cost < 0 and line.coupon_id.club_id:
                raise ValidationError(self.env._("A reward can't give points."))

    @api.model_create_multi
    def create(self, vals_list):
        flow = self._club_order_flow()
        if flow is self or not any(vals.get("coupon_id") for vals in vals_list):
            return super().create(vals_list)
        lines = super(SaleOrderLine, flow).create(vals_list).with_env(self.env)
        lines._club_confirmed_orders()._club_settle()
        return lines

    def write(self, vals):
        self._club_check_invoiced(vals)
        flow = self._club_order_flow()
        if flow is self or not {"points_cost", "coupon_id", "order_id"} & vals.keys():
            return super().write(vals)
        before = self._club_confirmed_orders()
        res = super(SaleOrderLine, flow).write(vals)
        (before | self._club_confirmed_orders())._club_settle()
        return res

    def unlink(self):
        if self.env.context.get("loyalty_club_cancelled") is ORDER_FLOW:
            self -= self.filtered("coupon_id.club_id")._club_invoiced()
        self._club_check_invoiced({"coupon_id": False})
        flow = self._club_order_flow()
        orders = self._club_confirmed_orders()
        if flow is self or not orders:
            return super().unlink()
        res = super(SaleOrderLine, flow).unlink()
        orders._club_settle()
        return res

    # -------------------------------------------------------------------------- rewards

    def _club_invoiced(self):
        """Those of these lines that a posted invoice has, and no credit note returned.

        Whole, though part of a line was credited: a quantity of the order's is no
        measure, for who sells may write it.
        """
        lines_sudo = self.sudo()  # who sells need not read invoices
        return lines_sudo.filtered(
            lambda line: line.product_uom_id.compare(line.qty_invoiced_posted, 0) > 0
        ).sudo(self.env.su)

    def _club_check_invoiced(self, vals):
        """Refuse to give back what an invoice has taken off already.

        :param vals: of a write
        :raises ValidationError:
        """
        if not {"points_cost", "coupon_id", "order_id"} & vals.keys():
            return
        for line in self.filtered("coupon_id.club_id")._club_invoiced():
            if (
                vals.get("coupon_id", line.coupon_id.id) != line.coupon_id.id
                or vals.get("order_id", line.order_id.id) != line.order_id.id
                or vals.get("points_cost", line.points_cost) < line.points_cost
            ):
                raise ValidationError(
                    self.env._(
                        "An invoice of %(order)s has “%(reward)s” on it: what it cost "
                        "comes back when that is credited.",
                        order=line.order_id.name,
                        reward=line.reward_id.description or line.name,
                    )
                )

    def _club_confirmed_orders(self):
        """The confirmed orders of those of these lines that managed accounts pay."""
        return self.filtered(
            lambda line: line.state == "sale" and line.coupon_id.club_id
        ).order_id

    def _club_order_flow(self):
        """These lines, with the word that somebody settles at the end."""
        if self.env.context.get("loyalty_club_order") is ORDER_FLOW:
            return self
        return self.with_context(loyalty_club_order=ORDER_FLOW)

    # ----------------------------------------------------------------- loading a wallet

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
