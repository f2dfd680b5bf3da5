"""What the metrics of a run come to on the examples of each tag. Summed up by the database: its memory stays flat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from answerable.db.database import Connection
from answerable.evaluation.runs.types import EvaluatorRef, MetricSummary
from answerable.evaluation.statistics import special
from answerable.evaluation.statistics.intervals import Interval, wilson_interval
from answerable.evaluation.types import Metric

MOST_TAGS: Final = 30
_ALPHA: Final = 0.05

# An example counts once, with the mean of its repeats. The sums are those of the linearised variance of a ratio.
_SUMS: Final = """
    WITH often AS (
        SELECT tag, count(DISTINCT position) AS examples FROM eval_item, unnest(tags) AS tag
        WHERE run_id = %(run)s GROUP BY tag ORDER BY examples DESC, tag LIMIT %(tags)s
    ), valued AS (
        SELECT tag, examples, evaluator, metric, position, avg(value) AS v, min(weight) AS w
        FROM eval_score JOIN eval_item USING (run_id, position, repeat) JOIN often ON tag = ANY (tags)
        WHERE run_id = %(run)s AND value IS NOT NULL GROUP BY tag, examples, evaluator, metric, position
    )
    SELECT tag, evaluator, metric, count(*), sum(w), sum(w * v), sum(w * w), sum(w * w * v), sum(w * w * v * v),
        min(w) = max(w) AND bool_and(v IN (0, 1))
    FROM valued GROUP BY tag, examples, evaluator, metric ORDER BY examples DESC, tag"""


@dataclass(frozen=True, slots=True)
class TagSummary:
    """The metrics on the examples of a tag; `missing` of them is not counted here and 0."""

    tag: str
    metrics: tuple[MetricSummary, ...]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of `n` examples with values v and weights w; `plain`: all values 0 or 1, all weights the same."""

    n: int
    w: float
    wv: float
    ww: float
    wwv: float
    wwvv: float
    plain: bool


async def list_slices(
    tx: Connection, run_id: UUID, evaluators: Sequence[EvaluatorRef]
) -> tuple[TagSummary, ...]:
    """Return the tags that most examples have, at most MOST_TAGS, each with the metrics it has values of."""
    cursor = await tx.execute(_SUMS, {"run": run_id, "tags": MOST_TAGS})
    found: dict[str, dict[tuple[str, str], _Sums]] = {}
    async for tag, evaluator, metric, *sums in cursor:
        found.setdefault(tag, {})[evaluator, metric] = _read(sums)
    return tuple(
        TagSummary(
            tag,
            tuple(
                _summarise(evaluator, metric, of_tag[evaluator.id, metric.name])
                for evaluator in evaluators
                for metric in evaluator.metrics
                if (evaluator.id, metric.name) in of_tag
            ),
        )
        for tag, of_tag in found.items()
    )


def _read(row: Sequence[Any]) -> _Sums:
    w, wv, ww, wwv, wwvv = map(float, row[1:6])
    return _Sums(int(row[0]), w, wv, ww, wwv, wwvv, plain=bool(row[6]))


def _summarise(evaluator: EvaluatorRef, metric: Metric, sums: _Sums) -> MetricSummary:
    interval = _estimate(sums, metric) if sums.n > 1 else None
    return MetricSummary(
        metric=metric.name,
        evaluator=evaluator.id,
        version=evaluator.version,
        n=sums.n,
        mean=sums.wv / sums.w,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        missing=0,
        better=metric.better,
        kind=metric.kind,
        unit=metric.unit,
    )


def _estimate(sums: _Sums, metric: Metric) -> Interval:
    """Return the 95 % interval: Wilson's of a rate, else Student's by the linearised variance (Cochran 1977, 6.3)."""
    mean, n = sums.wv / sums.w, sums.n
    if sums.plain:
        return wilson_interval(round(mean * n), n, alpha=_ALPHA)
    squares = max(0.0, sums.wwvv - 2 * mean * sums.wwv + mean * mean * sums.ww)
    half = float(special.stdtrit(n - 1, 1 - _ALPHA / 2)) * math.sqrt(n / (n - 1) * squares) / sums.w
    low = -math.inf if metric.lowest is None else metric.lowest
    high = math.inf if metric.highest is None else metric.highest
    return Interval(max(mean - half, low), min(mean + half, high))
