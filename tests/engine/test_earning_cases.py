"""The table of baskets of the till's estimate, for the engine of the server."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from engine.amounts import to_units
from engine.earning import Line, Rule, compute_award

TABLE = Path(__file__).parents[2] / (
    "loyalty_club_pos/static/tests/unit/earning_cases.js"
)
RULE = {
    "mode": "money",
    "rate": 1,
    "products": None,
    "excluded": [],
    "tax": "incl",
    "discount": "after",
    "rounding": "down",
    "multiplied": True,
    "cap": 0,
    "least_qty": 0,
    "least_amount": 0,
    "least_tax": "incl",
    "step": 0,
    "full_price": False,
}


def cases():
    text = TABLE.read_text()
    array = text[text.index("[", text.index("EARNING_CASES")) : text.rindex("]") + 1]
    return json.loads(array)


def engine_line(key, line, digits):
    total = line["total"]
    return Line(
        key=key,
        quantity=Decimal(str(line["qty"])),
        total=to_units(total, digits),
        untaxed=to_units(line.get("untaxed", total), digits),
        total_before_discount=to_units(line.get("totalBefore", total), digits),
        untaxed_before_discount=to_units(line.get("untaxedBefore", total), digits),
        group=line.get("group"),
        group_quantity=Decimal(str(line.get("groupQty", 0))),
        discounted=line.get("discounted", False),
    )


def engine_rule(number, rule, lines, digits):
    rule = {**RULE, **rule}

    def is_meant(line):
        products = {line["product"], line.get("groupProduct")}
        meant = rule["products"] is None or products & set(rule["products"])
        return meant and not products & set(rule["excluded"])

    return Rule(
        id=number,
        name=str(number),
        mode=rule["mode"],
        rate=Fraction(str(rule["rate"])),
        lines=frozenset(key for key, line in lines.items() if is_meant(line)),
        minimum_quantity=Decimal(str(rule["least_qty"])),
        minimum_amount=to_units(rule["least_amount"], digits),
        minimum_tax=rule["least_tax"],
        base_tax=rule["tax"],
        base_discount=rule["discount"],
        rounding=rule["rounding"],
        multiplied=rule["multiplied"],
        cap_purchase=rule["cap"] or None,
        step=to_units(rule["step"], digits) or None,
        full_price=rule["full_price"],
    )


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_engine_counts_as_the_table_says(case):
    digits = case.get("digits", 2)
    lines = {str(number): line for number, line in enumerate(case["lines"])}
    award = compute_award(
        [engine_line(key, line, digits) for key, line in lines.items()],
        [
            engine_rule(number, rule, lines, digits)
            for number, rule in enumerate(case["rules"])
        ],
        currency_digits=digits,
        multiplier=Fraction(str(case.get("multiplier", 1))),
    )
    assert award.points == case["points"]
    assert sum(award.by_line.values()) == award.points
