"""One person is one person however typed, and a bank card is never an identifier."""

import phonenumbers
import pytest
from engine.identifiers import (
    ascii_digits,
    candidates,
    card_token,
    fold,
    is_member_number,
    is_rounded,
    looks_like_pan,
    member_number,
    mobile_e164,
    normalise_barcode,
    normalise_email,
)
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
SCRIPTS = st.sampled_from([{}, PERSIAN, ARABIC])


def digits(count):
    return st.text("0123456789", min_size=count, max_size=count)


# --------------------------------------------------------------------- mobiles


@given(
    digits(7),
    st.sampled_from(["912", "935", "990"]),
    st.sampled_from(["0", "", "+98", "0098", "98", "+980", "+98 (0) ", "\u200e+98"]),
    st.sampled_from(["", " ", "-", ".", "\u2013", "\u00a0"]),
    SCRIPTS,
)
def test_every_spelling_is_one_mobile(number, operator, prefix, separator, script):
    typed = separator.join([prefix + operator, number[:3], number[3:]])
    found = mobile_e164(typed.translate(script), "IR", 98)
    assert found == f"+98{operator}{number}"
    assert candidates(typed.translate(script), "IR", 98)[0] == ("mobile", found)
    assert mobile_e164(found, None, None) == found


@given(
    digits(7),
    st.sampled_from(["912", "+98912", "0098912", "98912", "0912"]),
    st.sampled_from(["{}", "'{}", "\u2019{}", '="{}"', "{}.0", "{}.00", "{}\u066b0"]),
    SCRIPTS,
)
def test_what_spreadsheets_and_exports_make_of_a_mobile(number, start, form, script):
    """Odoo's own export puts an apostrophe before +98…, lest it be a formula."""
    typed = form.format(start + number).translate(script)
    assert mobile_e164(typed, "IR", 98) == f"+98912{number}"
    assert not is_rounded(typed)


@given(digits(4), digits(3), SCRIPTS)
def test_tatweel_between_groups(first, second, script):
    typed = f"0912ـ{second}ـ{first}".translate(script)
    assert mobile_e164(typed, "IR", 98) == f"+98912{second}{first}"


@given(
    st.integers(1, 9),
    digits(3),
    st.integers(1, 20),
    st.sampled_from(["{}.{}E+{:02d}", "{},{}e+{:02d}", "{}.{}E{:02d}", "'{}.{}E+{}"]),
    SCRIPTS,
)
def test_a_rounded_number_is_nothing(first, rest, power, form, script):
    text = form.format(first, rest, power).translate(script)
    assert is_rounded(text)
    assert mobile_e164(text, "IR", 98) is None
    assert normalise_barcode(text) is None
    assert candidates(text, "IR", 98) == []


@given(st.binary(min_size=4, max_size=10))
def test_a_card_s_serial_is_never_called_rounded(serial):
    assert not is_rounded(serial.hex())


@pytest.mark.parametrize(
    "text",
    [
        "021 8877 6655",  # a landline
        "0912 123 456",  # too short
        "0912 123 45678",  # too long
        "0912 CALL NOW",
        "0912 123 4567 / 0912 123 4568",
        "09121234567x2",
        "+98 +912 123 4567",
        "",
        "sara@example.com",
    ],
)
def test_what_is_no_mobile(text):
    assert mobile_e164(text, "IR", 98) is None


def test_the_country_decides_about_national_spellings():
    assert mobile_e164("0171 2345678", "DE", 49) == "+491712345678"
    assert mobile_e164("0171 2345678", None, 49) == "+491712345678"
    assert mobile_e164("0171 2345678", "IR", 98) is None
    assert mobile_e164("0049 171 2345678", "IR", 98) == "+491712345678"
    assert mobile_e164("0049 171 2345678", None, None) == "+491712345678"
    # Landlines and mobiles share their numbers in North America.
    assert mobile_e164("(201) 555-0123", "US", 1) == "+12015550123"
    assert mobile_e164("0912 123 4567", None, 999) is None


@pytest.mark.parametrize("region", ["IR", "DE", "TR", "AE", "IQ", "AF", "US", "IT"])
def test_example_mobiles_of_other_countries(region):
    kind = phonenumbers.PhoneNumberType.MOBILE
    example = phonenumbers.example_number_for_type(region, kind)
    expected = f"+{example.country_code}{example.national_number}"
    styles = phonenumbers.PhoneNumberFormat
    for style in (styles.E164, styles.INTERNATIONAL, styles.NATIONAL):
        typed = phonenumbers.format_number(example, style)
        assert mobile_e164(typed, region, example.country_code) == expected


# -------------------------------------------------------------- member numbers


@given(st.integers(1, 10**7 - 1))
def test_member_numbers_are_told_from_slips(sequence):
    number = member_number(sequence)
    assert is_member_number(number)
    assert int(number[:-1]) == sequence
    assert len(number) == 8
    for position, digit in enumerate(number):
        wrong = str((int(digit) + 1) % 10)
        assert not is_member_number(number[:position] + wrong + number[position + 1 :])


@given(st.integers(1, 10**11 - 1), st.integers(3, 11))
def test_member_numbers_never_look_like_bank_cards(sequence, width):
    number = member_number(sequence, width)
    assert not looks_like_pan(number)
    assert ("number", number) in candidates(number, "IR", 98)


@pytest.mark.parametrize(
    ("sequence", "width"), [(0, 7), (-1, 7), (1, 2), (1, 12), (10**11, 7)]
)
def test_impossible_member_numbers_are_refused(sequence, width):
    with pytest.raises(ValueError, match="member number"):
        member_number(sequence, width)


@pytest.mark.parametrize(
    "text", ["", "0", "00000000", "00000421", "0000042a", "۰۰۰۰۰۴۲۲", "0000000000018"]
)
def test_what_is_no_member_number(text):
    assert not is_member_number(text)


# ------------------------------------------------------------------ bank cards


@pytest.mark.parametrize(
    "text",
    [
        "%B6037990000000006^REZAEI/ALI^29011010000000?",
        ";6037990000000006=29011010000?",
        ";6037990000000007=29011010000?",  # misread, and still a card
        "6037 9900 0000 0007=2901",
        "６０３７９９００００００" + "０００６",  # full-width digits
    ],
)
def test_tracks_and_foreign_digits(text):
    assert looks_like_pan(text)
    assert candidates(text, "IR", 98) == []


@pytest.mark.parametrize(
    "text",
    [
        "00000422",
        "6037 9900 0000 0007",  # no valid check digit
        "00989121234565",  # a mobile, with a valid check digit by chance
        "+4915112345678",
        "603799000000000612345678",  # longer than a card with anything behind it
        "MBR-0042",
        "",
    ],
)
def test_what_is_no_bank_card(text):
    assert not looks_like_pan(text)


@given(digits(9))
def test_a_card_is_recognised_by_its_check_digit(body):
    body = "603799" + body
    found = [digit for digit in "0123456789" if looks_like_pan(body + digit)]
    assert found == [luhn.calc_check_digit(body)]


# ------------------------------------------------------------------ card tokens

PEPPER = b"a secret of this club"
TOKEN = "64253657eec7ece23009aa644cb35897e807718de0e7b2afb5502998df790a5e"


def test_a_token_is_a_keyed_hash():
    # HMAC-SHA256 of the value as computed by: openssl dgst -sha256 -hmac <pepper>
    assert card_token("04A22B1C", PEPPER) == TOKEN
    assert card_token("04:a2:2b:1c\r\n", PEPPER) == TOKEN
    assert card_token("۰4 A2-2b.1c", PEPPER) == TOKEN
    assert card_token("04A22B1D", PEPPER) != TOKEN
    assert card_token("04A22B1C", PEPPER + b"!") != TOKEN


@pytest.mark.parametrize(
    ("value", "pepper"), [("", PEPPER), (" - ", PEPPER), ("1", b"")]
)
def test_tokens_of_nothing_are_refused(value, pepper):
    with pytest.raises(ValueError, match="pepper"):
        card_token(value, pepper)


# -------------------------------------------------------------- search, digits


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("علي كريمي", "علی کریمی"),
        ("موسى", "موسی"),
        ("نیم\u200cفاصله", "نیم فاصله"),
        ("مُحَمَّد", "محمد"),
        ("محـــــمد", "محمد"),
        ("رضائی", "رضایی"),
        ("خانۀ", "خانه"),
        ("ﻋﻠﯽ", "علی"),
        ("STRASSE  12 ", "straße ۱۲"),
        ("رحمٰن", "رحمن"),
        ("\u200fعلی\u200e", "علی"),
        ("\u202bعلی\u202c", "\u2067علی\u2069"),
        ("\u202bعلی\u202c", "علی"),
    ],
)
def test_what_people_mean_is_found(typed, stored):
    assert fold(typed) == fold(stored)


def test_different_names_stay_different():
    names = ["علی", "عالی", "کریم", "کریمی", "گرم", "sara", "sarah", "josé"]
    assert len({fold(name) for name in names}) == len(names)


@given(st.text("ابپتجحخدرسشعفقکگلمنوهیيىكئؤأآۀةًٌَُّٔ\u200c\u200f ۱٢3abcÄéß\t"))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert fold(f"  {text}\n") == fold(text)


@given(st.text("0123456789 abc+-"), SCRIPTS)
def test_digits_of_any_script(text, script):
    assert ascii_digits(text.translate(script)) == text
    assert ascii_digits(text) == text


# -------------------------------------------------------------- other schemes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mbr-0042\r\n", "MBR-0042"),
        ("\u200e6260 1234\x1d", "62601234"),
        ("x" * 64, "X" * 64),
        ("x" * 65, None),
        ("  ", None),
        ("علی", None),
    ],
)
def test_barcodes(text, code):
    assert normalise_barcode(text) == code


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Sara@Example.com\n", "sara@example.com"),
        ("sara+club@mail.example.com", "sara+club@mail.example.com"),
        ("sara@example", None),
        ("sara@@example.com", None),
        ("sara@example..com", None),
        ("a@b.c, d@e.f", None),
        ("Sara <sara@example.com>", None),
        ("sara rezaei@example.com", None),
        ("@example.com", None),
    ],
)
def test_emails(text, address):
    assert normalise_email(text) == address


@given(st.text(max_size=40))
def test_any_text_is_safe_to_ask_about(text):
    for scheme, value in candidates(text, "IR", 98):
        assert scheme in ("mobile", "number", "barcode", "email")
        assert value
        if scheme != "mobile":
            assert not looks_like_pan(value)
        # What was found is found again when it is typed as it was stored.
        assert (scheme, value) in candidates(value, "IR", 98)


def test_a_number_that_is_also_a_mobile_offers_both():
    number = member_number(2012345)
    schemes = [scheme for scheme, _value in candidates(number, "DK", 45)]
    assert schemes == ["mobile", "number", "barcode"]
