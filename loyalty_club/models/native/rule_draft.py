import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...exceptions import ClubError
from ...rights import link, links, raised, scalars

# What decides over what a rule gives: plain values, and what it is about.
PLAIN = (
    "club_mode",
    "reward_point_amount",
    "club_per_amount",
    "club_factor",
    "club_multiplied",
    "club_status",
    "club_base_tax",
    "club_base_discount",
    "club_rounding",
    "club_full_steps",
    "club_full_price",
    "club_cap_purchase",
    "club_cap_day",
    "club_cap_month",
    "minimum_qty",
    "minimum_amount",
    "minimum_amount_tax_mode",
    "product_domain",
)
ONE = ("product_category_id", "product_tag_id")
MANY = (
    "product_ids",
    "club_tier_ids",
    "club_excluded_product_ids",
    "club_excluded_category_ids",
)


class LoyaltyRule(models.Model):
    """A rule as a form has it before it is saved: what it would give, and gave."""

    _inherit = "loyalty.rule"

    club_was = fields.Char(
        compute="_compute_club_was",
        help="What the rule gives until a form that changes it is saved, where the "
        "club has given points already.",
    )

    @api.depends_context("lang")
    @api.depends("club_account", *PLAIN, *ONE, *MANY)
    def _compute_club_was(self):
        changed = self.filtered(
            lambda rule: rule.club_account == "points" and rule._club_is_changed()
        )
        # Who keeps programs may not read clubs.
        begun_sudo = changed.program_id.sudo().club_id._with_entries()
        for rule in self:
            living = rule in changed and rule.program_id.sudo().club_id in begun_sudo
            rule.club_was = living and rule._origin.club_sentence

    def _club_is_changed(self):
        """Whether a form would change what a saved rule gives."""
        self.ensure_one()
        saved = self._origin
        if not saved or saved == self:
            return False
        return any(
            (self[name]._origin if name in (*ONE, *MANY) else self[name]) != saved[name]
            for name in (*PLAIN, *ONE, *MANY)
        )

    def _club_draft(self, program, changes):
        """This rule with the changes of a form; without one a new rule of a program.

        It is in memory alone, and earns as a saved one does.

        :param changes: dict of field to value; what doesn't decide over points is
            left out, what the caller may not read is refused
        :return: the draft, as superuser
        :raises ClubError: invalid_payload
        :raises ValidationError: nothing can be earned by it
        """
        values = scalars(self, changes, PLAIN)
        for name, value in values.items():
            self._club_check_plain(name, value)
        for name in ONE:
            values |= link(self, changes, name)
        for name in MANY:
            values |= links(self, changes, name)
        Rule_sudo = raised(self.browse())
        if self:
            # All drafts of one rule are one record in memory: forget an earlier one.
            Rule_sudo.new(origin=raised(self)).invalidate_recordset(flush=False)
            draft_sudo = Rule_sudo.new(values, origin=raised(self))
        else:
            defaults = Rule_sudo.default_get([*PLAIN, "active"])
            draft_sudo = Rule_sudo.new({**defaults, **values, "program_id": program.id})
        if problem := draft_sudo._club_problem():
            raise ValidationError(problem)
        return draft_sudo

    def _club_check_plain(self, name, value):
        """Refuse what isn't a value of this field that a rule could be saved with."""
        field = self._fields[name]
        if field.type == "selection":
            sound = value in field.get_values(self.env)
        elif field.type == "boolean":
            sound = isinstance(value, bool)
        elif field.type == "char":
            sound = isinstance(value, str) or value in (False, None)
        else:
            sound = value in (False, None) or (
                type(value) in (int, float) and math.isfinite(value) and value >= 0
            )
        if not sound:
            raise ClubError(
                "invalid_payload",
                self.env._("%(field)s: this is no value for it", field=name),
            )
