"""The bootstrap of a weighted mean, with BCa limits.

Efron: Better bootstrap confidence intervals, JASA 82, 1987 (bias-corrected and accelerated); the levels are widened for
small samples as in Hesterberg: What teachers should know about the bootstrap, The American Statistician 69, 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval, Values, to_array

RESAMPLES: Final = 10_000
_FEWEST_RESAMPLES: Final = 2_000
_MOST_DRAWS: Final = 50_000_000
"""Of a bootstrap: beyond so many the resamples become fewer, since the mean of a large sample is nearly normal."""
_BLOCK: Final = 2_000_000
"""Draws held at a time: 32 MB, however many examples there are."""


@dataclass(frozen=True, slots=True)
class BootstrappedMean:
    """The mean of a sample and what it would have been in others. `means` are sorted; `n` is the sample's size."""

    mean: float
    n: int
    means: NDArray[np.float64]
    bias: float
    acceleration: float

    def get_interval(self, alpha: float) -> Interval:
        """Return the BCa interval at confidence 1 - alpha: each end is wrong with a chance of alpha / 2."""
        return Interval(self._get_limit(alpha / 2), self._get_limit(1 - alpha / 2))

    def get_tail(self, threshold: float) -> float:
        """Return the p-value of "the true mean is at most `threshold`": small when it is surely above.

        It is the level at which the one-sided lower limit of BCa is the threshold.
        """
        if self.means[0] == self.means[-1]:
            return 0.5 if self.mean == threshold else float(self.mean < threshold)
        below = np.searchsorted(self.means, threshold, "left")
        at_most = np.searchsorted(self.means, threshold, "right")
        count = len(self.means)
        share = min(max((below + at_most) / (2 * count), 0.5 / count), 1 - 0.5 / count)
        shift = float(special.ndtri(share)) - self.bias
        z = shift / max(1 + self.acceleration * shift, 1e-9) - self.bias
        return float(special.stdtr(self.n - 1, z / self._widening))

    def get_head(self, threshold: float) -> float:
        """Return the p-value of "the true mean is at least `threshold`": small when it is surely below."""
        return 1 - self.get_tail(threshold)

    @property
    def _widening(self) -> float:
        """The resamples vary less than the sample does, by this factor."""
        return float(np.sqrt(self.n / (self.n - 1)))

    def _get_limit(self, level: float) -> float:
        z = self.bias + self._widening * float(special.stdtrit(self.n - 1, level))
        corrected = self.bias + z / max(1 - self.acceleration * z, 1e-9)
        return float(np.quantile(self.means, special.ndtr(corrected)))


def bootstrap_mean(
    values: Values, weights: Values | None = None, *, seed: int, resamples: int = RESAMPLES
) -> BootstrappedMean:
    """Resample the values, each with its weight, and return what their weighted mean does.

    One value for each example: those of its repeats are averaged before, so that examples are what is drawn. The
    same seed gives the same numbers. Takes constant memory. Raises InvalidInput: fewer than two values, not finite.
    """
    sample = to_array(values)
    shares = np.ones(len(sample)) if weights is None else to_array(weights, "weights")
    if len(sample) < 2 or len(shares) != len(sample):
        raise InvalidInput("A bootstrap needs two values at least, each with one weight.")
    mean = float(np.average(sample, weights=shares))
    if sample.min() == sample.max():
        return BootstrappedMean(mean, len(sample), np.array([mean]), 0.0, 0.0)
    means = _resample(sample, shares, np.random.default_rng(seed), _count(len(sample), resamples))
    means.sort()
    below = np.searchsorted(means, mean, "left") + np.searchsorted(means, mean, "right")
    share = min(max(below / (2 * len(means)), 0.5 / len(means)), 1 - 0.5 / len(means))
    return BootstrappedMean(
        mean, len(sample), means, float(special.ndtri(share)), _accelerate(sample, shares, mean)
    )


def _count(n: int, resamples: int) -> int:
    return max(min(resamples, _FEWEST_RESAMPLES), min(resamples, _MOST_DRAWS // n))


def _resample(
    sample: NDArray[np.float64], weights: NDArray[np.float64], random: np.random.Generator, count: int
) -> NDArray[np.float64]:
    n = len(sample)
    equal = bool((weights == weights[0]).all())
    weighted = sample * weights
    means = np.empty(count)
    step = max(1, _BLOCK // n)
    for start in range(0, count, step):
        drawn = random.integers(n, size=(min(step, count - start), n))
        block = slice(start, start + len(drawn))
        if equal:
            means[block] = sample.take(drawn).mean(axis=1)
        else:
            means[block] = weighted.take(drawn).sum(axis=1) / weights.take(drawn).sum(axis=1)
    return means


def _accelerate(sample: NDArray[np.float64], weights: NDArray[np.float64], mean: float) -> float:
    """Return the acceleration from the jackknife: how the spread of the mean changes with the mean."""
    influence = weights * (sample - mean) / np.maximum(weights.sum() - weights, 1e-300)
    spread = influence - influence.mean()
    squares = float((spread**2).sum())
    return 0.0 if squares == 0 else float((spread**3).sum()) / (6 * squares**1.5)
