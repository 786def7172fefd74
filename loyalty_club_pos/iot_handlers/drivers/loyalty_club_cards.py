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

# Who issues cards: first and last beginning of their numbers, how many digits these
# have, and whose they are (ISO/IEC 7812; the schemes' and Shetab's published ranges).
# Numbers that begin otherwise are anybody's: a shop's own cards, phones, parcels.
# fmt: off
ISSUERS = (
    ("4", "4", (13, 16, 19), "Visa"),
    ("51", "55", (16,), "Mastercard"),
    ("2221", "2720", (16,), "Mastercard"),
    ("34", "34", (15,), "American Express"),
    ("37", "37", (15,), "American Express"),
    ("300", "305", (14,), "Diners Club"),
    ("3095", "3095", (14,), "Diners Club"),
    ("36", "36", (14, 16, 17, 18, 19), "Diners Club"),
    ("38", "39", (14, 16, 17, 18, 19), "Diners Club"),
    ("6011", "6011", (16, 17, 18, 19), "Discover"),
    ("644", "649", (16, 17, 18, 19), "Discover"),
    ("65", "65", (16, 17, 18, 19), "Discover"),
    ("1800", "1800", (15,), "JCB"),
    ("2131", "2131", (15,), "JCB"),
    ("3528", "3589", (16, 17, 18, 19), "JCB"),
    ("62", "62", (16, 17, 18, 19), "UnionPay"),
    ("81", "81", (16, 17, 18, 19), "UnionPay"),
    ("5018", "5018", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("5020", "5020", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("5038", "5038", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("5893", "5893", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("6304", "6304", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("6759", "6759", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("6761", "6763", (13, 14, 15, 16, 17, 18, 19), "Maestro"),
    ("2200", "2204", (16, 17, 18, 19), "Mir"),
    ("9792", "9792", (16,), "Troy"),
    ("508", "508", (16,), "RuPay"),
    ("606985", "608500", (16,), "RuPay"),
    ("506099", "506198", (16, 17, 18, 19), "Verve"),
    ("627381", "627381", (16,), "Ansar (Iran)"),
    ("636214", "636214", (16,), "Ayandeh (Iran)"),
    ("636795", "636795", (16,), "Central Bank of Iran (Iran)"),
    ("502938", "502938", (16,), "Dey (Iran)"),
    ("627412", "627412", (16,), "Eghtesad Novin (Iran)"),
    ("207177", "207177", (16,), "Export Development (Iran)"),
    ("627648", "627648", (16,), "Export Development (Iran)"),
    ("505416", "505416", (16,), "Gardeshgari (Iran)"),
    ("639599", "639599", (16,), "Ghavamin (Iran)"),
    ("636949", "636949", (16,), "Hekmat Iranian (Iran)"),
    ("505785", "505785", (16,), "Iran Zamin (Iran)"),
    ("502910", "502910", (16,), "Karafarin (Iran)"),
    ("627488", "627488", (16,), "Karafarin (Iran)"),
    ("603770", "603770", (16,), "Keshavarzi (Iran)"),
    ("639217", "639217", (16,), "Keshavarzi (Iran)"),
    ("505809", "505809", (16,), "Khavarmianeh (Iran)"),
    ("585947", "585947", (16,), "Khavarmianeh (Iran)"),
    ("505801", "505801", (16,), "Kosar (Iran)"),
    ("628023", "628023", (16,), "Maskan (Iran)"),
    ("639370", "639370", (16,), "Mehr Eqtesad (Iran)"),
    ("606373", "606373", (16,), "Mehr Iran (Iran)"),
    ("606256", "606256", (16,), "Melal (Iran)"),
    ("610433", "610433", (16,), "Mellat (Iran)"),
    ("991975", "991975", (16,), "Mellat (Iran)"),
    ("603799", "603799", (16,), "Melli (Iran)"),
    ("507677", "507677", (16,), "Noor (Iran)"),
    ("622106", "622106", (16,), "Parsian (Iran)"),
    ("627884", "627884", (16,), "Parsian (Iran)"),
    ("639194", "639194", (16,), "Parsian (Iran)"),
    ("502229", "502229", (16,), "Pasargad (Iran)"),
    ("639347", "639347", (16,), "Pasargad (Iran)"),
    ("627760", "627760", (16,), "Post Bank (Iran)"),
    ("589463", "589463", (16,), "Refah (Iran)"),
    ("504172", "504172", (16,), "Resalat (Iran)"),
    ("603769", "603769", (16,), "Saderat (Iran)"),
    ("621986", "621986", (16,), "Saman (Iran)"),
    ("627961", "627961", (16,), "Sanat va Madan (Iran)"),
    ("639607", "639607", (16,), "Sarmayeh (Iran)"),
    ("589210", "589210", (16,), "Sepah (Iran)"),
    ("502806", "502806", (16,), "Shahr (Iran)"),
    ("504706", "504706", (16,), "Shahr (Iran)"),
    ("639346", "639346", (16,), "Sina (Iran)"),
    ("585983", "585983", (16,), "Tejarat (Iran)"),
    ("627353", "627353", (16,), "Tejarat (Iran)"),
    ("628157", "628157", (16,), "Tosee (Iran)"),
    ("502908", "502908", (16,), "Tosee Taavon (Iran)"),
)
# fmt: on
# What people and cards put between groups of digits.
_GAP = r"[\s.\-\u2010-\u2015\u0640():/_]"
_RUN = re.compile(rf"\+?\d+(?:{_GAP}+\d+)*", re.ASCII)
_GAPS = re.compile(f"{_GAP}+")
# ISO/IEC 7813: the number is followed by = (track 2, track 3) or by ^ (track 1).
_TRACK = re.compile(r"(?<!\d)\d{13,19}[=^]", re.ASCII)
# What begins as a track is one even where the reader misread a digit or the separator.
_OPENED = re.compile(r"[%;+][A-Z]?(\d{13,})[^\d?]", re.ASCII | re.IGNORECASE)
_LONGEST = 19
_PHONE = 15  # digits at most (E.164)
_BEHIND = (3, 4, 7)  # digits of a CVV, an expiry date, both


def is_bank_card(text: str) -> bool:
    """Whether the text holds a payment card's number or a magnetic track.

    The server and the till refuse them by the same rule, see the server's
    ``engine/bank_cards.py``; here they are refused before anybody sees them.

    >>> is_bank_card("6037 9900 0000 0006"), is_bank_card("6037 9900 0000 0007")
    (True, False)
    >>> is_bank_card(";6037990000000007=29011010000?")
    True
    >>> is_bank_card("%B6037990000000006^REZAEI/ALI^2901?"), is_bank_card("0000-0422")
    (True, False)
    """
    joined = _GAPS.sub("", text)
    if _TRACK.search(joined):
        return True
    opened = _OPENED.match(joined)
    if opened and issued_lengths(opened[1]):
        return True
    for run in _RUN.findall(text):
        groups = [group for group in _GAPS.split(run.lstrip("+")) if group]
        if run.startswith("+") and sum(map(len, groups)) <= _PHONE:
            continue
        if any(_is_card(groups[first:]) for first in range(len(groups))):
            return True
    return False


def issued_lengths(digits: str) -> set[int]:
    """How long the cards are whose numbers begin so; empty where nobody issues them."""
    return {
        length
        for first, last, lengths, _who in ISSUERS
        if len(digits) >= len(first) and first <= digits[: len(first)] <= last
        for length in lengths
    }


def _passes_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_article(digits: str) -> bool:
    """Whether it is an article number (GTIN-13 or -14) with its check digit."""
    weights = (1, 3) * 7
    values = zip(reversed(digits), weights, strict=False)
    total = sum(int(digit) * weight for digit, weight in values)
    return len(digits) in (13, 14) and total % 10 == 0


def _is_card(groups: list[str]) -> bool:
    """Whether a card's number begins where these groups of digits do."""
    digits, ends = "", []
    for group in groups:
        digits += group
        ends.append(len(digits))
        if len(digits) > _LONGEST:
            break
    for length in issued_lengths(digits):
        number = digits[:length]
        if length > len(digits) or not _passes_luhn(number):
            continue
        if length in ends:
            if not _is_article(number):
                return True
            continue
        # A CVV or an expiry date may follow without a blank. Numbers of 13 and 14
        # digits, as articles have them, begin other numbers too often.
        behind = min(end for end in ends if end > length) - length
        if length > 14 and behind in _BEHIND:
            return True
    return False


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
