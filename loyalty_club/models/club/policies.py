from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.periods import ExpiryPolicy, expiry_date, same_time
from ...exceptions import ClubError

# Policies of time: what changes them asks first what that would do.
TIMES = ("expiry_mode", "expiry_count", "pending_days", "credit_expiry_days")
# Beyond it a calendar ends, and with it every sale that gives points.
LAST_YEAR = 2999


class LoyaltyClub(models.Model):
    """Policies of time that change: their units, and what a form says of them."""

    # A part of the model: times, and what they say.
    _inherit = "loyalty.club"  # pylint: disable=consider-merging-classes-inherited

    expiry_unit = fields.Char(
        compute="_compute_expiry_unit",
        help="The kind of expiry that the number on the screen is meant for.",
    )
    policy_change = fields.Text(
        compute="_compute_policy_change",
        help="How a form that isn't saved yet changes policies of a club with entries.",
    )

    # Only the screen changes it: not a dependency, or it would follow at once.
    def _compute_expiry_unit(self):
        for club in self:
            club.expiry_unit = club._origin.expiry_mode or "none"

    @api.onchange("expiry_mode")
    def _onchange_expiry_mode(self):
        """12 months become 365 days, and never 12 days."""
        self.expiry_count = same_time(
            self.expiry_count, self.expiry_unit or "none", self.expiry_mode or "none"
        )
        self.expiry_unit = self.expiry_mode

    @api.depends(*TIMES)
    def _compute_policy_change(self):
        changed = {club: club._time_changes() for club in self if club._origin}
        changed = {club: lines for club, lines in changed.items() if lines}
        begun = self.browse(club._origin.id for club in changed)._with_entries()
        for club in self:
            lines = changed.get(club) if club._origin in begun else None
            club.policy_change = lines and "\n".join(lines)

    def _time_changes(self):
        """How these policies differ from the stored ones, each in some words."""
        self.ensure_one()
        return self._origin._time_changes_to(self._times())

    def _times(self):
        """The policies of time: dict of name to value."""
        return {name: self[name] for name in TIMES}

    def _time_changes_to(self, draft):
        """How a draft differs from these policies: list of "name: before → after"."""
        self.ensure_one()
        before, after = self._times_told(self._times()), self._times_told(draft)
        return [
            self.env._(
                "%(policy)s: %(before)s → %(after)s",
                policy=policy,
                before=told,
                after=after[policy],
            )
            for policy, told in before.items()
            if told != after[policy]
        ]

    def _times_told(self, times):
        """Policies of time in words: dict of what it is about to how it is."""

        def days(count):
            return (
                self.env._("%(count)s days", count=f"{count:,}")
                if count
                else self.env._("never")
            )

        return {
            self.env._("Points expire"): self._expiry_told(
                times["expiry_mode"], times["expiry_count"]
            ),
            self.env._("Points can be used"): (
                self.env._("%(count)s days later", count=f"{times['pending_days']:,}")
                if times["pending_days"]
                else self.env._("at once")
            ),
            self.env._("Promotional credit expires"): days(times["credit_expiry_days"]),
        }

    def _expiry_told(self, mode, count):
        """When points expire, in words."""
        if mode == "none":
            return self.env._("never")
        texts = {
            "days": self.env._("%(count)s days after earning", count=f"{count:,}"),
            "months": self.env._("%(count)s months after earning", count=f"{count:,}"),
            "inactivity": self.env._(
                "after %(count)s months without activity", count=f"{count:,}"
            ),
            "end_of_month": self.env._("at the end of the month"),
            "end_of_quarter": self.env._("at the end of the quarter"),
            "end_of_year": self.env._("at the end of the year"),
        }
        later = {
            "end_of_month": self.env._(
                "at the end of the month, %(count)s months on", count=f"{count:,}"
            ),
            "end_of_quarter": self.env._(
                "at the end of the quarter, %(count)s quarters on", count=f"{count:,}"
            ),
            "end_of_year": self.env._(
                "at the end of the year, %(count)s years on", count=f"{count:,}"
            ),
        }
        return (later.get(mode) if count else None) or texts[mode]

    # ------------------------------------------------------------------ what is refused

    @api.constrains("expiry_mode", "expiry_count", "pending_days", "credit_expiry_days")
    def _check_times(self):
        for club in self:
            club._check_reach(club._times())

    def _check_reach(self, times):
        """Refuse times beyond any calendar: they would stop every sale.

        :raises ValidationError:
        """
        self.ensure_one()
        policy = ExpiryPolicy(
            times["expiry_mode"], times["expiry_count"], self.calendar
        )
        try:
            usable = self._today() + timedelta(days=times["pending_days"])
            ends = [
                expiry_date(usable, policy) or usable,
                usable + timedelta(days=times["credit_expiry_days"]),
            ]
            reached = max(ends).year <= LAST_YEAR
        except (OverflowError, ValueError):
            reached = False
        if not reached:
            raise ValidationError(self.env._("These days, months or years never end."))

    def _with_expiry_number(self, vals):
        """``vals`` of a write, with a number that fits the unit of expiry.

        :raises ClubError: invalid_payload
        """
        if "expiry_mode" in vals:
            self._check_expiry_number(vals)
            if vals["expiry_mode"] == "none":
                # A number without a unit would be read in the next one.
                return {**vals, "expiry_count": 0}
        return vals

    def _check_expiry_number(self, vals):
        """Refuse another unit for a number that means something else in it.

        :raises ClubError: invalid_payload
        """
        mode = vals["expiry_mode"]
        known = self._fields["expiry_mode"].get_values(self.env)
        if "expiry_count" in vals or mode == "none" or mode not in known:
            return
        for club in self:
            unit, count = club.expiry_mode, club.expiry_count
            if unit == mode or not (count or unit != "none"):
                continue
            if unit == "none" or same_time(count, unit, mode) != count:
                raise ClubError(
                    "invalid_payload",
                    self.env._(
                        "expiry_count: %(count)s was meant for “%(before)s”; say the "
                        "number for “%(after)s” too.",
                        count=count,
                        before=club._mode_label(unit),
                        after=club._mode_label(mode),
                    ),
                )

    def _mode_label(self, mode):
        labels = dict(self._fields["expiry_mode"]._description_selection(self.env))
        return labels.get(mode, mode)
