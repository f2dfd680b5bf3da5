"""What a summary of a metric is made of: sums that the database makes, so that memory does not grow with a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from answerable.evaluation.runs.types import EvaluatorRef, MetricSummary
from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval, wilson_interval
from answerable.evaluation.types import Metric

_ALPHA: Final = 0.05

SUMS: Final = """
    count(v), sum(missing), mean, sum(w) FILTER (WHERE v IS NOT NULL), sum(w * w) FILTER (WHERE v IS NOT NULL),
    sum(w * (v - mean) * w * (v - mean)), bool_and(v IN (0, 1))"""
"""The columns of Sums, from rows of one example each: its value `v` or NULL, its weight `w`, how many of its items
are `missing` one, and the weighted `mean` of all of them. The mean is taken first: the difference of two sums of
squares would lose the digits of a small spread."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of `n` examples with values; `missing` items have none. `mean` is weighted, `weight` the sum of the weights,
    `weight_squares` that of their squares, `squares` that of (weight x (value - mean))². With `binary` all values are
    0 or 1.
    """

    n: int
    missing: int
    mean: float
    weight: float
    weight_squares: float
    squares: float
    binary: bool


NOTHING: Final = Sums(0, 0, 0.0, 0.0, 0.0, 0.0, binary=False)


def read_sums(row: Sequence[Any]) -> Sums:
    """Read the columns of SUMS."""
    n, missing, mean, weight, weight_squares, squares, binary = row
    return Sums(
        n,
        int(missing),
        mean or 0.0,
        weight or 0.0,
        weight_squares or 0.0,
        squares or 0.0,
        binary=bool(binary),
    )


def summarise_sums(evaluator: EvaluatorRef, metric: Metric, sums: Sums) -> MetricSummary:
    """Return what a metric of an evaluator comes to; of no example it has no value."""
    interval = estimate_interval(sums, metric) if sums.n > 1 else None
    return MetricSummary(
        metric=metric.name,
        evaluator=evaluator.id,
        version=evaluator.version,
        n=sums.n,
        mean=sums.mean if sums.n else None,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        missing=sums.missing,
        better=metric.better,
        kind=metric.kind,
        unit=metric.unit,
    )


def estimate_interval(sums: Sums, metric: Metric) -> Interval:
    """Return the 95 % interval of the weighted mean of one value for each example, two at least.

    Wilson's for a share whose values are all 0 or 1, of as many examples as the weights leave (Kish 1965: (sum of
    w)² / sum of w², which is n for equal ones). Else Student's with the linearised variance of a ratio (Cochran 1977,
    section 6.3), within what the metric can be; with equal weights that is the plain one.
    """
    if sums.binary and (metric.lowest, metric.highest) == (0.0, 1.0):
        effective = sums.weight**2 / sums.weight_squares
        return wilson_interval(sums.mean * effective, effective, alpha=_ALPHA)
    error = math.sqrt(sums.n / (sums.n - 1) * sums.squares) / sums.weight
    half = float(special.stdtrit(sums.n - 1, 1 - _ALPHA / 2)) * error
    low = -math.inf if metric.lowest is None else metric.lowest
    high = math.inf if metric.highest is None else metric.highest
    return Interval(max(sums.mean - half, low), min(sums.mean + half, high))
