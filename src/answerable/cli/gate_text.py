"""Verdicts of a gate, for a person to read in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from rich.console import Console
from rich.table import Column, Table

from answerable.cli.terminal import open_console
from answerable.evaluation.gating.types import Finding, GateRecord, GateVerdict
from answerable.evaluation.reports.texts import count_examples, show_change, show_value

_STYLES = {"pass": "green", "fail": "red", "inconclusive": "yellow"}
_TEXT = 200


def print_verdict(verdict: GateVerdict) -> None:
    """Print the verdict, a line for each rule, and the worst example of each that did not pass."""
    console = open_console(markup=False)
    dataset = f"{verdict.dataset}@{verdict.version}, {count_examples(verdict.examples)}"
    console.print(f"{verdict.candidate} against {verdict.baseline} on {dataset}", soft_wrap=True)
    interval = f"difference ({100 * (1 - verdict.alpha):g} %)"
    table = Table(
        "", "metric", "baseline", "candidate", _whole(interval), "margin", "n", "power", "why", box=None
    )
    for finding in verdict.findings:
        table.add_row(*_list_cells(finding), style=_STYLES[finding.verdict])
    console.print(table)
    for note in verdict.notes:
        console.print(note, style="dim", soft_wrap=True)
    for finding in verdict.findings:
        if finding.verdict != "pass" and finding.regressions:
            _print_worst(console, finding)
    console.print(f"Verdict: {verdict.verdict}", style=f"bold {_STYLES[verdict.verdict]}")


def print_records(records: Sequence[GateRecord]) -> None:
    table = Table(
        _whole("When (UTC)"),
        "App",
        "Verdict",
        _whole("Candidate"),
        _whole("Baseline"),
        "Dataset",
        "By",
        box=None,
    )
    for one in records:
        when = f"{one.created_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        dataset = f"{one.dataset}@{one.version}"
        table.add_row(when, one.app, one.verdict, one.candidate, one.baseline, dataset, one.by)
    open_console(markup=False).print(table)


def _list_cells(finding: Finding) -> tuple[str, ...]:
    unit = finding.metric.unit
    change = "–"
    if finding.difference is not None:
        change = show_change(finding.difference, unit)
    if finding.low is not None and finding.high is not None:
        change = f"{change} ({show_change(finding.low, unit)} to {show_change(finding.high, unit)})"
    return (
        finding.verdict,
        finding.rule.name,
        show_value(finding.baseline, unit),
        show_value(finding.candidate, unit),
        change,
        show_value(finding.margin, unit) if finding.baseline is not None else str(finding.rule.margin),
        str(finding.n),
        "–" if finding.power is None else f"{100 * finding.power:.0f} %",
        finding.reason,
    )


def _print_worst(console: Console, finding: Finding) -> None:
    worst = finding.regressions[0]
    console.print(f"\nWorst by {finding.rule.name}: {worst.key}", soft_wrap=True)
    texts = (
        ("asked", worst.input),
        ("expected", worst.expected),
        ("baseline", worst.output_before),
        ("candidate", worst.output_after),
    )
    for name, text in texts:
        line = " ".join(text.split())
        console.print(f"  {name:<10}{line[:_TEXT]}{'…' if len(line) > _TEXT else ''}", soft_wrap=True)


def _whole(title: str) -> Column:
    return Column(title, no_wrap=True, overflow="ignore")
