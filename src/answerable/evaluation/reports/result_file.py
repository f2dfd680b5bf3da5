"""The result file for git: JSON lines that are the same when the results are, so that a diff shows what changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from answerable.evaluation.reports.texts import show_output
from answerable.evaluation.runs.types import EvalRun, ItemResult

_VOLATILE: Final = frozenset({"ms", "s"})
"""Units of what is another number each time."""


async def render_result_file(
    run: EvalRun, batches: AsyncIterator[Sequence[ItemResult]]
) -> AsyncIterator[str]:
    """Yield the lines: first what was measured and what it came to, then each item in the order of the dataset.

    Times, ids and durations are left out.
    """
    kept = {name for name, metric in run.metrics.items() if metric.unit not in _VOLATILE}
    yield _line(_head(run, kept))
    async for batch in batches:
        for item in batch:
            yield _line(_item(item, kept))


def _head(run: EvalRun, kept: set[str]) -> dict[str, Any]:
    return {
        "answerable": "eval",
        "app": run.app,
        "variant": run.variant,
        "variant_hash": run.variant_hash,
        "target": run.target,
        "dataset": run.dataset,
        "version": run.version,
        "version_hash": run.version_hash,
        "split": run.split,
        "tags": list(run.tags),
        "repeats": run.repeats,
        "evaluators": {one.id: one.version for one in run.evaluators},
        "settled": run.done,
        "failed": run.failed,
        "metrics": {
            one.metric: {
                "mean": _round(one.mean),
                "low": _round(one.low),
                "high": _round(one.high),
                "n": one.n,
            }
            for one in run.summary
            if one.metric in kept
        },
    }


def _item(item: ItemResult, kept: set[str]) -> dict[str, Any]:
    line: dict[str, Any] = {"key": item.example_key, "repeat": item.repeat}
    if item.output is None:
        return {**line, "error": item.error}
    if item.output.data is not None:
        line["data"] = item.output.data
    errors = {one.metric: one.error for one in item.scores if one.error and one.metric in kept}
    return {
        **line,
        "output": show_output(item.output),
        "scores": {one.metric: _round(one.value) for one in item.scores if one.metric in kept},
        **({"errors": errors} if errors else {}),
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) + "\n"
