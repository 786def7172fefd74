"""What readers send becomes the right card, once, and never a bank card's number."""

import doctest
import subprocess
import sys
from pathlib import Path

import loyalty_club_cards as cards
import pytest
from engine import bank_cards
from engine.identifiers import looks_like_pan
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn

from tests.engine.bank_card_table import cases
from tests.support.box import frame

CARDS = st.binary(min_size=5, max_size=5).map(lambda card: card.hex().upper())
NUMBERS = st.from_regex(r"603799[0-9]{9}", fullmatch=True).map(
    lambda body: body + luhn.calc_check_digit(body)
)
NOISE = st.binary(max_size=30)


def heard(*pieces: bytes) -> list:
    frames = cards.Frames()
    found = [card for piece in pieces for card in frames.feed(piece)]
    return found + list(frames.rest())


def typed(text: str) -> list:
    keys = cards.Keys()
    found = []
    for char in text:
        if char in cards._PLAIN.values():
            code = next(key for key, is_ in cards._PLAIN.items() if is_ == char)
            found.append(keys.press(code))
        elif char == "\n":
            found.append(keys.press(28))
        else:
            code = next(key for key, is_ in cards._SHIFTED.items() if is_ == char)
            keys.press(42)
            found.append(keys.press(code))
            keys.release(42)
    return [card for card in found if card]


def test_examples_of_the_documentation():
    result = doctest.testmod(cards)
    assert result.attempted and not result.failed


def test_it_needs_nothing_of_odoo():
    check = "import sys, loyalty_club_cards; sys.exit('odoo' in sys.modules)"
    folder = Path(cards.__file__).parent
    subprocess.run([sys.executable, "-c", check], cwd=folder, check=True)


# --------------------------------------------------------------------- EM4100 frames


@given(CARDS)
def test_a_simulated_frame_is_that_of_the_data_sheet(card):
    assert cards.em4100_frame(card) == frame(card)


@given(CARDS, NOISE, st.lists(st.integers(0, 60), max_size=4))
def test_a_card_is_read_whatever_the_pieces(card, noise, cuts):
    # Noise can't end in the middle of a frame: what opens one starts it again.
    stream = noise + frame(card)
    cuts = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
    assert ("em4100", card) in heard(*pieces)


@given(CARDS, st.integers(1, 12), st.integers(1, 15))
def test_no_wrong_digit_becomes_another_card(card, place, change):
    wrong = bytearray(frame(card))
    digit = (int(chr(wrong[place]), 16) + change) % 16
    wrong[place] = ord(f"{digit:X}")
    assert heard(bytes(wrong)) == []


@given(CARDS, st.integers(1, 13))
def test_a_frame_that_lost_a_byte_is_no_card(card, place):
    whole = frame(card)
    lost = whole[:place] + whole[place + 1 :]
    assert [kind for kind, _value in heard(lost)] == []


@given(st.binary(max_size=1000))
def test_any_bytes_are_bounded_and_raise_nothing(data):
    frames = cards.Frames()
    list(frames.feed(data))
    list(frames.feed(b"9" * 10_000))
    assert len(frames._text) <= cards.MAX_TEXT


# ------------------------------------------------------------------------ bank cards


@given(
    NUMBERS, st.sampled_from(["{}", ";{}=2901?", "%B{}^A/B^2901?", "+{}==1?", "{} "])
)
def test_no_number_of_a_bank_card_leaves_a_reader(number, form):
    text = form.format(number)
    assert cards.is_bank_card(text)
    assert typed(text + "\n") == [cards.BANK_CARD]
    for opened, closed in ((b"", b"\r\n"), (b"\x02", b"\x03"), (b"", b"")):
        assert heard(opened + text.encode() + closed) == [cards.BANK_CARD]


@given(st.text("0123456789 -;=^%?BX", max_size=40))
def test_what_the_server_refuses_the_reader_refuses_before(text):
    if looks_like_pan(text):
        assert cards.is_bank_card(text)


def test_the_table_of_the_server_and_the_till():
    assert cards.ISSUERS == bank_cards.ISSUERS
    for text, bank, why in cases():
        if text.isascii():  # readers send nothing else
            assert cards.is_bank_card(text) is bank, why


@given(NUMBERS)
def test_one_wrong_digit_is_no_bank_card_but_a_track_is(number):
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert not cards.is_bank_card(wrong)
    assert cards.is_bank_card(f";{wrong}=2901?")


@pytest.mark.parametrize("text", ["", "0A0060D6D1", "00000422", "0009123456", "MBR-42"])
def test_cards_of_members_are_no_bank_cards(text):
    assert not cards.is_bank_card(text)


@given(CARDS)
def test_half_a_number_is_not_typed_out(card):
    keys = cards.Keys()
    for _digit in range(8):
        keys.press(5)
    keys.forget()
    assert keys.press(28) is None


# ------------------------------------------------------------------------------ taps


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.floats(0, 0.9)), min_size=1, max_size=40
    )
)
def test_cards_that_stay_near_are_one_tap_each(readings):
    taps, now, last, new = cards.Taps(quiet=1.0), 0.0, {}, []
    for card, pause in readings:
        now += pause
        new.append((card, taps.is_new(card, now)))
        # By definition: the first, or the first after a second without it.
        assert new[-1][1] == (card not in last or now - last[card] >= 1.0)
        last[card] = now
    assert sum(is_new for card, is_new in new if card == readings[0][0]) >= 1


def test_the_same_card_again_after_a_while_is_another_tap():
    taps = cards.Taps(quiet=1.0)
    assert taps.is_new("A", 0) and not taps.is_new("A", 0.99)
    assert not taps.is_new("A", 1.5) and taps.is_new("A", 2.5)


# ---------------------------------------------------------------------- PC/SC cards


def answers(uid: bytes, sw=(0x90, 0x00), payment=(0x6A, 0x82)):
    def transmit(apdu):
        if apdu == cards.GET_UID:
            return list(uid), *sw
        return [], *payment

    return transmit


@given(st.sampled_from((4, 7, 10)).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
def test_the_serial_number_in_upper_case(uid):
    assume(len(uid) != 4 or uid[0] != 0x08)
    assert cards.card_on(answers(uid)) == ("iso14443", uid.hex().upper())


@pytest.mark.parametrize(
    ("transmit", "card"),
    [
        (answers(b"\x08\x11\x22\x33"), cards.RANDOM_UID),
        (answers(b"\x04\x11\x22\x33", payment=(0x90, 0)), cards.BANK_CARD),
        (answers(b"\x04\x11\x22\x33", payment=(0x61, 0x20)), cards.BANK_CARD),
        (answers(b"\x04\x11\x22\x33", sw=(0x63, 0x00)), None),
        (answers(b""), None),
        (answers(b"\x04" * 11), None),
    ],
    ids=["random", "bank", "bank, more to fetch", "refused", "empty", "too long"],
)
def test_what_has_no_lasting_number(transmit, card):
    assert cards.card_on(transmit) == card


# ------------------------------------------------------------------------------ keys


@given(st.text(st.sampled_from([*cards._PLAIN.values(), *cards._SHIFTED.values()])))
def test_what_was_typed_stripped(text):
    assume(not cards.is_bank_card(text.strip()) and len(text) <= cards.MAX_TEXT)
    assert typed(text + "\n") == ([("hid", text.strip())] if text.strip() else [])


def test_keys_have_the_kernels_numbers():
    """Taken from linux/input-event-codes.h, one at least of each row."""
    known = {2: "1", 11: "0", 12: "-", 16: "q", 26: "[", 30: "a", 39: ";", 40: "'"}
    known |= {41: "`", 43: "\\", 44: "z", 53: "/", 55: "*", 57: " ", 71: "7"}
    known |= {75: "4", 79: "1", 82: "0", 83: ".", 98: "/", 13: "=", 78: "+", 50: "m"}
    assert {code: cards._PLAIN[code] for code in known} == known
    assert not {1, 14, 15, 28, 29, 42, 54, 56, 58, 96} & set(cards._PLAIN)
