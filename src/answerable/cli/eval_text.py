"""Eval runs on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from answerable.evaluation.reports.texts import (
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
from answerable.evaluation.runs.types import EvalRun, FailureReason, ItemResult, MetricSummary


def print_run(
    run: EvalRun, summary: Sequence[MetricSummary], console: Console, *, reasons: Sequence[FailureReason]
) -> None:
    """Print what was measured, what it came to, and why something is missing."""
    console.print(escape(describe_run(run)), soft_wrap=True)
    if summary:
        table = _make_table("metric", "mean", "95 % interval", "n", "missing")
        for one in summary:
            if not one.n and not one.missing:
                continue
            name = one.metric if one.better == "higher" else f"{one.metric} ↓"
            mean, interval = show_value(one.mean, one.unit), show_interval(one)
            table.add_row(escape(name), mean, interval, str(one.n), str(one.missing) if one.missing else "")
        if table.row_count:
            console.print(table)
    for judge, trust in list_trust(summary):
        console.print(escape(f"{judge} is a judge: {trust}"), style="dim", soft_wrap=True)
    for failure in reasons:
        console.print(_describe_reason(run, failure), soft_wrap=True)
    lacking = next((one.metric for one in summary if one.missing), None)
    if lacking is not None:
        console.print(
            f"Why a score is missing: answerable evals show {run.id} --metric {escape(lacking)}",
            soft_wrap=True,
        )
    if run.state != "done":
        reason = run.reason or "it was interrupted"
        console.print(f"[yellow]{run.state}[/]: {escape(reason)}", soft_wrap=True)
        console.print("The same command goes on where it was.", style="dim")


def print_runs(runs: Sequence[EvalRun], console: Console) -> None:
    """Print runs as a table, newest first."""
    table = _make_table("run", "when", "measured", "dataset", "settled", "state")
    for run in runs:
        table.add_row(
            str(run.id),
            f"{run.created_at:%Y-%m-%d %H:%M}",
            escape(f"{run.app}@{run.variant}" if run.target == "app" else f"{run.app}: {run.target}"),
            f"{run.dataset}@{run.version}",
            f"{run.done}/{run.total}",
            run.state,
        )
    console.print(table)


def print_results(run: EvalRun, results: Sequence[ItemResult], console: Console) -> None:
    """Print what came of examples."""
    for item in results:
        repeat = f" #{item.repeat + 1}" if item.repeat else ""
        console.print(
            f"[bold]{escape(item.example_key)}[/]{repeat}  {escape(show_scores(item, run.metrics))}",
            soft_wrap=True,
        )
        said = show_output(item.output) if item.output is not None else f"(failed: {item.error})"
        parts = [
            ("asked", show_input(item.example)),
            ("expected", show_expected(item.example)),
            ("given", said),
            *_list_missing(item),
        ]
        for name, text in parts:
            line = " ".join(shorten(text, 400).split())
            console.print(f"  [dim]{name}:[/] {escape(line)}", soft_wrap=True)


def _list_missing(item: ItemResult) -> Iterator[tuple[str, str]]:
    """Yield why each score that is missing is missing."""
    for one in item.scores:
        if one.value is None and (why := one.error or one.reason):
            yield f"{one.metric or one.evaluator} {'failed' if one.error else 'abstained'}", why


def print_table(rows: Sequence[Sequence[str]], console: Console) -> None:
    """Print a table whose first row are its headings."""
    table = _make_table(*rows[0])
    for row in rows[1:]:
        table.add_row(*map(escape, row))
    console.print(table)


def _describe_reason(run: EvalRun, reason: FailureReason) -> str:
    told = escape(shorten(" ".join(reason.text.split()), 300))
    times = "once" if reason.items == 1 else f"{reason.items} times"
    if reason.evaluator:
        return f"[yellow]{escape(reason.evaluator)}[/] failed, {times} so: {told}"
    more = f" All of them: answerable evals show {run.id} --failed" if run.failed > reason.items else ""
    return f"[yellow]No output[/], {times} so: {told}{more}"


def describe_run(run: EvalRun) -> str:
    """Return a run in one line."""
    what = f"{run.app}@{run.variant_id}" if run.target == "app" else f"{run.target}"
    repeats = f" x {run.repeats}" if run.repeats > 1 else ""
    parts = [f"{run.done} of {run.total} settled"]
    parts += [f"{run.failed} without an output"] if run.failed else []
    parts += [f"{run.reused} reused"] if run.reused else []
    parts.append(show_spend(run.cost_usd + run.judge_cost_usd, run.unpriced))
    return f"{what} on {run.dataset}@{run.version}{repeats}: {', '.join(parts)}. Run {run.id}"


def _make_table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
