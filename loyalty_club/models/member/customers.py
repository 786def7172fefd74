from odoo import api, models
from odoo.fields import Domain


class LoyaltyClubMember(models.Model):
    """Which member a customer is."""

    # A part of the model: which member a customer is.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _of_contacts(self, clubs, partners, names=("partner_id", "merged_into_id")):
        """The member that each contact is, in each club: also one who has left.

        Of a membership that was merged into another it is that other, unless the
        contact has one of their own again.

        :param clubs: ``Domain`` of clubs' fields, or one club
        :param names: fields that the caller will read: they come with the search
        :return: dict of contact to dict of club to member
        """
        if isinstance(clubs, models.BaseModel):
            of_clubs = Domain("club_id", "=", clubs.id)
        else:
            of_clubs = Domain("club_id", "any", clubs)
        found = self.search_fetch(
            of_clubs & Domain("partner_id", "in", partners.ids), names
        )
        members = {}
        # Merged ones first, so that one that replaced them on the contact wins.
        for member in found.sorted(lambda member: not member.merged_into_id):
            now = member.merged_into_id or member
            members.setdefault(member.partner_id, {})[member.club_id] = now
        return members

    @api.model
    def _buyers(self, clubs, customers, **how):
        """Who earns for what customers buy: see :meth:`_of_contacts`.

        They themselves where they are members, or else the company that they belong to.
        Who has left is no member.

        :param customers: pairs (contact, the company that they bought for, or themself)
        :return: dict of such a pair to dict of club to member
        """
        contacts = self.env["res.partner"].union(
            *(each for pair in customers for each in pair)
        )
        found = self._of_contacts(clubs, contacts, **how)
        staying = {
            partner: {club: m for club, m in by_club.items() if m.state != "left"}
            for partner, by_club in found.items()
        }
        return {
            (contact, company): {**staying.get(company, {}), **staying.get(contact, {})}
            for contact, company in customers
        }
