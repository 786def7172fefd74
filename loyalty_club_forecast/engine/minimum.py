"""The lowest point of a function of a few numbers, found without its derivatives."""

import math
from collections.abc import Callable, Sequence


class NotFound(Exception):
    """The search did not come to rest."""


def nelder_mead(
    function: Callable[[Sequence[float]], float],
    start: Sequence[float],
    size: float = 0.5,
    precise: float = 1e-7,
    most_steps: int = 4000,
) -> tuple[list[float], float]:
    """Where ``function`` is lowest near ``start``, and its value there.

    J. Nelder, R. Mead, "A simplex method for function minimization", Computer Journal 7
    (1965). A simplex that has contracted may have done so on a slope: the search begins
    again from where it ended, and is over when it ends there again. ``function`` may be
    infinite, though not at the start.

    >>> found, value = nelder_mead(lambda p: (p[0] - 3) ** 2 + abs(p[1] + 1), [0, 0])
    >>> [round(number, 4) for number in found], round(value, 6)
    ([3.0, -1.0], 0.0)

    Raises NotFound when nothing is found in ``most_steps`` steps.
    """
    best, value = list(start), function(start)
    while most_steps and math.isfinite(value):
        before = value
        best, value, most_steps = _descend(function, best, size, precise, most_steps)
        if -math.inf < before - _rounding(value, precise) <= value:
            return best, value
    raise NotFound(f"the search did not come to rest; it got to {value} at {best}")


def _descend(function, start, size, precise, steps):
    """One simplex, until it is small: its lowest point, that value, the steps left."""
    points = [list(start)]
    for place in range(len(start)):
        points.append([x + size * (i == place) for i, x in enumerate(start)])
    simplex = sorted(([function(point), point] for point in points), key=_height)
    while steps > 0 and not _is_small(simplex, precise):
        steps -= 1
        worst = simplex[-1]
        corners = [point for _value, point in simplex[:-1]]
        centre = [sum(c) / len(start) for c in zip(*corners, strict=True)]

        def along(factor, worst=worst, centre=centre):
            point = [
                c + factor * (c - w) for c, w in zip(centre, worst[1], strict=True)
            ]
            return [function(point), point]

        moved = along(1)
        if moved[0] < simplex[0][0]:
            moved = min(moved, along(2), key=_height)
        elif moved[0] >= simplex[-2][0]:
            moved = along(0.5 if moved[0] < worst[0] else -0.5)
        if moved[0] < worst[0]:
            simplex[-1] = moved
        else:
            simplex = [_halved(function, simplex[0][1], point) for _v, point in simplex]
        simplex.sort(key=_height)
    return simplex[0][1], simplex[0][0], steps


def _halved(function, lowest, point):
    half = [(a + b) / 2 for a, b in zip(lowest, point, strict=True)]
    return [function(half), half]


def _rounding(value, precise):
    """Heights are flatter than places: near the lowest point they go by squares."""
    return precise * max(abs(value), 1) * 1e-3


def _height(corner):
    return corner[0]


def _is_small(simplex, precise):
    """Whether all corners are close to the lowest, in place and in height."""
    (low, lowest), *others = simplex
    return all(
        value - low <= _rounding(low, precise)
        and all(abs(a - b) <= precise * 10 for a, b in zip(point, lowest, strict=True))
        for value, point in others
    )
