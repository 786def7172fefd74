from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..exceptions import ClubError
from ..rights import raised


class LoyaltyClubPreview(models.AbstractModel):
    """A dialog that says what a form would change, before it is saved.

    ``preview`` makes it from what stands on the form: whatever it says is computed by
    then, and nothing but the dialog itself is written.
    """

    _name = "loyalty.club.preview"
    _description = "Preview"

    club_id = fields.Many2one(
        "loyalty.club", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="club_id.currency_id")

    @api.model
    def _check_may(self, club_id):
        """The club that somebody wants to change.

        :raises AccessError: they may not change it
        :raises ClubError: invalid_payload
        """
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(
                self.env._("Only a manager of the club changes what it gives.")
            )
        club = self.env["loyalty.club"].browse(self._whole("club_id", club_id))
        if not club.exists():
            self._refuse("club_id", self.env._("there is no such club"))
        club.check_access("write")
        return club

    def _whole(self, name, value):
        if type(value) is not int or not 0 <= value < 2**31:
            self._refuse(name, self.env._("a whole number, not below zero"))
        return value

    def _refuse(self, name, reason):
        raise ClubError(
            "invalid_payload",
            self.env._("%(field)s: %(reason)s", field=name, reason=reason),
        )

    @api.model
    def _rules(self, club, rule_id, changes):
        """The rules of a club's points as they are, and as a form would make them.

        :param rule_id: the rule that the form is about; 0 for a new one, or for none
            where there are no changes
        :return: (rule, its draft, all rules with the draft in its place); as superuser
        """
        if not isinstance(changes, dict):
            self._refuse("changes", self.env._("names and values"))
        program = club._program("points")
        # Rules are the club's, whichever branch its manager works in.
        program_sudo = raised(program)
        rule = self.env["loyalty.rule"].browse(self._whole("record_id", rule_id) or ())
        if rule and rule not in program_sudo.with_context(active_test=False).rule_ids:
            self._refuse("record_id", self.env._("the club has no such rule"))
        rules_sudo = program_sudo.rule_ids
        if not rule and not changes:
            return rule, rule, rules_sudo
        draft_sudo = rule._club_draft(program_sudo, changes)
        drafted_sudo = rules_sudo.browse()
        for rule_sudo in rules_sudo:
            drafted_sudo += draft_sudo if rule_sudo == rule else rule_sudo
        if rule not in rules_sudo:
            drafted_sudo += draft_sudo
        return raised(rule), draft_sudo, drafted_sudo

    def _opened(self, title):
        """The action that shows this dialog."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
