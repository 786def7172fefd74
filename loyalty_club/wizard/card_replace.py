from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rights import raised


class LoyaltyClubCardReplace(models.TransientModel):
    """Give a member a card or barcode, block a lost one, or replace it by another.

    What the reader reads is never stored, not even here: ``value`` becomes the
    identifier's stored form on its way in.
    """

    _name = "loyalty.club.card.replace"
    _description = "Card of a Member"
    _club_proposed = frozenset({"member_id", "identifier_id", "what"})

    member_id = fields.Many2one("loyalty.club.member", required=True, readonly=True)
    identifier_id = fields.Many2one(
        "loyalty.club.identifier", string="Card", readonly=True
    )
    what = fields.Selection(
        [("add", "Add"), ("block", "Block"), ("replace", "Replace")],
        string="Do",
        required=True,
        default="add",
    )
    scheme = fields.Selection(
        [("card", "Card"), ("barcode", "Barcode")],
        string="Kind",
        required=True,
        default="barcode",
    )
    value = fields.Char(
        "New one",
        compute="_compute_value",
        inverse="_inverse_value",
        help="Read it with the reader, or type it.",
    )
    token = fields.Char(readonly=True)
    display = fields.Char(readonly=True)
    reason = fields.Char()

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if identifier_id := values.get("identifier_id"):
            identifier = self.env["loyalty.club.identifier"].browse(identifier_id)
            values["member_id"] = identifier.member_id.id
            values["scheme"] = identifier.scheme
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_read(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_read(vals)
        return super().write(vals)

    def _check_read(self, vals):
        """What is recognised later is read by the wizard, and said by nobody."""
        if {"token", "display"} & vals.keys() and not self.env.su:
            raise AccessError(self.env._("A card is read or typed, not written."))

    @api.depends("display")
    def _compute_value(self):
        for wizard in self:
            wizard.value = wizard.display

    def _inverse_value(self):
        for wizard in self:
            if not wizard.value or wizard.value == wizard.display:
                continue
            member = wizard.member_id
            _scheme, token, display = member._normalise_identifier(
                member.club_id, wizard.scheme, wizard.value
            )
            # Nobody else writes them, see ``_check_read``.
            raised(wizard).write({"token": token, "display": display})

    def action_apply(self):
        self.ensure_one()
        if not self.env.user.has_group("loyalty_club.group_desk"):
            raise AccessError(self.env._("Only the club's staff changes cards."))
        self.member_id.check_access("read")
        if self.what != "block" and not self.token:
            raise UserError(self.env._("Read or type the new card first."))
        if self.what != "add" and not self.reason:
            raise UserError(self.env._("Say why: lost, stolen, worn out…"))
        # Identifiers are kept by the club.
        member_sudo = raised(self.member_id)
        identifier_sudo = raised(self.identifier_id)
        shown = (self.scheme, self.token, self.display)
        if self.what == "add":
            member_sudo._claim_identifiers([shown])
        elif self.what == "block":
            member_sudo._block_identifier(identifier_sudo, self.reason)
        else:
            member_sudo._replace_identifier(identifier_sudo, shown, self.reason)
        return {"type": "ir.actions.act_window_close"}
