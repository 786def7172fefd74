"""What is expected of customers is what the authors of the models have published, and
what two other programs, ``lifetimes`` and ``mpmath``, find."""

import math
import random
import time
from collections import Counter
from itertools import product
from statistics import fmean

import cdnow
import pytest
from club_setup import oracles
from forecast_engine import btyd
from forecast_engine.btyd import (
    Customers,
    Fit,
    PurchaseModel,
    Spenders,
    ValueModel,
    fit_purchases,
    fit_values,
)
from forecast_engine.hypergeometric import hyp2f1
from forecast_engine.minimum import NotFound, nelder_mead
from hypothesis import given, settings
from hypothesis import strategies as st

#: Fader, Hardie and Lee (2005), table 2 and section 5.
PUBLISHED = PurchaseModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
PUBLISHED_LIKELIHOOD = -9582.4


@pytest.fixture(scope="module")
def customers():
    """CDNOW in the calibration period, in weeks."""
    cells = Counter()
    for days in cdnow.days().values():
        first, last = min(days), max(days)
        ages = (last - first).days / 7, (cdnow.CALIBRATION_END - first).days / 7
        cells[(len(days) - 1, *ages)] += 1
    return [Customers(*key, count) for key, count in cells.items()]


@pytest.fixture(scope="module")
def spenders():
    cells = Counter()
    for days in cdnow.days().values():
        repeated = [days[day] for day in sorted(days)[1:]]
        if repeated:
            cells[len(repeated), float(fmean(repeated))] += 1
    return [Spenders(*key, count) for key, count in cells.items()]


@pytest.fixture(scope="module")
def fit(customers):
    return fit_purchases(customers)


def rows(cells, *names):
    """One row for each customer, as ``lifetimes`` takes them."""
    return [
        [getattr(c, name) for name in names] for c in cells for _i in range(c.count)
    ]


# ------------------------------------------------------------------ purchases


def test_the_published_parameters(fit):
    assert fit.reason is None
    assert fit.customers == 2357
    for name in ("r", "alpha", "a", "b"):
        found = getattr(fit.model, name)
        assert round(found, 3) == pytest.approx(getattr(PUBLISHED, name), abs=1e-9)
    assert round(fit.log_likelihood, 1) == PUBLISHED_LIKELIHOOD


def test_the_fit_takes_seconds_and_no_longer_for_a_hundred_times_the_customers(
    customers,
):
    many = [Customers(c.x, c.t_x, c.T, c.count * 100) for c in customers]
    started = time.process_time()
    fit = fit_purchases(many)
    assert time.process_time() - started < 10
    assert fit.customers == 235_700
    assert fit.log_likelihood == pytest.approx(100 * PUBLISHED_LIKELIHOOD, rel=1e-4)


LIFETIMES_PURCHASES = """
import json, sys
import pandas as pd
from lifetimes import BetaGeoFitter
asked = json.load(sys.stdin)
x, t_x, T = pd.DataFrame(asked["rows"], dtype=float).values.T
fitter = BetaGeoFitter(penalizer_coef=0.0)
if asked["parameters"]:
    fitter.params_ = pd.Series(asked["parameters"])
    # The name that it calls its own result by; t is a column of the rows.
    predict = fitter.conditional_expected_number_of_purchases_up_to_time
    expected = [list(predict(t, x, t_x, T)) for t in asked["times"]]
    alive = list(fitter.conditional_probability_alive(x, t_x, T))
else:
    fitter.fit(x, t_x, T, tol=1e-9)
    expected = alive = None
print(json.dumps([dict(fitter.params_), expected, alive]))
"""


def test_lifetimes_fits_the_same_parameters(customers, fit):
    question = {"rows": rows(customers, "x", "t_x", "T"), "parameters": None}
    found, _expected, _alive = oracles.ask(LIFETIMES_PURCHASES, question)
    for name, value in found.items():
        assert getattr(fit.model, name) == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize(
    "model",
    [
        PUBLISHED,
        PurchaseModel(r=1.8, alpha=0.9, a=0.05, b=9.0),  # a grocer: few leave
        PurchaseModel(r=0.6, alpha=30.0, a=1.4, b=0.7),  # most leave at once
    ],
)
def test_lifetimes_expects_the_same(customers, model):
    times = [1, 13, 39, 200]
    parameters = {name: getattr(model, name) for name in ("r", "alpha", "a", "b")}
    question = {
        "rows": rows(customers, "x", "t_x", "T"),
        "parameters": parameters,
        "times": times,
    }
    _parameters, expected, alive = oracles.ask(LIFETIMES_PURCHASES, question)
    own = [c for c in customers for _i in range(c.count)]
    for t, column in zip(times, expected, strict=True):
        mine = [model.expected(c.x, c.t_x, c.T, t) for c in own]
        assert mine == pytest.approx(column, abs=1e-5)
    mine = [model.alive(c.x, c.t_x, c.T) for c in own]
    assert mine == pytest.approx(alive, abs=1e-9)


def test_the_hold_out_is_expected_as_by_the_paper(customers):
    """Weeks 40 to 78: 1,882 purchases were made, the model expects 12 % fewer."""
    expected = sum(c.count * PUBLISHED.expected(c.x, c.t_x, c.T, 39) for c in customers)
    assert expected == pytest.approx(1653, abs=1)


def test_probably_alive_is_no_order_to_rank_by(customers):
    """Everybody who bought once is certainly alive, and expected to buy least."""
    once = next(c for c in customers if c.x == 0 and c.T > 38)
    often = next(c for c in customers if c.x >= 10 and c.T - c.t_x < 3)
    assert PUBLISHED.alive(once.x, once.t_x, once.T) == 1
    assert PUBLISHED.alive(often.x, often.t_x, often.T) < 1
    ahead = [PUBLISHED.expected(c.x, c.t_x, c.T, 39) for c in (once, often)]
    assert ahead[0] < 0.3 < 5 < ahead[1]


HISTORIES = st.tuples(
    st.integers(0, 400), st.floats(0, 1), st.floats(0, 200), st.floats(0.1, 400)
)
MODELS = st.builds(
    PurchaseModel,
    st.floats(0.01, 70),
    st.floats(0.01, 500),
    st.floats(0.003, 70),
    st.floats(0.01, 290),
)


@settings(max_examples=300)
@given(MODELS, HISTORIES)
def test_expectations_are_possible_and_grow_with_time(model, history):
    x, share, T, t = history
    t_x = share * T if x else 0
    here = model.expected(x, t_x, T, t)
    most = (model.r + x) / (model.alpha + T) * t
    tolerance = 1e-6 * max(1, most)
    assert -tolerance <= here <= most + tolerance
    assert model.expected(x, t_x, T, 2 * t) >= here - tolerance
    assert 0 <= model.alive(x, t_x, T) <= 1


@pytest.mark.parametrize("x", [0, 1, 7])
def test_a_formula_without_a_value_has_one_all_the_same(x):
    """At a = 1 equation (10) is 0/0, and at a + b = 1 for who bought once."""
    for a, b in ((1.0, 2.4), (0.4, 0.6)):
        exact = PurchaseModel(0.243, 4.414, a, b).expected(x, 0.5 * x, 30, 39)
        beside = [
            PurchaseModel(0.243, 4.414, a + move, b).expected(x, 0.5 * x, 30, 39)
            for move in (-1e-4, 1e-4)
        ]
        assert exact == pytest.approx(fmean(beside), rel=1e-6)


def test_customers_made_by_known_parameters_lead_back_to_them():
    """In whole weeks, as customers are counted in the database."""
    true = PurchaseModel(r=0.8, alpha=6.0, a=0.7, b=3.0)
    chance = random.Random(7)
    cells = Counter()
    for _customer in range(20_000):
        rate = chance.gammavariate(true.r, 1 / true.alpha)
        leaves = chance.betavariate(true.a, true.b)
        T = chance.randrange(20, 53)
        x, now, t_x, here = 0, 0.0, 0.0, True
        while here and rate > 0:
            now += chance.expovariate(rate)
            if now > T:
                break
            x, t_x, here = x + 1, now, chance.random() >= leaves
        cells[x, min(round(t_x), T), T] += 1
    found = fit_purchases([Customers(*key, n) for key, n in cells.items()]).model
    assert found.r / found.alpha == pytest.approx(true.r / true.alpha, rel=0.05)
    assert found.a / (found.a + found.b) == pytest.approx(
        true.a / (true.a + true.b), rel=0.1
    )


def test_a_shop_that_nobody_leaves_is_fitted_all_the_same():
    """a tends to 0 there: what matters is that nobody is expected to stay away."""
    chance = random.Random(3)
    cells = []
    for _customer in range(3000):
        rate = chance.gammavariate(2, 1 / 4)
        times, now = [], 0.0
        while (now := now + chance.expovariate(rate)) < 52:
            times.append(now)
        cells.append(Customers(len(times), times[-1] if times else 0, 52))
    fit = fit_purchases(cells)
    assert fit.reason is None
    regular = fit.model.expected(26, 51, 52, 13)
    assert regular == pytest.approx((2 + 26) / (4 + 52) * 13, rel=0.05)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([], "few"),
        ([Customers(2, 10, 20, 99)], "few"),
        ([Customers(0, 0, 20, 5000)], "once"),
        ([Customers(0, 0, 20, 5000), Customers(3, 5, 20, 19)], "once"),
    ],
)
def test_too_little_to_know_is_said(cells, reason):
    fit = fit_purchases(cells)
    assert fit == Fit(None, reason, sum(c.count for c in cells))


@pytest.mark.parametrize(
    "cell", [Customers(-1, 0, 9), Customers(1, 10, 9), Customers(1, -1, 9)]
)
def test_impossible_histories_are_refused(cell):
    with pytest.raises(ValueError, match="impossible"):
        fit_purchases([cell])


def test_a_search_without_end_is_said(monkeypatch, customers):
    def never(*_arguments):
        raise NotFound

    monkeypatch.setattr(btyd, "nelder_mead", never)
    assert fit_purchases(customers).reason == "unclear"
    assert fit_purchases(customers).model is None


# ---------------------------------------------------------------------- value


LIFETIMES_VALUES = """
import json, sys
import pandas as pd
from lifetimes import GammaGammaFitter
x, mean = pd.DataFrame(json.load(sys.stdin), dtype=float).values.T
fitter = GammaGammaFitter(penalizer_coef=0.0)
fitter.fit(x, mean)
expected = list(fitter.conditional_expected_average_profit(x, mean))
print(json.dumps([dict(fitter.params_), expected]))
"""


def test_lifetimes_fits_and_expects_the_same_values(spenders):
    fit = fit_values(spenders)
    spent = [cell for cell in spenders if cell.mean > 0]
    found, expected = oracles.ask(LIFETIMES_VALUES, rows(spent, "x", "mean"))
    assert fit.customers == sum(cell.count for cell in spent)
    for name, value in found.items():
        assert getattr(fit.model, name) == pytest.approx(value, rel=1e-3)
    theirs = ValueModel(**found)
    own = [c for c in spent for _i in range(c.count)]
    assert [theirs.expected(c.x, c.mean) for c in own] == pytest.approx(
        expected, rel=1e-9
    )


def test_another_unit_of_money_changes_the_unit_only(spenders):
    """Tens of millions of Rial: v is in their unit, p and q have none."""
    fit = fit_values(spenders)
    larger = fit_values([Spenders(c.x, c.mean * 1e7, c.count) for c in spenders])
    assert larger.model.p == pytest.approx(fit.model.p, rel=1e-3)
    assert larger.model.q == pytest.approx(fit.model.q, rel=1e-3)
    assert larger.model.v == pytest.approx(fit.model.v * 1e7, rel=1e-3)


@given(
    st.builds(ValueModel, st.floats(0.1, 50), st.floats(1.1, 50), st.floats(0.1, 1e6)),
    st.integers(0, 300),
    st.floats(-100, 1e6),
)
def test_a_value_is_expected_between_his_own_and_everybodys(model, x, mean):
    everybody = model.p * model.v / (model.q - 1)
    expected = model.expected(x, mean)
    own = max(mean, 0) if x else everybody
    low, high = sorted((own, everybody))
    assert low * (1 - 1e-9) <= expected <= high * (1 + 1e-9)


def test_worthless_purchases_are_left_out(spenders):
    """Gifts and exchanges: the model knows amounts above zero only."""
    zeros = [Spenders(3, 0.0, 500), Spenders(2, -12.5, 500), Spenders(0, 9.0, 500)]
    assert fit_values([*spenders, *zeros]) == fit_values(spenders)
    assert fit_values(zeros) == Fit(None, "few", 0)


def test_values_without_a_mean_are_said():
    """Made with q = 0.6: the more customers are asked, the larger is their mean."""
    chance = random.Random(5)
    rates = [chance.gammavariate(0.6, 1 / 10) for _customer in range(2000)]
    wild = [Spenders(2, chance.gammavariate(6, 1 / (2 * rate))) for rate in rates]
    fit = fit_values(wild)
    assert (fit.model, fit.reason) == (None, "unclear")


# ------------------------------------------------------------------ mathematics


MPMATH = """
import json, sys
from mpmath import hyp2f1, mp
mp.dps = 100
asked = json.load(sys.stdin)
print(json.dumps([float(hyp2f1(*arguments)) for arguments in asked]))
"""


def test_gauss_s_function_is_exact_for_large_x_and_beside_1():
    """The arguments that expected purchases have, from one purchase to four hundred."""
    asked = []
    for r, (a, b), x, far in product(
        (0.01, 0.243, 5),
        ((0.001, 40), (0.793, 2.426), (0.3, 0.4), (1.6, 0.2), (6, 9), (70, 290)),
        (0, 1, 3, 20, 400),
        (0.99, 0.5, 0.1, 0.02, 1e-3, 1e-6, 1e-9),
    ):
        c = a + b + x - 1
        if a - 1 > r + x:
            asked.append((r + x, b + x, c, 1 - far))
        else:
            asked.append((a - 1, a + b - 1 - r, c, 1 - far))
    expected = oracles.ask(MPMATH, asked)
    mine = [hyp2f1(*arguments) for arguments in asked]
    worst = max(
        abs(own - exact) / max(abs(exact), 1)
        for own, exact in zip(mine, expected, strict=True)
    )
    assert worst < 1e-9


@pytest.mark.parametrize(
    ("b", "c", "z"),
    [(-9, 0, 0.5), (-9, -2, 0.5), (0, 1, 1), (0, 1, -0.1), (0, 1, 2), (1, 1, 0.5)],
)
def test_gauss_s_function_says_where_it_has_no_value(b, c, z):
    with pytest.raises(ValueError, match="out of bounds"):
        hyp2f1(0.5, b, c, z)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=4))
def test_the_lowest_point_of_a_bowl_is_found(lowest):
    def bowl(point):
        return sum(
            (place + 1) * (own - low) ** 2
            for place, (own, low) in enumerate(zip(point, lowest, strict=True))
        )

    found, _value = nelder_mead(bowl, [0.0] * len(lowest))
    assert found == pytest.approx(lowest, abs=1e-3)


def test_a_bent_valley_is_followed_to_its_end():
    """Rosenbrock's: a simplex that stops early stops in its middle."""

    def valley(p):
        return 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2

    found, _value = nelder_mead(valley, [-1.2, 1.0])
    assert found == pytest.approx([1, 1], abs=1e-4)


def test_where_nothing_is_lowest_the_search_ends():
    with pytest.raises(NotFound):
        nelder_mead(lambda point: point[0], [0.0])
    with pytest.raises(NotFound):
        nelder_mead(lambda _point: math.inf, [0.0])
