from odoo import api, fields, models
from odoo.exceptions import UserError

from ...amounts import AMOUNT
from ...exceptions import ClubError
from ...rights import check_finite, raised

# What people, and integrations, give without a second person; and the welcome, which
# whoever enrols gives.
LIMITS = (
    "cap_desk_points",
    "cap_desk_money",
    "cap_manager_points",
    "cap_manager_money",
    "cap_integration_points",
    "cap_integration_money",
    "cap_month_times",
    "welcome_points",
    "welcome_credit",
)


class LoyaltyClubLimitRequest(models.Model):
    """A higher limit that one manager asks for, and another one agrees to."""

    _name = "loyalty.club.limit.request"
    _description = "Higher Limit"
    _inherit = ["loyalty.club.second.person"]
    _order = "id desc"
    _club_asked = frozenset({"club_id", "limit", "amount", "note"})
    _club_proposed = frozenset({"club_id"})

    club_id = fields.Many2one(
        "loyalty.club",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["loyalty.club"].search([], limit=1),
    )
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    limit = fields.Selection(
        selection="_limits", required=True, default="cap_desk_points"
    )
    present = fields.Float("Limit now", compute="_compute_present", **AMOUNT)
    before = fields.Float("Limit before", readonly=True, copy=False, **AMOUNT)
    amount = fields.Float("New limit", required=True, **AMOUNT)
    note = fields.Text()
    state = fields.Selection(
        [
            ("draft", "New"),
            ("waiting", "To approve"),
            ("posted", "Raised"),
            ("refused", "Refused"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "A higher limit is more than nothing."
    )

    @api.model
    def _limits(self):
        """The limits, as the club's form calls them."""
        names = self.env["loyalty.club"].fields_get(LIMITS, ["string"])
        welcome = {
            "welcome_points": self.env._("Welcome: points"),
            "welcome_credit": self.env._("Welcome: credit"),
        }
        return [(name, welcome.get(name) or names[name]["string"]) for name in LIMITS]

    @api.depends("limit")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._limits())
        for request in self:
            request.display_name = labels.get(request.limit)

    @api.depends("club_id", "limit", "state")
    def _compute_present(self):
        for request in self:
            request.present = (request.limit and request.club_id[request.limit]) or 0

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_finite(self, vals)
        return super().create(vals_list)

    def write(self, vals):
        check_finite(self, vals)
        return super().write(vals)

    @api.constrains("amount", "limit")
    def _check_whole(self):
        for request in self:
            whole = request.club_id._fields[request.limit].type == "integer"
            if whole and request.amount != int(request.amount):
                raise ClubError(
                    "invalid_payload", self.env._("amount: must be a whole number")
                )

    def action_submit(self):
        """Ask the other managers; what lowers a limit needs nobody."""
        for request in self:
            request._check_asker()
            request._check_raises()
            # State and activities are the club's to write.
            request_sudo = raised(request)
            request_sudo.write({"state": "waiting", "before": request.present})
            request_sudo._ask_deciders(self.env._("Agree to a higher limit"))
        return True

    def action_approve(self):
        """Raise the limit that somebody else asked for."""
        for request in self:
            request._check_decider()
            request_sudo = raised(request)  # decided by a manager, checked above
            request_sudo._lock()
            request_sudo._check_raises()
            request_sudo._raise_limit()
            request_sudo._decided("posted")
        return True

    def action_refuse(self):
        for request in self:
            request._check_decider()
            raised(request)._decided("refused")  # by a manager, checked above
        return True

    def _check_raises(self):
        if self.amount <= self.present:
            raise UserError(
                self.env._("This limit is that high already: it can just be changed.")
            )

    def _raise_limit(self):
        label = dict(self._limits())[self.limit]
        club, before = self.club_id, self.present
        whole = club._fields[self.limit].type == "integer"
        club.write({self.limit: int(self.amount) if whole else self.amount})
        club._note_rule(
            self.env._(
                "%(asker)s asked for a higher limit, and %(decider)s agreed",
                asker=self.user_id.name,
                decider=self.env.user.name,
            ),
            [(label, f"{before:,.10g}", f"{self.amount:,.10g}")],
        )


class LoyaltyClub(models.Model):
    _inherit = "loyalty.club"

    limit_request_ids = fields.One2many(
        "loyalty.club.limit.request",
        "club_id",
        string="Higher limits that wait",
        domain=[("state", "=", "waiting")],
        readonly=True,
    )

    def _check_limits(self, vals):
        """Nobody raises alone what people may give alone: another manager agrees.

        Nor an own limit while a new club is set up; the others are free until its
        ledger begins. Whoever administers the settings may, and is asked.

        :raises ClubError: needs_approval
        """
        if self.env.su or self.env.user.has_group("base.group_system"):
            return
        role = self.env.user._club_role()
        if not role:  # the right to write is refused later on
            return
        own = (f"cap_{role}_points", f"cap_{role}_money", "cap_month_times")
        higher = [
            name
            for name in LIMITS
            if (vals.get(name) or 0) > (self[name] if self else self._standard(name))
        ]
        if higher and not (set(own) & set(higher) or self._with_entries()):
            return
        if higher:
            raise ClubError(
                "needs_approval",
                self.env._(
                    "%(field)s: a higher limit takes a second person. Ask for it "
                    "under Limits, and another manager agrees.",
                    field=higher[0],
                ),
            )

    @api.model
    def _standard(self, name):
        """A limit of a new club."""
        default = self._fields[name].default
        return default(self) if default else 0
