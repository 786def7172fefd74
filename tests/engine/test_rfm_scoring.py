"""Equal customers score equally, whatever the order, the unit or the database."""

import math
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_maps import ELEVEN, TEN
from rfm_engine.scoring import (
    CodeProblem,
    all_codes,
    cell,
    cells,
    check_codes,
    cut_points,
    interval,
    money_thresholds,
    overdue,
    parse_codes,
    parse_thresholds,
    percentile_disc,
    recency_cuts,
    score,
    weighted,
)

MAPS = [(ELEVEN, "rfm"), (TEN, "rf")]
FIXED = parse_thresholds("1,2,4,8")
DAY = date(2026, 5, 31)

VALUES = st.lists(st.integers(0, 60), min_size=1, max_size=80)
AMOUNTS = st.lists(
    st.decimals(-1000, 100_000, places=2, allow_nan=False), min_size=1, max_size=60
)


# ------------------------------------------------------------------- quantiles


@given(VALUES)
def test_a_cut_point_is_the_first_value_with_enough_of_them_below(values):
    """The definition of PERCENTILE_DISC: its share of values reaches the part."""
    ordered = sorted(values)
    for part, cut in zip((1, 2, 3, 4), cut_points(values), strict=True):
        enough = [
            value
            for value in ordered
            if 5 * sum(other <= value for other in ordered) >= part * len(ordered)
        ]
        assert cut == enough[0]


@given(AMOUNTS)
def test_amounts_times_ten_score_the_same(amounts):
    """Toman or Rial, euros or thousands of euros."""
    larger = [amount * 10 for amount in amounts]
    cuts, larger_cuts = cut_points(amounts), cut_points(larger)
    assert [score(x, cuts) for x in amounts] == [score(x, larger_cuts) for x in larger]


@given(AMOUNTS.filter(lambda amounts: sum(amounts) > 0), st.integers(1, 200))
def test_amounts_times_ten_score_the_same_by_thresholds(amounts, purchases):
    """Of money the thresholds are so many average purchases."""
    larger = [amount * 10 for amount in amounts]
    cuts = money_thresholds(FIXED, sum(amounts), purchases)
    larger_cuts = money_thresholds(FIXED, sum(larger), purchases)
    assert [score(x, cuts) for x in amounts] == [score(x, larger_cuts) for x in larger]


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_customers_changes_nothing(values, random):
    shuffled = values[:]
    random.shuffle(shuffled)
    assert cut_points(shuffled) == cut_points(values)


@given(VALUES)
def test_equal_values_share_one_score_and_larger_ones_never_score_less(values):
    cuts = cut_points(values)
    ordered = sorted(values)
    scores = [score(value, cuts) for value in ordered]
    assert not parted(ordered, scores)
    assert scores == sorted(scores)
    assert scores[0] == 1
    assert scores[-1] <= 5


def test_ntile_would_part_equal_customers():
    """The control of the test before this one: it would find what is wrong there."""
    purchases = [1] * 7 + [2, 3, 9]
    by_ntile = [1 + place * 5 // 10 for place in range(10)]
    assert by_ntile == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert parted(purchases, by_ntile) == {1: {1, 2, 3, 4}}


def parted(values, scores):
    """Values that got several scores, with these."""
    found = defaultdict(set)
    for value, number in zip(values, scores, strict=True):
        found[value].add(number)
    return {value: several for value, several in found.items() if len(several) > 1}


def test_many_equal_values_take_one_score_and_leave_others_empty():
    """Half of all customers bought once: they score 1, and nobody scores 2 or 3."""
    purchases = [1] * 11_908 + [2] * 2_382 + [3] * 1_697 + list(range(4, 7_587))
    cuts = cut_points(purchases)
    assert cuts[:2] == (1, 1)
    assert {score(x, cuts) for x in purchases} == {1, 3, 4, 5}


@given(st.integers(1, 10**7))
def test_places_of_whole_fifths_are_exact(fifth):
    """0.2 and 0.6 are no floats; a place off by one is another cut point."""

    class Places:
        def __len__(self):
            return 5 * fifth

        def __getitem__(self, place):
            return place + 1

    for part in (1, 2, 3, 4):
        assert percentile_disc(Places(), Fraction(part, 5)) == part * fifth


def test_no_customers_have_no_cut_points():
    with pytest.raises(ValueError, match="no value"):
        cut_points([])


# ------------------------------------------------------------------ thresholds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("30,90,180", "four"),
        ("30,90,180,270,360", "four"),
        ("30,90,90,270", "ascend"),
        ("90,30,180,270", "ascend"),
        ("30,x,180,270", "numbers"),
        ("30,90,180,inf", "four"),
        ("nan,90,180,270", "four"),
    ],
)
def test_thresholds_that_make_no_five_scores_are_refused(text, why):
    with pytest.raises(ValueError, match=why):
        parse_thresholds(text)


def test_thresholds_as_people_type_them():
    expected = tuple(map(Decimal, ("0.5", "2", "4", "8")))
    for text in ("0.5 2 4 8", "0.5; 2; 4; 8", "۰٫۵، ۲، ۴، ۸", "0.5\n2\n4\n8\n"):
        assert parse_thresholds(text) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, 5),
        (30, 5),
        (31, 4),
        (90, 4),
        (91, 3),
        (180, 3),
        (181, 2),
        (270, 2),
        (271, 1),
    ],
)
def test_recency_by_thresholds(days, expected):
    cuts = recency_cuts(DAY, parse_thresholds("30,90,180,270"))
    assert score(DAY - timedelta(days), cuts) == expected


@pytest.mark.parametrize(
    ("purchases", "expected"),
    [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (8, 4), (9, 5), (500, 5)],
)
def test_frequency_by_thresholds(purchases, expected):
    assert score(purchases, FIXED) == expected


def test_recency_by_thresholds_ages_when_nobody_buys():
    """By quantiles everybody keeps his R on a day without any purchase."""
    days = [DAY - timedelta(30 + number) for number in range(10)]
    thresholds = parse_thresholds("30,90,180,270")
    today, later = DAY, DAY + timedelta(1)
    by_days = [score(day, recency_cuts(today, thresholds)) for day in days]
    assert by_days != [score(day, recency_cuts(later, thresholds)) for day in days]


# -------------------------------------------------------------------- segments


@pytest.mark.parametrize(("segments", "dimensions"), MAPS)
def test_the_published_maps_have_each_code_once(segments, dimensions):
    assert check_codes(segments, dimensions) == []
    found = cells(segments, dimensions)
    assert len(found) == 125
    assert set(found) == set(segments)


@pytest.mark.parametrize(("segments", "dimensions"), MAPS)
def test_each_cell_has_the_segment_that_its_code_was_given(segments, dimensions):
    found = cells(segments, dimensions)
    for name, text in segments.items():
        for code in text.split():
            r, f, *rest = map(int, code)
            for m in rest or (1, 2, 3, 4, 5):
                assert found[cell(r, f, m)] == name


def test_the_three_codes_that_copies_of_the_list_have_lost_are_missed():
    shorter = {**ELEVEN, "About To Sleep": "331 321 312 221 213"}
    assert check_codes(shorter, "rfm") == [
        CodeProblem("missing", code, ()) for code in ("231", "241", "251")
    ]
    with pytest.raises(ValueError, match="3 codes"):
        cells(shorter, "rfm")
    owners = [name for name, text in ELEVEN.items() for c in ("231", "241", "251")
              if c in text.split()]  # fmt: skip
    assert owners == ["About To Sleep"] * 3


@given(st.sampled_from(MAPS), st.data())
def test_each_missing_code_is_found(example, data):
    segments, dimensions = example
    code = data.draw(st.sampled_from(all_codes(dimensions)))
    less = {
        name: " ".join(own for own in parse_codes(text) if own != code)
        for name, text in segments.items()
    }
    assert check_codes(less, dimensions) == [CodeProblem("missing", code, ())]


@given(st.sampled_from(MAPS), st.data())
def test_each_double_code_is_found_with_its_segments(example, data):
    segments, dimensions = example
    code = data.draw(st.sampled_from(all_codes(dimensions)))
    also = data.draw(st.sampled_from(list(segments)))
    more = {**segments, also: f"{segments[also]} {code}"}
    (problem,) = check_codes(more, dimensions)
    assert (problem.kind, problem.code) == ("double", code)
    assert len(problem.segments) == 2
    assert also in problem.segments


@pytest.mark.parametrize("code", ["155x", "560", "056", "5", "1111", "٦٥٥", "abc"])
def test_what_is_no_code_is_found(code):
    wrong = {**ELEVEN, "Lost": f"{ELEVEN['Lost']} {code}"}
    (problem,) = check_codes(wrong, "rfm")
    assert (problem.kind, problem.segments) == ("unknown", ("Lost",))


def test_codes_of_three_are_none_of_two():
    kinds = {problem.kind for problem in check_codes(ELEVEN, "rf")}
    assert kinds == {"missing", "unknown"}


# ------------------------------------------------- rhythm and order of customers


@given(
    st.lists(st.integers(0, 400), min_size=2, max_size=20, unique=True),
    st.integers(1, 300),
)
def test_overdue_is_later_than_so_many_of_his_own_intervals(gaps, since):
    days = sorted(DAY - timedelta(gap) for gap in gaps)
    first, last, purchases = days[0], days[-1], len(days)
    own = interval(first, last, purchases)
    steps = [(b - a).days for a, b in zip(days, days[1:], strict=False)]
    assert own == Fraction(sum(steps), len(steps))
    assert overdue(first, last, purchases, last + timedelta(since), 3, 2) == (
        since > 3 * own
    )


@pytest.mark.parametrize(
    ("first", "purchases"),
    [(DAY - timedelta(3), 3), (DAY, 12), (DAY, 1)],
    ids=["too few purchases", "all on one day", "one purchase"],
)
def test_without_a_rhythm_nobody_is_overdue(first, purchases):
    assert not overdue(first, DAY, purchases, DAY + timedelta(999), 3, 4)


@given(st.tuples(*[st.integers(1, 5)] * 3), st.tuples(*[st.integers(0, 9)] * 3))
def test_the_weighted_mean_is_between_the_scores(scores, weights):
    if not any(weights):
        with pytest.raises(ZeroDivisionError):
            weighted(scores, weights)
        return
    mean = weighted(scores, weights)
    assert min(scores) <= mean <= max(scores)
    assert math.isclose(
        mean, sum(s * w / sum(weights) for s, w in zip(scores, weights, strict=True))
    )
