"""Refusals with a stable code.

The text of every refusal starts with its code in brackets, so that an integrator can
act on the code. A person reads the sentence behind it, in Odoo's own dialog, and a
browser finds the code beside it (``models/native/ir_http.py``).
"""

import re

from odoo.exceptions import UserError

CODES = frozenset(
    {
        "unknown_member",
        "ambiguous_member",
        "insufficient_balance",
        "key_conflict",
        "invalid_payload",
        "unknown_product",
        "unknown_purchase",
        "over_return",
        "hold_expired",
        "hold_closed",
        "member_blocked",
        "needs_approval",
        "limit_exceeded",
        "stale_cursor",
    }
)


class ClubError(UserError):
    """A refusal of the club: nothing was written.

    :param code: one of :data:`CODES`
    :param message: translated sentence for a person
    """

    def __init__(self, code, message):
        if code not in CODES:
            raise ValueError(f"unknown code {code!r}")
        self.code = code
        super().__init__(f"[{code}] {message}")

    @property
    def sentence(self):
        """What is said to a person: the text without its code."""
        return spoken(self.args[0])

    def for_browser(self, env):
        """The same refusal as Odoo's client knows it, with the code beside its text.

        The client goes by the exact name of an exception: a class of ours would be
        "Oops! Something went wrong", with a traceback.
        """
        error = UserError(in_words(self.sentence, env))
        error.context = {"club_code": self.code}
        error.__cause__ = self
        return error.with_traceback(self.__traceback__)


_CODE = re.compile(rf"^\[(?:{'|'.join(sorted(CODES))})\]\s*")


def spoken(text):
    """A refusal's text without its code; any other text as it is."""
    return _CODE.sub("", text)


def in_words(text, env):
    """A refusal's sentence that calls its field as the screens do.

    Programs get the field by its name; a person who reads no English would see a
    foreign word before a sentence of their own language.
    """
    field, colon, reason = text.partition(": ")
    words = {
        "name": env._("Name"),
        "mobile": env._("Mobile"),
        "phone": env._("Mobile"),
        "email": env._("E-mail"),
        "birthdate": env._("Birth date"),
        "birthdate_date": env._("Birth date"),
        "gender": env._("Gender"),
        "card": env._("Card"),
        "barcode": env._("Barcode"),
        "pin": env._("PIN"),
        "amount": env._("Amount"),
        "points": env._("Points"),
        "reason": env._("Reason"),
        "date": env._("Date"),
    }
    if colon and field.startswith(("cap_", "welcome_")):
        words.update(env["loyalty.club.limit.request"]._limits())
    return f"{words[field]}: {reason}" if colon and field in words else text
