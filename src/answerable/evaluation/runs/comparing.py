"""Runs side by side: what each metric came to in each, and the paired difference from the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from answerable.core.errors import Conflict
from answerable.evaluation.runs.types import EvalRun, MetricSummary
from answerable.evaluation.statistics.paired import Differences, compare
from answerable.evaluation.types import Metric

_ALPHA: Final = 0.05
_SEED: Final = 20_261_121
"""The same runs compare the same way each time."""

Means = Mapping[str, tuple[float, float]]
"""The mean of an example's repeats and its weight, by the example's key."""


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean of a run's values less the first run's over the `n` examples that both have, with its 95 % interval.

    `improved` and `worsened` count examples in the metric's own direction. `p` is the two-sided p-value of no
    difference. `significant`: the interval leaves 0 out.
    """

    mean: float
    low: float
    high: float
    p: float
    n: int
    improved: int
    worsened: int

    @property
    def significant(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric in all runs, in their order. `differences` are None for the first, and where nothing can be compared:
    a run without the metric, by another version of its evaluator, or with no example in common."""

    metric: Metric
    summaries: tuple[MetricSummary | None, ...]
    differences: tuple[PairedDifference | None, ...]


@dataclass(frozen=True, slots=True)
class RunComparison:
    runs: tuple[EvalRun, ...]
    metrics: tuple[MetricComparison, ...]


def check_comparable(runs: Sequence[EvalRun]) -> None:
    """Raises Conflict (`dataset_versions_differ`) for runs on different versions of a dataset."""
    first = runs[0]
    for other in runs[1:]:
        if (other.dataset, other.version_hash) != (first.dataset, first.version_hash):
            raise Conflict(
                f"Run {first.id} was on {first.dataset}@{first.version}, and run {other.id} on"
                f" {other.dataset}@{other.version}.",
                hint="Measure both on one version: answerable eval ... --dataset NAME@NUMBER.",
                code="dataset_versions_differ",
            )


def compare_means(metric: Metric, before: Means, after: Means, *, single: bool) -> PairedDifference | None:
    """Return the difference over the examples that both have; None without any. Takes some milliseconds.

    `single`: no example was repeated, so that values of 0 and 1 are yes and no.
    """
    keys = sorted(before.keys() & after.keys())
    if not keys:
        return None
    old, new = (np.array([side[key][0] for key in keys], dtype=np.float64) for side in (before, after))
    sign = 1.0 if metric.better == "higher" else -1.0
    gains = sign * (new - old)
    bounded = metric.lowest is not None and metric.highest is not None and metric.highest > metric.lowest
    found = compare(
        Differences(
            values=gains,
            weights=np.array([after[key][1] for key in keys], dtype=np.float64),
            margin=np.zeros(len(keys)),
            binary=single and metric.kind == "binary",
            reach=(metric.highest or 0.0) - (metric.lowest or 0.0) if bounded else None,
        ),
        alpha=_ALPHA,
        seed=_SEED,
    )
    ends = sorted((sign * found.interval.low, sign * found.interval.high))
    return PairedDifference(
        mean=sign * found.mean,
        low=ends[0],
        high=ends[1],
        p=min(found.p_worse, found.p_beyond),
        n=len(keys),
        improved=int((gains > 0).sum()),
        worsened=int((gains < 0).sum()),
    )


def assemble(
    runs: Sequence[EvalRun],
    summaries: Sequence[Sequence[MetricSummary]],
    means: Sequence[Mapping[str, Means]],
) -> RunComparison:
    """Put together what runs gave; `means` are those of each run by metric."""
    known: dict[str, Metric] = {}
    for run in runs:
        for name, metric in run.metrics.items():
            known.setdefault(name, metric)
    of_runs = [{one.metric: one for one in summary} for summary in summaries]
    return RunComparison(
        tuple(runs),
        tuple(
            MetricComparison(
                metric,
                tuple(one.get(name) for one in of_runs),
                tuple(_compare(metric, runs, of_runs, means, place) for place in range(len(runs))),
            )
            for name, metric in known.items()
        ),
    )


def _compare(
    metric: Metric,
    runs: Sequence[EvalRun],
    summaries: Sequence[Mapping[str, MetricSummary]],
    means: Sequence[Mapping[str, Means]],
    place: int,
) -> PairedDifference | None:
    first, other = summaries[0].get(metric.name), summaries[place].get(metric.name)
    if place == 0 or first is None or other is None:
        return None
    if (first.evaluator, first.version) != (other.evaluator, other.version):
        return None
    single = runs[0].repeats == runs[place].repeats == 1
    before, after = means[0].get(metric.name, {}), means[place].get(metric.name, {})
    return compare_means(metric, before, after, single=single)
