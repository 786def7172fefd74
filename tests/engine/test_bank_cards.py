"""A bank card's number is told from all other numbers, by one rule everywhere."""

import pytest
from bank_card_table import cases, issuers
from engine.bank_cards import ISSUERS, holds_bank_card
from engine.identifiers import candidates, looks_like_pan, normalise_barcode
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import ean, luhn

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@st.composite
def numbers(draw):
    """A number as some issuer gives it."""
    first, last, lengths, _who = draw(st.sampled_from(ISSUERS))
    length = draw(st.sampled_from(lengths))
    start = str(draw(st.integers(int(first), int(last))))
    body = start + draw(st.text("0123456789", min_size=length, max_size=length))
    body = body[: length - 1]
    return body + luhn.calc_check_digit(body)


def test_the_till_has_the_same_issuers():
    assert issuers() == [[*row[:2], list(row[2]), row[3]] for row in ISSUERS]


def test_the_table_is_readable():
    for first, last, lengths, who in ISSUERS:
        assert first <= last and len(first) == len(last) and who
        assert set(lengths) <= set(range(13, 20))
    assert len({row[0] for row in ISSUERS}) == len(ISSUERS)


@pytest.mark.parametrize(("text", "bank", "why"), cases())
def test_the_cases_of_all_three(text, bank, why):
    assert looks_like_pan(text) is bank, why
    if bank:
        assert {scheme for scheme, _v in candidates(text, "IR", 98)} <= {"mobile"}


@given(
    numbers(),
    st.sampled_from(["", " ", "-", ".", "/", "\u2013", "\u200c", "\n", "ـ"]),
    st.booleans(),
    st.sampled_from(["", "card ", "کارت: ", "#", "1 ", "A"]),
    st.sampled_from(["", " 123", " 0129", " 0129 123", "\n", " x", "?"]),
)
def test_no_issuer_s_number_passes(number, separator, persian, before, behind):
    assume(not (len(number) < 15 and ean.is_valid(number)))
    groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    text = before + separator.join(groups) + behind
    assert looks_like_pan(text.translate(PERSIAN) if persian else text)


@given(numbers(), st.text("0123456789", min_size=3, max_size=4))
def test_nor_with_what_stands_behind_it(number, behind):
    assume(len(number) > 14)
    assert looks_like_pan(number + behind)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_every_article_can_be_sold(body):
    code = body + ean.calc_check_digit(body)
    assert not looks_like_pan(code)
    assert normalise_barcode(code) == code


@given(st.sampled_from("1789"), st.text("0123456789", min_size=11, max_size=17))
def test_a_shop_s_own_cards_pass(first, rest):
    body = first + rest
    assume(not any(body.startswith(row[0][:2]) for row in ISSUERS))
    number = body + luhn.calc_check_digit(body)
    assert not holds_bank_card(number)
    assert not holds_bank_card(f";{number}?")
