from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..engine.identifiers import is_blank
from ..exceptions import ClubError
from ..rights import raised


class LoyaltyClubMemberJoin(models.TransientModel):
    """A new member in one step: who they are, what they allow, and their welcome.

    A contact who is found only gets what was empty. Where the name that was typed is
    not the contact's, the person at the desk is asked.
    """

    _name = "loyalty.club.member.join"
    _description = "New Member"
    _club_proposed = frozenset({"club_id", "partner_id", "name", "mobile", "email"})

    club_id = fields.Many2one(
        "loyalty.club",
        default=lambda self: self.env["loyalty.club"].search([], limit=1),
    )
    club_count = fields.Integer(compute="_compute_club_count")
    currency_id = fields.Many2one("res.currency", compute="_compute_welcome")
    welcome_points = fields.Integer(compute="_compute_welcome")
    welcome_credit = fields.Monetary(compute="_compute_welcome")
    partner_id = fields.Many2one("res.partner", string="Contact", readonly=True)
    name = fields.Char()
    mobile = fields.Char(
        help="As people write it, in any digits; without a country code it is one of "
        "the company's country."
    )
    email = fields.Char("E-mail")
    birthdate = fields.Date("Birth date")
    referrer_id = fields.Many2one(
        "loyalty.club.member",
        string="Referred by",
        domain="[('club_id', '=', club_id), ('state', '=', 'active')]",
    )
    consent_sms = fields.Boolean("SMS")
    consent_email = fields.Boolean("E-mails")
    consent_call = fields.Boolean("Phone calls")
    member_id = fields.Many2one(
        "loyalty.club.member", compute="_compute_member_id", string="Already a member"
    )

    contact_name = fields.Char(
        "Contact with this mobile",
        compute="_compute_contact_name",
        compute_sudo=True,
        help="Who joins, when the mobile is theirs, and is called otherwise.",
    )
    same_person = fields.Selection(
        [("yes", "Yes, and the name stays"), ("no", "No, somebody else")],
        string="Is it the same person?",
    )

    def _compute_club_count(self):
        count = self.env["loyalty.club"].search_count([])
        for wizard in self:
            wizard.club_count = count

    @api.depends("club_id")
    def _compute_welcome(self):
        """The gift, told before it is given, also by a club that is yet to be."""
        for wizard in self:
            club = wizard.club_id
            gift = club or self.env["loyalty.club"]._first_welcome()
            wizard.welcome_points = gift["welcome_points"]
            wizard.welcome_credit = gift["welcome_credit"]
            wizard.currency_id = (
                club.currency_id or self.env.company.root_id.currency_id
            )

    @api.depends("club_id", "mobile")
    def _compute_member_id(self):
        Member = self.env["loyalty.club.member"]
        for wizard in self:
            found = Member
            if wizard.club_id and wizard.mobile:
                try:
                    found = Member._find(wizard.club_id, wizard.mobile)
                except ClubError:  # nobody: that is what a new member is
                    found = Member
            wizard.member_id = found

    @api.depends("club_id", "mobile", "name", "partner_id", "member_id")
    def _compute_contact_name(self):
        Member = self.env["loyalty.club.member"]
        for wizard in self:
            wizard.contact_name = False
            if not wizard.club_id or wizard.member_id or not wizard.mobile:
                continue
            # A member may be found by another's mobile, or it may be none at all:
            # joining says so.
            with suppress(ClubError):
                found = Member._doubtful_contact(wizard.club_id, wizard._values())
                wizard.contact_name = found.name

    def action_join(self):
        """Enrol, welcome and show the member."""
        self.ensure_one()
        self._check_allowed()
        self._check_named()
        self._check_asked()
        # Whoever works at the desk enrols; memberships and contacts are written by
        # the club.
        members_sudo = raised(self.env["loyalty.club.member"])
        self.club_id = self.club_id or self.env["loyalty.club"]._found()
        club_sudo = raised(self.club_id)
        member_sudo, created = members_sudo._enrol(club_sudo, self._values())
        if created and self.referrer_id:
            member_sudo.referrer_id = self.referrer_id
        member_sudo._welcome()
        return self._open(self.env["loyalty.club.member"].browse(member_sudo.id))

    def action_open_member(self):
        self.ensure_one()
        return self._open(self.member_id)

    def _check_allowed(self):
        if not self.env.user.has_group("loyalty_club.group_desk"):
            raise AccessError(self.env._("Only the club's staff enrols members."))
        self.club_id.check_access("read")
        (self.referrer_id.partner_id | self.partner_id).check_access("read")

    def _check_named(self):
        self.env["loyalty.club.member"]._shown_name(self.name)
        if is_blank(self.mobile or ""):
            raise ClubError("invalid_payload", self.env._("mobile: is empty"))

    def _check_asked(self):
        if self.contact_name and not self.same_person:
            raise UserError(
                self.env._(
                    "This mobile is of the contact %(name)s. Is it the same person?",
                    name=self.contact_name,
                )
            )

    def _values(self):
        consent = {
            channel: True
            for channel in self.env["loyalty.club.consent"]._channels()
            if f"consent_{channel}" in self._fields and self[f"consent_{channel}"]
        }
        return {
            "name": self.name,
            "mobile": self.mobile,
            "email": self.email,
            "birthdate": self.birthdate,
            "consent": consent,
            "apart": self.same_person == "no",
            "partner": raised(self.partner_id),  # the desk writes no contacts itself
        }

    def _open(self, member):
        return {
            "type": "ir.actions.act_window",
            "res_model": member._name,
            "res_id": member.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
