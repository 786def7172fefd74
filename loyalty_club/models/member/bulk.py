from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.identifiers import (
    looks_like_pan,
    normalise_barcode,
    normalise_email,
)
from .member import TIERS_LATER


class LoyaltyClubMember(models.Model):
    """Many people who join at once: a bounded number of statements for a batch."""

    # A part of the model: many at once.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _members_of(self, club, partner_ids):
        """Dict of partner id to the id of the membership that keeps their accounts.

        That is one of their own: who was merged into another member has none.
        """
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
        self._claim_free([(member, "number", member.number) for member in self])
        self._claim_free(self._contact_identifiers(), followed=True)

    def _contact_identifiers(self):
        """What members' contacts say: list of (member, scheme, normalised value)."""
        wanted = []
        for member in self:
            club, contact = member.club_id, member.partner_id
            # Without a country code it is of the club's country, or the contact's.
            mobile = club._mobile(contact.phone or "") or club._mobile(
                contact.phone_sanitized or ""
            )
            if mobile:
                wanted.append((member, "mobile", mobile))
            if email := normalise_email(contact.email or ""):
                wanted.append((member, "email", email))
        return wanted

    def _follow_contacts(self):
        """Recognise members by what their contacts say now, and no more by what they
        said before.

        To be called with all rights after a contact's mobile or e-mail has changed, by
        whatever way: whoever has got an old number must not be taken for the member.
        Nothing goes that didn't come from the contact. A mobile that another member
        has stays theirs, and is listed for a person; e-mails may be shared. Five
        statements for any number of members, and some for each mobile that is taken.
        """
        members = self.filtered(
            lambda member: not member.merged_into_id and not member.erased_at
        )
        if not members:
            return
        wanted = members._contact_identifiers()
        said = {(member.id, scheme, value) for member, scheme, value in wanted}
        current = self.env["loyalty.club.identifier"].search(
            [
                ("member_id", "in", members.ids),
                ("scheme", "in", ("mobile", "email")),
                ("state", "=", "active"),
            ]
        )
        gone = current.filtered(
            lambda item: (
                item.followed
                and (item.member_id.id, item.scheme, item.value) not in said
            )
        )
        gone.write({"state": "replaced", "changed_at": fields.Datetime.now()})
        own = {(item.member_id.id, item.scheme, item.value) for item in current - gone}
        missing = [item for item in wanted if (item[0].id, *item[1:]) not in own]
        claimed = self._claim_free(missing, followed=True)
        taken = [
            (member, value)
            for member, scheme, value in missing
            if scheme == "mobile" and (member.id, scheme, value) not in claimed
        ]
        members._list_taken(taken)

    def _list_taken(self, taken):
        """List the mobiles of contacts that other members have, for a person.

        :param taken: list of (member, mobile); the others of ``self`` are taken off
            the list
        """
        exceptions = self.env["loyalty.club.exception"]
        fine = self - self.browse([member.id for member, _mobile in taken])
        exceptions.search(
            [
                ("kind", "=", "mobile"),
                ("member_id", "in", fine.ids),
                ("state", "=", "open"),
            ]
        ).write({"state": "done", "done_at": fields.Datetime.now()})
        for member, mobile in taken:
            owners = self.browse(
                {row[0] for row in self._lookup(member.club_id, mobile)}
            )
            numbers = ", ".join((owners - member).mapped("number"))
            exceptions._list(
                member.club_id,
                "mobile",
                self.env._(
                    "The mobile that this member's contact has now is recognised as "
                    "member %(number)s, who keeps it. Correct one of the two "
                    "contacts, or merge the memberships.",
                    number=numbers,
                ),
                member=member,
                key=f"mobile:{member.id}",
            )

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

    @api.model
    def _spelled_elsewhere(self, numbers):
        """Those of new members' numbers that a card or barcode of somebody spells."""
        clubless = self.env["loyalty.club"]  # a country's mobiles are longer
        pairs = [
            (scheme, value, number)
            for number in numbers
            for scheme, value in self._readings(clubless, number)
            if scheme != "number"
        ]
        rows = self._asked(
            SQL(
                """
                SELECT pair.number
                  FROM unnest(%s::text[], %s::text[], %s::text[])
                       AS pair (scheme, value, number)
                  JOIN loyalty_club_identifier AS item
                    ON item.value = pair.value AND item.scheme = pair.scheme
                   AND item.state <> 'replaced'
                """,
                *([pair[place] for pair in pairs] for place in range(3)),
            )
        )
        return {number for (number,) in rows}

    def _claim_free(self, wanted, followed=False, displays=None):
        """Store identifiers, leaving out those that somebody has: one statement.

        What would be read as something of another member's is left out too.

        :param wanted: list of (member, scheme, normalised value)
        :param followed: whether they come from the members' contacts
        :param displays: dict of values to what people see instead
        :return: set of (member's id, scheme, value) that were stored
        """
        if not wanted:
            return set()
        displays = displays or {}
        rivals = [
            (place, scheme, value)
            for place, item in enumerate(wanted, start=1)
            for scheme, value in self._rivals(item[0].club_id, *item[1:])
        ]
        # Another till may store the same in this second: then Odoo runs it again.
        rows = self._asked(
            SQL(
                """
                INSERT INTO loyalty_club_identifier
                       (club_id, company_id, member_id, scheme, value, display, state,
                        followed, create_uid, create_date, write_uid, write_date)
                SELECT member.club_id, member.company_id, member.id, new.scheme,
                       new.value, new.display, 'active', %(followed)s,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(members)s::int[], %(schemes)s::text[],
                              %(values)s::text[], %(displays)s::text[])
                       WITH ORDINALITY
                       AS new (member_id, scheme, value, display, place)
                  JOIN loyalty_club_member AS member ON member.id = new.member_id
                 WHERE NOT EXISTS (
                       SELECT
                         FROM unnest(%(places)s::int[], %(rival_schemes)s::text[],
                                     %(rival_values)s::text[])
                              AS rival (place, scheme, value)
                         JOIN loyalty_club_identifier AS item
                           ON item.value = rival.value AND item.scheme = rival.scheme
                          AND item.state <> 'replaced'
                        WHERE rival.place = new.place
                          AND item.club_id = member.club_id
                          AND item.member_id <> member.id
                 )
                 ORDER BY new.place
                    ON CONFLICT DO NOTHING
                RETURNING member_id, scheme, value
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                followed=followed,
                members=[member.id for member, _scheme, _value in wanted],
                schemes=[scheme for _member, scheme, _value in wanted],
                values=[value for _member, _scheme, value in wanted],
                displays=[displays.get(item[2], item[2]) for item in wanted],
                places=[rival[0] for rival in rivals],
                rival_schemes=[rival[1] for rival in rivals],
                rival_values=[rival[2] for rival in rivals],
            )
        )
        self.env["loyalty.club.identifier"].invalidate_model()
        self.env["loyalty.club.member"].invalidate_model(["identifier_ids"])
        return set(rows)
