"""What a card reader sends, and what of it may leave the reader.

Plain Python without Odoo and without hardware. It lies among the drivers because
Odoo's box takes nothing but the folders ``interfaces`` and ``drivers``.

Whatever is read ends as a pair of kind and value: ``("em4100", "0A0060D6D1")``,
``("iso14443", "04A22B1C5D6E80")``, ``("hid", "typed text")``; or as a kind alone, when
the value has to stay where it is: ``("bank_card", None)``, ``("random_uid", None)``.
"""

import re

BANK_CARD = ("bank_card", None)
RANDOM_UID = ("random_uid", None)

_SEPARATORS = re.compile(r"[\s\-.:/_()]+")
# No bank issues numbers that begin with 0 (ISO/IEC 7812).
_PAN = re.compile(r"(?<![\d+])[1-9]\d{12,18}(?!\d)", re.ASCII)
# ISO/IEC 7813: the number is followed by = (track 2, track 3) or by ^ (track 1). What
# begins as a track is one even where the reader misread the separator.
_TRACK = re.compile(r"\d{13,}[=^]|^(%[A-Z]?|[;+])\d{13,}", re.ASCII | re.IGNORECASE)


def is_bank_card(text: str) -> bool:
    """Whether the text holds a payment card's number or a magnetic track.

    The server refuses them too; here they are refused before anybody sees them.

    >>> is_bank_card("6037 9900 0000 0006"), is_bank_card("6037 9900 0000 0007")
    (True, False)
    >>> is_bank_card(";6037990000000007=29011010000?")
    True
    >>> is_bank_card("%B6037990000000006^REZAEI/ALI^2901?"), is_bank_card("0000-0422")
    (True, False)
    """
    digits = _SEPARATORS.sub("", text)
    return bool(_TRACK.search(digits)) or any(map(_passes_luhn, _PAN.findall(digits)))


def _passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


class Taps:
    """One tap for each time that a card comes near, however often it is read.

    :param quiet: seconds without the card after which it counts as a new tap

    >>> taps = Taps(quiet=1.0)
    >>> [taps.is_new("card", at) for at in (10.0, 10.05, 10.9, 11.8, 13.0)]
    [True, False, False, False, True]
    """

    def __init__(self, quiet: float = 1.0):
        self._quiet = quiet
        self._seen = {}

    def is_new(self, card, now: float) -> bool:
        """:param now: seconds of a clock that never goes back"""
        # All cards that are near: two in one purse are read by turns.
        near = {
            other: seen
            for other, seen in self._seen.items()
            if now - seen < self._quiet
        }
        self._seen = {**near, card: now}
        return card not in near


# ------------------------------------------------------------------ serial readers

STX, ETX, CR, LF = 0x02, 0x03, 0x0D, 0x0A
_FRAME = re.compile(r"[0-9A-F]{12}", re.ASCII | re.IGNORECASE)
# All three tracks of a card together are shorter.
MAX_TEXT = 300


def em4100_value(text: str) -> str | None:
    """The card of an RDM6300 frame's inside: five bytes in hexadecimal and their sum.

    The sum is the exclusive or of the five bytes. None if the text isn't such a frame.

    >>> em4100_value("0a0060d6d16d"), em4100_value("0A0060D6D16E")
    ('0A0060D6D1', None)
    """
    if not _FRAME.fullmatch(text):
        return None
    *card, checksum = bytes.fromhex(text)
    for byte in card:
        checksum ^= byte
    return bytes(card).hex().upper() if checksum == 0 else None


def em4100_frame(value: str) -> bytes:
    """What an RDM6300 sends for a card: the inverse, for simulators and tests.

    >>> em4100_frame("0A0060D6D1")
    b'\\x020A0060D6D16D\\x03'
    """
    checksum = 0
    for byte in bytes.fromhex(value):
        checksum ^= byte
    return b"\x02%s%02X\x03" % (value.upper().encode(), checksum)


class Frames:
    """Finds cards in the bytes of a serial reader, however these are cut up.

    >>> frames = Frames()
    >>> list(frames.feed(b"noise" + em4100_frame("0A0060D6D1")[:9]))
    []
    >>> list(frames.feed(em4100_frame("0A0060D6D1")[9:]))
    [('em4100', '0A0060D6D1')]
    >>> list(frames.feed(b"\\x02;6037990000000006=29011010000?\\x03"))
    [('bank_card', None)]
    """

    def __init__(self):
        self._text = bytearray()
        self._opened = False

    def feed(self, data: bytes):
        """Yield the cards that these bytes complete."""
        for byte in data:
            if byte in (STX, ETX, CR, LF):
                yield from self._close(framed=self._opened and byte == ETX)
                self._opened = byte == STX
            elif len(self._text) < MAX_TEXT:
                self._text.append(byte)

    def rest(self):
        """Nothing more came for a while: yield what the unfinished text is.

        It is no card of ours, which always ends; but it may be a bank's.
        """
        yield from self._close(framed=False)
        self._opened = False

    def _close(self, framed: bool):
        text = self._text.decode("ascii", "replace")
        self._text.clear()
        if framed and (value := em4100_value(text)):
            yield "em4100", value
        elif is_bank_card(text):
            yield BANK_CARD


# ------------------------------------------------------------------- PC/SC readers

GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]  # PC/SC part 3, 3.2.2.1.3
# EMV book B: every contactless payment card has this directory, phones too.
SELECT_PAYMENT = [0x00, 0xA4, 0x04, 0x00, 0x0E, *b"2PAY.SYS.DDF01", 0x00]


def card_on(transmit) -> tuple[str, str | None] | None:
    """The card that lies on a PC/SC reader.

    ``transmit(apdu)`` gives (data, sw1, sw2) with bytes as numbers, as pyscard does.
    A bank card's serial number is not asked for; it may be another one each time.

    :return: None for a card that doesn't tell its serial number

    >>> card_on(lambda apdu: ([], 0x6A, 0x82) if apdu == SELECT_PAYMENT
    ...         else ([4, 0xA2, 0x2B, 0x1C, 0x5D, 0x6E, 0x80], 0x90, 0))
    ('iso14443', '04A22B1C5D6E80')
    >>> card_on(lambda apdu: ([0x6F], 0x90, 0))
    ('bank_card', None)
    """
    _data, sw1, _sw2 = transmit(SELECT_PAYMENT)
    if sw1 in (0x90, 0x61):  # done; done, and more to fetch
        return BANK_CARD
    data, sw1, sw2 = transmit(GET_UID)
    if (sw1, sw2) != (0x90, 0x00) or not 4 <= len(data) <= 10:
        return None
    # ISO/IEC 14443-3, 6.5.4: drawn anew each time that the card comes near.
    if len(data) == 4 and data[0] == 0x08:
        return RANDOM_UID
    return "iso14443", bytes(data).hex().upper()


# ---------------------------------------------------------------- keyboard readers

# linux/input-event-codes.h: the number of each row's first key, and what the row types
# on an American keyboard, which is what readers believe to be plugged into.
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),  # the keypad
    (98, "/", "/"),
)
_PLAIN = {first + i: char for first, row, _ in _ROWS for i, char in enumerate(row)}
_SHIFTED = {first + i: char for first, _, row in _ROWS for i, char in enumerate(row)}
_SHIFTS = (42, 54)
_ENDS = (28, 96, 15)  # Enter, the keypad's, Tab


class Keys:
    """Text from the keys that a keyboard reader presses.

    Keys are known by their place, so the language of the keyboard doesn't matter.

    >>> keys = Keys()
    >>> for key in (42, 30, 48):  # Shift held down, A, B
    ...     keys.press(key)
    >>> keys.release(42)
    >>> keys.press(2), keys.press(28)  # 1, Enter
    (None, ('hid', 'AB1'))
    """

    def __init__(self):
        self._text = ""
        self._held = set()

    def press(self, code: int) -> tuple[str, str | None] | None:
        """The card, when this key ends one."""
        if code in _SHIFTS:
            self._held.add(code)
        elif code in _ENDS:
            text, self._text = self._text.strip(), ""
            if is_bank_card(text):
                return BANK_CARD
            return ("hid", text) if text else None
        elif len(self._text) < MAX_TEXT:
            self._text += (_SHIFTED if self._held else _PLAIN).get(code, "")
        return None

    def release(self, code: int) -> None:
        self._held.discard(code)

    def forget(self) -> None:
        """Nothing more came for a while: what was typed had no end.

        It isn't given out: it may be the first half of a bank card's number.
        """
        self._text = ""
        self._held.clear()
