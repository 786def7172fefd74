import json
from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..amounts import AMOUNT
from ..engine import tiering
from ..engine.amounts import scaled, unscaled
from ..engine.periods import QualificationPolicy, qualification_window
from ..models.club.club import RANKING
from ..models.member.tier import PUBLISH
from ..models.member.tiers import Ladder
from ..rights import raised

BATCH = 5000
SHOWN = 200
TIER_VALUES = (
    "name", "code", "threshold", "multiplier", "pricelist_id", "welcome_points",
    "birthday_points", "icon", "color",
)  # fmt: skip
# No real threshold: tiers that swap theirs wait there for a moment.
ASIDE = 10**15


class LoyaltyClubTierPublish(models.TransientModel):
    """New rules for tiers as a draft: who would move is seen before they apply.

    The draft starts as the club's present rules. *Preview* evaluates every member by
    the draft and writes nothing; *Publish* applies exactly the draft that was previewed
    and evaluates everybody by it.
    """

    _name = "loyalty.club.tier.publish"
    _description = "Change of Tier Rules"
    _club_proposed = frozenset({"club_id"})

    club_id = fields.Many2one("loyalty.club", required=True, readonly=True)
    line_ids = fields.One2many(
        "loyalty.club.tier.publish.line", "publish_id", string="Tiers"
    )
    qualify_measure = fields.Selection(
        selection=lambda self: self._choices("qualify_measure"),
        string="Tiers count",
        required=True,
    )
    qualify_period = fields.Selection(
        selection=lambda self: self._choices("qualify_period"),
        string="Counted over",
        required=True,
    )
    qualify_months = fields.Integer("Months")
    tier_downgrade = fields.Selection(
        selection=lambda self: self._choices("tier_downgrade"),
        string="Moving down",
        required=True,
    )
    tier_grace_days = fields.Integer("Grace before moving down")
    tier_validity_months = fields.Integer("A tier is kept for at least")

    previewed = fields.Text(readonly=True, help="The draft that the preview shows.")
    is_previewed = fields.Boolean(compute="_compute_is_previewed")
    member_count = fields.Integer("Members evaluated", readonly=True)
    up_count = fields.Integer("Move up", readonly=True)
    down_count = fields.Integer("Move down", readonly=True)
    kept_count = fields.Integer(
        "Keep more than they reach",
        readonly=True,
        help="Members below their tier who stay in it for now: by its validity, by "
        "days of grace, or because nobody moves down.",
    )
    bonus_points = fields.Integer(
        "Welcome points, at most",
        readonly=True,
        help="What tiers give to those who move up; who had a bonus before gets none.",
    )
    move_ids = fields.One2many(
        "loyalty.club.tier.publish.move", "publish_id", readonly=True
    )
    member_ids = fields.One2many(
        "loyalty.club.tier.publish.member",
        "publish_id",
        string="Who moves",
        readonly=True,
    )

    def _choices(self, name):
        club_field = self.env["loyalty.club"]._fields[name]
        return club_field._description_selection(self.env)

    # ------------------------------------------------------------------ the draft

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        club_id = values.get("club_id") or self.env.context.get("default_club_id")
        if not club_id:
            return values
        club = self.env["loyalty.club"].browse(club_id)
        present = {name: club[name] for name in RANKING}
        present["line_ids"] = [
            Command.create(self.line_ids._values_of(tier)) for tier in club._tiers()
        ]
        wanted = {name: value for name, value in present.items() if name in fields}
        return {**values, **wanted}

    @api.depends("previewed", *RANKING, *(f"line_ids.{name}" for name in TIER_VALUES))
    def _compute_is_previewed(self):
        for draft in self:
            draft.is_previewed = draft.previewed and draft.previewed == draft._text()

    def _text(self):
        """All of the draft, to see whether it is still the one that was previewed."""
        self.ensure_one()
        lines = [line._draft() for line in self._ladder_lines()]
        policies = {name: self[name] for name in sorted(RANKING)}
        return json.dumps([policies, lines], sort_keys=True, default=str)

    def _ladder_lines(self):
        """The draft's tiers, lowest first: the order that indexes mean."""
        return self.line_ids.sorted(lambda line: (line.threshold, line._origin.id or 0))

    def _check_may(self):
        self.ensure_one()
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(
                self.env._("Only a manager of the club changes the rules of its tiers.")
            )
        self.club_id.check_access("write")

    def _check_draft(self):
        thresholds = [scaled(line.threshold) for line in self.line_ids]
        if len(set(thresholds)) < len(thresholds):
            raise UserError(self.env._("Two tiers can't have the same threshold."))
        codes = self.line_ids.mapped("code")
        if len(set(codes)) < len(codes):
            raise UserError(self.env._("Two tiers can't have the same code."))
        present = self.line_ids.filtered("tier_id")
        if (
            len(present.tier_id) < len(present)
            or present.tier_id.club_id - self.club_id
        ):
            raise UserError(self.env._("Each tier of this club is changed once."))

    # ------------------------------------------------------------------ preview

    def action_preview(self):
        """Evaluate every member by the draft; nothing but the draft is written."""
        self._check_may()
        self._check_draft()
        # Members of all branches are evaluated, whichever the manager works in.
        raised(self)._preview()
        return self._reopen()

    def _preview(self):
        lines = self._ladder_lines()
        ladder = self._draft_ladder(lines)
        totals, pairs, shown = Counter(), Counter(), []
        for member_id, current, value, decision in self._decisions(ladder):
            totals["member"] += 1
            target = lines[decision.index] if decision.index >= 0 else lines.browse()
            if tiering.deserved(ladder.rules, value) < decision.index:
                totals["kept"] += 1
            stays = target.tier_id.id == current if target else not current
            if stays:
                continue
            direction = self._direction(ladder, current, decision)
            totals[direction] += 1
            if direction == "up":
                totals["bonus"] += target.welcome_points
            pairs[current, target.id or None, direction] += 1
            if len(shown) < SHOWN:
                shown.append((member_id, current, target.id or None, direction, value))
        self._show(totals, pairs, shown)

    def _draft_ladder(self, lines):
        """The draft as the engine ranks it, with a place for every tier of today."""
        rules = [
            tiering.TierRule(code=line.code, threshold=scaled(line.threshold))
            for line in lines
        ]
        places = {line.tier_id.id: i for i, line in enumerate(lines) if line.tier_id}
        for tier in self.club_id.with_context(active_test=False).tier_ids:
            if tier.id not in places:
                places[tier.id] = tiering.deserved(rules, scaled(tier.threshold))
        policy = tiering.TierPolicy(self.tier_downgrade, self.tier_grace_days)
        return Ladder(rules, policy, places)

    def _decisions(self, ladder):
        """What would become of each member: (member id, tier id, value, decision)."""
        Member = self.env["loyalty.club.member"]
        today = self.club_id._today()
        policy = QualificationPolicy(
            period=self.qualify_period,
            months=self.qualify_months,
            calendar=self.club_id.calendar,
        )
        last_id = 0
        while members := Member._batch(self.club_id, last_id, BATCH):
            last_id = members[-1].id
            windows = {
                member.id: qualification_window(today, policy, member.joined_on)
                for member in members
            }
            sums = Member._sum_purchases(windows, self.qualify_measure)
            for member_id, current, *state in Member._tier_states(sums):
                value = sums[member_id]
                yield (
                    member_id,
                    current,
                    value,
                    ladder.decide(current, value, today, *state),
                )
            Member.invalidate_model()  # or the cache would grow to all members

    def _direction(self, ladder, current, decision):
        if decision.reason in ("upgrade", "downgrade"):
            return {"upgrade": "up", "downgrade": "down"}[decision.reason]
        # Their tier is taken away: they go to the one at or below where it stood.
        tier = self.env["loyalty.club.tier"].browse(current)
        stood = scaled(tier.threshold)
        same = decision.index >= 0 and ladder.rules[decision.index].threshold == stood
        return "same" if same else "down"

    def _show(self, totals, pairs, shown):
        self.move_ids.unlink()
        self.member_ids.unlink()
        self.write(
            {
                "previewed": self._text(),
                "member_count": totals["member"],
                "up_count": totals["up"],
                "down_count": totals["down"],
                "kept_count": totals["kept"],
                "bonus_points": totals["bonus"],
                "move_ids": [
                    Command.create(
                        {
                            "from_tier_id": current,
                            "to_line_id": line_id,
                            "direction": direction,
                            "count": count,
                        }
                    )
                    for (current, line_id, direction), count in pairs.most_common()
                ],
                "member_ids": [
                    Command.create(
                        {
                            "member_id": member_id,
                            "from_tier_id": current,
                            "to_line_id": line_id,
                            "direction": direction,
                            "value": unscaled(value),
                        }
                    )
                    for member_id, current, line_id, direction, value in shown
                ],
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change tier rules"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # ------------------------------------------------------------------ publishing

    def action_publish(self):
        """Apply the draft that was previewed, and evaluate everybody by it."""
        self._check_may()
        self._check_draft()
        if not self.is_previewed:
            raise UserError(
                self.env._("Preview these rules first: you see who moves by them.")
            )
        # Rules and tiers are the manager's to change; moves are the club's own doing.
        raised(self)._publish()
        return {"type": "ir.actions.act_window_close"}

    def _publish(self):
        club = self.club_id.with_context(loyalty_club_publish=PUBLISH)
        self._publish_tiers(club)
        club.write({name: self[name] for name in RANKING if self[name] != club[name]})
        self.env.flush_all()
        club = self.club_id
        club.invalidate_recordset(["tier_ids"])
        Member = self.env["loyalty.club.member"]
        last_id = 0
        while last_id is not None:
            _done, last_id = Member._requalify_batch(
                club, last_id, BATCH, reason="rules"
            )
            self.env.flush_all()
            Member.invalidate_model()
        club.message_post(body=self._log_words())

    def _publish_tiers(self, club):
        """Make the club's tiers those of the draft; removed ones are archived.

        Thresholds are unique: those that change are put aside first, so that two tiers
        can swap theirs.
        """
        kept = self.line_ids.tier_id
        tiers = club.with_context(active_test=False).tier_ids
        (tiers.filtered("active") - kept).write({"active": False})
        for tier in tiers & kept:
            tier.threshold = ASIDE + tier.id
        self.env.flush_all()
        archived = {tier.code: tier for tier in tiers - kept}
        for line in self._ladder_lines():
            values = {**line._draft(), "active": True}
            tier = (tiers & line.tier_id) or archived.get(line.code)
            if tier:
                tier.write(values)
            else:
                tier = tiers.create({**values, "club_id": club.id})
            line.tier_id = tier

    def _log_words(self):
        """What the club's log says about the change."""
        return self.env._(
            "Tier rules changed: of %(members)s members %(up)s moved up and %(down)s "
            "moved down.",
            members=self.member_count,
            up=self.up_count,
            down=self.down_count,
        )


class LoyaltyClubTierPublishLine(models.TransientModel):
    """One tier of the draft; without ``tier_id`` it is a new one."""

    _name = "loyalty.club.tier.publish.line"
    _description = "Tier in a Change of Rules"
    _order = "threshold, id"
    _rec_name = "name"

    publish_id = fields.Many2one(
        "loyalty.club.tier.publish", required=True, index=True, ondelete="cascade"
    )
    club_id = fields.Many2one(related="publish_id.club_id")
    company_id = fields.Many2one(related="club_id.company_id")
    tier_id = fields.Many2one("loyalty.club.tier", ondelete="cascade")
    name = fields.Char(required=True)
    code = fields.Char(required=True)
    threshold = fields.Float("From", required=True, **AMOUNT)
    multiplier = fields.Float(digits=(6, 3), default=1)
    pricelist_id = fields.Many2one(
        "product.pricelist",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    welcome_points = fields.Integer()
    birthday_points = fields.Integer()
    icon = fields.Selection(
        selection=lambda self: (
            self.env["loyalty.club.tier"]
            ._fields["icon"]
            ._description_selection(self.env)
        ),
        default="fa-certificate",
        required=True,
    )
    color = fields.Integer()
    member_count = fields.Integer("Members now", related="tier_id.member_count")

    _values_positive = models.Constraint(
        """CHECK (threshold >= 0 AND multiplier > 0 AND welcome_points >= 0
            AND birthday_points >= 0)""",
        "Threshold and bonuses can't be negative, and the multiplier must be positive.",
    )

    @api.model
    def _values_of(self, tier):
        values = {name: tier[name] for name in TIER_VALUES}
        return {**values, "tier_id": tier.id, "pricelist_id": tier.pricelist_id.id}

    def _draft(self):
        """The values that the tier gets."""
        values = {name: self[name] for name in TIER_VALUES}
        return {**values, "pricelist_id": self.pricelist_id.id}


class LoyaltyClubTierPublishMove(models.TransientModel):
    """How many would move from one tier to another."""

    _name = "loyalty.club.tier.publish.move"
    _description = "Moves by a Change of Rules"

    publish_id = fields.Many2one(
        "loyalty.club.tier.publish", required=True, index=True, ondelete="cascade"
    )
    from_tier_id = fields.Many2one("loyalty.club.tier", "From", ondelete="cascade")
    to_line_id = fields.Many2one(
        "loyalty.club.tier.publish.line", "To", ondelete="cascade"
    )
    direction = fields.Selection(
        [("up", "Up"), ("down", "Down"), ("same", "Replaced")], required=True
    )
    count = fields.Integer("Members")


class LoyaltyClubTierPublishMember(models.TransientModel):
    """One of the first who would move."""

    _name = "loyalty.club.tier.publish.member"
    _description = "Member Moved by a Change of Rules"

    publish_id = fields.Many2one(
        "loyalty.club.tier.publish", required=True, index=True, ondelete="cascade"
    )
    member_id = fields.Many2one("loyalty.club.member", ondelete="cascade")
    from_tier_id = fields.Many2one("loyalty.club.tier", "From", ondelete="cascade")
    to_line_id = fields.Many2one(
        "loyalty.club.tier.publish.line", "To", ondelete="cascade"
    )
    direction = fields.Selection(
        [("up", "Up"), ("down", "Down"), ("same", "Replaced")], required=True
    )
    value = fields.Float("Reached", **AMOUNT)
