"""The true mean from few labels of people and many of a judge: prediction-powered inference.

Angelopoulos, Bates, Fannjiang, Jordan, Zrnic: Prediction-powered inference, Science 382, 2023; the weight of the judge
is tuned as in Angelopoulos, Duchi, Zrnic: PPI++: Efficient prediction-powered inference, 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval, Values, is_binary, mean_interval, to_array

_HALF_A_CASE: Final = 0.5
"""Added to each cell of judge x person where both say yes or no (Agresti and Min 2005, for matched pairs): without it
the interval covers 76-90 % instead of 95 % where nearly everything is right and the labels are under a hundred."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval. `judge_weight` is how much the judge was believed: 0 not at all, 1 as a person is.

    `humans_alone` is the interval of the human labels without any judge; `human_labels` and `judge_labels` count the
    items that a person labelled, and those that only the judge did.
    """

    mean: float
    interval: Interval
    judge_weight: float
    humans_alone: Interval
    human_labels: int
    judge_labels: int

    @property
    def saved(self) -> float:
        """How many human labels more would have been needed for the same width, as a share of those there are."""
        if self.interval.width == 0 or not np.isfinite(self.humans_alone.width):
            return 0.0
        return float((self.humans_alone.width / self.interval.width) ** 2 - 1)


@dataclass(frozen=True, slots=True)
class _Moments:
    """Weighted means and (co)variances of what people (y) and the judge (f) said of the same items."""

    size: float
    y: float
    f: float
    var_y: float
    var_f: float
    cov: float


def estimate_mean(
    human: Values, judge_on_human: Values, judge_on_rest: Values, *, alpha: float = 0.05
) -> Estimate:
    """Return the mean that people would give everything, at confidence 1 - alpha.

    `human[i]` and `judge_on_human[i]` are of the same item, `judge_on_rest` of items that no person labelled; both
    must be drawn alike. Raises InvalidInput: fewer than two human labels, lengths that differ, values not finite.
    """
    y, f = to_array(human, "human labels"), to_array(judge_on_human, "judge's labels")
    rest = to_array(judge_on_rest, "judge's labels")
    _check(y, f)
    alone = mean_interval(y, alpha=alpha)
    if len(rest) == 0:
        return Estimate(float(y.mean()), alone, 0.0, alone, len(y), 0)
    moments = _measure(y, f)
    weight = _tune(moments, f, rest)
    mean = moments.y + weight * (float(rest.mean()) - moments.f)
    own = moments.var_y - 2 * weight * moments.cov + weight**2 * moments.var_f
    variance = max(own, 0.0) / moments.size + weight**2 * float(rest.var()) / len(rest)
    half = float(special.stdtrit(len(y) - 1, 1 - alpha / 2) * np.sqrt(variance))
    interval = Interval(mean - half, mean + half)
    if is_binary(y):
        mean, interval = _clip(mean), Interval(_clip(interval.low), _clip(interval.high))
    return Estimate(mean, interval, weight, alone, len(y), len(rest))


def _check(human: NDArray[np.float64], judge: NDArray[np.float64]) -> None:
    if len(human) != len(judge):
        raise InvalidInput(
            f"There are {len(human)} human labels and {len(judge)} of the judge for the same items.",
            hint="Give one of each for every item.",
        )
    if len(human) < 2:
        raise InvalidInput(
            f"There are {len(human)} human labels: an estimate needs two at least, a useful one 100.",
            hint="Label some more, then estimate again.",
            code="too_few_labels",
        )


def _measure(y: NDArray[np.float64], f: NDArray[np.float64]) -> _Moments:
    weights = np.ones(len(y))
    if is_binary(y) and is_binary(f):
        y, f = np.append(y, (0.0, 0.0, 1.0, 1.0)), np.append(f, (0.0, 1.0, 0.0, 1.0))
        weights = np.append(weights, np.full(4, _HALF_A_CASE))
    size = float(weights.sum())
    mean_y, mean_f = float(weights @ y) / size, float(weights @ f) / size
    dy, df = y - mean_y, f - mean_f
    freedom = size - 1
    return _Moments(
        size,
        mean_y,
        mean_f,
        float(weights @ (dy * dy)) / freedom,
        float(weights @ (df * df)) / freedom,
        float(weights @ (dy * df)) / freedom,
    )


def _tune(moments: _Moments, f: NDArray[np.float64], rest: NDArray[np.float64]) -> float:
    """Return the weight of the judge that makes the estimate most precise (PPI++, section 6), within 0..1."""
    variance = float(np.append(f, rest).var())
    if variance == 0:
        return 0.0
    return _clip(moments.cov / ((1 + len(f) / len(rest)) * variance))


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))
