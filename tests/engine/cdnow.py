"""Purchases of 2,357 customers who came to a music shop in the first quarter of 1997.

The sample that the papers on BG/NBD and Gamma-Gamma use. It comes from the file that
``LOYALTY_CLUB_CDNOW`` names, from ``../shared/data`` beside the checkout, or else from
the package ``lifetimes``.
"""

import csv
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from club_setup import oracles
from club_setup.paths import CHECKOUT

NAME = "cdnow_sample_transactions.csv"
CALIBRATION_END = date(1997, 9, 30)

IN_THE_PACKAGE = """
import json, sys
from lifetimes.datasets import load_dataset
rows = load_dataset("CDNOW_sample.txt", header=None, sep=r"\\s+", dtype=str)
json.load(sys.stdin)
print(json.dumps(rows[[1, 2, 4]].values.tolist()))
"""


def purchases() -> list[tuple[str, date, Decimal]]:
    """(customer, day, amount) of each purchase, in the order of the file."""
    named = os.environ.get("LOYALTY_CLUB_CDNOW")
    beside = Path(named) if named else CHECKOUT.parent / "shared" / "data" / NAME
    if not beside.exists():
        return [
            (customer, date.fromisoformat(f"{d[:4]}-{d[4:6]}-{d[6:]}"), Decimal(amount))
            for customer, d, amount in oracles.ask(IN_THE_PACKAGE, None)
        ]
    with open(beside, newline="") as file:
        return [
            (row["id"], date.fromisoformat(row["date"]), Decimal(row["amount"]))
            for row in csv.DictReader(file)
        ]


def days(until: date = CALIBRATION_END) -> dict[str, dict[date, Decimal]]:
    """What each customer spent on each day on which he bought, up to ``until``."""
    found = defaultdict(lambda: defaultdict(Decimal))
    for customer, day, amount in purchases():
        if day <= until:
            found[customer][day] += amount
    return found
