from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...exceptions import ClubError

DECIDERS = 20  # at most so many are asked by an activity


class LoyaltyClubSecondPerson(models.AbstractModel):
    """What one person asks for, and another one, a manager of the club, decides.

    A model of these has ``state`` ("draft", "waiting", "posted", "refused") and
    ``company_id``, and says who may write it until it is sent.
    """

    _name = "loyalty.club.second.person"
    _description = "Decided by a Second Person"
    _inherit = ["mail.thread", "mail.activity.mixin"]

    # What somebody asks for; the rest is the club's to say.
    _club_asked = frozenset()

    user_id = fields.Many2one(
        "res.users",
        string="Asked by",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    decided_at = fields.Datetime(readonly=True, copy=False)
    can_decide = fields.Boolean(compute="_compute_can_decide")

    @api.depends_context("uid")
    @api.depends("state", "user_id")
    def _compute_can_decide(self):
        manager = self.env.user.has_group("loyalty_club.group_manager")
        for request in self:
            request.can_decide = (
                manager
                and request.state == "waiting"
                and request.user_id != self.env.user
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever asks, asks in their own name and gets no further than asking."""
        if not self.env.su:
            for vals in vals_list:
                if not vals.keys() <= self._club_asked:
                    self._refuse_forged()
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if not vals.keys() <= self._club_asked:
                self._refuse_forged()
            if self.filtered(
                lambda r: r.state != "draft" or r.user_id != self.env.user
            ):
                raise AccessError(
                    self.env._(
                        "Only the person who asks changes a request, until sent."
                    )
                )
        return super().write(vals)

    def _refuse_forged(self):
        raise AccessError(self.env._("A request is decided by its buttons only."))

    # ------------------------------------------------------------------ deciding

    def _check_asker(self):
        """Whether the caller may send this request: it is theirs, and not sent yet."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft" or self.user_id != self.env.user:
            raise UserError(self.env._("This request was sent already."))

    def _ask_deciders(self, summary):
        """Ask those who may decide, each by an activity."""
        # An activity is enough: no mail is sent while the request is saved.
        quiet = self.with_context(mail_activity_quick_update=True)
        for user in self._deciders():
            quiet.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id
            )

    def _deciders(self):
        """Who may decide this request: managers of its company, but who asked."""
        managers = self.env.ref("loyalty_club.group_manager").all_user_ids
        branches = self.env["res.company"].search(
            [("id", "child_of", self.company_id.id)]
        )
        return managers.filtered(
            lambda user: (
                user != self.user_id and user.active and user.company_ids & branches
            )
        )[:DECIDERS]

    def _check_decider(self):
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("loyalty_club.group_manager"):
            raise AccessError(
                self.env._("Only a manager of the club decides requests.")
            )
        if self.user_id == self.env.user:
            raise AccessError(self.env._("Nobody approves their own request."))
        if self.state != "waiting":
            raise UserError(self.env._("This request isn't waiting for a decision."))

    def _decided(self, state):
        """Note what was decided, and by whom; nobody is asked any more."""
        self.write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        self.activity_ids.unlink()

    def _lock(self):
        """Two managers deciding in the same second: the later one sees the first."""
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state not in ("draft", "waiting"):
            raise ClubError(
                "key_conflict", self.env._("This request was decided already.")
            )
