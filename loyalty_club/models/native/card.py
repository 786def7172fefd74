from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...amounts import AMOUNT
from ...engine.amounts import to_units

# Marks code of ours that drives a native flow (an order, a wizard). No RPC call can
# send an object, so nobody can pretend to be such a flow.
NATIVE_FLOW = object()
FACE = {"points", "club_pending", "club_debt"}
# Fields of ours that nobody writes on any card.
OURS = {"club_pending", "club_debt", "club_idle_expires_on", "club_id", "member_id"}
# Whose account it is, what it is recognised by, and whether it is in use: to archive
# an account would also be a way to lose what is owed.
FROZEN = {"program_id", "partner_id", "code", "expiration_date", "active"}


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
        return self.env.su or self.env.context.get("loyalty_club_flow") is NATIVE_FLOW

    @api.model_create_multi
    def create(self, vals_list):
        """Start managed accounts empty and let the ledger give them their points."""
        watched = ["program_id", "partner_id", *FACE, *OURS]
        # A context can bring values as well.
        defaults = {**dict.fromkeys(watched), **self.default_get(watched)}
        opening = {}
        wanted = list(vals_list)
        for index, vals in enumerate(wanted):
            vals = {**defaults, **vals}
            # Only to see what is managed, also by who may not read programs.
            program_sudo = self.env["loyalty.program"].sudo().browse(vals["program_id"])
            if not self._club_native_flow() and any(
                vals[name] for name in (OURS | FACE if program_sudo.club_id else OURS)
            ):
                self._club_refuse()
            if program_sudo.club_id:
                opening[index] = vals["points"]
                wanted[index] = self._club_account_values(program_sudo, vals)
        cards = super().create(wanted)
        for index, points in opening.items():
            if points:
                cards[index]._club_change_points(points)
        return cards

    def _club_account_values(self, program_sudo, vals):
        """The values of a new managed account: empty, and its member's."""
        partner_id = vals["partner_id"]
        self._club_check_only(program_sudo, partner_id)
        member_sudo = self.env[
            "loyalty.club.member"
        ].sudo()  # whoever opens it for them
        members = member_sudo._members_of(program_sudo.club_id, [partner_id])
        given = {name: value for name, value in vals.items() if name not in OURS}
        return {**given, "points": 0, "member_id": members.get(partner_id)}

    def _club_check_only(self, program_sudo, partner_id):
        """Say in words what the unique index would refuse."""
        cards_sudo = self.sudo()  # also one that the user may not see
        if partner_id and cards_sudo.search_count(
            [("program_id", "=", program_sudo.id), ("partner_id", "=", partner_id)],
            limit=1,
        ):
            raise UserError(
                self.env._(
                    "%(customer)s already has an account in %(program)s.",
                    customer=self.env["res.partner"].browse(partner_id).display_name,
                    program=program_sudo.name,
                )
            )

    def write(self, vals):
        if not (FACE | OURS | FROZEN) & vals.keys():
            return super().write(vals)
        programs_sudo = self.env["loyalty.program"].sudo()  # is it managed?
        managed_sudo = self.sudo().filtered("club_id")
        enters = programs_sudo.browse(vals.get("program_id")).club_id
        if not (managed_sudo or enters or OURS & vals.keys()):
            return super().write(vals)
        if not self._club_native_flow() or {"club_pending", "club_debt"} & vals.keys():
            self._club_refuse()
        if "points" not in vals:
            return super().write(vals)
        managed = self.browse(managed_sudo.ids)
        others = self - managed
        if others:
            super(LoyaltyCard, others).write(vals)
        rest = {key: value for key, value in vals.items() if key != "points"}
        if rest:
            super(LoyaltyCard, managed).write(rest)
        for card in managed:
            card._club_change_points(vals["points"])
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_entries(self):
        managed_sudo = self.sudo().filtered("club_id")  # only to see what is managed
        if managed_sudo.club_entry_ids[:1]:
            raise UserError(
                self.env._(
                    "Accounts with entries in the ledger can't be deleted. "
                    "Archive them instead."
                )
            )

    def _club_change_points(self, points):
        """Turn a native write of a balance into the entry that reaches it.

        A native flow can take: it is refused where there isn't enough. It can't give,
        as it has its numbers from a client, a till for example; the club computes what
        a purchase earns, and our own flows (see ``NATIVE_FLOW``) give through it.
        """
        self.ensure_one()
        program = self.program_id
        digits = program.club_id._digits(program.club_account)
        units = to_units(points, digits)
        gives = units > to_units(self.points, digits)
        if gives and self.env.context.get("loyalty_club_flow") is not NATIVE_FLOW:
            self._club_refuse()
        self.env["loyalty.club.ledger"]._reach(self, units)

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

    # ------------------------------------------------------------------ reading

    def _club_digits(self):
        """Decimals of this managed account's smallest unit."""
        # Who sells has no right on clubs, and this is no secret of theirs.
        program_sudo = self.program_id.sudo()
        return program_sudo.club_id._digits(program_sudo.club_account)

    def _club_spendable(self):
        """Units that this managed account can spend now."""
        self.ensure_one()
        # Sellers and customers see through orders what can be spent, not the ledger.
        ledger = self.env["loyalty.club.ledger"].sudo()
        [account] = ledger._read_accounts(self._origin.ids).values()
        if account.member_state not in (None, "active"):
            return 0
        lots = [lot for lot, _purchase in ledger._open_lots([account])[account.id]]
        held = ledger._held([account])[account.id]
        return ledger._available(account, lots, held, account.club._today())
