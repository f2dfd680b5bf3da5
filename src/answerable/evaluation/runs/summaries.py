"""What the metrics of a run come to, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from answerable.db.database import Connection
from answerable.evaluation.runs.nested_loops import avoid_nested_loops
from answerable.evaluation.runs.sums import NOTHING, SUMS, read_sums, summarise_sums
from answerable.evaluation.runs.types import EvaluatorRef, MetricSummary

# An example counts once, with the mean of its repeats.
_SUMMED: Final = f"""
    WITH valued AS (
        SELECT evaluator, metric, position, avg(value) AS v, min(weight) AS w,
            count(*) FILTER (WHERE value IS NULL) AS missing
        FROM eval_score JOIN eval_item USING (run_id, position, repeat)
        WHERE run_id = %s GROUP BY evaluator, metric, position
    ), means AS (
        SELECT evaluator, metric, sum(w * v) / sum(w) FILTER (WHERE v IS NOT NULL) AS mean
        FROM valued GROUP BY evaluator, metric
    )
    SELECT evaluator, metric, {SUMS}
    FROM valued JOIN means USING (evaluator, metric) GROUP BY evaluator, metric, mean"""


async def summarise(
    tx: Connection, run_id: UUID, evaluators: Sequence[EvaluatorRef]
) -> tuple[MetricSummary, ...]:
    """Return every metric of every evaluator of the run, in their order."""
    await avoid_nested_loops(tx)
    cursor = await tx.execute(_SUMMED, (run_id,))
    found = {(evaluator, metric): read_sums(sums) async for evaluator, metric, *sums in cursor}
    return tuple(
        summarise_sums(evaluator, metric, found.get((evaluator.id, metric.name), NOTHING))
        for evaluator in evaluators
        for metric in evaluator.metrics
    )
