from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ...amounts import AMOUNT
from ...engine.amounts import AmountError, to_units
from ...engine.identifiers import looks_like_pan
from ...erasing import Gone, Kept
from ...exceptions import ClubError
from ...ledger import Origin, to_column
from ...rights import check_finite, raised
from .club import ACCOUNTS

# What somebody asks for; the rest of a request is the club's to say.
ASKED = frozenset({"member_id", "account", "amount", "reason_id", "expires_on", "note"})


class LoyaltyClubRequest(models.Model):
    """An adjustment that somebody asks for; above their cap a second person decides.

    What was asked for never changes afterwards: who decides sees what was asked.
    """

    _name = "loyalty.club.request"
    _description = "Adjustment Request"
    _club_proposed = frozenset({"member_id", "account"})
    _inherit = ["loyalty.club.second.person"]
    _club_asked = ASKED
    _order = "id desc"
    _rec_name = "reason_id"

    club_id = fields.Many2one(
        related="member_id.club_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    member_id = fields.Many2one(
        "loyalty.club.member", required=True, index=True, ondelete="restrict"
    )
    account = fields.Selection(ACCOUNTS, required=True, default="points")
    amount = fields.Float(
        required=True, help="Positive gives, negative takes.", **AMOUNT
    )
    reason_id = fields.Many2one(
        "loyalty.club.reason", required=True, ondelete="restrict"
    )
    note = fields.Text()
    expires_on = fields.Date(help="The last day on which given points can be spent.")
    state = fields.Selection(
        [
            ("draft", "New"),
            ("waiting", "To approve"),
            ("posted", "Posted"),
            ("refused", "Refused"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    entry_ids = fields.One2many("loyalty.club.entry", "request_id")
    currency_id = fields.Many2one(related="club_id.currency_id")
    balance = fields.Float(
        "Balance now", compute="_compute_balance", compute_sudo=True, **AMOUNT
    )
    # What whoever asked could have posted alone, when they sent it.
    cap_asked = fields.Float(readonly=True, copy=False, **AMOUNT)
    left_asked = fields.Float(readonly=True, copy=False, **AMOUNT)
    cap_words = fields.Char("Who may post it", compute="_compute_cap_words")

    _amount_set = models.Constraint(
        "CHECK (amount <> 0)", "An adjustment gives or takes something."
    )

    @api.depends("member_id", "account")
    def _compute_balance(self):
        for request in self:
            member = request.member_id
            request.balance = member and member[f"{request.account}_balance"]

    @api.depends_context("uid", "lang")
    @api.depends("state", "account", "member_id", "cap_asked", "left_asked")
    def _compute_cap_words(self):
        """What the asker may post alone, and so why a request waits."""
        for request in self:
            words = False
            if request.state == "draft" and request.member_id:
                club_sudo = request.club_id.sudo()  # limits are told to who has them
                words = self.env._(
                    "You can post %(left)s more today without a second person, of "
                    "%(cap)s a day. More waits for a manager.",
                    cap=request._amount_words(club_sudo._cap(request.account)),
                    left=request._amount_words(club_sudo._cap_left(request.account)),
                )
            elif request.state == "waiting":
                words = self.env._(
                    "It waits for a second person: %(asker)s posts at most %(cap)s a "
                    "day alone, and had %(left)s left when this was sent.",
                    asker=request.user_id.name,
                    cap=request._amount_words(request._in_units(request.cap_asked)),
                    left=request._amount_words(request._in_units(request.left_asked)),
                )
            request.cap_words = words

    def _amount_words(self, units):
        """Units of this account, as people write them."""
        club_sudo = self.club_id.sudo()  # its currency is no secret
        digits = club_sudo._digits(self.account)
        if self.account == "points":
            return self.env._("%(number)s points", number=f"{units:,}")
        amount = float(to_column(units, digits))
        return format_amount(self.env, amount, club_sudo.currency_id)

    def _in_units(self, amount):
        # Whoever asks may not read the programs that the digits come from.
        club_sudo = self.club_id.sudo()
        return to_units(amount, club_sudo._digits(self.account))

    @api.constrains("amount", "account", "reason_id")
    def _check_amount(self):
        for request in self:
            club_sudo = request.club_id.sudo()  # only to compare its company
            if not request.reason_id._is_open_to(club_sudo):
                raise UserError(self.env._("This reason is another company's."))
            direction = request.reason_id.direction
            gives = request.amount > 0
            if (direction == "give" and not gives) or (direction == "take" and gives):
                raise UserError(
                    self.env._(
                        "The reason “%(reason)s” is not for this direction.",
                        reason=request.reason_id.name,
                    )
                )
            request._units()

    @api.constrains("note")
    def _check_note(self):
        if any(looks_like_pan(request.note or "") for request in self):
            raise self.env["loyalty.club.member"]._bank_card_refused()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_finite(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        check_finite(self, vals)
        return super().write(vals)

    # ------------------------------------------------------------------ deciding

    def action_submit(self):
        """Post what is within the asker's cap; ask a second person otherwise."""
        for request in self:
            request._check_asker()
            # State and entries are written for the asker, by the rule of their cap.
            request_sudo = raised(request)
            club_sudo = request_sudo.club_id
            if club_sudo._cap_take(request.account, abs(request._units())):
                request_sudo._post()
            else:
                request_sudo._wait()
        return True

    def _wait(self):
        """Ask those who may decide, each by an activity."""
        club, digits = self.club_id, self.club_id._digits(self.account)
        self.write(
            {
                "state": "waiting",
                "cap_asked": to_column(club._cap(self.account), digits),
                "left_asked": to_column(club._cap_left(self.account), digits),
            }
        )
        self._ask_deciders(self.env._("Approve an adjustment"))

    def action_approve(self):
        """Post what somebody else asked for."""
        for request in self:
            request._check_decider()
            raised(request)._post()  # decided by a manager, checked above
        return True

    def action_refuse(self):
        for request in self:
            request._check_decider()
            raised(request)._decided("refused")  # by a manager, checked above
        return True

    def _decided(self, state):
        res = super()._decided(state)
        self.env["loyalty.club.event"]._note("decided", self.ids)
        return res

    def _on_decided(self):
        """Requests were posted or refused (``state``): a hook, called once before the
        commit, with all. A request below the cap is decided by who asks.
        """

    def _units(self):
        """The amount in units; what has more decimals than the account is refused."""
        self.ensure_one()
        digits = self.club_id._digits(self.account)
        try:
            units = to_units(self.amount, digits)
        except AmountError as error:
            raise ClubError(
                "invalid_payload", self.env._("amount: must be a sensible number")
            ) from error
        if units * 10 ** (4 - digits) != to_units(self.amount, 4):
            raise UserError(
                self.env._("%(amount)s has too many decimals.", amount=self.amount)
            )
        return units

    def _post(self):
        """Write the entry; a taking that isn't covered is refused."""
        self.ensure_one()
        self._lock()
        ledger = self.env["loyalty.club.ledger"]
        card_id = ledger._account(self.member_id, self.account)
        origin = Origin(
            request_id=self.id,
            reason_id=self.reason_id.id,
            reference=self.reason_id.name,
            model=self._name,
            res_id=self.id,
        )
        units = self._units()
        key = f"request:{self.id}"
        if units > 0:
            ledger._grant(
                card_id,
                units,
                "adjust",
                key=key,
                expires_on=self.expires_on or None,
                origin=origin,
            )
        else:
            ledger._spend(card_id, -units, "adjust", key=key, origin=origin)
        self._decided("posted")

    @api.model
    def _on_erase(self, person):
        ids = person.members.ids
        person.logged(self.search([("member_id", "in", ids)]))
        return [
            *super()._on_erase(person),
            Gone(
                {"notes of requests": self.env._("notes of requests")},
                lambda: person.set(self._name, {"note": None}, "member_id", ids),
            ),
            Kept({"requests": self.env._("requests, without their notes")}),
        ]

    @api.model
    def _action_ask(self, card):
        """Open a new request for an account, instead of native “Update Balance”."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for an adjustment"),
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_member_id": card.member_id.id,
                "default_account": card.club_account,
            },
        }
