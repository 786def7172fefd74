from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ...clock import now
from ...engine.amounts import to_units
from ...engine.identifiers import mobile_e164
from ...engine.periods import (
    ExpiryPolicy,
    QualificationPolicy,
    local_day,
    period_end,
    period_start,
)
from ...ledger import SCALE
from ...rights import check_finite, raised
from ...words import say_in_all_languages

ACCOUNTS = [
    ("points", "Points"),
    ("wallet", "Wallet"),
    ("credit", "Promotional credit"),
]
PROGRAM_TYPES = {"points": "loyalty", "wallet": "ewallet", "credit": "ewallet"}
# Policies that rank members; once members have tiers they change through the preview.
RANKING = {
    "qualify_measure",
    "qualify_period",
    "qualify_months",
    "tier_downgrade",
    "tier_grace_days",
    "tier_validity_months",
}


# How far the daily jobs have got.
JOBS = {"requalify_day", "requalify_last_id", "birthday_day", "birthday_until"}


class LoyaltyClub(models.Model):
    """One loyalty scheme of a company and its branches, and its policies."""

    _name = "loyalty.club"
    _description = "Loyalty Club"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Short name that integrators use to say which club they mean.",
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company.root_id,
        help="The club serves this company and all its branches.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    calendar = fields.Selection(
        [("gregorian", "Gregorian"), ("jalali", "Jalali")],
        required=True,
        default=lambda self: self._default_calendar(),
        help="The calendar in which months, quarters, years and birthdays are counted.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=lambda self: self._default_tz(),
        help="Days of this club begin at midnight here.",
    )

    # Also archived ones: where one slipped through, accounts are still kept by it.
    program_ids = fields.One2many(
        "loyalty.program",
        "club_id",
        readonly=True,
        context={"active_test": False},
    )
    problem = fields.Char(
        compute="_compute_problem",
        help="Rules and rewards that can't be used as they are, and are skipped.",
    )
    points_program_id = fields.Many2one(
        "loyalty.program", compute="_compute_programs", string="Points program"
    )
    wallet_program_id = fields.Many2one(
        "loyalty.program", compute="_compute_programs", string="Wallet program"
    )
    credit_program_id = fields.Many2one(
        "loyalty.program", compute="_compute_programs", string="Credit program"
    )

    # Earning
    earn_on = fields.Selection(
        [
            ("paid", "For what is received, as it comes"),
            ("whole", "As a whole, when they are paid"),
            ("posted", "As a whole, when they are posted"),
        ],
        string="Invoices earn",
        required=True,
        default="paid",
        help="Received is money. What is written off, or deducted for paying early, "
        "isn't; where invoices earn as a whole it counts all the same.",
    )
    pending_days = fields.Integer(
        help="Points can be used this many days after the purchase. Set it to the "
        "shop's return window, so that returned goods never leave spent points.",
    )
    late_counts = fields.Selection(
        [
            ("told", "When the club learned of it"),
            ("sold", "On the day that it says"),
        ],
        string="A purchase that is told late",
        required=True,
        default="told",
        help="From which day its points wait, and which day's limits it uses up. Who "
        "tells it says when it was: by the first choice nobody gets points sooner, or "
        "more of them, by saying an earlier day.",
    )
    late_days = fields.Integer(
        string="Told at most (days) later",
        default=90,
        help="Older purchases are refused at the API; a till's order and an invoice "
        "are saved, count as of now, and are listed.",
    )
    clawback = fields.Selection(
        [
            ("debt", "Stop at zero and take the rest from the next points"),
            ("negative", "Let the balance go below zero"),
        ],
        string="Returned after spending",
        required=True,
        default="debt",
        help="What happens when points of returned goods were already spent.",
    )
    give_back_grace_days = fields.Integer(
        string="Days of grace",
        default=30,
        help="Points that come back after they expired can be used for so many days.",
    )
    welcome_points = fields.Integer()
    welcome_credit = fields.Monetary()

    # Expiry of points
    expiry_mode = fields.Selection(
        [
            ("none", "Never"),
            ("days", "Days after earning"),
            ("months", "Months after earning"),
            ("end_of_month", "At the end of a month"),
            ("end_of_quarter", "At the end of a quarter"),
            ("end_of_year", "At the end of a year"),
            ("inactivity", "Months without activity"),
        ],
        string="Points expire",
        required=True,
        default="none",
    )
    expiry_count = fields.Integer(
        string="Expire after",
        help="Days or months after earning, or whole months, quarters or years that "
        "still follow the one in which the points were earned.",
    )
    idle_reset_earn = fields.Boolean("Earning counts as activity", default=True)
    idle_reset_spend = fields.Boolean("Spending counts as activity", default=True)
    credit_expiry_days = fields.Integer(
        string="Credit expires after", default=90, help="Days; 0 means never."
    )
    credit_use = fields.Selection(
        [("payment", "A payment"), ("reduction", "A price reduction")],
        compute="_compute_credit_use",
        inverse="_inverse_credit_use",
        string="Spending credit is",
    )

    # Limits
    transfer_max = fields.Integer(
        string="Largest transfer",
        help="Points one member can give another at once; 0 means no limit.",
    )
    transfer_max_month = fields.Integer(
        string="Transfers in a month",
        help="Points a member can give away in one month; 0 means no limit.",
    )
    cap_desk_points = fields.Integer("Desk: points", default=0)
    cap_desk_money = fields.Monetary("Desk: money", default=0)
    cap_manager_points = fields.Integer("Manager: points", default=10000)
    cap_manager_money = fields.Monetary("Manager: money")
    cap_integration_points = fields.Integer("Integration: points", default=1000)
    cap_integration_money = fields.Monetary("Integration: money")

    # Tiers
    tier_ids = fields.One2many("loyalty.club.tier", "club_id")
    qualify_measure = fields.Selection(
        [
            ("status", "Status points"),
            ("spend", "Money spent"),
            ("visits", "Visits"),
        ],
        string="Tiers count",
        required=True,
        default="status",
    )
    qualify_period = fields.Selection(
        [
            ("rolling", "The last months"),
            ("month", "Each month"),
            ("quarter", "Each quarter"),
            ("year", "Each year"),
            ("anniversary", "Each membership year"),
            ("lifetime", "Since joining"),
        ],
        string="Counted over",
        required=True,
        default="rolling",
    )
    qualify_months = fields.Integer(string="Months", default=12)
    tier_downgrade = fields.Selection(
        [
            ("none", "Never"),
            ("one_step", "One tier at a time"),
            ("deserved", "To the tier that is deserved"),
        ],
        string="Moving down",
        required=True,
        default="one_step",
    )
    tier_grace_days = fields.Integer(string="Grace before moving down", default=30)
    tier_validity_months = fields.Integer(
        string="A tier is kept for at least",
        help="Months from reaching a tier in which nobody moves down.",
    )

    member_ids = fields.One2many("loyalty.club.member", "club_id")
    member_count = fields.Integer(compute="_compute_member_count")
    has_ranked_members = fields.Boolean(
        compute="_compute_has_ranked_members",
        help="Then the rules of the tiers change through their preview.",
    )

    _code_uniq = models.UniqueIndex(
        "(company_id, code)", "Another club of this company has the same code."
    )
    _counts_positive = models.Constraint(
        """CHECK (pending_days >= 0 AND late_days >= 0 AND expiry_count >= 0
            AND credit_expiry_days >= 0 AND give_back_grace_days >= 0
            AND transfer_max >= 0
            AND transfer_max_month >= 0 AND qualify_months > 0
            AND tier_grace_days >= 0 AND tier_validity_months >= 0
            AND welcome_points >= 0 AND welcome_credit >= 0)""",
        "Days, months and limits of a club can't be negative.",
    )

    @api.model
    def _default_calendar(self):
        country = self.env.company.country_id.code
        return "jalali" if country in ("IR", "AF") else "gregorian"

    @api.model
    def _counts_in_jalali(self):
        """Whether the club of the user's company counts in Jalali days."""
        company = self.env.company
        # The calendar alone, also for who has no rights in the club.
        clubs_sudo = self.sudo().search([("company_id", "parent_of", company.id)])
        own = clubs_sudo.filtered(lambda club: club.company_id == company)
        return (own or clubs_sudo)[:1].calendar == "jalali"

    def _taken_over_words(self):
        """What closes the native history of an account that the club takes over."""
        self.ensure_one()
        return self.env._("Carried over to %(club)s", club=self.name)

    @api.model
    def _default_tz(self):
        if self.env.company.country_id.code == "IR":
            return "Asia/Tehran"
        return self.env.user.tz or "UTC"

    @api.depends("company_id")
    def _compute_currency_id(self):
        begun = self._origin._with_entries()
        for club in self:
            # What is counted already stays in its money, whoever owns the club.
            if club._origin not in begun:
                club.currency_id = club.company_id.currency_id

    @api.depends("program_ids.club_account")
    def _compute_programs(self):
        for club in self:
            by_account = {p.club_account: p for p in club.program_ids}
            none = self.env["loyalty.program"]
            club.points_program_id = by_account.get("points", none)
            club.wallet_program_id = by_account.get("wallet", none)
            club.credit_program_id = by_account.get("credit", none)

    @api.depends("program_ids.club_problem", "program_ids.active")
    def _compute_problem(self):
        for club in self:
            archived = club.program_ids.filtered(lambda program: not program.active)
            sentences = [
                self.env._("%(program)s is archived: it gives nothing.", program=p.name)
                for p in archived
            ]
            sentences += club.program_ids.filtered("club_problem").mapped(
                "club_problem"
            )
            club.problem = " ".join(sentences)

    @api.depends("program_ids.club_use")
    def _compute_credit_use(self):
        for club in self:
            club.credit_use = club.credit_program_id.club_use

    def _inverse_credit_use(self):
        for club in self:
            club.credit_program_id.club_use = club.credit_use

    def _compute_member_count(self):
        counts = dict(
            self.env["loyalty.club.member"]._read_group(
                [("club_id", "in", self.ids)], ["club_id"], ["__count"]
            )
        )
        for club in self:
            club.member_count = counts.get(club, 0)

    def _compute_has_ranked_members(self):
        ranked = self.env["loyalty.club.member"]._read_group(
            [("club_id", "in", self.ids), ("tier_id", "!=", False)], ["club_id"]
        )
        with_ranks = {club for (club,) in ranked}
        for club in self:
            club.has_ranked_members = club in with_ranks

    @api.constrains("currency_id")
    def _check_currency(self):
        for club in self:
            if club.currency_id.decimal_places > SCALE:
                raise ValidationError(
                    self.env._(
                        "%(currency)s has more decimals than a club can count.",
                        currency=club.currency_id.name,
                    )
                )

    @api.constrains("expiry_mode", "expiry_count")
    def _check_expiry(self):
        for club in self:
            if (
                club.expiry_mode in ("days", "months", "inactivity")
                and not club.expiry_count
            ):
                raise ValidationError(
                    self.env._("Say after how many days or months points expire.")
                )

    def _check_given(self, vals):
        """Refuse values that nobody may give a club, or this caller may not.

        :raises ClubError: invalid_payload
        :raises AccessError:
        """
        check_finite(self, vals)
        if not self.env.su and JOBS & vals.keys():
            raise AccessError(
                self.env._("How far a daily job has got is nobody's to say.")
            )
        self._check_limits(vals)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self.browse()._check_given(vals)
        clubs = super(LoyaltyClub, self._heard()).create(vals_list)
        for club in clubs:
            club._create_missing_programs()
        return clubs.with_env(self.env)

    def write(self, vals):
        vals = self._with_expiry_number(vals)
        for club in self:
            club._check_given(vals)
        if RANKING & vals.keys():
            self.tier_ids._check_published()
        sizes = {}
        if "currency_id" in vals:
            sizes = self._sizes_before(vals["currency_id"])
        res = super(LoyaltyClub, self._heard()).write(vals)
        for club, size in sizes.items():
            club._follow_currency(size)
        if "qualify_measure" in vals:
            # What was counted so far was another measure: sum the purchases again.
            # The club's own doing.
            Member_sudo = raised(self.env["loyalty.club.member"])
            Member_sudo.search(
                [("club_id", "in", self.ids), ("qualified_from", "!=", False)]
            ).write({"qualified_from": False})
        return res

    # ------------------------------------------------------------------ currency

    def _with_entries(self):
        """Those of these clubs whose ledger has begun."""
        # Whoever changes a company or club may not read its ledger.
        rows = (
            self.env["loyalty.club.entry"]
            .sudo()
            ._read_group([("club_id", "in", self.ids)], ["club_id"])
        )
        return self.browse(club.id for (club,) in rows)

    def _sizes_before(self, currency_id):
        """What the clubs that get another currency counted in: dict of club to int.

        :raises UserError: the ledger of one has begun
        """
        changed = self.filtered(lambda club: club.currency_id.id != currency_id)
        if begun := changed._with_entries():
            raise UserError(
                self.env._(
                    "%(club)s has entries in %(currency)s: its currency can't be "
                    "changed any more.",
                    club=begun[0].name,
                    currency=begun[0].currency_id.name,
                )
            )
        return {club: club._money_size() for club in changed}

    def _follow_currency(self, size_before):
        """Let programs and amounts of an empty club follow its new currency.

        A gift of 5 euros becomes one of 500,000 rial.

        :param size_before: what the club counted in
        """
        self.ensure_one()
        # Managers of the club need no right on Odoo's own loyalty programs.
        programs_sudo = self.program_ids.sudo()
        programs_sudo.currency_id = self.currency_id
        times = self._money_size() / size_before
        if times == 1:
            return
        money = [
            name
            for name, field in self._fields.items()
            if field.type == "monetary" and field.store and not field.compute
        ]
        # The same amounts in other money: no cap is raised by that.
        raised(self).write({name: self[name] * times for name in money})
        points_sudo = programs_sudo.filtered(lambda p: p.club_account == "points")
        for rule_sudo in points_sudo.rule_ids:
            rule_sudo.club_per_amount *= times
            rule_sudo.minimum_amount *= times
        for reward_sudo in points_sudo.reward_ids:
            if reward_sudo.discount_mode != "percent":
                reward_sudo.discount *= times
            reward_sudo.discount_max_amount *= times

    def _create_missing_programs(self):
        """Give the club a program for each account it has none for."""
        self.ensure_one()
        missing = {a for a, _label in ACCOUNTS} - set(
            self.program_ids.mapped("club_account")
        )
        # Managers of the club need no right on Odoo's own loyalty programs.
        Program_sudo = raised(self.env["loyalty.program"])
        defaults = Program_sudo.with_company(
            self.company_id
        )._program_type_default_values()
        for account, program_type in PROGRAM_TYPES.items():
            if account in missing:
                program_sudo = Program_sudo.with_context(
                    program_type=program_type
                ).create({**defaults[program_type], **self._program_values(account)})
                program_sudo.reward_ids._club_describe()
        self.invalidate_recordset(["program_ids"])
        if missing:
            self._say_program_names(missing)

    def _program_names(self):
        """The names of the club's own programs: dict of account to text."""
        return {
            "points": self.env._("%(club)s points", club=self.name),
            "wallet": self.env._("%(club)s wallet", club=self.name),
            "credit": self.env._("%(club)s credit", club=self.name),
        }

    def _say_program_names(self, accounts=tuple(PROGRAM_TYPES)):
        """Name programs that the club made itself, and points, in all languages."""
        programs_sudo = raised(self.program_ids)  # see _create_missing_programs
        programs_sudo = programs_sudo.filtered(
            lambda program: program.club_account in accounts
        )
        say_in_all_languages(
            programs_sudo,
            "name",
            lambda program: program.club_id._program_names()[program.club_account],
        )
        say_in_all_languages(
            programs_sudo.filtered(lambda program: program.club_account == "points"),
            "portal_point_name",
            lambda program: program.env._("points"),
        )

    def _program_values(self, account):
        """What a new program of the club has instead of the native defaults."""
        values = {
            "name": self._program_names()[account],
            "program_type": PROGRAM_TYPES[account],
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "portal_visible": True,
            "portal_point_name": self.currency_id.symbol,
            "communication_plan_ids": [],
            "club_id": self.id,
            "club_account": account,
            **self._on_channels(),
        }
        if account == "points":
            values["portal_point_name"] = self.env._("points")
            values["rule_ids"] = [
                (
                    0,
                    0,
                    {
                        "reward_point_mode": "money",
                        "reward_point_amount": 1,
                        "club_per_amount": self._default_step(),
                    },
                )
            ]
            # Any part of the points can be spent: a hundredth of what earned them.
            values["reward_ids"] = [
                (
                    0,
                    0,
                    {
                        "reward_type": "discount",
                        "discount_mode": "per_point",
                        "discount": self._default_step() / 100,
                        "required_points": 1,
                    },
                )
            ]
        elif account == "credit":
            values["rule_ids"] = []  # nobody buys promotional credit
        return values

    def _on_channels(self):
        """Which ways of selling a managed program is open to: a hook.

        A till or web shop computes points itself: it takes part with an addon of its
        own, which opens it here, or leaves it to the shop by taking its field out.

        :return: dict of a field of programs ("…_ok") to whether it is open
        """
        fields_ = self.env["loyalty.program"]._fields
        return {name: False for name in fields_ if name.endswith("_ok")}

    def _default_step(self):
        """Money that gives a point in a new club."""
        return self._money_size()

    def _money_size(self):
        """About one euro in the club's money, as a round amount: what is counted in."""
        self.ensure_one()
        return self.currency_id._club_size(self.company_id)

    # What the engine wants to know

    def _today(self):
        """The club's current day: a date in its own time zone."""
        self.ensure_one()
        return self._day(now(self.env))

    def _running_month(self):
        """First and last day of the month of the club's calendar."""
        start = period_start(self._today(), "month", self.calendar)
        return start, period_end(start, "month", self.calendar)

    def _day(self, moment):
        """The club's day at ``moment`` (naive UTC)."""
        self.ensure_one()
        return local_day(moment, self.tz)

    def _expiry_policy(self):
        self.ensure_one()
        return ExpiryPolicy(
            mode=self.expiry_mode, count=self.expiry_count, calendar=self.calendar
        )

    def _qualification_policy(self):
        self.ensure_one()
        return QualificationPolicy(
            period=self.qualify_period,
            months=self.qualify_months,
            calendar=self.calendar,
        )

    def _pending_until(self, day):
        """The first day on which points of a purchase on ``day`` can be spent.

        They wait from when the club learns of it, or as its policy says.
        """
        self.ensure_one()
        if self.late_counts == "told":
            day = max(day, self._today())
        return day + timedelta(days=self.pending_days)

    def _is_too_late(self, moment):
        """Whether it is too late to tell of something at ``moment`` (naive UTC)."""
        self.ensure_one()
        return moment < now(self.env) - timedelta(days=self.late_days)

    def _program(self, account):
        """The club's program of an account kind: 'points', 'wallet' or 'credit'."""
        self.ensure_one()
        return self[f"{account}_program_id"]

    def _digits(self, account):
        """Decimals of the account's smallest unit."""
        self.ensure_one()
        return 0 if account == "points" else self.currency_id.decimal_places

    def _tiers(self):
        """The club's tiers, lowest first: the order that the engine's indexes mean."""
        self.ensure_one()
        return self.tier_ids.sorted(lambda tier: (tier.threshold, tier.id))

    def _country(self):
        """Where the club is: whose mobiles are written without a country code.

        Whoever works for a branch alone may not read the company above it. Without a
        club there is no country.
        """
        company_sudo = self.company_id.sudo()  # the country of their own club
        return company_sudo.country_id

    def _mobile(self, text):
        """E.164 of a mobile in any spelling, or None."""
        self.ensure_one()
        country = self._country()
        return mobile_e164(text, country.code or None, country.phone_code or None)

    def _welcome_units(self, account):
        """Units that a new member gets in an account."""
        self.ensure_one()
        if account == "points":
            return self.welcome_points
        return to_units(self.welcome_credit, self._digits(account))

    def action_open_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_club.action_member"
        )
        action["domain"] = [("club_id", "=", self.id)]
        action["context"] = {"default_club_id": self.id}
        return action
