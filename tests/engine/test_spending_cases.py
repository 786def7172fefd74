"""The table of what may be spent that server and till share."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from engine import sharing, spending

CASES = json.loads(
    (Path(spending.__file__).parent / "cases" / "spending.json").read_text(),
    parse_float=Decimal,
)
MONEY = ("left", "basket", "others", "most", "goods")


def bounds_of(pairs):
    return [spending.Bound(reason, Fraction(amount)) for reason, amount in pairs]


def basket_bounds(share, **terms):
    terms |= {name: Fraction(terms[name]) for name in MONEY if name in terms}
    bounds = spending.basket_bounds(policy=spending.Policy(share=share), **terms)
    return [[bound.reason, bound.amount] for bound in bounds]


def cost_of_goods(pieces, each, price):
    terms = spending.Terms("goods", 0, Decimal(price), each=Decimal(each))
    least, most = spending.cost_bounds(terms, Decimal(pieces))
    assert least == most
    return least


def part_of(function):
    return lambda part, **terms: function(part=Fraction(part), **terms)


# Where a rule takes other than what stands in the table.
RULES = {
    "basket_bounds": basket_bounds,
    "most_of": lambda bounds, **terms: list(
        spending.most_of(bounds_of(bounds), **terms)
    ),
    "cost_of_goods": cost_of_goods,
    "reduced": lambda claims, most: spending.reduced(
        [spending.Claim(**claim) for claim in claims], most
    ),
    "given_back": part_of(spending.given_back),
    "part_due": lambda goods: spending.part_due(
        tuple(map(Fraction, item)) for item in goods
    ),
    "amount_back": part_of(spending.amount_back),
    "share_out": sharing.share_out,
}


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        pytest.param(rule, case, id=f"{rule}: {case['name']}")
        for rule, cases in CASES.items()
        for case in cases
    ],
)
def test_the_engine_says_what_the_table_says(rule, case):
    asked = {key: value for key, value in case.items() if key not in ("name", "is")}
    answer = RULES.get(rule) or getattr(spending, rule)
    assert answer(**asked) == case["is"]
