"""The mean of differences of which nearly all are 0: what has not been seen yet may be as bad as it can be.

A bootstrap draws only what was seen. Of 30 examples without any difference it concludes that there is none, although
one in twenty may be ruined without showing among them. Where few examples differ, the share that was lost is bounded
as a rate is (Clopper and Pearson 1934), with the losses as shares of the largest loss there can be: a variable of that
range and mean is spread most widely when it has nothing but the two ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval

FEW: Final = 20
"""Differing examples; from so many on a bootstrap knows what differences look like."""
_HALVINGS: Final = 40


@dataclass(frozen=True, slots=True)
class BoundedMean:
    """What was gained and lost of `n` examples, in full ranges of the metric: 0.5 is half a range in one example.

    `reach` is the range, the largest difference there can be.
    """

    gained: float
    lost: float
    n: float
    reach: float

    @property
    def mean(self) -> float:
        return self.reach * (self.gained - self.lost) / self.n

    def get_tail(self, threshold: float) -> float:
        """Return the p-value of "the true mean is at most `threshold`"."""
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._get_lower(middle) > threshold:
                high = middle
            else:
                low = middle
        return high

    def get_head(self, threshold: float) -> float:
        """Return the p-value of "the true mean is at least `threshold`"."""
        return self._mirror().get_tail(-threshold)

    def get_interval(self, alpha: float) -> Interval:
        return Interval(self._get_lower(alpha / 2), -self._mirror()._get_lower(alpha / 2))

    def _mirror(self) -> BoundedMean:
        return BoundedMean(self.lost, self.gained, self.n, self.reach)

    def _get_lower(self, level: float) -> float:
        """Return what the mean is above, but for a chance of `level`: half of it each for gains and losses."""
        at_most = 1.0 if self.lost >= self.n else _quantile(self.lost + 1, self.n - self.lost, 1 - level / 2)
        at_least = 0.0 if self.gained <= 0 else _quantile(self.gained, self.n - self.gained + 1, level / 2)
        return self.reach * (at_least - at_most)


def bound_mean(
    differences: NDArray[np.float64], weights: NDArray[np.float64], *, reach: float
) -> BoundedMean:
    """Return the bounds for the weighted mean of differences that none is larger than `reach`.

    Examples that count more than others make fewer of them: Kish's effective number (1965).
    """
    size = float(weights.sum() ** 2 / (weights**2).sum())
    shares = weights / weights.sum() * size
    gained = float(shares @ np.clip(differences / reach, 0, 1))
    lost = float(shares @ np.clip(-differences / reach, 0, 1))
    return BoundedMean(gained, lost, size, reach)


def _quantile(a: float, b: float, level: float) -> float:
    return float(special.betaincinv(a, max(b, 1e-12), level))
