"""Two runs example by example: what a metric was before and after, and the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from answerable.apps.gate_settings import GateRule
from answerable.evaluation.gating.types import Measured, Side
from answerable.evaluation.statistics.paired import Differences
from answerable.evaluation.types import Metric


@dataclass(frozen=True, slots=True)
class Pairs:
    """The examples that both have a value of the metric for, in the order of their keys.

    `before` and `after` are the means of their repeats. `missing` counts the examples that only one has a value for.
    """

    keys: tuple[str, ...]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    weights: NDArray[np.float64]
    single: bool
    """Whether every value is of one repeat."""
    missing: int

    def __len__(self) -> int:
        return len(self.keys)


def pair(rule: GateRule, name: str, metric: Metric, *, candidate: Side, baseline: Side) -> Pairs:
    """Return the pairs of the rule's slice. An output that failed is worth the worst that the metric can be.

    Where nothing bounds the metric, as with latency, a failed output has no value.
    """
    rows, missing = [], 0
    for key, before, after in _list_both(rule, candidate, baseline):
        old, new = _get_values(before, name, metric), _get_values(after, name, metric)
        if not (before.values.get(name) or after.values.get(name)):
            missing += bool(before.unscored.get(name) or after.unscored.get(name))
        elif old and new:
            rows.append(
                (key, float(np.mean(old)), float(np.mean(new)), after.weight, len(old) == len(new) == 1)
            )
        else:
            missing += 1
    columns = np.array([row[1:4] for row in rows], dtype=np.float64).reshape(len(rows), 3)
    return Pairs(
        keys=tuple(row[0] for row in rows),
        before=columns[:, 0],
        after=columns[:, 1],
        weights=columns[:, 2],
        single=all(row[4] for row in rows),
        missing=missing,
    )


def to_differences(pairs: Pairs, rule: GateRule, metric: Metric) -> Differences:
    """Return the differences such that above 0 is better. Raises InvalidInput where there is no pair."""
    sign = 1.0 if (rule.better or metric.better) == "higher" else -1.0
    share = rule.relative_margin
    margin = np.full(len(pairs), rule.absolute_margin) if share is None else share * np.abs(pairs.before)
    both = np.concatenate([pairs.before, pairs.after])
    binary = pairs.single and (rule.kind or metric.kind) == "binary" and bool(np.isin(both, (0.0, 1.0)).all())
    return Differences(
        values=sign * (pairs.after - pairs.before),
        weights=pairs.weights,
        margin=margin,
        binary=binary,
        reach=get_reach(metric),
    )


def get_reach(metric: Metric) -> float | None:
    """Return the largest difference that two values of the metric can have; None where nothing bounds it."""
    if metric.lowest is None or metric.highest is None or metric.highest <= metric.lowest:
        return None
    return metric.highest - metric.lowest


def _list_both(rule: GateRule, candidate: Side, baseline: Side) -> Iterator[tuple[str, Measured, Measured]]:
    tags = frozenset(rule.tags)
    for key in sorted(candidate.examples.keys() & baseline.examples.keys()):
        after = candidate.examples[key]
        if tags <= after.tags:
            yield key, baseline.examples[key], after


def _get_values(measured: Measured, name: str, metric: Metric) -> tuple[float, ...]:
    """Return the finite values of the example's repeats, with the worst for each that failed."""
    values = tuple(value for value in measured.values.get(name, ()) if np.isfinite(value))
    worst = metric.lowest if metric.better == "higher" else metric.highest
    return values if worst is None else values + (worst,) * measured.failed
