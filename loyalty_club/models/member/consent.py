from odoo import api, fields, models

from ...erasing import Gone


class LoyaltyClubConsent(models.Model):
    """The log of a member's consents: what they said, when, and to whom."""

    _name = "loyalty.club.consent"
    _description = "Consent"
    _order = "id desc"

    member_id = fields.Many2one(
        "loyalty.club.member", required=True, index=True, ondelete="restrict"
    )
    club_id = fields.Many2one(related="member_id.club_id", store=True, precompute=True)
    company_id = fields.Many2one(
        related="club_id.company_id", store=True, precompute=True
    )
    # An open list: an addon adds a channel by ``selection_add``, and the member's field
    # ``consent_<channel>``, which says what holds now.
    channel = fields.Selection(
        [("sms", "SMS"), ("email", "E-mail"), ("call", "Phone call")], required=True
    )
    granted = fields.Boolean()
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    source = fields.Char(required=True)
    user_id = fields.Many2one("res.users", default=lambda self: self.env.uid)

    @api.model
    def _channels(self):
        """Names of the channels that a member may allow."""
        return self._fields["channel"].get_values(self.env)

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        self.env["loyalty.club.event"]._note("consent_changed", consents.ids)
        return consents

    def _on_consent_changed(self):
        """Members allowed or forbade channels: a hook, called once in the end."""

    @api.model
    def _on_erase(self, person):
        words = {"consents": self.env._("consents")}
        erase = person.members.consent_ids.unlink
        return [*super()._on_erase(person), Gone(words, erase)]
