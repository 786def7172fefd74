from odoo import api, fields, models
from odoo.tools import SQL

from ..engine.identifiers import (
    looks_like_pan,
    normalise_barcode,
    normalise_email,
)
from .loyalty_club_member_tier import TIERS_LATER


class LoyaltyClubMember(models.Model):
    """Many people who join at once: a bounded number of statements for a batch."""

    _inherit = "loyalty.club.member"

    @api.model
    def _members_of(self, club, partner_ids):
        """Dict of partner id to the id of his membership of a club."""
        members = self.search_fetch(
            [
                ("club_id", "=", club.id),
                ("partner_id", "in", partner_ids),
                ("merged_into_id", "=", False),
            ],
            ["partner_id"],
        )
        return {member.partner_id.id: member.id for member in members}

    @api.model
    def _join_partners(self, club, joined_on, how):
        """Make contacts members as they are, without a mobile too.

        They are customers of old: nobody welcomes them with a bonus for new members.
        Tiers are left to the caller (``_start_tiers``).

        :param joined_on: dict of partner id to the day of joining
        """
        silent = self.with_context(
            tracking_disable=True,
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            loyalty_club_tiers_later=TIERS_LATER,
        )
        return silent.create(
            [
                {
                    "club_id": club.id,
                    "partner_id": partner_id,
                    "joined_how": how,
                    "joined_on": day,
                    "welcomed": True,
                }
                for partner_id, day in joined_on.items()
            ]
        )

    def _claim_own_identifiers(self):
        """Recognise members by number, mobile and e-mail, as far as nobody has them."""
        wanted = []
        for member in self:
            club = member.club_id
            wanted.append((member, "number", member.number))
            if mobile := club._mobile(member.mobile or ""):
                wanted.append((member, "mobile", mobile))
            if email := normalise_email(member.email or ""):
                wanted.append((member, "email", email))
        self._claim_free(wanted)

    @api.model
    def _claim_codes(self, codes):
        """Recognise members by the cards they carry: pairs of member and code."""
        self._claim_free(
            [
                (member, "barcode", value)
                for member, code in codes
                if not looks_like_pan(code) and (value := normalise_barcode(code))
            ]
        )

    def _claim_free(self, wanted):
        """Store identifiers, leaving out those that somebody has: one statement.

        :param wanted: list of (member, scheme, normalised value)
        """
        if not wanted:
            return
        self.env["loyalty.club.identifier"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO loyalty_club_identifier
                       (club_id, company_id, member_id, scheme, value, display, state,
                        create_uid, create_date, write_uid, write_date)
                SELECT member.club_id, member.company_id, member.id, new.scheme,
                       new.value, new.value, 'active',
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(members)s::int[], %(schemes)s::text[],
                              %(values)s::text[])
                       WITH ORDINALITY AS new (member_id, scheme, value, place)
                  JOIN loyalty_club_member AS member ON member.id = new.member_id
                 ORDER BY new.place
                    ON CONFLICT DO NOTHING
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                members=[member.id for member, _scheme, _value in wanted],
                schemes=[scheme for _member, scheme, _value in wanted],
                values=[value for _member, _scheme, value in wanted],
            )
        )
        self.env["loyalty.club.identifier"].invalidate_model()
        self.env["loyalty.club.member"].invalidate_model(["identifier_ids"])
