import re

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.loyalty_club.engine import identifiers
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.rights import raised

LONGEST = 128
SHORTEST_NAME = 3  # letters; fewer are half the shop
NAMES = 8
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class LoyaltyClubTill(models.AbstractModel):
    """What a till asks the server: who is this, let them join, hold, release.

    Every public method is for RPC and takes the till's id first; its caller must be
    somebody who sells at this till, which must be open (``pos.config._club_till``).
    Cashiers have no right on members or accounts: what they may do is what stands
    here, and it is done with all rights after that check.

    Answers are plain values: money as numbers in the club's currency, points as
    integers, days in ISO 8601. See ``answer.py``. Refusals are
    ``ClubError``, except where an answer has a ``status`` that says so.
    """

    _name = "loyalty.club.till"
    _description = "Till"

    @api.model
    def _club_of(self, config_id):
        """(the till, its club with all rights); the club is empty before its time."""
        config = self.env["pos.config"]._club_till(config_id)
        return config, config._club()

    @api.model
    def _member_of(self, club, partner_id):
        """The member, of this club, that a customer is; empty when they are none."""
        Member = club.env["loyalty.club.member"]
        partner = club.env["res.partner"].browse(self._id(partner_id, "partner_id"))
        return Member._of_contacts(club, partner).get(partner, {}).get(club, Member)

    @api.model
    def _known_member(self, club, partner_id):
        member = self._member_of(club, partner_id)
        if not member:
            raise ClubError(
                "unknown_member", self.env._("This customer is no member yet.")
            )
        return member

    @api.model
    def _text(self, value, field):
        """Text as somebody could have typed or a reader sent it, stripped."""
        text = value.strip() if isinstance(value, str) else ""
        # What has no place in a database isn't text: NUL, halves of characters.
        if not 1 <= len(text) <= LONGEST or UNSTORABLE.search(text):
            raise ClubError("invalid_payload", f"{field}: must be short text")
        return text

    @api.model
    def _id(self, value, field):
        return self.env["pos.config"]._club_id(value, field)

    # ------------------------------------------------------------------ recognising

    @api.model
    def recognise(self, config_id, text, scheme=False):
        """Who shows this: a mobile in any spelling, a number, a barcode, a card.

        :param scheme: "card" for what a card reader read
        :return: ``status`` found, unknown, ambiguous or blocked; see ``_recognised``
        :raises ClubError: invalid_payload, limit_exceeded (of ``…till.lookup``)
        """
        config, club = self._club_of(config_id)
        text = self._text(text, "text")
        shown = self._shown(club, text, scheme)
        if not club:
            return self._unrecognised("unknown", shown)
        members = club.env["loyalty.club.member"]
        try:
            member = members._find(club, text, scheme)
        except ClubError as error:
            status = {
                "unknown_member": "unknown",
                "ambiguous_member": "ambiguous",
                "member_blocked": "blocked",
            }.get(error.code)
            if not status:
                raise
            choices = members
            if status == "ambiguous":
                rows = members._lookup(club, text, scheme)
                choices = members.browse(sorted({row[0] for row in rows}))
            self._count_lookup(choices)
            return self._unrecognised(status, shown, error.sentence, choices)
        return self._recognised(config, member.merged_into_id or member, shown)

    @api.model
    def summary(self, config_id, partner_id, order_uuid=False):
        """The member that a customer of Odoo is; ``status`` unknown when they are none.

        :param order_uuid: the order that they are asked about for
        :return: as ``recognise``, plus ``order_held``: what is held for this order, be
            it by a till that shares it; False, or a dict with ``amounts`` (by card id)
            and ``expires_at``. A customer who is no member, and has an
            account all the same, is told as ``guest``: ``partner_id`` and ``balances``
        """
        config, club = self._club_of(config_id)
        member = club and self._member_of(club, partner_id)
        held = self._order_held(config, club, order_uuid, partner_id)
        if not member:
            return {
                **self._unrecognised("unknown", False),
                "guest": self._guest(club, partner_id),
                "order_held": held,
            }
        return {**self._recognised(config, member, False), "order_held": held}

    @api.model
    def _cards_of(self, club, partner_id):
        """The accounts that a customer has in the club, be they a member or not."""
        return club.env["loyalty.card"].search(
            [
                ("club_id", "=", club.id),
                ("partner_id", "=", self._id(partner_id, "partner_id")),
            ]
        )

    @api.model
    def _guest(self, club, partner_id):
        """What a customer who is no member has in the club, or False."""
        # Their contact must be one that the caller sees.
        partners = self.env["res.partner"].search(
            [("id", "=", self._id(partner_id, "partner_id"))]
        )
        cards = club and self._cards_of(club, partners.id) if partners else False
        if not cards:
            return False
        return {"partner_id": partners.id, "balances": self._balances(cards[0], cards)}

    @api.model
    def search_name(self, config_id, text):
        """Members who are called so, in any letters and order of words.

        The answer tells no more than what a cashier needs to choose by: who is chosen
        is asked for with ``summary``.

        :param text: at least three letters; with digits in it, it is no name
        :return: list of up to eight dicts ``partner_id``, ``name``, ``number``,
            ``mobile`` (its last four digits; False without) and ``tier`` (a name, or
            False), who bought last first
        """
        _config, club = self._club_of(config_id)
        text = self._text(text, "text")
        letters = sum(map(str.isalpha, text))
        if not club or letters < SHORTEST_NAME or any(map(str.isdigit, text)):
            return []
        contacts = club.env["res.partner"]
        self._count_lookup(club.env["loyalty.club.member"])  # as one, whoever it finds
        members = club.env["loyalty.club.member"].search(
            Domain("club_id", "=", club.id)
            & Domain("state", "!=", "left")
            & contacts._club_called(text, "partner_id.club_name_key"),
            order="last_purchase_at DESC NULLS LAST, id DESC",
            limit=NAMES,
        )
        return [
            {
                "partner_id": member.partner_id.id,
                "name": member.name,
                "number": member.number,
                "mobile": f"•••• {member.mobile[-4:]}" if member.mobile else False,
                "tier": member.tier_id.name or False,
            }
            for member in members
        ]

    @api.model
    def _shown(self, club, text, scheme=False):
        """What was shown, as people may see it: of a card its last characters."""
        if identifiers.looks_like_pan(text):
            return False
        card = {"scheme": "card", "display": f"•••• {text[-4:]}"}
        if scheme == "card":
            return card
        country = club._country() if club else self.env.company.country_id
        found = identifiers.candidates(text, country.code, country.phone_code or 0)
        for kind, value in found:
            if kind in ("mobile", "email"):
                return {"scheme": kind, "display": value}
        if identifiers.card_serial(text):
            return card
        return {"scheme": found[0][0], "display": text} if found else False

    # ------------------------------------------------------------------ joining

    @api.model
    def join(self, config_id, values):
        """Make a customer a member, or find that they are; the first founds the club.

        :param values: dict with ``mobile``, ``name``, ``email``, ``birthdate``,
            ``consent`` (channel to bool), ``card`` (what the reader read),
            ``referral_code``, ``partner_id``, ``apart`` (they are somebody else than
            the contact with this mobile) and ``pin``, all optional
        :return: as ``recognise``, plus ``created`` and ``welcome`` (what they got);
            ``status`` ask, with the contact among ``choices``, when somebody with
            another name has this mobile: call again with their ``partner_id``, or with
            ``apart``
        :raises ClubError: invalid_payload, ambiguous_member, unknown_member (referrer)
        """
        config, club = self._club_of(config_id)
        if not club:
            # Not ``_found``, which with all rights would find another company's.
            clubs_sudo = raised(self.env["loyalty.club"])  # a first join founds it
            club = clubs_sudo.with_company(config.company_id)._create_first()
        wanted = self._join_values(club, values)
        if values.get("pin") and not self._may_set_pin():
            raise ClubError(
                "invalid_payload",
                self.env._("pin: a first PIN is set by a manager of the club"),
            )
        members = club.env["loyalty.club.member"]
        if self._known_member_among(club, wanted):
            # Who they are was written down when they joined: nothing is added here.
            kept = ("mobile", "identifiers", "consent", "partner")
            wanted = {key: value for key, value in wanted.items() if key in kept}
        elif contact := members._doubtful_contact(club, wanted):
            return self._ask_whether(contact)
        member, created = members._enrol(club, wanted, how="till", source="till")
        if created:
            member._welcome()
            if pin := values.get("pin"):
                member._set_pin(pin)
        return {
            **self._recognised(config, member, False),
            "created": created,
            "welcome": {
                "points": club.welcome_points if created else 0,
                "credit": club.welcome_credit if created else 0,
            },
        }

    @api.model
    def _known_member_among(self, club, wanted):
        members = club.env["loyalty.club.member"]
        values = members._normalise_person(club, wanted)
        return members._known_member(
            club, values, members._shown_identifiers(club, values)
        )

    @api.model
    def _ask_whether(self, contact):
        """The answer of ``join`` when only a person can say who stands there."""
        message = self.env._(
            "This mobile is of the customer %(name)s. Is it the same person?",
            name=contact.name,
        )
        choice = {
            "partner_id": contact.id,
            "name": contact.name,
            "number": False,
            "mobile": False,
        }
        return {
            **self._unrecognised("ask", False, message),
            "choices": [choice],
            "created": False,
        }

    def _join_values(self, club, values):
        """The checked values of one who joins, as ``_enrol`` takes them."""
        if not isinstance(values, dict):
            raise ClubError("invalid_payload", "values: must be an object")
        wanted = {
            field: self._text(values[field], field)
            for field in ("mobile", "name", "email", "referral_code")
            if values.get(field)
        }
        if any(identifiers.looks_like_pan(text) for text in wanted.values()):
            raise ClubError(
                "invalid_payload",
                self.env._("card: a bank card's number is never stored"),
            )
        if birthdate := values.get("birthdate"):
            wanted["birthdate"] = self._day(birthdate, "birthdate")
        if card := values.get("card"):
            wanted["identifiers"] = [
                {"scheme": "card", "value": self._text(card, "card")}
            ]
        if consent := values.get("consent"):
            if not isinstance(consent, dict):
                raise ClubError("invalid_payload", "consent: must be an object")
            wanted["consent"] = {key: bool(value) for key, value in consent.items()}
        if partner_id := values.get("partner_id"):
            # Whom the cashier can't see can't join by their hand either.
            partner_id = self._id(partner_id, "partner_id")
            partner = self.env["res.partner"].search([("id", "=", partner_id)])
            if not partner:
                raise ClubError("invalid_payload", "partner_id: is not known")
            if self._member_of(club, partner.id):
                raise ClubError(
                    "ambiguous_member", self.env._("This customer is a member already.")
                )
            wanted["partner"] = partner.with_env(club.env)
            wanted.setdefault("name", partner.name)
        wanted["apart"] = bool(values.get("apart"))
        return wanted

    @api.model
    def _day(self, text, field):
        try:
            return fields.Date.to_date(self._text(text, field))
        except ValueError as error:
            raise ClubError(
                "invalid_payload", f"{field}: must be a date, as YYYY-MM-DD"
            ) from error
