"""Datasets, examples and what differs between versions, for a person to read in a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import typer
from pydantic_core import to_jsonable_python
from rich.table import Column, Table

from answerable.cli.terminal import open_console
from answerable.datasets.checking import CheckReport, Finding
from answerable.datasets.content import read_words
from answerable.datasets.fields import write_example
from answerable.datasets.types import Dataset, DatasetDiff, DatasetVersion, Example, Imported
from answerable.datasets.yaml_text import dump

_SHOWN: Final = 20
_TOLD: Final[dict[str, str]] = {
    "same": "ask and expect the same",
    "contradiction": "ask the same, and expect something else",
    "near": "ask nearly the same",
    "prompt": "is told by",
}


def print_datasets(datasets: Sequence[Dataset]) -> None:
    table = Table("Dataset", _number("Examples"), _number("Held"), _number("Version"), "Since", box=None)
    for one in datasets:
        version = f"@{one.version}" if one.version else ""
        table.add_row(one.name, f"{one.examples:,}", f"{one.held:,}", version, f"{one.created_at:%Y-%m-%d}")
    open_console().print(table)


def print_examples(examples: Sequence[Example]) -> None:
    table = Table(Column("Key", no_wrap=True), "Input", "Expected", "Tags", "Split", box=None)
    for one in examples:
        table.add_row(
            shorten(one.key, 24),
            shorten(read_words(one.input), 60),
            "(to be refused)" if one.refuse else shorten(_to_text(one.expected), 40),
            shorten(", ".join(one.tags), 30),
            one.split,
        )
    open_console().print(table, markup=False)


def print_example(example: Example) -> None:
    typer.echo(dump(write_example(example)), nl=False)


def print_versions(versions: Sequence[DatasetVersion]) -> None:
    table = Table(
        "Version", _number("Examples"), _number("Gone"), "Made (UTC)", "By", "Note", "Hash", box=None
    )
    for one in versions:
        at = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(one.ref, f"{one.examples:,}", f"{one.gone:,}", at, one.by, one.note, one.hash[:12])
    open_console().print(table)


def print_dataset_diff(diff: DatasetDiff) -> None:
    """Print the examples of each kind, of those that changed every field by name."""
    console = open_console()
    console.print(f"{diff.before.ref} -> {diff.after.ref}", style="bold")
    console.print(
        f"{diff.added_count:,} added, {diff.removed_count:,} removed, {diff.changed_count:,} changed,"
        f" {diff.unchanged_count:,} unchanged"
    )
    for mark, style, examples in (("+", "green", diff.added), ("-", "red", diff.removed)):
        for one in examples[:_SHOWN]:
            console.print(
                f"{mark} {one.key}: {shorten(read_words(one.input), 100)}", style=style, markup=False
            )
    for old, new in diff.changed[:_SHOWN]:
        console.print(f"~ {new.key}:", style="yellow", markup=False)
        before, after = write_example(old), write_example(new)
        for name in sorted({*before, *after} - {"provenance"}):
            if before.get(name) != after.get(name):
                console.print(f"    - {name}: {_to_text(before.get(name))}", style="red", markup=False)
                console.print(f"    + {name}: {_to_text(after.get(name))}", style="green", markup=False)


def print_imported(imported: Imported, *, dry_run: bool) -> None:
    """Print what an import did, and the rows that it left out."""
    for problem in imported.problems:
        typer.echo(f"left out: {problem}", err=True)
    if imported.problem_count > len(imported.problems):
        typer.echo(f"... and {imported.problem_count - len(imported.problems):,} more.", err=True)
    repeated = f", {imported.repeated:,} came twice" if imported.repeated else ""
    typer.echo(
        f"{'Would be: ' if dry_run else ''}{imported.added:,} added, {imported.changed:,} changed,"
        f" {imported.unchanged:,} unchanged, {imported.removed:,} removed{repeated}."
    )


def print_check(report: CheckReport) -> None:
    for finding in report.findings:
        typer.echo(f"{'LEAK ' if finding.leak else ''}{_describe(finding)}")
    leaks = sum(finding.leak for finding in report.findings)
    typer.echo(
        f"{report.examples:,} examples, {report.compared:,} of them compared by likeness:"
        f" {len(report.findings):,} findings, {leaks:,} of them leaks."
    )


def _describe(finding: Finding) -> str:
    splits = sorted({split for split in finding.splits if split})
    where = f" ({' | '.join(splits)})" if splits else ""
    keys = ", ".join(finding.keys[:5]) + (
        f" and {len(finding.keys) - 5} more" if len(finding.keys) > 5 else ""
    )
    likeness = f", {finding.likeness:.2f}" if finding.kind == "near" else ""
    told = f" the prompt {finding.where}" if finding.kind == "prompt" else ""
    return f"{keys}{where}: {_TOLD[finding.kind]}{told}{likeness}"


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    return (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=to_jsonable_python)
    )


def _number(name: str) -> Column:
    return Column(name, justify="right")


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=to_jsonable_python))


def shorten(text: str, width: int) -> str:
    """Return a text on one line of so many characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"
