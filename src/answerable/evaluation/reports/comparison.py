"""Runs side by side, as JSON, as Markdown and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from answerable.evaluation.reports.json_form import render_run, render_summary
from answerable.evaluation.reports.texts import show_value
from answerable.evaluation.runs.comparing import MetricComparison, PairedDifference, RunComparison
from answerable.evaluation.runs.types import EvalRun


def render_comparison(comparison: RunComparison) -> dict[str, Any]:
    return {
        "runs": [{**render_run(run), "name": name} for run, name in _name_runs(comparison)],
        "metrics": [
            {
                "metric": one.metric.name,
                "better": one.metric.better,
                "kind": one.metric.kind,
                "unit": one.metric.unit,
                "values": [None if value is None else render_summary([value])[0] for value in one.summaries],
                "differences": [
                    None if value is None else {**asdict(value), "significant": value.significant}
                    for value in one.differences
                ],
            }
            for one in comparison.metrics
        ],
    }


def render_comparison_table(comparison: RunComparison) -> list[list[str]]:
    """Return the cells of a table: a row of headings, then one for each metric.

    Behind the values of the second run and those after it stands the difference from the first: its interval, and
    whether that is for the better or the worse; without a word the data cannot tell.
    """
    names = [name for _, name in _name_runs(comparison)]
    rows = [["metric", *names]]
    rows += [
        [_name_metric(one), *[_show(one, place) for place in range(len(names))]] for one in comparison.metrics
    ]
    if any(run.failed for run in comparison.runs):
        rows.append(["without an output", *[f"{run.failed} of {run.done}" for run in comparison.runs]])
    rows.append(["spent", *[_show_spent(run) for run in comparison.runs]])
    return rows


def render_comparison_markdown(comparison: RunComparison) -> str:
    heading, *rows = render_comparison_table(comparison)
    first = comparison.runs[0]
    lines = [
        f"## {first.app} on {first.dataset}@{first.version}",
        "",
        f"| {' | '.join(map(_cell, heading))} |",
        f"|{'---|' * len(heading)}",
        *[f"| {' | '.join(map(_cell, row))} |" for row in rows],
        "",
        "In brackets the 95 % interval of the paired difference from the first column.",
        "",
    ]
    return "\n".join(lines)


def _name_runs(comparison: RunComparison) -> list[tuple[EvalRun, str]]:
    """Return the runs with names that tell them apart: variants by name, and by hash or run where these are alike."""
    for name in (_by_variant, _by_hash, _by_run):
        names = [name(run) for run in comparison.runs]
        if len(set(names)) == len(names):
            return list(zip(comparison.runs, names, strict=True))
    raise AssertionError("the ids of runs differ")


def _by_variant(run: EvalRun) -> str:
    return run.variant if run.target == "app" else run.target


def _by_hash(run: EvalRun) -> str:
    return run.variant_id


def _by_run(run: EvalRun) -> str:
    return f"{run.variant} {run.id}"


def _name_metric(one: MetricComparison) -> str:
    return one.metric.name if one.metric.better == "higher" else f"{one.metric.name} ↓"


def _show(one: MetricComparison, place: int) -> str:
    summary, difference = one.summaries[place], one.differences[place]
    value = "–" if summary is None else show_value(summary.mean, one.metric.unit)
    return value if difference is None else f"{value} {_show_difference(one, difference)}"


def _show_difference(one: MetricComparison, difference: PairedDifference) -> str:
    unit = one.metric.unit
    ends: Sequence[float] = (difference.low, difference.high)
    interval = " to ".join(f"{'+' if end > 0 else ''}{show_value(end, unit)}" for end in ends)
    if not difference.significant:
        return f"({interval})"
    better = (difference.mean > 0) == (one.metric.better == "higher")
    return f"({interval}) {'better' if better else 'worse'}"


def _show_spent(run: EvalRun) -> str:
    return f"${run.cost_usd:.4f}" + (f" + {run.unpriced} unknown" if run.unpriced else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
