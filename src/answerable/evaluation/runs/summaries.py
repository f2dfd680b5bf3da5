"""What the metrics of a run come to, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from answerable.db.database import Connection
from answerable.evaluation.runs.types import EvaluatorRef, MetricSummary
from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval, mean_interval, t_interval
from answerable.evaluation.types import Metric

_ALPHA: Final = 0.05

_VALUES: Final = """
    SELECT avg(value), min(weight), count(*) FILTER (WHERE value IS NULL)
    FROM eval_score JOIN eval_item USING (run_id, position, repeat)
    WHERE run_id = %s AND evaluator = %s AND metric = %s GROUP BY position ORDER BY position"""


async def summarise(
    tx: Connection, run_id: UUID, evaluators: Sequence[EvaluatorRef]
) -> tuple[MetricSummary, ...]:
    """Return every metric of every evaluator of the run, in their order."""
    return tuple(
        [
            await _summarise_metric(tx, run_id, evaluator, metric)
            for evaluator in evaluators
            for metric in evaluator.metrics
        ]
    )


async def _summarise_metric(
    tx: Connection, run_id: UUID, evaluator: EvaluatorRef, metric: Metric
) -> MetricSummary:
    cursor = await tx.execute(_VALUES, (run_id, evaluator.id, metric.name))
    rows = await cursor.fetchall()
    found = [(value, weight) for value, weight, _ in rows if value is not None]
    values = np.array([value for value, _ in found], dtype=np.float64)
    weights = np.array([weight for _, weight in found], dtype=np.float64)
    interval = estimate_interval(values, weights, metric) if len(values) > 1 else None
    return MetricSummary(
        metric=metric.name,
        evaluator=evaluator.id,
        version=evaluator.version,
        n=len(values),
        mean=float(np.average(values, weights=weights)) if len(values) else None,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        missing=sum(missing for _, _, missing in rows),
        better=metric.better,
        kind=metric.kind,
        unit=metric.unit,
    )


def estimate_interval(values: NDArray[np.float64], weights: NDArray[np.float64], metric: Metric) -> Interval:
    """Return the 95 % interval of the weighted mean of one value for each example, two at least.

    With equal weights Wilson's for shares that are all 0 or 1, and Student's for others. Else Student's with the
    linearised variance of a ratio (Cochran 1977, section 6.3), within what the metric can be.
    """
    if weights.min() == weights.max():
        is_share = (metric.lowest, metric.highest) == (0.0, 1.0)
        found = (mean_interval if is_share else t_interval)(values, alpha=_ALPHA)
    else:
        mean, n = float(np.average(values, weights=weights)), len(values)
        variance = n / (n - 1) * float(np.sum((weights * (values - mean)) ** 2)) / float(weights.sum()) ** 2
        half = float(special.stdtrit(n - 1, 1 - _ALPHA / 2)) * math.sqrt(variance)
        found = Interval(mean - half, mean + half)
    low = -math.inf if metric.lowest is None else metric.lowest
    high = math.inf if metric.highest is None else metric.highest
    return Interval(max(found.low, low), min(found.high, high))
