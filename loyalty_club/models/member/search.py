from odoo import api, fields, models
from odoo.fields import Domain

from ...engine.identifiers import name_key, name_words
from ...engine.periods import next_birthday


class LoyaltyClubMember(models.Model):
    """How people look for members on their screens."""

    # A part of the model: how people look for them.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    birthday_this_month = fields.Boolean(
        compute="_compute_birthday_this_month",
        search="_search_birthday_this_month",
        help="In the running month of the club's calendar.",
    )

    @api.model
    def _search_display_name(self, operator, value):
        """Whatever a member shows or is called by: one box finds them all."""
        if operator not in ("ilike", "=") or not isinstance(value, str):
            return super()._search_display_name(operator, value)
        if shown := self._search_shown(value):
            return Domain("id", "in", shown)  # who shows this is meant, and nobody else
        domain = Domain.FALSE
        if any(char.isdigit() for char in value):
            # Half a number or mobile; who has a million members can tell the rest.
            domain |= Domain(super()._search_display_name(operator, value))
        if "@" in value:
            domain |= Domain("partner_id.email", operator, value)
        if name_words(value):
            contacts = self.env["res.partner"]
            domain |= contacts._club_called(value, "partner_id.club_name_key")
        if tags := self._tags_called(value):
            domain |= Domain("partner_id.category_id", "in", tags.ids)
        return domain

    @api.model
    def _tags_called(self, text):
        """Tags whose name has this text in it, in any letters."""
        wanted = name_key(text)
        return self._all_tags().filtered(
            lambda tag: wanted and wanted in name_key(tag.name)
        )

    @api.model
    def _all_tags(self):
        """A shop has tags by the dozen, in several languages: they are read at once."""
        Tag = self.env["res.partner.category"]
        return Tag.search_fetch([("name", "!=", False)], ["name"], order="id")

    @api.model
    def _search_shown(self, text):
        """Ids of members, in the clubs that the user sees, who show this text."""
        return [
            member_id
            for club in self.env["loyalty.club"].search([("active", "=", True)])
            for member_id, _state in self._lookup(club, text)
        ]

    @api.depends("birthdate_date", "club_id.calendar")
    def _compute_birthday_this_month(self):
        for member in self:
            member.birthday_this_month = member._has_birthday_this_month()

    @api.model
    def _search_birthday_this_month(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.browse()
        for club in self.env["loyalty.club"].search([("active", "=", True)]):
            start, end = club._running_month()
            # A Jalali month lies in two Gregorian ones: the database narrows down,
            # the calendar decides.
            found += self.search(
                Domain("club_id", "=", club.id)
                & Domain(
                    "partner_id.birthdate_date.month_number",
                    "in",
                    [start.month, end.month],
                )
            ).filtered(lambda member: member._has_birthday_this_month())
        return Domain("id", "in", found.ids)

    def _has_birthday_this_month(self):
        self.ensure_one()
        club = self.club_id
        if not self.birthdate_date:
            return False
        start, end = club._running_month()
        return next_birthday(self.birthdate_date, start, club.calendar) <= end
