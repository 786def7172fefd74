"""Gauss's hypergeometric function, for the arguments that purchase models have."""

#: Up to here the power series itself is quick.
_SERIES = 0.9
_TERMS = 4000
_EPSILON = 1e-16


def hyp2f1(a: float, b: float, c: float, z: float) -> float:
    """The value of 2F1(a, b; c; z) for 0 <= z < 1 and c >= a + b.

    Its series converges there, but slowly beside 1. Unless a large ``c`` makes up for
    that, its differential equation is followed from 0.9 on (Abramowitz and Stegun,
    15.1.1 and 15.5.1), each step half the way to the singularity at 1.

    >>> from math import isclose, log  # 2F1(1, 1; 2; z) = -ln(1 - z) / z
    >>> isclose(hyp2f1(1, 1, 2, 0.5), 2 * log(2))
    True
    >>> isclose(hyp2f1(1, 1, 2, 1 - 1e-6), -log(1e-6) / (1 - 1e-6), rel_tol=1e-9)
    True

    Raises ValueError elsewhere: there it has no bound, and Euler's transformation is to
    be applied first. Also where ``c`` is 0 or a negative integer.
    """
    if not 0 <= z < 1 or c < a + b or (c <= 0 and c == int(c)):
        raise ValueError(f"2F1({a}, {b}; {c}; {z}) is out of bounds")
    value = _series(a, b, c, z, _TERMS if z > _SERIES else None)
    return _follow(a, b, c, z) if value is None else value


def _series(a, b, c, z, most=None):
    """The power series; None when ``most`` terms aren't enough."""
    term = total = 1.0
    n = 0
    while n != most:
        ratio = (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        term *= ratio
        total += term
        n += 1
        # Terms may grow at first, while n is below the parameters.
        if abs(ratio) < 1 and abs(term) <= _EPSILON * abs(total) * (1 - abs(ratio)):
            return total
    return None


def _follow(a, b, c, z):
    """From the value and the slope at 0.9 by Taylor steps to ``z``."""
    value = _series(a, b, c, _SERIES)
    slope = a * b / c * _series(a + 1, b + 1, c + 1, _SERIES)
    # What is left to 1 is followed: beside 1, its digits are more than those of z.
    left, end = 1 - _SERIES, 1 - z
    # The equation's other solutions, z**(1 - c) and (1 - z)**(c - a - b), fade away on
    # the way; but their terms alternate, and lose digits in longer steps.
    longest, part = 8 / (1 + abs(c)), min(1 / 2, 8 / (1 + c - a - b))
    while left > end:
        step = min(left - end, left * part, longest)
        value, slope = _taylor(a, b, c, left, step, value, slope)
        left -= step
    return value


def _taylor(a, b, c, left, step, value, slope):
    """Value and slope a ``step`` nearer to 1 than z = 1 - ``left``, by the equation
    z (1 - z) w'' + (c - (a + b + 1) z) w' - a b w = 0."""
    # Terms, not coefficients: these would be too large for a float.
    here, following = value, slope * step
    new_value, new_slope = here, 0.0
    scale = (1 - left) * left
    n = 0
    while True:
        new_value += following
        new_slope += (n + 1) * following
        bend = (2 * left - 1) * n + (c - a - b - 1) + (a + b + 1) * left
        after = (n + a) * (n + b) * step * step * here - (
            n + 1
        ) * bend * step * following
        here, following = following, after / (scale * (n + 1) * (n + 2))
        n += 1
        # Two in a row: a single one may be 0 by chance.
        if abs(here) + abs(following) <= _EPSILON * abs(new_value):
            return new_value, new_slope / step
