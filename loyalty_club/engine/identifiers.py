"""What a member shows at the till: mobile, number, barcode, e-mail, card.

Everything is normalised before it is stored or searched, so that one person typed in
five spellings and three scripts is still one person. Bank card numbers are recognised
in order to be refused.
"""

import hashlib
import hmac
import re
import unicodedata

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum import luhn

from .bank_cards import holds_bank_card

# Written as code points: most of these are invisible or look like each other.
_LETTERS = {
    0x064A: "\u06cc",  # Arabic yeh -> Persian yeh
    0x0649: "\u06cc",  # alef maksura -> Persian yeh
    0x06D2: "\u06cc",  # yeh barree -> yeh
    0x06D0: "\u06cc",  # Pashto e -> yeh
    0x0643: "\u06a9",  # Arabic kaf -> Persian keheh
    0x06AA: "\u06a9",  # swash kaf -> keheh
    0x06D5: "\u0647",  # what is left of heh with yeh above -> heh
    0x0629: "\u0647",  # teh marbuta -> heh
    0x06C1: "\u0647",  # heh goal -> heh
    0x06BE: "\u0647",  # heh doachashmee -> heh
    0x0671: "\u0627",  # alef wasla -> alef
    0x0621: None,  # a hamza of its own
    0x200C: " ",  # zero width non-joiner
    0x0640: None,  # tatweel
    0x0670: None,  # superscript alef
    **dict.fromkeys(range(0x064B, 0x0660)),  # tashkeel, hamza and madda above
    **dict.fromkeys(range(0x0300, 0x0370)),  # accents of Latin letters
    **dict.fromkeys((0x200B, 0x200D, 0x200E, 0x200F, 0xFEFF)),  # other invisibles
    **dict.fromkeys(range(0x202A, 0x202F)),  # directions of text
    **dict.fromkeys(range(0x2066, 0x206A)),
}
# What people write between groups of digits, with the longer dashes.
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u0640().:/_]+")
# What spreadsheets and their exports put around a number: an apostrophe, a formula's
# quotation marks, decimals of what is no amount.
_AROUND = re.compile(r"^['\u2018\u2019]+|^=\"|\"$|(?<=\d{7})[.,\u066b]0+$", re.ASCII)
# 6.26000E+12. Serials of cards may read 04E51234: only a sign or a point tells.
_ROUNDED = re.compile(r"[+-]?\d+(?:[.,\u066b]\d+E[+-]?|E[+-])\d+", re.ASCII | re.I)
_HEXADECIMAL = re.compile(r"[0-9A-F]+")
_PHONE = re.compile(r"\+?\d{7,17}", re.ASCII)
_EMAIL = re.compile(r"[^@\s<>\",;]+@[^@\s<>\",;.]+(\.[^@\s<>\",;.]+)+")
_MOBILE_TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# Shorter would be guessed at the till; longer would be taken for a bank card.
_MEMBER_NUMBER = re.compile(r"\d{4,12}", re.ASCII)
_MAX_BARCODE = 64


def ascii_digits(text: str) -> str:
    """Digits of any script, Persian and Arabic-Indic above all, become ASCII.

    >>> ascii_digits("۰۹۱۲ ٣٤٥")
    '0912 345'
    """
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    )


def fold(text: str) -> str:
    """The form of a text under which it is searched, not shown.

    Arabic and Persian letters, digits, joiners and vowel signs that people use for one
    another become one; case and runs of space are dropped. A name stays findable:

    >>> fold("كريمي") == fold("کریمی")
    True
    >>> fold("  Ali   REZAEI "), fold("می\u200cخواهم") == "می خواهم"
    ('ali rezaei', True)
    >>> fold("آرش") == fold("ارش"), fold("مُحَمَّد") == fold("محـــمد")
    (True, True)
    """
    # Decomposed first, so that marks which are part of a letter can be dropped too
    # and letters from old Arabic presentation forms become ordinary ones.
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return " ".join(ascii_digits(unicodedata.normalize("NFC", text)).split())


def name_key(text: str) -> str:
    """What is stored of a name for searching: folded, and without its spaces.

    Parts of one name are written together, apart or with a joiner between them:

    >>> name_key("علی\u200cرضا كريمي") == name_key("عليرضا  کریمی")
    True
    """
    return fold(text).replace(" ", "")


def name_words(text: str) -> list[str]:
    """What is looked for in such keys: all of these words, in any order.

    >>> all(word in name_key("Sara  Ahmadi") for word in name_words("ahmadi SARA"))
    True
    """
    return fold(text).split()


def _visible(text: str) -> str:
    """ASCII digits, and without the invisible signs that copying and readers add."""
    return "".join(
        char
        for char in ascii_digits(text)
        if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf")
    )


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen.

    >>> is_blank("  "), is_blank("\\u200e\\u200c"), is_blank("۱")
    (True, True, False)
    """
    return not _visible(text).strip()


def _bare(text: str) -> str:
    """Visible signs without blanks, and without what a spreadsheet puts around them."""
    text = "".join(_visible(text).split())
    while (less := _AROUND.sub("", text)) != text:
        text = less
    return text


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has rounded a number, so that its digits are lost.

    >>> is_rounded("6.26000E+12"), is_rounded("9.12E+09"), is_rounded("9E+09")
    (True, True, True)
    >>> is_rounded("04E51234"), is_rounded("9121234567.0"), is_rounded("MBR-1E+2")
    (False, False, False)
    """
    return bool(_ROUNDED.fullmatch(_bare(text)))


def mobile_e164(
    text: str, country_code: str | None, phone_code: int | None
) -> str | None:
    """The mobile number that ``text`` spells, in E.164; None if it isn't one.

    ``country_code`` (ISO 3166, two letters) or else ``phone_code`` is the country for
    numbers typed without one. Landlines are no mobiles.

    >>> for typed in ("0912 123 4567", "+98 (0) 912-123-4567", "00989121234567",
    ...               "989121234567", "9121234567", "۰۹۱۲۱۲۳۴۵۶۷"):
    ...     assert mobile_e164(typed, "IR", 98) == "+989121234567"
    >>> mobile_e164("021 8877 6655", "IR", 98)
    >>> mobile_e164("0912 123 4567", None, None)

    As exports and spreadsheets write them, too; rounded ones have lost their digits:

    >>> mobile_e164("'+989121234567", "IR", 98), mobile_e164("9121234567.0", "IR", 98)
    ('+989121234567', '+989121234567')
    >>> mobile_e164("9.12E+09", "IR", 98)
    """
    if is_rounded(text):
        return None
    # A plain text check first: the library would also read letters on a keypad.
    number = _SEPARATORS.sub("", _bare(text))
    if not _PHONE.fullmatch(number):
        return None
    if number.startswith("00"):
        number = f"+{number[2:]}"
    region = country_code
    if not region and phone_code:
        region = phonenumbers.region_code_for_country_code(phone_code)
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.number_type(parsed) not in _MOBILE_TYPES:
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def mobile_spellings(mobile: str) -> set[str]:
    """How a mobile (E.164) is written without blanks: what a barcode could spell.

    >>> sorted(mobile_spellings("+989121234567"))
    ['+989121234567', '00989121234567', '09121234567', '9121234567', '989121234567']
    """
    parsed = phonenumbers.parse(mobile)
    typed = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return {
        mobile,
        f"00{mobile[1:]}",
        mobile[1:],
        "".join(char for char in typed if char.isdigit()),
        phonenumbers.national_significant_number(parsed),
    }


def member_number(sequence: int, width: int = 7) -> str:
    """``sequence`` zero-padded to ``width``, and a check digit (Luhn, ISO/IEC 7812-1).

    The check digit catches every single wrong digit and nearly every swap of two
    neighbours, so that a slip at the till doesn't find another member.

    >>> member_number(42)
    '00000422'
    >>> is_member_number("00000422"), is_member_number("00000442")
    (True, False)

    Raises ValueError when the sequence isn't positive or the number would be longer
    than 12 digits or shorter than 4.
    """
    if sequence < 1:
        raise ValueError(f"a member number counts from 1, not {sequence}")
    body = f"{sequence:0{width}d}"
    number = body + luhn.calc_check_digit(body)
    if not _MEMBER_NUMBER.fullmatch(number):
        raise ValueError(f"a member number has 4 to 12 digits, not {len(number)}")
    return number


def is_member_number(text: str) -> bool:
    """Whether ``text`` (ASCII, normalised) could be a member number.

    >>> is_member_number("00000000"), is_member_number("hello")
    (False, False)
    """
    return bool(
        _MEMBER_NUMBER.fullmatch(text) and text.strip("0") and luhn.is_valid(text)
    )


def looks_like_pan(text: str) -> bool:
    """Whether ``text`` holds a bank card number or a magnetic track.

    Such a text is never stored, logged or used as an identifier; see
    :mod:`.bank_cards` for the rule.

    >>> looks_like_pan("6037 9900 0000 0006 123"), looks_like_pan("۶۰۳۷۹۹۰۰۰۰۰۰۰۰۰۶")
    (True, True)
    >>> looks_like_pan("6037 9900 0000 0007")
    False
    """
    return holds_bank_card(_visible(text))


def card_serial(text: str) -> str | None:
    """The serial number of a contactless card, however a reader says it; else None.

    Readers of 125 kHz cards (EM4100) give ten hexadecimal digits, their last eight, or
    the same eight as ten decimal digits, which is what is printed on the card. All
    become eight hexadecimal digits. Serials of ISO 14443 have 8, 14 or 20 of them.

    >>> card_serial("0B00BC614E"), card_serial("00bc614e"), card_serial("0012345678")
    ('00BC614E', '00BC614E', '00BC614E')
    >>> card_serial("04:A2:2B:1C:9D:55:80")
    '04A22B1C9D5580'
    >>> card_serial("REZAEI"), card_serial("1234")
    (None, None)
    """
    text = _SEPARATORS.sub("", _visible(text)).upper()
    if not _HEXADECIMAL.fullmatch(text) or len(text) not in (8, 10, 14, 20):
        return None
    if len(text) == 10 and text.isdigit() and int(text) < 2**32:
        return f"{int(text):08X}"
    return text[2:] if len(text) == 10 else text


def card_token(value: str, pepper: bytes) -> str:
    """What is stored in place of a card's serial number or hash: HMAC-SHA256, in hex.

    Without the pepper (a secret kept outside of this table) nobody can compute tokens
    for guessed cards and compare. Case and separators of ``value`` don't count, and all
    forms of a serial number (see :func:`card_serial`) give the same token.

    >>> card_token("04:a2:2b:1c", b"secret") == card_token("04A22B1C", b"secret")
    True
    >>> len(card_token("04A22B1C", b"secret"))
    64

    Raises ValueError for an empty value or pepper.
    """
    normal = card_serial(value) or _SEPARATORS.sub("", _visible(value)).upper()
    if not normal or not pepper:
        raise ValueError("a card token needs a value and a pepper")
    return hmac.new(pepper, normal.encode(), hashlib.sha256).hexdigest()


def normalise_barcode(text: str) -> str | None:
    """The barcode in upper case without blanks or control signs; None if it isn't one.

    Codes are ASCII, at most 64 characters. Readers add line ends, people add blanks:

    >>> normalise_barcode("mbr-0042\\r\\n"), normalise_barcode("۶۲۶۰ ۱۲۳۴")
    ('MBR-0042', '62601234')
    >>> normalise_barcode("علی")
    >>> normalise_barcode("6.26000E+12")
    """
    code = _bare(text).upper()
    if not code or not code.isascii() or len(code) > _MAX_BARCODE or is_rounded(code):
        return None
    return code


def normalise_email(text: str) -> str | None:
    """The address in lower case; None unless it has one @ and a dotted domain.

    >>> normalise_email(" Sara@Example.COM "), normalise_email("sara@home")
    ('sara@example.com', None)
    """
    address = _visible(text).strip().lower()
    return address if _EMAIL.fullmatch(address) else None


def candidates(
    text: str, country_code: str | None, phone_code: int | None
) -> list[tuple[str, str]]:
    """What a typed or scanned text may be, best first: pairs of scheme and value.

    >>> candidates("۰۹۱۲ ۱۲۳ ۴۵۶۷", "IR", 98)
    [('mobile', '+989121234567'), ('barcode', '09121234567')]
    >>> candidates("0000-0422", "IR", 98)
    [('number', '00000422'), ('barcode', '0000-0422')]
    >>> candidates("Sara@Example.com", "IR", 98)
    [('email', 'sara@example.com')]

    A bank card is none of them:

    >>> candidates("6037 9900 0000 0006", "IR", 98)
    []
    """
    if email := normalise_email(text):
        return [("email", email)]
    found = []
    if mobile := mobile_e164(text, country_code, phone_code):
        found.append(("mobile", mobile))
    if looks_like_pan(text):
        return found
    number = _SEPARATORS.sub("", _bare(text))
    if is_member_number(number):
        found.append(("number", number))
    if barcode := normalise_barcode(text):
        found.append(("barcode", barcode))
    return found
