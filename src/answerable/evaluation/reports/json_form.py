"""Runs, results and summaries as JSON: the same for the command line, HTTP and reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerable.evaluation.runs.rows import write_output, write_refs
from answerable.evaluation.runs.types import EvalRun, ItemResult, ItemScore, MetricSummary


def render_run(run: EvalRun) -> dict[str, Any]:
    """Return a run with what its metrics come to, as far as it has been summed up."""
    return {
        "id": str(run.id),
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
        "evaluators": [
            {name: one[name] for name in ("id", "version", "source")} for one in write_refs(run.evaluators)
        ],
        "state": run.state,
        "reason": run.reason,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
        "reused": run.reused,
        "cost_usd": float(run.cost_usd),
        "judge_cost_usd": float(run.judge_cost_usd),
        "unpriced": run.unpriced,
        "created_at": run.created_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        "by": run.by,
        "note": run.note,
        "metrics": render_summary(run.summary),
    }


def render_summary(summary: Sequence[MetricSummary]) -> list[dict[str, Any]]:
    return [
        {
            "metric": one.metric,
            "evaluator": one.evaluator,
            "version": one.version,
            "mean": one.mean,
            "low": one.low,
            "high": one.high,
            "n": one.n,
            "missing": one.missing,
            "better": one.better,
            "kind": one.kind,
            "unit": one.unit,
            "trust": one.trust or None,
        }
        for one in summary
    ]


def render_result(result: ItemResult) -> dict[str, Any]:
    """Return what came of an example, with what was asked and expected."""
    example = result.example
    return {
        "key": result.example_key,
        "repeat": result.repeat,
        "position": result.position,
        "example_id": None if result.example_id is None else str(result.example_id),
        "input": None if example is None else dict(example.input),
        "expected": None if example is None else example.expected,
        "refuse": None if example is None else example.refuse,
        "tags": list(result.tags),
        "weight": result.weight,
        "output": None if result.output is None else write_output(result.output),
        "error": result.error,
        "reused": result.reused,
        "scores": [render_score(one) for one in result.scores],
    }


def render_score(score: ItemScore) -> dict[str, Any]:
    return {
        "evaluator": score.evaluator,
        "version": score.version,
        "metric": score.metric,
        "value": score.value,
        "reason": score.reason,
        "error": score.error,
        "details": dict(score.details),
        "cost_usd": None if score.cost_usd is None else float(score.cost_usd),
    }
