"""What is known of a person who is erased, and what becomes of what is kept of them.

Each model says by its hook ``_on_erase`` (``models/native/base.py``) what it holds of a
:class:`Person`: a list of :class:`Gone` and :class:`Kept`. The same list is shown
before, carried out, and answered afterwards.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools import SQL, unique

from .engine.identifiers import mobile_spellings

# What stands where a person stood in a sentence.
MASK = "…"
# What tells who a contact is.
TELL = (
    "name",
    "display_name",
    "company_name",
    "commercial_company_name",
    "phone",
    "email",
    "email_normalized",
    "street",
    "vat",
)
# A name of one word may be any word: it only masks what is about the person anyway.
TELLING = 6


@dataclass(slots=True)
class Gone:
    """Something that goes with the person."""

    words: dict[str, str]  # of the contract, in English: what people read
    erase: Callable[[], None]
    order: int = 0  # what other things write into goes after them


@dataclass(slots=True)
class Kept:
    """Something that stays, and that may tell something of the person."""

    words: dict[str, str]


# Accounts are locked before all, and what others write into goes after them.
ACCOUNTS, CONTACT, LOG = -10, 50, 90


class Person:
    """The memberships of one person in one club, and the contacts that are theirs.

    ``members``, the one that goes on first; ``cards``, their accounts; ``contacts``,
    which are blanked, with their addresses; ``emails`` of these; ``needed``, those that
    somebody else needs to know: dict of contact to dict of the contract's word to what
    people read.

    :param members: all of ``loyalty.club.member`` that are this person, with all rights
    """

    def __init__(self, members):
        self.env = members.env
        self.members = members
        self.cards = members.with_context(active_test=False).card_ids
        self.contacts, self.needed = members._erased_contacts()
        self.emails = [email for email in self.contacts.mapped("email") if email]
        self._logged = {}
        for records in (members, self.cards, self.contacts):
            self.logged(records)
        self._texts = self._all_texts()

    # ------------------------------------------------------------------ what it says

    def belongings(self):
        """What all models hold of the person: list of Gone, in order, and of Kept."""
        found = [
            each
            for name, model in self.env.registry.items()
            if not model._abstract
            for each in self.env[name]._on_erase(self)
        ]
        gone = [each for each in found if isinstance(each, Gone)]
        kept = [each for each in found if isinstance(each, Kept)]
        return sorted(gone, key=lambda each: each.order), kept

    # ------------------------------------------------------------------ tools

    def logged(self, records):
        """Let messages, files, activities and followers of these records go."""
        self._logged.setdefault(records._name, set()).update(records.ids)

    @property
    def log(self):
        """What is logged: dict of a model's name to ids."""
        return {model: sorted(ids) for model, ids in self._logged.items() if ids}

    def set(self, model, values, link, ids, where=None):
        """Write plain values into the rows of a model that a link leads to.

        One statement, whatever their number: nothing is tracked and nobody notified.

        :param values: dict of the model's own stored fields to values
        :param link: name of a many2one, or ``id``
        :param where: SQL that only some of the rows fulfil
        """
        assigned = {
            name: SQL("%s = %s", SQL.identifier(name), value)
            for name, value in values.items()
        }
        self._update(model, assigned, link, ids, where)

    def mask(self, model, names, link, ids):
        """Take the person out of sentences that the rows of a model hold."""
        assigned = {
            name: SQL(
                "%(name)s = regexp_replace(%(name)s, %(pattern)s, %(mask)s, 'gi')",
                name=SQL.identifier(name),
                pattern=self.pattern(),
                mask=MASK,
            )
            for name in names
        }
        self._update(model, assigned, link, ids)

    def masked(self, text):
        """The text without what tells who the person is."""
        found = re.compile(self.pattern(boundaries=(r"\b", r"\b")), re.IGNORECASE)
        return found.sub(MASK, text or "")

    def _update(self, model, assigned, link, ids, where=None):
        records = self.env[model]
        records.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE %s = ANY(%s) AND %s",
                SQL.identifier(records._table),
                SQL(", ").join(assigned.values()),
                SQL.identifier(link),
                list(ids),
                where or SQL("TRUE"),
            ),
            log_exceptions=False,  # it tells of the person
        )
        records.invalidate_model(list(assigned))

    def pattern(self, telling=False, boundaries=(r"\m", r"\M")):
        """A regular expression of all that tells who the person is.

        :param telling: only what can be nobody else, in all encodings that rows have
        """
        texts = self._texts
        if telling:
            texts = [
                form
                for text in texts
                if len(text) >= TELLING and (" " in text or not text.isalpha())
                for form in (text, json.dumps(text)[1:-1], text.encode().hex())
            ]
        start, end = boundaries
        # A boundary stands at a word only: not before a plus sign.
        parts = [
            (start if text[0].isalnum() and not telling else "")
            + re.escape(text)
            + (end if text[-1].isalnum() and not telling else "")
            for text in unique(texts)
        ]
        return "|".join(parts) or r"a^"

    def _all_texts(self):
        """What tells who the person is, the longest first."""
        contacts = self.contacts | self.members.partner_id
        texts = {contact[name] for contact in contacts for name in TELL}
        numbers = set(self.members.mapped("number"))
        for item in self.members.identifier_ids:
            texts |= {item.value, item.display}
        mobiles = {contact.phone_sanitized for contact in contacts} | {
            item.value
            for item in self.members.identifier_ids
            if item.scheme == "mobile"
        }
        for mobile in mobiles - {False}:
            texts |= {mobile, mobile.lstrip("+"), *mobile_spellings(mobile)}
        texts = {text for text in texts - numbers if text and len(text) > 1}
        return sorted(texts, key=lambda text: (-len(text), text))
