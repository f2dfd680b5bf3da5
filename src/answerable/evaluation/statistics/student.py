"""Student's test of a weighted mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval


@dataclass(frozen=True, slots=True)
class StudentMean:
    """A mean with its standard error, above 0, and degrees of freedom."""

    mean: float
    error: float
    freedom: int

    def get_tail(self, threshold: float) -> float:
        """Return the p-value of "the true mean is at most `threshold`"."""
        return float(special.stdtr(self.freedom, (threshold - self.mean) / self.error))

    def get_head(self, threshold: float) -> float:
        """Return the p-value of "the true mean is at least `threshold`"."""
        return float(special.stdtr(self.freedom, (self.mean - threshold) / self.error))

    def get_interval(self, alpha: float) -> Interval:
        half = float(special.stdtrit(self.freedom, 1 - alpha / 2)) * self.error
        return Interval(self.mean - half, self.mean + half)


def find_student_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> StudentMean | None:
    """Return the test, with the standard error of a ratio (Cochran 1977, 6.3); None where all values are equal."""
    n = len(values)
    if n < 2 or values.min() == values.max():
        return None
    mean = float(np.average(values, weights=weights))
    squares = float(((weights * (values - mean)) ** 2).sum()) / float(weights.sum()) ** 2
    return StudentMean(mean, float(np.sqrt(squares * n / (n - 1))), n - 1)
