"""The most careful of several tests of one mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from answerable.evaluation.statistics.intervals import Interval


class MeanTest(Protocol):
    """Tests the true mean of differences against any value."""

    def get_tail(self, threshold: float) -> float:
        """Return the one-sided p-value of "the true mean is at most the threshold"."""
        ...

    def get_head(self, threshold: float) -> float:
        """Return the one-sided p-value of "the true mean is at least the threshold"."""
        ...

    def get_interval(self, alpha: float) -> Interval: ...


@dataclass(frozen=True, slots=True)
class CarefulMean:
    """Rejects what all of its tests reject, so it errs no more often than the best of them; there is one at least.

    BCa alone errs 5-6 % instead of 2.5 % at 30 examples with a few very large differences, where Student's test is
    too careful; Student's errs as much where the differences are skewed, and there BCa is right.
    """

    tests: tuple[MeanTest, ...]

    def get_tail(self, threshold: float) -> float:
        return max(test.get_tail(threshold) for test in self.tests)

    def get_head(self, threshold: float) -> float:
        return max(test.get_head(threshold) for test in self.tests)

    def get_interval(self, alpha: float) -> Interval:
        intervals = [test.get_interval(alpha) for test in self.tests]
        return Interval(min(one.low for one in intervals), max(one.high for one in intervals))
