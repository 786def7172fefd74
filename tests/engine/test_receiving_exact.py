"""Parts add up to the whole, whatever comes, goes and returns in between."""

from decimal import Decimal
from fractions import Fraction

from engine.receiving import PartLine, change
from engine.returns import LineState, return_lines
from hypothesis import given
from hypothesis import strategies as st

LINES = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 9)), min_size=1, max_size=5
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("received"), st.integers(0, 12)),
        st.tuples(st.just("return"), st.integers(0, 4)),
    ),
    max_size=12,
)


class Book:
    """A purchase that is received and returned step by step, as the models keep it."""

    def __init__(self, lines):
        self.lines = [
            {"whole": whole, "given": 0, "taken": 0, "sold": sold, "returned": 0}
            for whole, sold in lines
        ]

    def settle(self, received):
        parts = [
            PartLine(
                str(key),
                line["whole"],
                line["given"],
                line["taken"],
                Decimal(line["sold"]),
                Decimal(line["returned"]),
            )
            for key, line in enumerate(self.lines)
        ]
        for key, units in change(parts, received).items():
            self.lines[int(key)]["given"] += units
        return sum(part.kept for part in parts)

    def give_back(self, number):
        line = self.lines[number % len(self.lines)]
        if line["returned"] == line["sold"]:
            return
        state = LineState(
            "line",
            Decimal(line["sold"]),
            line["given"],
            0,
            Decimal(line["returned"]),
            line["taken"],
            0,
            0,
            0,
        )
        (back,) = return_lines([state], {"line": Decimal(1)})
        line["returned"] += 1
        line["taken"] += back.points

    @property
    def net(self):
        return sum(line["given"] - line["taken"] for line in self.lines)


@given(LINES, STEPS)
def test_parts_are_exact(lines, steps):
    book = Book(lines)
    for what, number in steps:
        if what == "return":
            book.give_back(number)
            continue
        received = Fraction(number, 12)
        kept = book.settle(received)
        assert book.net == kept * number // 12
        assert all(line["given"] >= line["taken"] >= 0 for line in book.lines)
        assert not any(book.settle(received) - kept for _again in range(2))
    book.settle(Fraction(1))
    assert book.net == sum(
        line["whole"] - line["whole"] * line["returned"] // line["sold"]
        for line in book.lines
    )


@given(LINES)
def test_a_whole_is_given_line_by_line_as_it_was_awarded(lines):
    book = Book(lines)
    for number in range(1, 13):
        book.settle(Fraction(number, 12))
    assert [line["given"] for line in book.lines] == [whole for whole, _sold in lines]
