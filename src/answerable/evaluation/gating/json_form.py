"""A verdict as JSON: for programs with the texts of regressions, for keeping without any text of an example."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from answerable.evaluation.gating.types import Finding, GateRecord, GateVerdict, Regression

_FINDING = (
    "verdict", "reason", "n", "missing", "baseline", "candidate", "difference", "low", "high", "margin", "p_worse",
    "p_worse_adjusted", "p_beyond", "method", "power", "needed", "more_examples", "improved", "worsened",
)  # fmt: skip
_VERDICT = (
    "app", "verdict", "candidate", "baseline", "candidate_hash", "baseline_hash", "dataset", "version", "version_hash",
    "examples", "repeats", "alpha", "power", "gate_hash", "more_examples",
)  # fmt: skip


def render_verdict(verdict: GateVerdict, *, texts: bool = True) -> dict[str, Any]:
    """Return the verdict; without `texts` no input, output or expected of an example is in it."""
    return {
        **{name: getattr(verdict, name) for name in _VERDICT},
        "candidate_run": None if verdict.candidate_run is None else str(verdict.candidate_run),
        "baseline_run": None if verdict.baseline_run is None else str(verdict.baseline_run),
        "notes": list(verdict.notes),
        "findings": [_render_finding(one, texts=texts) for one in verdict.findings],
    }


def _render_finding(finding: Finding, *, texts: bool) -> dict[str, Any]:
    return {
        "metric": finding.rule.metric,
        "tags": list(finding.rule.tags),
        "better": finding.rule.better or finding.metric.better,
        "unit": finding.metric.unit,
        **{name: getattr(finding, name) for name in _FINDING},
        "regressions": [_render_regression(one, texts=texts) for one in finding.regressions],
    }


def _render_regression(regression: Regression, *, texts: bool) -> dict[str, Any]:
    if texts:
        return asdict(regression)
    return {name: getattr(regression, name) for name in ("key", "loss", "before", "after")}


def render_record(record: GateRecord) -> dict[str, Any]:
    """Return a verdict that was kept: its numbers, with who asked for it and when."""
    return {
        **record.content,
        "id": str(record.id),
        "by": record.by,
        "created_at": record.created_at.isoformat(),
    }
