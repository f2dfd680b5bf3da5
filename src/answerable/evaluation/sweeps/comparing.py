"""What the numbers of a sweep show: means with intervals, differences to the baseline, and who is on the front."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.statistics.bootstrap import bootstrap_mean
from answerable.evaluation.statistics.holm import adjust
from answerable.evaluation.statistics.paired import Comparison, Differences, compare
from answerable.evaluation.sweeps.measuring import Columns, Measurements
from answerable.evaluation.sweeps.types import Difference, Estimate, PointResult, Verdict

_ALPHA = 0.05

Floats = NDArray[np.float64]


def summarise(found: Measurements, metric: str, *, seed: int = 0) -> tuple[PointResult, ...]:
    """Return the results of all points, best first by the mean of `metric`, then by latency."""
    weights = np.array(found.weights)
    baseline = next(columns for columns in found.columns if columns.point.baseline)
    differences = _compare_all(found.columns, baseline, weights, metric, seed=seed)
    results = [
        _summarise(columns, weights, difference, seed=seed)
        for columns, difference in zip(found.columns, differences, strict=True)
    ]
    front = find_front([_read_front(result, metric) for result in results])
    marked = [replace(result, on_front=on) for result, on in zip(results, front, strict=True)]
    marked.sort(key=lambda result: (-result.quality[metric].mean, result.latency_p50))
    return tuple(marked)


def find_front(points: Sequence[tuple[float, float, float]]) -> list[bool]:
    """Return which points no other beats: (quality, latency, tokens), of which more, less and less is better.

    A point is beaten by one that is at least as good in all three, and better in one.
    """
    values = np.array(points, dtype=np.float64) * np.array([-1.0, 1.0, 1.0])
    return [not bool(((values <= own).all(axis=1) & (values < own).any(axis=1)).any()) for own in values]


def _read_front(result: PointResult, metric: str) -> tuple[float, float, float]:
    if not result.quality[metric].n:
        return -math.inf, math.inf, math.inf
    return result.quality[metric].mean, result.latency_p50, result.context_tokens


def _summarise(columns: Columns, weights: Floats, difference: Difference | None, *, seed: int) -> PointResult:
    latencies = np.array(columns.latencies) if columns.latencies else np.array([np.nan])
    return PointResult(
        point=columns.point,
        quality={name: _estimate(scores, weights, seed) for name, scores in columns.scores.items()},
        difference=difference,
        latency_p50=float(np.percentile(latencies, 50)),
        latency_p95=float(np.percentile(latencies, 95)),
        context_tokens=float(np.mean(columns.tokens)) if columns.tokens else 0.0,
        failed=columns.failed,
    )


def _estimate(scores: array[float], weights: Floats, seed: int) -> Estimate:
    values = np.array(scores)
    held = np.isfinite(values)
    values, shares, missing = values[held], weights[held], int((~held).sum())
    if not len(values):
        return Estimate(0.0, 0.0, 1.0, 0, missing)
    mean = float(np.average(values, weights=shares))
    if len(values) < 2:
        return Estimate(mean, 0.0, 1.0, len(values), missing)
    interval = bootstrap_mean(values, shares, seed=seed, resamples=2_000).get_interval(_ALPHA)
    return Estimate(mean, interval.low, interval.high, len(values), missing)


def _compare_all(
    columns: Sequence[Columns], baseline: Columns, weights: Floats, metric: str, *, seed: int
) -> list[Difference | None]:
    compared = [
        None if one is baseline else _compare(one, baseline, weights, metric, seed=seed) for one in columns
    ]
    adjusted = iter(adjust([_get_p(one) for one in compared if one is not None]))
    return [None if one is None else _judge(one, next(adjusted)) for one in compared]


def _compare(
    one: Columns, baseline: Columns, weights: Floats, metric: str, *, seed: int
) -> Comparison | None:
    values = np.array(one.scores[metric]) - np.array(baseline.scores[metric])
    both = np.isfinite(values)
    if not both.any():
        return None
    kept = values[both]
    differences = Differences(kept, weights[both], np.zeros(len(kept)), reach=1.0)
    return compare(differences, alpha=_ALPHA, seed=seed)


def _get_p(comparison: Comparison) -> float:
    """Return the two-sided p-value of "no different": each of the two is doubled already."""
    return min(comparison.p_worse, comparison.p_beyond)


def _judge(comparison: Comparison, p: float) -> Difference:
    verdict: Verdict = "unclear"
    if p <= _ALPHA:
        verdict = "better" if comparison.mean > 0 else "worse"
    interval = comparison.interval
    return Difference(comparison.mean, interval.low, interval.high, p, verdict)
