"""Points come out exact, within their limits, and every one can be explained."""

import json
import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from engine.earning import Line, Rule, compute_award, trace_to_json
from hypothesis import assume, given
from hypothesis import strategies as st

KEYS = ("a", "b", "c", "d", "e")
# Mostly goods, some discounts: a basket of discounts alone earns nothing.
AMOUNT = st.integers(0, 10**7) | st.integers(-(10**5), 10**7)
QUANTITY = st.decimals(0, 100, places=3) | st.decimals(-10, 100, places=3)
RATE = st.fractions(0, 100, max_denominator=10_000)
MULTIPLIER = st.fractions(0, 5, max_denominator=100)
CAP = st.none() | st.integers(0, 10**4) | st.integers(0, 10**9)


def line(key, total, quantity=1, **values):
    """A line without tax or discount, unless ``values`` say otherwise."""
    names = ("total", "untaxed", "total_before_discount", "untaxed_before_discount")
    return Line(key, Decimal(quantity), **{**dict.fromkeys(names, total), **values})


def award(lines, *rules, digits=0, **options):
    return compute_award(lines, rules, currency_digits=digits, **options)


@st.composite
def baskets(draw, combos=True):
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True))
    return [
        Line(
            key,
            draw(QUANTITY),
            *(draw(AMOUNT) for _field in range(4)),
            group=draw(st.none() | st.just("combo")) if combos else None,
            group_quantity=Decimal(2),
            discounted=draw(st.booleans()),
        )
        for key in keys
    ]


RULES = st.builds(
    Rule,
    id=st.integers(1, 99),
    name=st.just("rule"),
    mode=st.sampled_from(["order", "money", "unit", "multiply"]),
    rate=RATE,
    lines=st.none() | st.frozensets(st.sampled_from(KEYS), min_size=2),
    minimum_quantity=st.just(Decimal(0)) | st.decimals(0, 5, places=1),
    minimum_amount=st.just(0) | st.integers(0, 10**6),
    minimum_tax=st.sampled_from(["incl", "excl"]),
    base_tax=st.sampled_from(["incl", "excl"]),
    base_discount=st.sampled_from(["after", "before"]),
    rounding=st.sampled_from(["down", "nearest", "up"]),
    multiplied=st.booleans(),
    status=st.booleans(),
    cap_purchase=CAP,
    cap_day=CAP,
    cap_month=CAP,
    used_day=st.integers(0, 10**3),
    used_month=st.integers(0, 10**4),
    step=st.none() | st.integers(1, 10**6),
    full_price=st.booleans(),
)


# ------------------------------------------------------------ for every basket


@given(baskets(), st.lists(RULES, max_size=3), MULTIPLIER, st.integers(0, 3))
def test_the_parts_add_up(lines, rules, multiplier, digits):
    result = award(lines, *rules, digits=digits, multiplier=multiplier)
    assert sum(entry.points for entry in result.trace) == result.points
    assert sum(result.by_line.values()) == result.points
    assert sum(result.status_by_line.values()) == result.status_points
    assert set(result.by_line) == {line.key for line in lines}
    assert min(result.by_line.values(), default=0) >= 0
    assert min(result.status_by_line.values(), default=0) >= 0


@given(baskets(), RULES, MULTIPLIER)
def test_the_trace_computes_to_the_points(lines, rule, multiplier):
    for entry in award(lines, rule, digits=2, multiplier=multiplier).trace:
        exact = Fraction(entry.base, 10**entry.base_digits)
        exact *= entry.rate * entry.multiplier
        assert abs(entry.uncapped - exact) < 1
        if rule.rounding == "down":
            assert entry.uncapped == math.floor(exact)
        assert (entry.points < entry.uncapped) == (entry.cap is not None)


@given(baskets(), RULES, MULTIPLIER)
def test_limits_are_never_exceeded(lines, rule, multiplier):
    result = award(lines, rule, digits=0, multiplier=multiplier)
    for points in (result.points, result.status_points):
        if rule.cap_purchase is not None:
            assert points <= rule.cap_purchase
        if rule.cap_day is not None:
            assert points <= max(rule.cap_day - rule.used_day, 0)
        if rule.cap_month is not None:
            assert points <= max(rule.cap_month - rule.used_month, 0)
    assert result.capped == any(entry.cap for entry in result.trace)


@given(baskets(), RULES, RATE)
def test_a_higher_rate_never_earns_less(lines, rule, rate):
    low, high = sorted((rule.rate, rate))
    less = award(lines, replace(rule, rate=low)).points
    assert less <= award(lines, replace(rule, rate=high)).points


@given(baskets(), st.lists(RULES, max_size=2), st.randoms())
def test_the_order_of_lines_does_not_matter(lines, rules, random):
    shuffled = random.sample(lines, len(lines))
    one, other = award(lines, *rules), award(shuffled, *rules)
    assert (one.points, one.status_points) == (other.points, other.status_points)
    assert one.trace == other.trace


@given(baskets(combos=False), RULES, st.integers(0, 10**9), MULTIPLIER)
def test_splitting_a_line_earns_the_same(lines, rule, cut, multiplier):
    rule = replace(rule, lines=None)
    whole = lines[0]
    # Two parts of the same kind: part of a discount line is a discount too.
    assume(whole.total >= 0 and whole.quantity >= 0)
    cut %= whole.total + 1
    half = whole.quantity / 2
    parts = [
        replace(whole, quantity=half, total=cut),
        Line("z", half, whole.total - cut, 0, 0, 0, discounted=whole.discounted),
    ]
    one = award(lines, rule, multiplier=multiplier)
    other = award([*parts, *lines[1:]], rule, multiplier=multiplier)
    assert one.trace == other.trace
    assert one.status_points == other.status_points


@given(baskets(), RULES)
def test_lines_outside_the_rule_get_nothing(lines, rule):
    rule = replace(rule, lines=frozenset("ab"))
    result = award(lines, rule)
    inside = [line for line in lines if line.key in rule.lines]
    assert award(inside, rule).trace == result.trace
    assert not any(result.by_line.get(key) for key in "cde")


@given(baskets(), RULES)
def test_the_trace_is_json(lines, rule):
    trace = trace_to_json(award(lines, rule, digits=2).trace)
    assert json.loads(json.dumps(trace)) == trace
    for entry in trace:
        exact = Fraction(entry["base"]) * Fraction(entry["rate"])
        exact *= Fraction(entry["multiplier"])
        assert abs(entry["uncapped"] - exact) < 1


@given(baskets(), RULES, st.integers(1, 10**6), MULTIPLIER)
def test_full_steps_never_earn_more_and_come_in_steps(lines, rule, step, multiplier):
    rule = replace(rule, mode="money", rounding="down", step=None)
    linear = award(lines, rule, multiplier=multiplier)
    stepped = award(lines, replace(rule, step=step), multiplier=multiplier)
    assert stepped.points <= linear.points
    for entry in stepped.trace:
        assert entry.base % step == 0
        assert 0 <= linear.trace[0].base - entry.base < step


@given(baskets(), RULES, RULES)
def test_what_multiplies_gives_nothing_by_itself(lines, rule, boost):
    boost = replace(boost, mode="multiply")
    rule = replace(rule, mode="money")
    assert award(lines, boost).points == 0
    one, other = award(lines, rule, boost), award(lines, boost, rule)
    assert (one.points, one.by_line) == (other.points, other.by_line)
    assert award(lines, rule, replace(boost, rate=Fraction(1))).trace == (
        award(lines, rule).trace
    )


@given(baskets(), RULES)
def test_the_parts_of_a_combo_are_its_pieces_together(lines, rule):
    """Cutting a combo into more parts changes no minimum, and no count of pieces."""
    rule = replace(rule, lines=None, full_price=False)
    one = lines[0]
    assume(one.group and one.total >= 0)
    parts = [
        replace(one, total=0, untaxed=0, total_before_discount=0,
                untaxed_before_discount=0),
        replace(one, key="z"),
    ]  # fmt: skip
    whole, cut = award(lines, rule), award([*parts, *lines[1:]], rule)
    if rule.mode == "unit":
        assume(all(line.total >= 0 for line in lines))
    assert cut.trace == whole.trace


# ----------------------------------------------------------- golden examples

PER_1000 = Rule(1, "1 per 1000", "money", Fraction(1, 1000))
PER_UNIT = Rule(2, "2 per kilogram", "unit", Fraction(2))
PER_ORDER = Rule(3, "5 per order", "order", Fraction(5))


def test_rounding_happens_once_and_not_per_line():
    lines = [line("a", 600), line("b", 600), line("c", 900)]
    result = award(lines, PER_1000)
    assert result.points == 2
    assert result.by_line == {"a": 1, "b": 0, "c": 1}


@pytest.mark.parametrize(
    ("rounding", "total", "points"),
    [
        *(("down", 2500, 2), ("down", 2999, 2), ("down", 3000, 3)),
        *(("nearest", 2499, 2), ("nearest", 2500, 3), ("nearest", 3500, 4)),
        *(("up", 2001, 3), ("up", 2000, 2)),
    ],
)
def test_parts_of_a_point(rounding, total, points):
    rule = replace(PER_1000, rounding=rounding)
    assert award([line("a", total)], rule).points == points


def test_minor_units_of_the_currency():
    per_major = replace(PER_1000, rate=Fraction(1))
    assert award([line("a", 12_99)], per_major, digits=2).points == 12
    assert award([line("a", 1299)], per_major, digits=0).points == 1299


def test_a_tenth_a_thousand_times_is_a_hundred():
    rule = replace(PER_1000, rate=Fraction("0.1"))
    assert award([line("a", 1000)], rule).points == 100


def test_the_multiplier_comes_before_rounding_and_not_on_the_status():
    gold = {"multiplier": Fraction(3, 2), "multiplier_name": "Gold"}
    result = award([line("a", 1999)], PER_1000, **gold)
    assert (result.points, result.status_points) == (2, 1)
    assert result.trace[0].multiplier_name == "Gold"
    plain = award([line("a", 1999)], replace(PER_1000, multiplied=False), **gold)
    assert (plain.points, plain.trace[0].multiplier_name) == (1, "")


def test_points_that_do_not_count_for_a_tier():
    result = award([line("a", 9000)], replace(PER_1000, status=False))
    assert (result.points, result.status_points) == (9, 0)


@pytest.mark.parametrize(
    ("tax", "discount", "points"),
    [
        ("incl", "after", 109),
        ("excl", "after", 100),
        ("incl", "before", 218),
        ("excl", "before", 200),
    ],
)
def test_the_stated_base(tax, discount, points):
    rule = replace(PER_1000, rate=Fraction(1), base_tax=tax, base_discount=discount)
    discounted = Line("a", Decimal(1), 109, 100, 218, 200)
    assert award([discounted], rule).points == points


def test_a_discount_line_lowers_the_base_and_is_no_piece():
    lines = [line("a", 10_000), line("discount", -3_000)]
    assert award(lines, PER_1000).by_line == {"a": 7, "discount": 0}
    assert award(lines, PER_UNIT).points == 2
    assert not award(lines, replace(PER_UNIT, minimum_quantity=Decimal(2))).trace


def test_a_fully_discounted_basket_earns_nothing():
    lines = [line("a", 10_000), line("discount", -10_000)]
    assert not award(lines, PER_1000, PER_ORDER).trace


def test_weighed_goods():
    lines = [line("a", 500, "0.250"), line("b", 900, "1.750")]
    result = award(lines, PER_UNIT)
    assert result.by_line == {"a": 1, "b": 3}
    assert trace_to_json(result.trace)[0]["base"] == "2.000"


def test_points_per_order_go_to_lines_by_what_they_cost():
    lines = [line("a", 3000), line("b", 2000), line("free", 0)]
    assert award(lines, PER_ORDER).by_line == {"a": 3, "b": 2, "free": 0}
    assert not award([line("free", 0)], PER_ORDER).trace


@pytest.mark.parametrize(("total", "found"), [(4_999, 0), (5_000, 1), (5_001, 1)])
def test_minimum_amount_reached_exactly(total, found):
    rule = replace(PER_ORDER, minimum_amount=5_000)
    assert len(award([line("a", total)], rule).trace) == found


def test_minimum_amount_with_and_without_tax():
    rule = replace(PER_ORDER, minimum_amount=105)
    taxed = line("a", 109, untaxed=100)
    assert award([taxed], rule).points == 5
    assert award([taxed], replace(rule, minimum_tax="excl")).points == 0


def test_minimums_look_at_the_lines_of_the_rule():
    rule = replace(PER_ORDER, lines=frozenset("a"), minimum_amount=5_000)
    assert not award([line("a", 100), line("b", 9_000)], rule).trace


@pytest.mark.parametrize(
    ("limits", "points", "cap"),
    [
        ({"cap_purchase": 10}, 10, None),
        ({"cap_purchase": 9}, 9, "purchase"),
        ({"cap_day": 9, "used_day": 4}, 5, "day"),
        ({"cap_month": 9, "used_month": 8}, 1, "month"),
        ({"cap_purchase": 4, "cap_day": 9, "used_day": 6}, 3, "day"),
        ({"cap_day": 9, "used_day": 12}, 0, "day"),
        ({"cap_purchase": 0}, 0, "purchase"),
    ],
)
def test_the_tightest_limit_counts_and_is_named(limits, points, cap):
    (entry,) = award([line("a", 10_000)], replace(PER_1000, **limits)).trace
    assert (entry.points, entry.cap, entry.uncapped) == (points, cap, 10)


def test_an_empty_basket_earns_nothing():
    result = award([], PER_1000, PER_UNIT, PER_ORDER)
    assert (result.points, result.trace, result.by_line) == (0, (), {})


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="same key"):
        award([line("a", 1), line("a", 2)], PER_1000)
    with pytest.raises(ValueError, match="multiplier"):
        award([line("a", 1)], PER_1000, multiplier=Fraction(-1))
    with pytest.raises(ValueError, match="rate"):
        replace(PER_1000, rate=Fraction(-1))
    with pytest.raises(ValueError, match="mode"):
        replace(PER_1000, mode="euro")
