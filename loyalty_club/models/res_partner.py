from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # The names that the ecosystem's own addons use, so that data is shared with them.
    birthdate_date = fields.Date("Birthdate")
    gender = fields.Selection(
        [("male", "Male"), ("female", "Female"), ("other", "Other")]
    )
    club_member_ids = fields.One2many(
        "loyalty.club.member", "partner_id", groups="loyalty_club.group_desk"
    )
    club_member_count = fields.Integer(
        compute="_compute_club_member_count", groups="loyalty_club.group_desk"
    )

    def write(self, vals):
        """Members are recognised by what their contacts say, whoever changes it."""
        res = super().write(vals)
        if {"phone", "email"} & vals.keys():
            # Whoever may change a contact needs no right on the club.
            members_sudo = self.env["loyalty.club.member"].sudo()
            members_sudo.search([("partner_id", "in", self.ids)])._follow_contacts()
        return res

    @api.depends("club_member_ids")
    def _compute_club_member_count(self):
        counts = dict(
            self.env["loyalty.club.member"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.club_member_count = counts.get(partner, 0)
