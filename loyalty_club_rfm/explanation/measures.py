from datetime import date
from decimal import Decimal


class Measures:
    """What each of R, F and M was, where it lies between its limits, and why.

    :param run: the run whose cut points say so
    :param row: ``loyalty.club.rfm.customer``, who has bought something
    :param words: :class:`~..words.Words`
    """

    def __init__(self, run, row, words):
        self.env = run.env
        self.run = run
        self.row = row
        self.words = words

    def all(self):
        run, row = self.run, self.row
        cuts = {
            "r": [date.fromisoformat(text) for text in run.cuts["r"]],
            "f": [Decimal(text) for text in run.cuts["f"]],
            "m": [Decimal(text) for text in run.cuts["m"]],
        }
        by_average = self.run.version_id.parameters["monetary_by"] == "average"
        money = row.average if by_average else row.net
        values = {"r": self.row.last_day, "f": row.frequency, "m": Decimal(str(money))}
        wording = {
            "r": (self.env._("Recency"), self._r_words),
            "f": (self.env._("Frequency"), self._f_words),
            "m": (self.env._("Money"), self._m_words),
        }
        return [
            {
                "letter": letter.upper(),
                "name": name,
                "score": row[letter],
                "place": place(values[letter], cuts[letter], row[letter]),
                "limits": self._limit_words(letter, cuts[letter]),
                "sentence": write(cuts[letter], values[letter]),
            }
            for letter, (name, write) in wording.items()
        ]

    def _limit_words(self, letter, cuts):
        """What is written at the four limits between the five zones."""
        if letter == "r":
            return [
                self.env._("%s days", self.words.number((self.run.day - cut).days - 1))
                for cut in cuts
            ]
        if letter == "f":
            return [self.words.number(cut) for cut in cuts]
        return [self.words.money(cut) for cut in cuts]

    def _r_words(self, cuts, _value):
        known = {
            "days": self.words.number(self.row.recency),
            "day": self.words.day(self.row.last_day),
            "why": self._why("r", self.row.r, self._limit_words("r", cuts)),
            "score": self.words.number(self.row.r),
        }
        if self.row.recency == 1:
            return self.env._(
                "Last purchase the day before the snapshot, on %(day)s: %(why)s. "
                "R = %(score)s",
                **known,
            )
        return self.env._(
            "Last purchase %(days)s days before the snapshot, on %(day)s: %(why)s. "
            "R = %(score)s",
            **known,
        )

    def _f_words(self, cuts, value):
        known = {
            "count": self.words.number(value),
            "why": self._why("f", self.row.f, self._limit_words("f", cuts)),
            "score": self.words.number(self.row.f),
        }
        if self.run.version_id.parameters["frequency_by"] == "day":
            return self.env._(
                "Days with a purchase: %(count)s, %(why)s. F = %(score)s", **known
            )
        return self.env._("Purchases: %(count)s, %(why)s. F = %(score)s", **known)

    def _m_words(self, cuts, value):
        known = {
            "money": self.words.money(value),
            "why": self._why("m", self.row.m, self._limit_words("m", cuts)),
            "score": self.words.number(self.row.m),
        }
        if self.run.version_id.parameters["monetary_by"] == "average":
            return self.env._(
                "Average purchase, after returns and without taxes: %(money)s, "
                "%(why)s. M = %(score)s",
                **known,
            )
        return self.env._(
            "Spent, after returns and without taxes: %(money)s, %(why)s. M = %(score)s",
            **known,
        )

    def _why(self, letter, score, limits):
        """What a score says: the value is above the limit below it.

        Of all customers at least so many fifths are at or below that limit. Fewer than
        a fifth are below whoever isn't above the first one.
        """
        low = score == 1
        if self.run.mode == "fixed":
            limit = limits[0] if low else limits[score - 2]
            if letter == "r":
                if low:
                    return self.env._("more than %s ago", limit)
                return self.env._("no more than %s ago", limit)
            if low:
                return self.env._("no more than %s", limit)
            return self.env._("more than %s", limit)
        if low:
            return {
                "r": self.env._("fewer than a fifth of the customers stay away longer"),
                "f": self.env._("fewer than a fifth of the customers buy less often"),
                "m": self.env._("fewer than a fifth of the customers spend less"),
            }[letter]
        fifths = {
            2: self.env._("a fifth"),
            3: self.env._("two fifths"),
            4: self.env._("three fifths"),
            5: self.env._("four fifths"),
        }[score]
        return {
            "r": self.env._("more recently than %s of the customers", fifths),
            "f": self.env._("more often than %s of the customers", fifths),
            "m": self.env._("more than %s of the customers", fifths),
        }[letter]


def place(value, cuts, score):
    """Where a value is on five zones of the same width: 0 to 100.

    Between its limits in proportion; in the outer zones, which have one limit each, in
    the middle.
    """
    if 1 < score < 5 and cuts[score - 2] < cuts[score - 1]:
        low, high = cuts[score - 2], cuts[score - 1]
        part = float((value - low) / (high - low))
    else:
        part = 0.5
    return round(20 * (score - 1 + min(max(part, 0.1), 0.9)), 1)
