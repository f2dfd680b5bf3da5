"""Intervals of a mean, and what they are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics import special

Values: TypeAlias = "Sequence[float] | NDArray[np.float64]"
"""Numbers, one for each example."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What a quantity may be at the stated confidence; both ends belong to it."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


def to_array(values: Values, name: str = "values") -> NDArray[np.float64]:
    """Return the numbers as a vector. Raises InvalidInput (`not_finite`) for NaN and infinity."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise InvalidInput(
            f"The {name} are not a list of finite numbers.",
            hint="Leave out examples without a score, and count them.",
            code="not_finite",
        )
    return array


def is_binary(values: NDArray[np.float64]) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def wilson_interval(successes: float, n: float, *, alpha: float = 0.05) -> Interval:
    """Return the score interval of a rate (Wilson 1927); without a trial it is everything from 0 to 1.

    `n` may be the effective size of a weighted sample.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    z = float(special.ndtri(1 - alpha / 2))
    rate, shrink = successes / n, 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / shrink
    spread = max(0.0, rate * (1 - rate)) / n  # of weighted shares, a rate of one may be a bit more
    half = z * float(np.sqrt(spread + z * z / (4 * n * n))) / shrink
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def t_interval(values: Values, *, alpha: float = 0.05) -> Interval:
    """Return Student's interval of a mean; of fewer than two values nothing is known, and it is infinite."""
    array = to_array(values)
    if len(array) < 2:
        return Interval(-np.inf, np.inf)
    half = float(special.stdtrit(len(array) - 1, 1 - alpha / 2) * array.std(ddof=1) / np.sqrt(len(array)))
    mean = float(array.mean())
    return Interval(mean - half, mean + half)


def mean_interval(values: Values, *, alpha: float = 0.05) -> Interval:
    """Return Wilson's interval for values that are all 0 or 1, Student's for others."""
    array = to_array(values)
    if is_binary(array):
        return wilson_interval(float(array.sum()), len(array), alpha=alpha)
    return t_interval(array, alpha=alpha)
