from datetime import date
from decimal import Decimal
from math import floor


class Limits:
    """What a customer needed for each score, in words.

    :param run: the run whose cut points say so
    :param words: :class:`~..words.Words`
    """

    def __init__(self, run, words):
        self.env = run.env
        self.cuts = run.cuts
        self.words = words

    def rows(self):
        """:return: list of (score, R, F, M), 5 first"""
        cuts = self.cuts
        r = [self.words.day(date.fromisoformat(text)) for text in cuts["r"]]
        m = [self.words.money(float(text)) for text in cuts["m"]]
        columns = [
            [zone and write(*zone) for zone in zones(limits, shown)]
            for limits, shown, write in (
                (cuts["r"], r, self._day_zone),
                (cuts["f"], cuts["f"], self._count_zone),
                (cuts["m"], m, self._money_zone),
            )
        ]
        scores = map(self.words.number, (5, 4, 3, 2, 1))
        return list(zip(scores, *columns, strict=True))

    def _day_zone(self, low, high):
        if low is None:
            return self.env._("until %s", high)
        if high is None:
            return self.env._("after %s", low)
        return self.env._("after %(low)s, until %(high)s", low=low, high=high)

    def _count_zone(self, low, high):
        """Purchases are whole: above 2 and up to 4 are 3 and 4."""
        number = self.words.number
        if high is None:
            return self.env._("more than %s", number(floor(Decimal(low))))
        most = floor(Decimal(high))
        least = 1 if low is None else floor(Decimal(low)) + 1
        if least > most:
            return None
        if least == most:
            return number(most)
        return self.env._(
            "%(least)s to %(most)s", least=number(least), most=number(most)
        )

    def _money_zone(self, low, high):
        if low is None:
            return self.env._("up to %s", high)
        if high is None:
            return self.env._("more than %s", low)
        return self.env._("more than %(low)s, up to %(high)s", low=low, high=high)


def zones(cuts, shown):
    """From four cut points the five zones, the highest first, as (above, up to).

    A zone between two equal cut points has nobody, and is None.

    >>> zones([1, 2, 2, 8], "abcd")
    [('d', None), ('c', 'd'), None, ('a', 'b'), (None, 'a')]
    """
    found = [(None, shown[0])]
    for place in (1, 2, 3):
        empty = cuts[place - 1] == cuts[place]
        found.append(None if empty else (shown[place - 1], shown[place]))
    found.append((shown[3], None))
    return found[::-1]
