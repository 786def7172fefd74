"""Recency, frequency and money, worked out from the words of the definition alone.

Nothing of the addons is used here, and nothing is clever: every customer is looked at
by himself, and every cut point is searched for among all values.

* A purchase is a document with goods of some worth. Its day is the local one.
* Purchases count from the first day of the window to the day before the snapshot.
* R is the last day of purchase; F the number of purchases, or of days with one; M is
  what all documents in the window came to, or that divided by F.
* Cut points: the smallest value that at least one fifth (two, three, four fifths) of
  the customers with purchases don't exceed. A score is 1 and one more for each cut
  point that the value exceeds.
* With thresholds: R has 5 up to the first number of days, 4 up to the second, ...; F
  and M have one more for each threshold that they exceed.
* Who has documents, but no purchase in the window, has no scores.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

NOBODY = "No Purchase"


@dataclass(frozen=True)
class Document:
    customer: int
    day: date
    net: Decimal


@dataclass(frozen=True)
class Wording:
    """What a definition says."""

    day: date
    window_days: int = 365
    by_days: bool = False
    by_average: bool = False
    #: thresholds of R (days), F and M, or None for fifths
    thresholds: tuple | None = None


@dataclass(frozen=True)
class Verdict:
    last: date | None
    frequency: int
    net: Decimal
    scores: tuple[int, int, int] | None
    segment: str


def verdicts(documents, wording: Wording, segments: dict[str, str]) -> dict:
    """
    :param segments: name to its codes, of three digits or two
    :return: dict of customer to Verdict, of all who have a document before the day
    """
    of_customer = defaultdict(list)
    for document in documents:
        if document.day < wording.day:
            of_customer[document.customer].append(document)
    begin = wording.day - timedelta(days=wording.window_days)
    counted = {}
    for customer, own in of_customer.items():
        own = [document for document in own if document.day >= begin]
        bought = [document.day for document in own if document.net > 0]
        net = sum((document.net for document in own), Decimal(0))
        times = len(set(bought)) if wording.by_days else len(bought)
        counted[customer] = (max(bought, default=None), times, net)
    names = {code: name for name, codes in segments.items() for code in codes.split()}
    scored = _scores(counted, wording)
    return {
        customer: Verdict(*row, scored.get(customer), _segment(scored, customer, names))
        for customer, row in counted.items()
    }


def _segment(scored, customer, names):
    if customer not in scored:
        return NOBODY
    code = "".join(str(score) for score in scored[customer])
    return names[code] if code in names else names[code[:2]]


def _scores(counted, wording):
    values = {
        customer: (last, times, Fraction(net) / times if wording.by_average else net)
        for customer, (last, times, net) in counted.items()
        if last
    }
    if wording.thresholds:
        return {customer: _by_thresholds(v, wording) for customer, v in values.items()}
    cuts = [_fifths([v[place] for v in values.values()]) for place in range(3)]
    return {
        customer: tuple(
            1 + sum(cut < value for cut in cuts[place]) for place, value in enumerate(v)
        )
        for customer, v in values.items()
    }


def _by_thresholds(values, wording):
    last, times, money = values
    days, purchases, amounts = wording.thresholds
    ago = (wording.day - last).days
    return (
        5 - sum(ago > threshold for threshold in days),
        1 + sum(times > threshold for threshold in purchases),
        1 + sum(money > threshold for threshold in amounts),
    )


def _fifths(values):
    """The smallest value that so many fifths of all values don't exceed, four times."""
    occurs = Counter(values)
    cuts = []
    for fifths in (1, 2, 3, 4):
        not_above = 0
        for value in sorted(occurs):
            not_above += occurs[value]
            if not_above * 5 >= fifths * len(values):
                cuts.append(value)
                break
    return cuts
