"""What a customer will probably buy next, from when and how often they bought.

*Purchases*: BG/NBD. P. Fader, B. Hardie, K. L. Lee, "Counting your customers the easy
way", Marketing Science 24 (2005). Everybody buys at random at a rate of their own, and
after each purchase stays away for good with a probability of their own; the rates are
gamma distributed (r, alpha), the probabilities beta (a, b).

*Value*: Gamma-Gamma. P. Fader, B. Hardie, "The Gamma-Gamma model of monetary value"
(2013). A customer's purchases scatter around a mean of their own (p); the means scatter
over the customers (q, v).

Customers are given in cells of equal ones, each with their number: fitting then takes
as long for a million customers as for a thousand. Times may have any unit, the same
for all; ``x`` counts *repeat* purchases, without the first (unlike the F of a score).

P(alive) is 1 for everybody who bought once: it is no order to rank customers by. Their
expected purchases are.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from .hypergeometric import hyp2f1
from .minimum import NotFound, nelder_mead

#: Fewer customers, or fewer who came back, say nothing about the others.
MIN_CUSTOMERS = 100
MIN_REPEATERS = 20
#: ln of how far parameters may go. A shop that nobody leaves drives a to 0, one that
#: everybody leaves alike drives a and b up: farther away nothing changes any more.
_FAR = 5.0
#: Where a formula is 0/0, the mean of its values this far to either side.
_NEAR = 1e-5


@dataclass(frozen=True, slots=True)
class Customers:
    """``count`` customers with ``x`` repeat purchases, the last one ``t_x`` after their
    first, who are observed for ``T`` since their first."""

    x: int
    t_x: float
    T: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Spenders:
    """``count`` customers whose ``x`` repeat purchases are worth ``mean`` each."""

    x: int
    mean: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class PurchaseModel:
    """BG/NBD: ``r`` and ``alpha`` of buying, ``a`` and ``b`` of leaving."""

    r: float
    alpha: float
    a: float
    b: float

    def log_odds_gone(self, x: int, t_x: float, T: float) -> float:
        """ln of how many times likelier they have left than stayed; equation (7)."""
        if not x:
            return -math.inf
        silence = math.log((self.alpha + T) / (self.alpha + t_x))
        return math.log(self.a / (self.b + x - 1)) + (self.r + x) * silence

    def alive(self, x: int, t_x: float, T: float) -> float:
        """The probability that they still are a customer.

        >>> cdnow = PurchaseModel(0.243, 4.414, 0.793, 2.426)
        >>> cdnow.alive(0, 0, 38.86), round(cdnow.alive(2, 30.43, 38.86), 3)
        (1.0, 0.727)
        """
        return math.exp(-_log1p_exp(self.log_odds_gone(x, t_x, T)))

    def expected(self, x: int, t_x: float, T: float, t: float) -> float:
        """Purchases to expect of them in the next ``t``; equation (10).

        The authors' example, a customer of CDNOW over the next 39 weeks:

        >>> cdnow = PurchaseModel(0.243, 4.414, 0.793, 2.426)
        >>> round(cdnow.expected(2, 30.43, 38.86, 39), 3)
        1.226
        """
        if min(abs(self.a - 1), abs(self.a + self.b + x - 1)) < _NEAR:
            return (self._moved(-2).expected(x, t_x, T, t) / 2) + (
                self._moved(2).expected(x, t_x, T, t) / 2
            )
        a, b, c, rx = self.a, self.b, self.a + self.b + x - 1, self.r + x
        z = t / (self.alpha + T + t)
        if a - 1 > rx:
            staying = (1 - z) ** rx * hyp2f1(rx, b + x, c, z)
        else:
            # The same after Euler's transformation (Abramowitz and Stegun, 15.3.3): for
            # many purchases one factor would vanish, and the other overflow.
            staying = (1 - z) ** (a - 1) * hyp2f1(a - 1, a + b - 1 - self.r, c, z)
        return c / (a - 1) * (1 - staying) * self.alive(x, t_x, T)

    def _moved(self, steps: int):
        return PurchaseModel(self.r, self.alpha, self.a + steps * _NEAR, self.b)


@dataclass(frozen=True, slots=True)
class ValueModel:
    """Gamma-Gamma: ``p`` of a customer's purchases, ``q`` and ``v`` of their mean."""

    p: float
    q: float
    v: float

    def expected(self, x: int, mean: float) -> float:
        """The worth of their next purchase; between their own mean and everybody's.

        >>> cdnow = ValueModel(6.25, 3.74, 15.44)
        >>> round(cdnow.expected(0, 0), 1), round(cdnow.expected(2, 22.35), 1)
        (35.2, 24.7)
        """
        return self.p * (self.v + x * max(mean, 0)) / (self.p * x + self.q - 1)


Model = TypeVar("Model", PurchaseModel, ValueModel)
Reason = Literal["few", "once", "unclear"]


@dataclass(frozen=True, slots=True)
class Fit(Generic[Model]):
    """The most likely model, or why there is none.

    ``few``: too few customers; ``once``: too few of them came back; ``unclear``: no
    parameters are the most likely ones, or they have no finite mean.
    """

    model: Model | None
    reason: Reason | None
    customers: int
    log_likelihood: float | None = None


# ------------------------------------------------------------------ purchases


def fit_purchases(cells: Iterable[Customers]) -> Fit[PurchaseModel]:
    """The BG/NBD model under which these purchases were the most likely.

    >>> fit_purchases([Customers(0, 0, 30, 5000)]).reason
    'once'

    Raises ValueError for negative times, or a last purchase after the end.
    """
    cells = [cell for cell in cells if cell.count]
    for cell in cells:
        if cell.x < 0 or not 0 <= cell.t_x <= cell.T:
            raise ValueError(f"impossible history: {cell}")
    customers = sum(cell.count for cell in cells)
    repeaters = sum(cell.count for cell in cells if cell.x)
    if reason := _too_few(customers, repeaters):
        return Fit(None, reason, customers)
    time = sum(cell.T * cell.count for cell in cells)
    rate = sum(cell.x * cell.count for cell in cells) / time
    likelihood = _purchase_likelihood(cells, customers)
    return _most_likely(
        PurchaseModel, likelihood, (0.5, 0.5 / rate, 0.5, 2.0), customers
    )


def _purchase_likelihood(
    cells: Sequence[Customers], customers: int
) -> Callable[[PurchaseModel], float]:
    """ln of the likelihood of all cells; equation (6), summed.

    All but one term depend on x alone, T alone or t_x alone: these are worked out once
    for each value, not for each cell.
    """
    of_x: dict[int, int] = defaultdict(int)
    times: set[float] = set()
    for cell in cells:
        of_x[cell.x] += cell.count
        times |= {cell.t_x, cell.T}
    packed = [(cell.x, cell.t_x, cell.T, cell.count) for cell in cells]

    def likelihood(model):
        r, alpha, a, b = model.r, model.alpha, model.a, model.b
        lgamma = math.lgamma
        log = {time: math.log(alpha + time) for time in times}
        total = customers * (
            r * math.log(alpha) - lgamma(r) + lgamma(a + b) - lgamma(b)
        )
        for x, count in of_x.items():
            total += count * (lgamma(r + x) + lgamma(b + x) - lgamma(a + b + x))
        gone = {x: math.log(a / (b + x - 1)) for x in of_x if x}
        for x, t_x, T, count in packed:
            term = -(r + x) * log[T]
            if x:
                term += _log1p_exp(gone[x] + (r + x) * (log[T] - log[t_x]))
            total += count * term
        return total

    return likelihood


# ---------------------------------------------------------------------- value


def fit_values(cells: Iterable[Spenders]) -> Fit[ValueModel]:
    """The Gamma-Gamma model under which these purchases were worth the most likely.

    Customers without repeat purchases tell nothing here, and means of 0 or less are
    impossible in the model: both are left out, and not counted.

    >>> fit_values([Spenders(0, 12.5, 5000), Spenders(3, 0.0, 5000)]).customers
    0
    """
    cells = [cell for cell in cells if cell.x > 0 and cell.mean > 0]
    customers = sum(cell.count for cell in cells)
    if reason := _too_few(customers, customers):
        return Fit(None, reason, customers)
    overall = sum(cell.mean * cell.count for cell in cells) / customers
    likelihood = _value_likelihood(cells)
    fit = _most_likely(ValueModel, likelihood, (3.0, 3.0, overall), customers)
    if fit.model and fit.model.q <= 1:
        return Fit(None, "unclear", customers, fit.log_likelihood)
    return fit


def _value_likelihood(cells: Sequence[Spenders]) -> Callable[[ValueModel], float]:
    """ln of the likelihood of all cells; equation (1a), summed."""
    of_x: dict[int, list[float]] = defaultdict(lambda: [0, 0.0])
    for cell in cells:
        sums = of_x[cell.x]
        sums[0] += cell.count
        sums[1] += cell.count * math.log(cell.mean)
    packed = [(cell.x, cell.x * cell.mean, cell.count) for cell in cells]

    def likelihood(model):
        p, q, v = model.p, model.q, model.v
        own = q * math.log(v) - math.lgamma(q)
        total = 0.0
        for x, (count, logs) in of_x.items():
            total += (p * x - 1) * logs + count * (
                own + math.lgamma(p * x + q) - math.lgamma(p * x) + p * x * math.log(x)
            )
        for x, spent, count in packed:
            total -= count * (p * x + q) * math.log(spent + v)
        return total

    return likelihood


# -------------------------------------------------------------------- fitting


def _too_few(customers: int, repeaters: int) -> Reason | None:
    if customers < MIN_CUSTOMERS:
        return "few"
    return "once" if repeaters < MIN_REPEATERS else None


def _most_likely(
    kind: type[Model],
    likelihood: Callable[[Model], float],
    start: tuple[float, ...],
    customers: int,
) -> Fit[Model]:
    """Search among the logarithms of the parameters: all of them are positive."""
    origin = [math.log(number) for number in start]

    def unlikely(moves):
        # Relative to the start, which has the units of the data.
        if max(map(abs, moves)) > _FAR:
            return math.inf
        return -likelihood(model(moves)) / customers

    def model(moves):
        return kind(*(math.exp(o + m) for o, m in zip(origin, moves, strict=True)))

    try:
        found, value = nelder_mead(unlikely, [0.0] * len(start))
    except NotFound:
        return Fit(None, "unclear", customers)
    return Fit(model(found), None, customers, -value * customers)


def _log1p_exp(exponent: float) -> float:
    """ln(1 + e**exponent) for any exponent: e**800 is no float.

    >>> _log1p_exp(-math.inf), _log1p_exp(800)
    (0.0, 800.0)
    """
    if exponent > 0:
        return exponent + math.log1p(math.exp(-exponent))
    return math.log1p(math.exp(exponent))
