"""Two things measured on the same examples: how much better is the second, and how sure is that?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import InvalidInput
from answerable.evaluation.statistics.bootstrap import RESAMPLES, bootstrap_mean
from answerable.evaluation.statistics.careful import CarefulMean, MeanTest
from answerable.evaluation.statistics.few_differences import FEW, bound_mean
from answerable.evaluation.statistics.intervals import Interval
from answerable.evaluation.statistics.paired_binary import PairedTable
from answerable.evaluation.statistics.student import find_student_mean

Method = Literal["exact", "bootstrap", "few differ"]
"""`exact`: the unconditional exact test of two rates; `bootstrap`: BCa, but no surer than Student's test; `few differ`:
no surer either than a bound that holds for the little that was seen."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed, one value for each example: the mean of its repeats after less that before, above 0 for better.

    `margin` is how much worse each may be, at least 0: the same for all, or a share of what the example had before.
    `binary`: the values are differences of a single yes or no. `reach` is the largest difference there can be, None
    where nothing bounds the metric. Raises InvalidInput (`not_finite`, `no_examples`).
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    margin: NDArray[np.float64]
    binary: bool = False
    reach: float | None = None

    def __post_init__(self) -> None:
        columns = (self.values, self.weights, self.margin)
        if len(self.values) == 0:
            raise InvalidInput("There is no example that both have a score for.", code="no_examples")
        if any(len(column) != len(self.values) or not np.isfinite(column).all() for column in columns):
            raise InvalidInput(
                "The differences, weights and margins are not as many finite numbers.", code="not_finite"
            )
        if self.weights.min() <= 0 or self.margin.min() < 0:
            raise InvalidInput("A weight is above 0, and a margin 0 at least.")

    @property
    def spread(self) -> float:
        """The standard deviation of one example's difference; with a doubt added where hardly any differs."""
        mean = float(np.average(self.values, weights=self.weights))
        variance = float(np.average((self.values - mean) ** 2, weights=self.weights))
        if self.reach is not None:
            variance = (variance * len(self.values) + self.reach**2) / (len(self.values) + 1)
        return math.sqrt(variance)

    @property
    def effective_n(self) -> float:
        """How many examples of equal weight say as much (Kish 1965)."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    @property
    def mean_margin(self) -> float:
        return float(np.average(self.margin, weights=self.weights))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the differences show. `p_worse` is the p-value of "not worse", `p_beyond` of "worse by the margin or more".

    `p_within` is that of "worse by the margin at most". Each is doubled, since both directions are looked at: one of
    alpha or less is a value outside of the interval at confidence 1 - alpha.
    """

    mean: float
    interval: Interval
    p_worse: float
    p_beyond: float
    p_within: float
    method: Method
    spread: float
    n: int
    effective_n: float


def compare(differences: Differences, *, alpha: float, seed: int) -> Comparison:
    """Return the comparison; of a single example nothing follows. The same seed gives the same numbers."""
    mean = float(np.average(differences.values, weights=differences.weights))
    n, effective = len(differences.values), differences.effective_n
    if n < 2:
        everything = Interval(-math.inf, math.inf)
        return Comparison(mean, everything, 1.0, 1.0, 1.0, "bootstrap", 0.0, n, effective)
    method, test = choose_test(differences, seed=seed)
    threshold, of_margin = -differences.mean_margin, test
    if np.ptp(differences.margin) > 0 and differences.reach is None:
        # A share of each value: what is left of it is tested, so that the share is no surer than the values are.
        left = replace(differences, values=differences.values + differences.margin)
        threshold, of_margin = 0.0, choose_test(left, seed=seed)[1]
    return Comparison(
        mean=mean,
        interval=test.get_interval(alpha),
        p_worse=_double(test.get_head(0.0)),
        p_beyond=_double(of_margin.get_tail(threshold)),
        p_within=_double(of_margin.get_head(threshold)),
        method=method,
        spread=differences.spread,
        n=n,
        effective_n=effective,
    )


def choose_test(
    differences: Differences, *, seed: int, resamples: int = RESAMPLES
) -> tuple[Method, MeanTest]:
    """Return the test that fits what is compared: exact for yes or no of equal weight, else a bootstrap."""
    values, weights = differences.values, differences.weights
    if differences.binary and np.ptp(weights) == 0:
        table = PairedTable(int((values > 0).sum()), int((values < 0).sum()), len(values))
        return "exact", table
    tests: list[MeanTest] = [bootstrap_mean(values, weights, seed=seed, resamples=resamples)]
    student = find_student_mean(values, weights)
    if student is not None:
        tests.append(student)
    if differences.reach is None or np.count_nonzero(values) >= FEW:
        return "bootstrap", CarefulMean(tuple(tests))
    bounded = bound_mean(values, weights, reach=differences.reach)
    return "few differ", CarefulMean((*tests, bounded))


def _double(p_value: float) -> float:
    return min(1.0, 2 * p_value)
