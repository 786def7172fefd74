"""Refusals with a stable code.

The text of every refusal starts with its code in brackets, so that a till or an
integrator can act on the code while a person reads the sentence behind it.
"""

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
