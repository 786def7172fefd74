import os

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...bonuses import WELCOME, Due
from ...engine import identifiers
from ...exceptions import ClubError
from ...rights import raised

# The key of card tokens comes from the server's environment: a copy of the database, or
# of Odoo's configuration in it, doesn't tell which cards are in it.
PEPPER = "LOYALTY_CLUB_CARD_PEPPER"
PEPPER_LENGTH = 16  # characters at least


class LoyaltyClubMember(models.Model):
    """How members join, are found, and what they show to be recognised."""

    # A part of the model: joining and being found.
    _inherit = "loyalty.club.member"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ joining

    @api.model
    def _enrol(self, club, values, how="desk", source=None):
        """Make a person a member, or find that they are one.

        Who shows what a stranger may have picked up becomes nobody else by it: a
        person who is found only gets what was empty.

        :param values: ``name``, ``mobile``, ``email``, ``birthdate`` (date),
            ``gender``, ``identifiers`` (list of dicts scheme and value),
            ``referral_code``, ``tags`` (list of names), ``consent`` (dict of channel
            to bool), ``partner`` (the contact that joins), ``apart`` (whether they
            are somebody else than the contact who has this mobile); all optional,
            but a name or a mobile must be there
        :param how: a value of ``joined_how``
        :return: (member, whether they are new)
        :raises ClubError: invalid_payload, ambiguous_member, unknown_member (referrer)
        """
        values = self._normalise_person(club, values)
        shown = self._shown_identifiers(club, values)
        member = self._known_member(club, values, shown)
        created = not member
        if created:
            if not (values.get("name") or values.get("mobile")):
                raise ClubError(
                    "invalid_payload",
                    self.env._("name: a member needs a name or a mobile number"),
                )
            member = self._create_member(club, values, shown, how)
        else:
            member._bring_back()
            shown = member._complete_person(values, shown)
            member._claim_identifiers(shown)
        if consent := values.get("consent"):
            member._set_consent(consent, source or how)
        return member, created

    def _known_member(self, club, values, shown):
        """The member who joins once more, or none.

        :param values: as ``_normalise_person`` returns them
        :raises ClubError: ambiguous_member when it can't be one person: what is shown
            belongs to two, a mobile that nobody has comes with a card or number of
            somebody, or another contact was to join
        """
        owners = self._owners(club, shown)
        members = self.browse({member.id for member in owners.values()})
        if len(members) > 1:
            raise ClubError(
                "ambiguous_member",
                self.env._("These identifiers belong to several members."),
            )
        if not members:
            return members
        strange = [
            display
            for scheme, value, display in shown
            if scheme == "mobile" and (scheme, value) not in owners
        ]
        if strange:
            raise ClubError(
                "ambiguous_member",
                self.env._(
                    "What is shown is a member's, but the mobile is not theirs. If it "
                    "is their new one, change it at the member."
                ),
            )
        given = values.get("partner") or members.partner_id
        if given != members.partner_id:
            raise ClubError(
                "ambiguous_member",
                self.env._("Another member is recognised by this already."),
            )
        return members

    def _create_member(self, club, values, shown, how):
        referrer = self.browse()
        if code := values.get("referral_code"):
            referrer = self._find(club, code)
        found = self._contact_of(club, values)
        if found:
            self._check_same_mobile(club, found, values)
            found.filtered(lambda contact: not contact.active).active = True
            shown = self._complete_contact(found, values, shown)
        member = self.create(
            {
                "club_id": club.id,
                "partner_id": (found or self._new_contact(club, values)).id,
                "joined_how": how,
                "joined_on": club._today(),
                "referrer_id": referrer.id,
            }
        )
        member._follow_contacts()
        member._claim_identifiers([*shown, ("number", member.number, member.number)])
        return member

    # ------------------------------------------------------------------ contacts

    def _contact_of(self, club, values):
        """The contact that is given, or the only person with this mobile, or none."""
        if given := values.get("partner"):
            return given
        if values.get("mobile") and not values.get("apart"):
            return self._contact_with_mobile(club, values["mobile"])
        return self.env["res.partner"]

    @api.model
    def _contact_with_mobile(self, club, mobile):
        """The only person among the contacts who has this mobile; empty for several.

        Companies and suppliers are not looked at, nor who is a member already. Who was
        archived is only looked at when nobody else has the mobile.
        """
        contacts = self.env["res.partner"].with_context(active_test=False)
        found = contacts.search(
            [
                ("phone_sanitized", "=", mobile),
                ("company_id", "in", (False, club.company_id.id)),
                ("is_company", "=", False),
                ("supplier_rank", "=", 0),
            ],
            order="active DESC, id",
            limit=3,
        )
        found = (found.filtered("active") or found).with_context(active_test=True)
        taken = self.search_count(
            [("club_id", "=", club.id), ("partner_id", "in", found.ids)], limit=1
        )
        return found if len(found) == 1 and not taken else found.browse()

    @api.model
    def _doubtful_contact(self, club, values):
        """The contact who would join, when they are called otherwise than who does.

        For screens, which ask; see ``apart`` in :meth:`_enrol`.
        """
        values = self._normalise_person(club, values)
        if values.get("partner") or not values.get("name"):
            return self.env["res.partner"]
        if self._known_member(club, values, self._shown_identifiers(club, values)):
            return self.env["res.partner"]
        found = self._contact_of(club, values)
        same = found.club_name_key == identifiers.name_key(values["name"])
        return found.browse() if same else found

    def _check_same_mobile(self, club, contact, values):
        theirs = club._mobile(contact.phone or "")
        if theirs and values.get("mobile", theirs) != theirs:
            raise ClubError(
                "ambiguous_member",
                self.env._(
                    "The contact %(name)s has another mobile. Join with that one, or "
                    "change it at the contact.",
                    name=contact.name,
                ),
            )

    @api.model
    def _is_kept(self, contact):
        """Whether joining changes nothing of a contact.

        Who has the mail of a user has the user; and companies and suppliers are the
        accountant's.
        """
        contact_sudo = contact.sudo().with_context(active_test=False)  # all users
        return bool(
            contact_sudo.user_ids
            or contact_sudo.is_company
            or contact_sudo.supplier_rank
        )

    def _complete_person(self, values, shown):
        """Fill in what was empty at a member who joins once more.

        :return: what of ``shown`` the member may be recognised by
        """
        self.ensure_one()
        return self._complete_contact(self.partner_id, values, shown)

    def _complete_contact(self, contact, values, shown):
        """Fill in what was empty at a contact, unless it is kept as it is.

        :return: what of ``shown`` goes with it: no e-mail but the contact's own
        """
        kept = self._is_kept(contact)
        had_mail = bool(contact.email)
        before = identifiers.normalise_email(contact.email or "")
        changes = {}
        if not kept:
            changes = self._partner_values(values, contact)
            changes = {
                field: value
                for field, value in changes.items()
                if field == "category_id" or not contact[field]
            }
        if changes:
            self._lock_quietly(contact)
            contact.write(changes)
        if not kept and not had_mail:
            return shown
        return [item for item in shown if item[0] != "email" or item[1] == before]

    def _new_contact(self, club, values):
        partner = self.env["res.partner"]
        new = self._partner_values(values, partner)
        new.setdefault("name", values.get("mobile"))
        if country := club._country():
            new["country_id"] = country.id
        # As whoever serves them speaks. Odoo would take the one that the database was
        # made in, and a Persian shop's members would get English statements.
        new["lang"] = self.env.lang or self.env.user.lang
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
        """The tags with these names, in whatever letters; those that miss are made."""
        Tag = self.env["res.partner.category"]
        known = {}
        for tag in self._all_tags():
            known.setdefault(identifiers.name_key(tag.name), tag)
        missing = {}
        for name in names:
            if (key := identifiers.name_key(name)) not in known:
                missing.setdefault(key, name)
        made = Tag.create([{"name": name} for name in missing.values()])
        known.update(zip(missing, made, strict=True))
        return Tag.union(*(known[identifiers.name_key(name)] for name in names))

    def _update_person(self, values):
        """Write what is given of a person; what isn't stays."""
        self.ensure_one()
        changes = self._partner_values(values, self.partner_id)
        if changes:
            self._check_user_kept()
            self._lock_quietly(self.partner_id)
            self.partner_id.write(changes)

    def _lock_quietly(self, contacts):
        """Meet whoever writes a contact in this second here, not in the writing.

        What fails is logged by Odoo with its values, and here these are only ids.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                contacts.ids,
            ),
            log_exceptions=False,
        )

    def _check_user_kept(self):
        """Refuse to change who gets the mail of somebody who works in this database.

        Odoo itself refuses it for contacts, but not to code with all rights.

        :raises ClubError: needs_approval
        """
        contacts_sudo = self.partner_id.sudo()  # a caller may not read users
        users = contacts_sudo.user_ids.filtered(
            lambda user: user._is_internal() and user.id != self.env.uid
        )
        if users and not self.env["res.users"].sudo(False).has_access("write"):
            raise ClubError(
                "needs_approval",
                self.env._(
                    "This person is a user here: only who may change users changes "
                    "their name, mobile and e-mail."
                ),
            )

    def _update(self, values, source):
        """Change what is given of a person, and what they are recognised by.

        :param values: as for :meth:`_enrol`, without ``referral_code``
        :raises ClubError: invalid_payload, ambiguous_member, needs_approval
        """
        self.ensure_one()
        values = self._normalise_person(self.club_id, values)
        shown = self._shown_identifiers(self.club_id, values)
        self._check_own_or_free(shown)
        self._update_person(values)
        self._claim_identifiers(shown)
        if consent := values.get("consent"):
            self._set_consent(consent, source)

    def _normalise_person(self, club, values):
        """Check the personal fields and bring them into their stored form."""
        values = dict(values)
        said = [values.get("name"), values.get("email"), *(values.get("tags") or ())]
        if any(identifiers.looks_like_pan(text) for text in said if text):
            raise self._bank_card_refused()
        if name := values.get("name"):
            values["name"] = self._shown_name(name)
        if mobile := values.get("mobile"):
            self._check_exact("mobile", mobile)
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

    @api.model
    def _shown_name(self, name):
        """A name without blanks around it.

        :raises ClubError: invalid_payload, when nothing of it can be seen
        """
        if identifiers.is_blank(name or ""):
            raise ClubError("invalid_payload", self.env._("name: is empty"))
        return name.strip()

    @api.model
    def _bank_card_refused(self):
        return ClubError(
            "invalid_payload",
            self.env._("card: a bank card's number is never stored"),
        )

    @api.model
    def _check_exact(self, field, text):
        """Refuse a number whose digits a spreadsheet has dropped."""
        if identifiers.is_rounded(text):
            raise ClubError(
                "invalid_payload",
                self.env._(
                    "%(field)s: a spreadsheet has rounded this number, so its last "
                    "digits are lost. Format the column as text, and fill it again.",
                    field=field,
                ),
            )

    # ------------------------------------------------------------------ identifiers

    def _shown_identifiers(self, club, values):
        """What a person shows: list of (scheme, stored value, what people see).

        :raises ClubError: invalid_payload, also for the same one twice
        """
        shown = []
        if mobile := values.get("mobile"):
            shown.append(("mobile", mobile, mobile))
        if email := values.get("email"):
            shown.append(("email", email, email))
        schemes = self.env["loyalty.club.identifier"]._schemes_shown()
        for place, item in enumerate(values.get("identifiers") or ()):
            if item["scheme"] not in schemes:
                raise ClubError(
                    "invalid_payload",
                    self.env._(
                        "identifiers[%(place)s].scheme: must be one of %(schemes)s",
                        place=place,
                        schemes=", ".join(schemes),
                    ),
                )
            shown.append(
                self._normalise_identifier(club, item["scheme"], item["value"])
            )
        if len({item[:2] for item in shown}) < len(shown):
            raise ClubError(
                "invalid_payload",
                self.env._("identifiers: the same one is given twice"),
            )
        return shown

    @api.model
    def _normalise_identifier(self, club, scheme, value):
        """
        :return: (scheme, stored value, what people see)
        :raises ClubError: invalid_payload
        """
        self._check_exact("identifiers", value)
        if scheme == "card":
            token = self._card_token(value)
            self._check_card_told_apart(club, value)
            return scheme, token, f"•••• {value.strip()[-4:]}"
        if scheme == "mobile":
            stored = club._mobile(value)  # no bank card is one
        elif identifiers.looks_like_pan(value):
            stored = None
        else:
            stored = self._identifier_value(club, scheme, value)
        if not stored:
            raise ClubError(
                "invalid_payload",
                self.env._("identifiers: this can't be used to recognise a member"),
            )
        return scheme, stored, stored

    @api.model
    def _identifier_value(self, club, scheme, value):
        """What is stored of an identifier that is neither mobile nor card: a hook.

        An addon that adds a scheme (``selection_add`` at ``loyalty.club.identifier``)
        says here what its texts are, and in :meth:`_typed` which texts may be one.

        :param value: text as it was typed or sent; never one like a bank card's number
        :return: the normalised text; None for what is none of this scheme
        """
        if scheme == "email":
            return identifiers.normalise_email(value)
        if scheme == "barcode":
            return identifiers.normalise_barcode(value)
        return None

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
            raise self._bank_card_refused()
        try:
            return identifiers.card_token(value, pepper.encode())
        except ValueError as error:
            raise ClubError(
                "invalid_payload", self.env._("card: nothing can be read from it")
            ) from error

    def _check_card_told_apart(self, club, value):
        """Refuse a card whose serial number spells what another member shows."""
        if self._showing(club, self._typed(club, value)) - self:
            raise ClubError(
                "ambiguous_member",
                self.env._(
                    "This card's number is also another member's number, mobile or "
                    "barcode. Take another card."
                ),
            )

    def _claim_identifiers(self, shown):
        """Give the member identifiers that nobody has; e-mails may be shared.

        :param shown: list of (scheme, stored value, what people see)
        :raises ClubError: ambiguous_member when another member has one, or would be
            found by the same text
        """
        self.ensure_one()
        self._check_own_or_free(shown)
        self._check_told_apart(shown)
        own = {(item.scheme, item.value) for item in self.identifier_ids._standing()}
        self._claim_free(
            [(self, s, v) for s, v, _display in shown if (s, v) not in own],
            displays={value: display for _scheme, value, display in shown},
        )

    def _check_told_apart(self, shown):
        """Refuse what, typed or read, would be found as another member's too."""
        club = self.club_id
        rivals = [
            (display, self._rivals(club, scheme, value))
            for scheme, value, display in shown
        ]
        all_pairs = [pair for _display, pairs in rivals for pair in pairs]
        if not self._showing(club, all_pairs) - self:
            return
        for display, pairs in rivals:
            if self._showing(club, pairs) - self:
                raise ClubError(
                    "ambiguous_member",
                    self.env._(
                        "%(identifier)s would be taken for what another member shows.",
                        identifier=display,
                    ),
                )

    @api.model
    def _rivals(self, club, scheme, value):
        """What else the text of an identifier may be, as others may have it.

        :return: list of pairs of scheme and stored value
        """
        if scheme == "mobile":
            return [("barcode", text) for text in identifiers.mobile_spellings(value)]
        if scheme in ("barcode", "number"):
            return [pair for pair in self._readings(club, value) if pair[0] != scheme]
        return []  # e-mails may be shared, and a card's number isn't known any more

    @api.model
    def _showing(self, club, pairs):
        """The members who have one of these pairs of scheme and stored value."""
        if not pairs:
            return self.browse()
        rows = self._asked(
            SQL(
                """
                SELECT DISTINCT member_id FROM loyalty_club_identifier
                 WHERE club_id = %s AND state <> 'replaced'
                   AND (value, scheme) IN %s
                """,
                club.id,
                tuple((value, scheme) for scheme, value in pairs),
            )
        )
        return self.browse([member_id for (member_id,) in rows])

    def _asked(self, query):
        """Rows of a query about identifiers, which never gets into the log.

        Odoo logs queries that fail, with what was asked for: somebody's mobile.
        """
        self.env["loyalty.club.identifier"].flush_model()
        self.env.cr.execute(query, log_exceptions=False)
        return self.env.cr.fetchall()

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
        pairs = self._readings(club, text, scheme)
        if not pairs:
            return []
        return self._asked(
            SQL(
                """
                SELECT member_id, state FROM loyalty_club_identifier
                 WHERE club_id = %s AND state <> 'replaced'
                   AND (value, scheme) IN %s
                """,
                club.id,
                tuple((value, scheme) for scheme, value in pairs),
            )
        )

    @api.model
    def _readings(self, club, text, scheme=None):
        """What a text may be: list of pairs of scheme and stored value."""
        pairs = [] if scheme == "card" else self._typed(club, text)
        if os.environ.get(PEPPER) and not identifiers.looks_like_pan(text):
            pairs.append(("card", self._card_token(text)))
        return pairs

    @api.model
    def _typed(self, club, text):
        """The same without cards, of which people type nothing: an open list."""
        country = club._country()
        return identifiers.candidates(
            text, country.code or None, country.phone_code or None
        )

    def _owners(self, club, shown):
        """Who has what of this: dict of (scheme, value) to member.

        E-mails are left out: families share them, so that they tell nobody.
        """
        wanted = {(s, v) for s, v, _display in shown if s != "email"}
        found = self.env["loyalty.club.identifier"].search(
            [
                ("club_id", "=", club.id),
                ("state", "!=", "replaced"),
                ("value", "in", [value for _scheme, value in wanted]),
            ]
        )
        return {
            (item.scheme, item.value): item.member_id
            for item in found
            if (item.scheme, item.value) in wanted
        }

    def _check_shown(self, values):
        """Refuse a mobile or e-mail that is none, or is another member's.

        :param values: dict with ``mobile`` and ``email``, as somebody typed them
        :raises ClubError: invalid_payload, ambiguous_member
        """
        given = {key: values.get(key) for key in ("mobile", "email")}
        for member in self:
            normal = self._normalise_person(member.club_id, given)
            member._check_own_or_free(self._shown_identifiers(member.club_id, normal))

    def _check_own_or_free(self, shown):
        """Refuse what another member is recognised by."""
        owners = self._owners(self.club_id, shown)
        for scheme, value, display in shown:
            if owners.get((scheme, value), self) != self:
                raise ClubError(
                    "ambiguous_member",
                    self.env._(
                        "Another member already has %(identifier)s.", identifier=display
                    ),
                )

    # ------------------------------------------------------------------ consent

    def _set_consent(self, consent, source):
        """Note what a member allows: dict of channel to bool; each change is logged.

        :raises ClubError: invalid_payload for a channel that doesn't exist
        """
        self.ensure_one()
        known = self.env["loyalty.club.consent"]._channels()
        for channel, granted in consent.items():
            if channel not in known:
                raise ClubError(
                    "invalid_payload",
                    self.env._(
                        "consent.%(channel)s: there is no such channel", channel=channel
                    ),
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
        raised(self)._welcome()
        return True

    def _welcome(self):
        for member in self:
            club = member.club_id
            if member.welcomed or member.state != "active":
                continue
            dues = [
                Due(member, account, club._welcome_units(account), account)
                for account in ("points", "credit")
            ]
            self._give_bonuses(club, WELCOME, dues)
            member.welcomed = True
