"""Nothing is given away by rounding, and all that was spent comes back."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine import spending
from hypothesis import given
from hypothesis import strategies as st

UNITS = st.integers(0, 10**9)
PART = st.fractions(0, 1, max_denominator=1000)
MONEY = st.decimals(0, 10**6, places=2)
KINDS = st.sampled_from(["points", "money"])
ACCOUNTS = st.sampled_from(["points", "wallet", "credit"])


@given(st.lists(st.decimals(0, 10**6, places=4), max_size=5), st.integers(0, 3))
def test_part_of_a_unit_costs_a_whole_one(parts, digits):
    cost = spending.cost_said(parts, digits)
    exact = sum(parts, Decimal(0)) * 10**digits
    assert exact <= cost < exact + 1


@given(MONEY, st.decimals("0.01", 1000, places=2), st.integers(0, 3), MONEY)
def test_the_least_pays_what_was_taken_off(taken, each, digits, slack):
    terms = spending.Terms("money", digits, each=each)
    least, most = spending.cost_bounds(terms, taken, slack)
    assert least <= spending.cost_of_money(taken, each, digits) <= most
    exact, _same = spending.cost_bounds(terms, taken)
    assert Fraction(exact, 10**digits) * Fraction(each) >= Fraction(taken)
    assert (
        Fraction(exact - 1, 10**digits) * Fraction(each) < Fraction(taken) or not exact
    )


@given(UNITS, UNITS, st.none() | UNITS)
def test_the_cost_is_within_its_bounds_and_else_as_said(said, least, more):
    most = None if more is None else least + more
    cost, wrong = spending.cost_within(said, least, most)
    assert least <= cost and (most is None or cost <= most)
    assert (cost == said) == (wrong is None)


def test_a_reward_that_pays_nothing_is_none():
    for each in (0, -1):
        with pytest.raises(ValueError, match="nothing is paid"):
            spending.Terms("money", 0, each=Decimal(each))
    with pytest.raises(ValueError, match="not a price"):
        spending.affordable(100, 0)


@given(
    st.lists(st.tuples(st.just("basket"), st.fractions(-5, 10**6)), min_size=1),
    st.integers(0, 3),
    st.integers(1, 500),
    UNITS,
    UNITS,
)
def test_what_is_chosen_stays_within_every_bound(pairs, digits, step, least, wish):
    bounds = [spending.Bound(*pair) for pair in pairs]
    most, reason = spending.most_of(bounds, digits=digits, step=step, least=least)
    chosen = spending.chosen_of(wish, most, step=step, least=least)
    assert 0 <= chosen <= min(wish, most)
    assert not chosen % step and (not chosen or chosen >= least)
    for bound in bounds:
        assert chosen <= max(bound.amount, 0) * 10**digits
    assert reason != "least" or not most


@given(st.integers(0, 100), MONEY, MONEY)
def test_points_and_credit_together_stay_within_the_share(share, basket, first):
    """What points pay first leaves so much less for credit."""
    policy = spending.Policy(share=share)
    most = policy.most_of(basket)
    first = min(first, most)
    bounds = spending.basket_bounds(
        "credit",
        left=Fraction(basket - first),
        basket=Fraction(basket),
        others=Fraction(-first),
        policy=policy,
    )
    second, _reason = spending.most_of(bounds, digits=2)
    assert Fraction(first) + Fraction(second, 100) <= Fraction(most)


@given(
    st.lists(st.tuples(st.integers(1, 500), st.integers(1, 4), st.booleans())), UNITS
)
def test_what_is_kept_of_claims_is_paid_for(claims, most):
    claims = [
        spending.Claim(str(key), each * times, times, adjustable)
        for key, (each, times, adjustable) in enumerate(claims)
    ]
    kept = spending.reduced(claims, most)
    assert sum(kept.values()) <= most
    for claim in claims:
        assert 0 <= kept[claim.key] <= claim.cost
        each = claim.cost // claim.times
        assert claim.adjustable or not kept[claim.key] % each


@given(st.dictionaries(KINDS, UNITS), st.lists(st.tuples(ACCOUNTS, UNITS), max_size=6))
def test_what_was_spent_alone_counts_towards_what_may_be(limits, claims):
    """Several small baskets can't spend what one big one couldn't."""
    left = spending.limits_left(limits, claims)
    at_once = spending.needs_agreement(
        {kind: most for kind, most in limits.items() if most}, claims
    )
    for kind, most in limits.items():
        if not most:
            assert kind not in left
    used_up = any(
        sum(units for account, units in claims if spending.kind_of(account) == kind)
        > most
        for kind, most in limits.items()
        if most
    )
    assert at_once == used_up
    assert not used_up or 0 in left.values()


ITEMS = st.lists(
    st.builds(
        spending.Offline,
        key=st.uuids(),
        account=ACCOUNTS,
        available=st.integers(-100, 10**6),
        elsewhere=st.integers(0, 10**5),
        cap=st.integers(0, 10**5),
    ),
    max_size=4,
)


@given(ITEMS, st.integers(0, 100), st.dictionaries(KINDS, UNITS))
def test_all_tills_together_risk_no_more_than_the_club_said(items, share, left):
    granted = spending.granted_offline(items, share, left)
    for item in items:
        units = granted[item.key]
        assert units >= 0
        assert not units or units + item.elsewhere <= item.available * share // 100
        assert not item.cap or units <= item.cap
        assert spending.usable_offline(units, item.available) <= max(item.available, 0)
    for kind, most in left.items():
        of_kind = [i for i in items if spending.kind_of(i.account) == kind]
        now = sum(granted[item.key] for item in of_kind)
        assert not now or now + sum(item.elsewhere for item in of_kind) <= most


@given(UNITS, UNITS, UNITS, st.integers(-100, 10**9), st.none() | UNITS)
def test_nobody_pays_twice_for_what_a_till_gave(units, held, granted, available, owed):
    agreed, risk = spending.risked(units, held, granted)
    assert agreed <= held and risk <= granted and agreed + risk <= units
    assert agreed + risk == min(units, held + granted)
    used, debt = spending.overspent(units, available, owed)
    assert 0 <= used <= max(available, 0)
    assert used + debt <= units and (owed is not None or used + debt == units)
    assert owed is None or debt <= owed


GOODS = st.tuples(st.fractions(0, 100), st.fractions("1/2", 9), PART)


@given(st.lists(GOODS, max_size=4))
def test_a_reward_goes_back_as_its_goods_do(goods):
    part = spending.part_due((v, pieces, pieces * back) for v, pieces, back in goods)
    assert 0 <= part <= 1
    value = sum(value for value, _pieces, _back in goods)
    assert part * value == sum(value * back for value, _pieces, back in goods)


@given(UNITS, st.lists(PART, max_size=6))
def test_several_returns_give_what_one_does(cost, parts):
    given_so_far = 0
    for part in [*sorted(parts), Fraction(1)]:
        given_so_far += spending.given_back(cost, part, given_so_far)
        assert given_so_far <= cost * part
    assert given_so_far == cost


@given(UNITS, st.lists(PART, max_size=6))
def test_money_that_paid_goes_back_to_the_last_cent(worth, parts):
    back = 0
    for part in [*sorted(parts), Fraction(1)]:
        back += spending.amount_back(worth, part, back)
    assert back == worth


@given(
    st.lists(st.tuples(st.fractions(0, 100), st.fractions(0, 50), PART, st.booleans()))
)
def test_the_part_that_is_back_is_a_part(rewards):
    part = spending.part_back(
        spending.Paid(cost, worth, worth * back, is_back)
        for cost, worth, back, is_back in rewards
    )
    assert (part is None) == (not sum(cost for cost, *_rest in rewards))
    assert part is None or 0 <= part <= 1
    assert part != 1 or all(
        not cost or (back == 1 if worth else is_back)
        for cost, worth, back, is_back in rewards
    )
