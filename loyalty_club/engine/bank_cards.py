"""Bank cards' numbers, which are recognised in order to be refused.

One rule, in three places that can't share code: here, at the till
(``card_numbers.js``) and in the box (``loyalty_club_cards.py``). One table of cases,
``loyalty_club_pos/static/tests/unit/bank_card_cases.js``, is run through all three, and
their tables of issuers are compared.

A number is a bank card's when it begins as an issuer's numbers do, is as long as these,
and its check digit is right (Luhn), anywhere in a text. A track of a magnetic stripe is
one anyway.
"""

import re

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


def issued_lengths(digits: str) -> set[int]:
    """How long the cards are whose numbers begin so; empty where nobody issues them.

    >>> issued_lengths("603799"), issued_lengths("9000"), issued_lengths("34")
    ({16}, set(), {15})
    """
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


def holds_bank_card(text: str) -> bool:
    """Whether ``text`` (ASCII digits, no invisible signs) holds a bank card's number or
    a magnetic track.

    >>> holds_bank_card("6037 9900 0000 0006"), holds_bank_card("6037 9900 0000 0007")
    (True, False)
    >>> holds_bank_card("6037990000000006 123"), holds_bank_card("60379900000000060129")
    (True, True)
    >>> holds_bank_card(";6037990000000007=29011010000?")
    True
    >>> holds_bank_card("9000000000000005"), holds_bank_card("4006381333931")
    (False, False)
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
