from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..amounts import AMOUNT
from ..engine.amounts import to_units

# Marks code of ours that drives a native flow (an order, a wizard). No RPC call can
# send an object, so nobody can pretend to be such a flow.
NATIVE_FLOW = object()
FACE = {"points", "club_pending", "club_debt"}
FROZEN = {"program_id", "partner_id", "club_id", "member_id", "club_idle_expires_on"}


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    club_id = fields.Many2one(
        related="program_id.club_id", store=True, precompute=True, index=True
    )
    club_account = fields.Selection(related="program_id.club_account")
    member_id = fields.Many2one(
        "loyalty.club.member",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    club_pending = fields.Float(
        string="Pending", readonly=True, copy=False, default=0, **AMOUNT
    )
    club_debt = fields.Float(
        string="Owed",
        readonly=True,
        copy=False,
        default=0,
        help="Points of returned goods that were spent before; the next points pay.",
        **AMOUNT,
    )
    club_idle_expires_on = fields.Date(readonly=True, copy=False)
    club_entry_ids = fields.One2many("loyalty.club.entry", "card_id")
    club_lot_ids = fields.One2many("loyalty.club.lot", "card_id")

    _club_partner_uniq = models.UniqueIndex(
        "(program_id, partner_id) WHERE club_id IS NOT NULL AND active"
        " AND partner_id IS NOT NULL",
        "This customer already has an account in this program.",
    )

    @api.model
    def _club_native_flow(self):
        """Whether a native flow that may move managed balances is at work."""
        return (
            self.env.su or self.env.context.get("loyalty_club_flow") is NATIVE_FLOW
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Start managed accounts empty and let the ledger give them their points."""
        programs_sudo = self.env["loyalty.program"].sudo()  # only to see what is managed
        opening = {}
        for index, vals in enumerate(vals_list):
            program = programs_sudo.browse(vals.get("program_id"))
            if not program.club_id:
                continue
            self._club_check_create(vals)
            if points := vals.get("points"):
                opening[index] = points
            vals_list[index] = {
                key: value for key, value in vals.items() if key not in FACE
            }
        cards = super().create(vals_list)
        for index, points in opening.items():
            cards[index]._club_change_points(points)
        return cards

    def _club_check_create(self, vals):
        if (FACE & vals.keys() or vals.get("member_id")) and not self._club_native_flow():
            self._club_refuse()

    def write(self, vals):
        managed_sudo = self.sudo().filtered("club_id")  # only to see what is managed
        if not managed_sudo or not (FACE | FROZEN) & vals.keys():
            return super().write(vals)
        if not self._club_native_flow():
            self._club_refuse()
        if {"club_pending", "club_debt"} & vals.keys():
            self._club_refuse()
        if "points" not in vals:
            return super().write(vals)
        points = vals["points"]
        rest = {key: value for key, value in vals.items() if key != "points"}
        others = self.browse((self - managed_sudo.sudo(self.env.su)).ids)
        if others:
            super(LoyaltyCard, others).write(vals)
        if rest:
            super(LoyaltyCard, self - others).write(rest)
        for card in self - others:
            card._club_change_points(points)
        return True

    def unlink(self):
        managed_sudo = self.sudo().filtered("club_id")  # only to see what is managed
        if managed_sudo.club_entry_ids[:1]:
            raise UserError(
                self.env._(
                    "Accounts with entries in the ledger can't be deleted. "
                    "Archive them instead."
                )
            )
        return super().unlink()

    def _club_change_points(self, points):
        """Turn a native write of a balance into the entry that reaches it."""
        self.ensure_one()
        program = self.program_id
        digits = program.club_id._digits(program.club_account)
        self.env["loyalty.club.ledger"]._reach(self, to_units(points, digits))

    def _club_refuse(self):
        raise AccessError(
            self.env._(
                "Balances of a club change through its ledger only. Ask for an "
                "adjustment instead."
            )
        )

    def action_loyalty_update_balance(self):
        """A managed balance isn't overwritten: ask for an adjustment instead."""
        if self.club_id:
            return self.env["loyalty.club.request"]._action_ask(self)
        return super().action_loyalty_update_balance()
