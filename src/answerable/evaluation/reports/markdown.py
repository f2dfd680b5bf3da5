"""The report of a run as Markdown: what its metrics come to, by tag, and its failures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from answerable.evaluation.reports.texts import (
    clean,
    list_trust,
    shorten,
    show_expected,
    show_input,
    show_interval,
    show_output,
    show_scores,
    show_spend,
    show_value,
)
from answerable.evaluation.runs.rating import list_rated, rate
from answerable.evaluation.runs.types import EvalRun, ItemResult, MetricSummary

_SHOWN: Final = 20
"""Items that went wrong, listed."""
_CELL: Final = 160


async def render_markdown(run: EvalRun, batches: AsyncIterator[Sequence[ItemResult]]) -> str:
    """Return the report. Reads all results, and keeps the first that went wrong."""
    rated = list_rated(run)
    wrong: list[ItemResult] = []
    count = 0
    async for batch in batches:
        for item in batch:
            if rate(item, rated).outcome in {"failed", "error"}:
                count += 1
                wrong += [item] if len(wrong) < _SHOWN else []
    return "\n".join([*_list_head(run), *render_table(run.summary), *_list_wrong(wrong, count, run), ""])


def render_table(summary: Sequence[MetricSummary]) -> list[str]:
    """Return the lines of the table of metrics."""
    lines = ["| metric | mean | 95 % interval | examples | missing |", "|---|--:|--:|--:|--:|"]
    for one in summary:
        if not one.n and not one.missing:
            continue
        arrow = "" if one.better == "higher" else " ↓"
        lines.append(
            f"| `{one.metric}`{arrow} | {show_value(one.mean, one.unit)} | {show_interval(one)} | {one.n} |"
            f" {one.missing} |"
        )
    for judge, trust in list_trust(summary):
        lines += ["", f"`{judge}` is a judge: {trust}."]
    return lines


def _list_head(run: EvalRun) -> list[str]:
    part = "".join([f", split `{run.split}`" if run.split else "", *[f", tag `{tag}`" for tag in run.tags]])
    what = f"`{run.app}` variant `{run.variant_id}`" if run.target == "app" else f"`{run.target}`"
    spent = show_spend(run.cost_usd + run.judge_cost_usd, run.unpriced)
    judges = f" (judges ${run.judge_cost_usd:.4f})" if run.judge_cost_usd else ""
    repeats = f", each {run.repeats} times" if run.repeats > 1 else ""
    lines = [
        f"## Evaluation of {what}",
        "",
        f"Dataset `{run.dataset}@{run.version}`{part}: {run.done} of {run.total} settled{repeats}, {run.failed} without"
        f" an output, {run.reused} reused. Spent: {spent}{judges}.",
        "",
    ]
    if run.state != "done":
        lines += [f"**{run.state}**: {_cell(run.reason or 'it was interrupted')}", ""]
    return lines


def _list_wrong(wrong: Sequence[ItemResult], count: int, run: EvalRun) -> list[str]:
    if not wrong:
        return []
    lines = [
        "",
        f"### {count} went wrong",
        "",
        "| example | asked | expected | given | scores |",
        "|---|---|---|---|---|",
    ]
    for item in wrong:
        given = show_output(item.output) if item.output is not None else f"(failed: {item.error})"
        cells = [
            item.example_key,
            show_input(item.example),
            show_expected(item.example),
            given,
            show_scores(item, run.metrics),
        ]
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    if count > len(wrong):
        lines += ["", f"and {count - len(wrong)} more"]
    return lines


def _cell(text: str) -> str:
    """Return a text that stays in its cell and is no markup."""
    line = " ".join(shorten(clean(text), _CELL).split())
    for sign in "\\`*_[]<>|":
        line = line.replace(sign, f"\\{sign}")
    return line
