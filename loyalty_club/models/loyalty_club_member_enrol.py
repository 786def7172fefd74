import os

from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError
from odoo.tools import SQL

from ..engine import identifiers
from ..exceptions import ClubError
from ..ledger import Origin
from .loyalty_club_consent import CHANNELS

# The key of card tokens comes from the server's environment: a copy of the database, or
# of Odoo's configuration in it, doesn't tell which cards are in it.
PEPPER = "LOYALTY_CLUB_CARD_PEPPER"
PEPPER_LENGTH = 16  # characters at least


class LoyaltyClubMember(models.Model):
    """How members join, are found, and what they show to be recognised."""

    _inherit = "loyalty.club.member"

    # ------------------------------------------------------------------ joining

    @api.model
    def _enrol(self, club, values, how="desk", source=None):
        """Make a person a member, or find that he is one.

        :param values: ``name``, ``mobile``, ``email``, ``birthdate`` (date),
            ``gender``, ``identifiers`` (list of dicts scheme and value),
            ``referral_code``, ``tags`` (list of names), ``consent`` (dict of channel
            to bool), ``partner`` (the contact that joins); all optional, but a name or
            a mobile must be there
        :param how: a value of ``joined_how``
        :return: (member, whether he is new)
        :raises ClubError: invalid_payload, ambiguous_member, unknown_member (referrer)
        """
        values = self._normalise_person(club, values)
        shown = self._shown_identifiers(club, values)
        member = self._member_of(club, shown)
        created = not member
        if created:
            if not (values.get("name") or values.get("mobile")):
                raise ClubError(
                    "invalid_payload",
                    self.env._("name: a member needs a name or a mobile number"),
                )
            member = self._create_member(club, values, how)
        else:
            member._update_person(values)
        member._claim_identifiers(shown)
        if created:
            member._claim_identifiers([("number", member.number, member.number)])
        if consent := values.get("consent"):
            member._set_consent(consent, source or how)
        return member, created

    def _create_member(self, club, values, how):
        referrer = self.browse()
        if code := values.get("referral_code"):
            referrer = self._find(club, code)
        partner = self._partner_for(club, values)
        return self.create(
            {
                "club_id": club.id,
                "partner_id": partner.id,
                "joined_how": how,
                "joined_on": club._today(),
                "referrer_id": referrer.id,
            }
        )

    def _partner_for(self, club, values):
        """The contact that is given, or the one with this mobile, or a new one.

        A contact that is found must be the only one, and no member yet.
        """
        partner = self.env["res.partner"]
        if given := values.get("partner"):
            given.write(self._partner_values(values, given))
            return given
        if mobile := values.get("mobile"):
            found = partner.search(
                [
                    ("phone_sanitized", "=", mobile),
                    ("company_id", "in", (False, club.company_id.id)),
                ],
                limit=2,
            )
            taken = self.search_count(
                [("club_id", "=", club.id), ("partner_id", "in", found.ids)], limit=1
            )
            if len(found) == 1 and not taken:
                found.write(self._partner_values(values, found))
                return found
        new = self._partner_values(values, partner)
        new.setdefault("name", values.get("mobile"))
        if country := club.company_id.country_id:
            new["country_id"] = country.id
        return partner.with_context(tracking_disable=True).create(new)

    def _partner_values(self, values, partner):
        """Values to write on a contact: what is given, and differs."""
        wanted = {
            "name": values.get("name"),
            "phone": values.get("mobile"),
            "email": values.get("email"),
            "birthdate_date": values.get("birthdate"),
            "gender": values.get("gender"),
        }
        changes = {
            field: value
            for field, value in wanted.items()
            if value and (not partner or partner[field] != value)
        }
        if tags := values.get("tags"):
            changes["category_id"] = [(4, tag.id) for tag in self._tags(tags)]
        return changes

    def _tags(self, names):
        Tag = self.env["res.partner.category"]
        found = Tag.search([("name", "in", names)])
        missing = [name for name in names if name not in found.mapped("name")]
        return found + Tag.create([{"name": name} for name in missing])

    def _update_person(self, values):
        """Write what is given of a person; what isn't stays."""
        self.ensure_one()
        changes = self._partner_values(values, self.partner_id)
        if changes:
            self.partner_id.write(changes)

    def _update(self, values, source):
        """Change what is given of a person, and what he is recognised by.

        :param values: as for :meth:`_enrol`, without ``referral_code``
        :raises ClubError: invalid_payload, ambiguous_member
        """
        self.ensure_one()
        values = self._normalise_person(self.club_id, values)
        shown = self._shown_identifiers(self.club_id, values)
        outdated = {
            (scheme, self[scheme])
            for scheme in ("mobile", "email")
            if values.get(scheme)
        }.difference((scheme, value) for scheme, value, _display in shown)
        self._update_person(values)
        self.identifier_ids.filtered(
            lambda item: (
                item.state == "active" and (item.scheme, item.value) in outdated
            )
        ).write({"state": "replaced", "changed_at": fields.Datetime.now()})
        self._claim_identifiers(shown)
        if consent := values.get("consent"):
            self._set_consent(consent, source)

    def _normalise_person(self, club, values):
        """Check the personal fields and bring them into their stored form."""
        values = dict(values)
        if mobile := values.get("mobile"):
            values["mobile"] = club._mobile(mobile)
            if not values["mobile"]:
                raise ClubError(
                    "invalid_payload", self.env._("mobile: this is no mobile number")
                )
        if email := values.get("email"):
            values["email"] = identifiers.normalise_email(email)
            if not values["email"]:
                raise ClubError(
                    "invalid_payload", self.env._("email: this is no e-mail address")
                )
        return values

    # ------------------------------------------------------------------ identifiers

    def _shown_identifiers(self, club, values):
        """What a person shows: list of (scheme, stored value, what people see)."""
        shown = []
        if mobile := values.get("mobile"):
            shown.append(("mobile", mobile, mobile))
        if email := values.get("email"):
            shown.append(("email", email, email))
        for item in values.get("identifiers") or ():
            shown.append(
                self._normalise_identifier(club, item["scheme"], item["value"])
            )
        return shown

    @api.model
    def _normalise_identifier(self, club, scheme, value):
        """
        :return: (scheme, stored value, what people see)
        :raises ClubError: invalid_payload
        """
        if scheme == "card":
            return scheme, self._card_token(value), f"•••• {value.strip()[-4:]}"
        stored = None
        if not identifiers.looks_like_pan(value):
            if scheme == "mobile":
                stored = club._mobile(value)
            elif scheme == "email":
                stored = identifiers.normalise_email(value)
            elif scheme == "barcode":
                stored = identifiers.normalise_barcode(value)
        if not stored:
            raise ClubError(
                "invalid_payload",
                self.env._("identifiers: this can't be used to recognise a member"),
            )
        return scheme, stored, stored

    @api.model
    def _card_token(self, value):
        """The keyed token of what a card reader reads.

        :raises ClubError: invalid_payload, without a pepper or for a bank card's number
        """
        pepper = os.environ.get(PEPPER, "")
        if len(pepper) < PEPPER_LENGTH:
            raise ClubError(
                "invalid_payload",
                self.env._(
                    "card: this server has no key for cards; set %(variable)s, of at "
                    "least %(length)s characters, in its environment",
                    variable=PEPPER,
                    length=PEPPER_LENGTH,
                ),
            )
        if identifiers.looks_like_pan(value):
            raise ClubError(
                "invalid_payload",
                self.env._("card: a bank card's number is never stored"),
            )
        try:
            return identifiers.card_token(value, pepper.encode())
        except ValueError as error:
            raise ClubError(
                "invalid_payload", self.env._("card: nothing can be read from it")
            ) from error

    def _claim_identifiers(self, shown):
        """Give the member identifiers that nobody has; e-mails may be shared.

        :raises ClubError: ambiguous_member when another member has one
        """
        self.ensure_one()
        Identifier = self.env["loyalty.club.identifier"].sudo()  # kept by the club
        taken = {
            (item.scheme, item.value): item.member_id
            for item in Identifier.search(
                [
                    ("club_id", "=", self.club_id.id),
                    ("state", "!=", "replaced"),
                    ("value", "in", [value for _scheme, value, _display in shown]),
                ]
            )
        }
        new = []
        for scheme, value, display in shown:
            owner = taken.get((scheme, value))
            if owner and owner != self and scheme != "email":
                raise ClubError(
                    "ambiguous_member",
                    self.env._(
                        "Another member already has %(identifier)s.", identifier=display
                    ),
                )
            if not owner:
                new.append(
                    {
                        "club_id": self.club_id.id,
                        "member_id": self.id,
                        "scheme": scheme,
                        "value": value,
                        "display": display,
                    }
                )
        try:
            with self.env.cr.savepoint():
                Identifier.create(new)
        except errors.UniqueViolation as error:
            # Another till gives it to somebody in this very second. Odoo calls again,
            # and then sees him.
            raise ConcurrencyError(str(error)) from error

    def _sync_identifiers(self):
        """After a new mobile or e-mail was written, recognise the member by it."""
        for member in self:
            shown = []
            for scheme, text in (("mobile", member.mobile), ("email", member.email)):
                if text:
                    shown.append(
                        self._normalise_identifier(member.club_id, scheme, text)
                    )
            current = {(scheme, value) for scheme, value, _display in shown}
            member.identifier_ids.filtered(
                lambda item, current=current: (
                    item.scheme in ("mobile", "email")
                    and item.state == "active"
                    and (item.scheme, item.value) not in current
                )
            ).write({"state": "replaced", "changed_at": fields.Datetime.now()})
            member._claim_identifiers(shown)

    # ------------------------------------------------------------------ finding

    @api.model
    def _find(self, club, text, scheme=None):
        """The member who shows this, in any spelling.

        :param scheme: "card" for what a card reader read, which is no mobile or number
            even if it looks like one
        :raises ClubError: unknown_member, ambiguous_member, member_blocked (a card)
        """
        rows = self._lookup(club, text, scheme)
        owners = {member_id for member_id, _state in rows}
        if not owners:
            raise ClubError("unknown_member", self.env._("No member is found by this."))
        if len(owners) > 1:
            raise ClubError(
                "ambiguous_member", self.env._("Several members are found by this.")
            )
        if all(state == "blocked" for _member, state in rows):
            raise ClubError("member_blocked", self.env._("This card is blocked."))
        return self.browse(owners.pop())

    def _lookup(self, club, text, scheme=None):
        """Rows (member id, identifier state) that a text leads to: one SELECT."""
        country = club.company_id.country_id
        wanted = []
        if scheme != "card":
            wanted = identifiers.candidates(text, country.code, country.phone_code)
        if os.environ.get(PEPPER) and not identifiers.looks_like_pan(text):
            wanted.append(("card", self._card_token(text)))
        if not wanted:
            return []
        self.env["loyalty.club.identifier"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT member_id, state FROM loyalty_club_identifier
                 WHERE club_id = %s AND state <> 'replaced'
                   AND (value, scheme) IN %s
                """,
                club.id,
                tuple((value, scheme) for scheme, value in wanted),
            )
        )

    def _member_of(self, club, shown):
        """The member who already has one of these identifiers, or none."""
        strong = [(s, v) for s, v, _display in shown if s != "email"]
        found = self.env["loyalty.club.identifier"].search(
            [
                ("club_id", "=", club.id),
                ("state", "!=", "replaced"),
                ("value", "in", [value for _scheme, value in strong]),
            ]
        )
        owners = found.filtered(lambda item: (item.scheme, item.value) in strong)
        if len(owners.member_id) > 1:
            raise ClubError(
                "ambiguous_member",
                self.env._("These identifiers belong to several members."),
            )
        return owners.member_id

    # ------------------------------------------------------------------ consent

    def _set_consent(self, consent, source):
        """Note what a member allows: dict of channel to bool; each change is logged.

        :raises ClubError: invalid_payload for a channel that doesn't exist
        """
        self.ensure_one()
        known = dict(CHANNELS)
        for channel, granted in consent.items():
            if channel not in known:
                raise ClubError(
                    "invalid_payload",
                    self.env._("consent: %(channel)s is no channel", channel=channel),
                )
            field = f"consent_{channel}"
            if self[field] == granted:
                continue
            self.write({field: granted})
            self.env["loyalty.club.consent"].create(
                {
                    "member_id": self.id,
                    "channel": channel,
                    "granted": granted,
                    "source": source,
                    "user_id": self.env.uid,
                }
            )

    # ------------------------------------------------------------------ welcome

    def action_welcome(self):
        """Give what the club gives to new members: once, whoever presses."""
        if not self.env.user.has_group("loyalty_club.group_desk"):
            raise AccessError(self.env._("Only the club's staff welcomes members."))
        self.check_access("read")
        # The club's own rule, not the user's choice, says how much.
        self.sudo()._welcome()
        return True

    def _welcome(self):
        ledger = self.env["loyalty.club.ledger"]
        for member in self:
            club = member.club_id
            if member.welcomed or member.state != "active":
                continue
            for account in ("points", "credit"):
                units = club._welcome_units(account)
                if units:
                    ledger._grant(
                        ledger._account(member, account),
                        units,
                        "bonus",
                        key=f"welcome:{member.id}:{account}",
                        origin=Origin(reference=self.env._("Welcome")),
                    )
            member.welcomed = True
