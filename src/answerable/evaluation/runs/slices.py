"""What the metrics of a run come to on the examples of each tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from answerable.db.database import Connection
from answerable.evaluation.runs.nested_loops import avoid_nested_loops
from answerable.evaluation.runs.sums import SUMS, Sums, read_sums, summarise_sums
from answerable.evaluation.runs.types import EvaluatorRef, MetricSummary

MOST_TAGS: Final = 30

# An example counts once, with the mean of its repeats.
_SUMMED: Final = f"""
    WITH often AS (
        SELECT tag, count(DISTINCT position) AS examples FROM eval_item, unnest(tags) AS tag
        WHERE run_id = %(run)s GROUP BY tag ORDER BY examples DESC, tag LIMIT %(tags)s
    ), valued AS (
        SELECT tag, examples, evaluator, metric, position, avg(value) AS v, min(weight) AS w, 0 AS missing
        FROM eval_score JOIN eval_item USING (run_id, position, repeat) JOIN often ON tag = ANY (tags)
        WHERE run_id = %(run)s AND value IS NOT NULL GROUP BY tag, examples, evaluator, metric, position
    ), means AS (
        SELECT tag, evaluator, metric, sum(w * v) / sum(w) AS mean FROM valued GROUP BY tag, evaluator, metric
    )
    SELECT tag, evaluator, metric, {SUMS} FROM valued JOIN means USING (tag, evaluator, metric)
    GROUP BY tag, examples, evaluator, metric, mean ORDER BY examples DESC, tag"""


@dataclass(frozen=True, slots=True)
class TagSummary:
    """The metrics on the examples of a tag; `missing` of them is not counted here and 0."""

    tag: str
    metrics: tuple[MetricSummary, ...]


async def list_slices(
    tx: Connection, run_id: UUID, evaluators: Sequence[EvaluatorRef]
) -> tuple[TagSummary, ...]:
    """Return the tags that most examples have, at most MOST_TAGS, each with the metrics it has values of."""
    await avoid_nested_loops(tx)
    cursor = await tx.execute(_SUMMED, {"run": run_id, "tags": MOST_TAGS})
    found: dict[str, dict[tuple[str, str], Sums]] = {}
    async for tag, evaluator, metric, *sums in cursor:
        found.setdefault(tag, {})[evaluator, metric] = read_sums(sums)
    return tuple(
        TagSummary(
            tag,
            tuple(
                summarise_sums(evaluator, metric, of_tag[evaluator.id, metric.name])
                for evaluator in evaluators
                for metric in evaluator.metrics
                if (evaluator.id, metric.name) in of_tag
            ),
        )
        for tag, of_tag in found.items()
    )
