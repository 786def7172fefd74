import hashlib
import hmac
import os
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from odoo.addons.loyalty_club.erasing import Gone
from odoo.addons.loyalty_club.exceptions import ClubError
from odoo.addons.loyalty_club.models.member.joining import (
    PEPPER,
    PEPPER_LENGTH,
)

PIN_LENGTH = range(4, 9)
PIN_TRIES = 5
PIN_PAUSE = timedelta(minutes=15)
# Begins a hash that needs the server's pepper as well. All PINs that there are can be
# tried against a plain hash in a stolen backup; older ones are replaced when used.
PEPPERED = "peppered:"


class LoyaltyClubMember(models.Model):
    """How a member agrees to spend at a till: a tap only says who they are."""

    _inherit = "loyalty.club.member"

    joined_how = fields.Selection(
        selection_add=[("till", "At the till")], ondelete={"till": "set default"}
    )
    pin_hash = fields.Char(copy=False, groups=NO_ACCESS)
    pin_failures = fields.Integer(copy=False, groups=NO_ACCESS)
    pin_paused_until = fields.Datetime(copy=False, groups=NO_ACCESS)

    @api.model
    def _on_erase(self, person):
        words = {"PIN": self.env._("the PIN")}
        nothing = {"pin_hash": False, "pin_failures": 0, "pin_paused_until": False}
        erase = lambda: person.members.write(nothing)  # noqa: E731
        return [*super()._on_erase(person), Gone(words, erase)]

    def _set_pin(self, pin):
        """Keep the member's PIN, as a salted and peppered hash.

        :raises ClubError: invalid_payload, unless it has 4 to 8 digits and the server
            has a pepper
        """
        self.ensure_one()
        if not (
            isinstance(pin, str)
            and len(pin) in PIN_LENGTH
            and pin.isascii()
            and pin.isdigit()
        ):
            raise ClubError(
                "invalid_payload", self.env._("pin: it must have 4 to 8 digits")
            )
        self.write(
            {
                "pin_hash": self._pin_hash(pin),
                "pin_failures": 0,
                "pin_paused_until": False,
            }
        )
        self.message_post(body=self.env._("A new PIN was set at a till."))

    def _pin_hash(self, pin):
        context = self.env["res.users"]._crypt_context()
        return PEPPERED + context.hash(self._pin_with_pepper(pin))

    def _pin_with_pepper(self, pin):
        """The PIN as it is hashed: keyed by what is in no database, and the member's.

        The pepper is that of cards; the key is derived from it.

        :raises ClubError: invalid_payload without a pepper
        """
        self.ensure_one()
        pepper = os.environ.get(PEPPER, "")
        if len(pepper) < PEPPER_LENGTH:
            raise ClubError(
                "invalid_payload",
                self.env._(
                    "pin: this server has no key for PINs; set %(variable)s, of at "
                    "least %(length)s characters, in its environment",
                    variable=PEPPER,
                    length=PEPPER_LENGTH,
                ),
            )
        key = hmac.digest(pepper.encode(), b"loyalty_club_pos:pin", "sha256")
        text = f"{self.id}:{pin}".encode()
        return hmac.new(key, text, hashlib.sha256).hexdigest()

    def _is_pin(self, pin):
        """Whether this is the member's PIN; a hash without pepper is replaced."""
        context = self.env["res.users"]._crypt_context()
        stored = self.pin_hash or ""
        if stored.startswith(PEPPERED):
            kept = stored.removeprefix(PEPPERED)
            return context.verify(self._pin_with_pepper(pin), kept)
        if not stored or not context.verify(pin, stored):
            return False
        if len(os.environ.get(PEPPER, "")) >= PEPPER_LENGTH:
            self.pin_hash = self._pin_hash(pin)
        return True

    def _check_pin(self, pin):
        """Whether this is the member's PIN; wrong ones are counted.

        After five of them none is accepted for a quarter of an hour. The caller must
        let the count be committed: it answers, and doesn't raise.

        :return: (whether it is right, how many tries are left)
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if self.pin_paused_until and self.pin_paused_until > now:
            return False, 0
        likely = isinstance(pin, str) and len(pin) in PIN_LENGTH
        if likely and self._is_pin(pin):
            self.pin_failures = 0
            return True, PIN_TRIES
        self.pin_failures += 1
        left = PIN_TRIES - self.pin_failures
        if left <= 0:
            self.write({"pin_failures": 0, "pin_paused_until": now + PIN_PAUSE})
        return False, max(left, 0)

    # ------------------------------------------------------------------ codes

    def _can_get_code(self):
        """Whether a one-time code can be sent to them: for an addon with messages."""
        return False

    def _send_code(self, reference):
        """Send a one-time code for the basket ``reference``: for an addon likewise.

        :return: whether it went out
        """
        return False

    def _check_code(self, reference, code):
        """Whether ``code`` is the one that was sent for the basket ``reference``."""
        return False
