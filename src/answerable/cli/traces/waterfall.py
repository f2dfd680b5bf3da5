"""One trace in a terminal: what it was, its steps as bars over time, then question and answer."""

from __future__ import annotations

from typing import Any, Final

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from answerable.cli.traces.listing import format_cost, make_console
from answerable.cli.traces.texts import show_input, to_line, to_visible
from answerable.traces.conventions import INPUT_TOKENS, OUTPUT_TOKENS, REQUEST_MODEL
from answerable.traces.reading.detail import TraceDetail
from answerable.traces.reading.tree import SpanTree, TreeRow
from answerable.traces.types import Trace

_MOST: Final = 300
"""Spans that are drawn; `--json` has all."""
_DEEPEST: Final = 12
"""Levels that are indented; what is deeper stands below its parent."""
_NAME: Final = 34
_BAR_SHARE: Final = 0.35
_VERDICT_STYLES: Final = {
    "supported": "green",
    "partial": "yellow",
    "unsupported": "red",
    "unchecked": "dim",
}


def print_detail(detail: TraceDetail) -> None:
    """Print a trace."""
    console = make_console()
    _print_head(console, detail)
    if detail.tree.rows:
        console.print(_draw_tree(detail.tree, width=max(10, int(console.width * _BAR_SHARE))))
        left = len(detail.tree.rows) - _MOST
        if left > 0:
            console.print(f"… and {left} more spans; --json has all of them.", style="dim")
    else:
        console.print("It has no spans.", style="dim")
    _print_attempts(console, detail.run)
    _print_title(console, "Question")
    console.print(Text(show_input(detail.run)), soft_wrap=True)
    _print_outcome(console, detail.run)


def _print_head(console: Console, detail: TraceDetail) -> None:
    run = detail.run
    rows = {
        "trace": run.id,
        "run": f"{run.app} / {run.variant}" + (f"  ({run.label})" if run.label else ""),
        "when": f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC, {run.duration_ms:.0f} ms"
        + (f", first token after {run.first_token_ms:.0f} ms" if run.first_token_ms is not None else ""),
        "status": run.status + (f": {run.error_code} {run.error_detail or ''}" if run.error_code else ""),
        "who": ", ".join(f"{name} {value}" for name, value in _list_who(run)),
        "model": run.model,
        "tokens": f"{run.usage.input_tokens} in, {run.usage.output_tokens} out, US$ {format_cost(run)}",
        "verdicts": ", ".join(f"{count} {verdict}" for verdict, count in run.verdicts.items() if count),
        "feedback": {1: "thumb up", -1: "thumb down"}.get(run.thumb or 0, ""),
        "runs": str(len(detail.runs)) if len(detail.runs) > 1 else "",
    }
    for name, value in rows.items():
        if value:
            console.print(
                Text(f"{name:9}", style="dim").append(to_visible(value), style="default"), soft_wrap=True
            )
    console.print()


def _list_who(run: Trace) -> list[tuple[str, Any]]:
    values = [("user", run.user), ("key", run.key_id), ("conversation", run.conversation_id)]
    return [(name, value) for name, value in values if value]


def _draw_tree(tree: SpanTree, *, width: int) -> Table:
    table = Table(
        Column("Step", no_wrap=True),
        Column("", no_wrap=True, width=width),
        Column("ms", justify="right", no_wrap=True),
        Column("self", justify="right", no_wrap=True, style="dim"),
        Column("", overflow="fold"),
        box=None,
    )
    for row in tree.rows[:_MOST]:
        style = "red" if row.span.status == "error" else ""
        name = "  " * min(row.depth, _DEEPEST) + to_line(row.span.name, _NAME)
        table.add_row(
            Text(name, style=style),
            Text(draw_bar(row, tree.duration_ns, width), style=style or "cyan"),
            f"{row.duration_ns / 1e6:.1f}",
            f"{row.self_ns / 1e6:.1f}",
            Text(_describe(row)),
        )
    return table


def draw_bar(row: TreeRow, whole_ns: int, width: int) -> str:
    """Return the bar of a span in a line of `width` characters; the shortest is one character."""
    if whole_ns <= 0:
        return "█" * width
    begin = min(width - 1, int(row.offset_ns / whole_ns * width))
    length = max(1, round(row.duration_ns / whole_ns * width))
    return " " * begin + "█" * min(length, width - begin)


def _describe(row: TreeRow) -> str:
    attributes = row.span.attributes
    notes = [str(attributes[REQUEST_MODEL])] if REQUEST_MODEL in attributes else []
    if INPUT_TOKENS in attributes or OUTPUT_TOKENS in attributes:
        notes.append(f"{attributes.get(INPUT_TOKENS, 0)}+{attributes.get(OUTPUT_TOKENS, 0)} tokens")
    if row.span.service != "answerable":
        notes.append(f"of {row.span.service}")
    if row.span.status == "error":
        notes.append(row.span.message or "failed")
    if row.orphan:
        notes.append("its parent is not here")
    if row.in_cycle:
        notes.append("was its own ancestor")
    if row.shifted_ns:
        notes.append(f"moved by {row.shifted_ns / 1e6:.1f} ms: its clock is behind its parent's")
    return to_line(" · ".join(notes), 200)


def _print_title(console: Console, title: str) -> None:
    console.print()
    console.print(title, style="bold")


def _print_attempts(console: Console, run: Trace) -> None:
    if len(run.attempts) < 2 and all(attempt.code is None for attempt in run.attempts):
        return
    _print_title(console, "Attempts")
    for attempt in run.attempts:
        line = Text(f"{attempt.start_ms:8.0f} ms  {attempt.model}  {attempt.duration_ms:.0f} ms  ")
        failed = f"{attempt.code}: {attempt.detail or ''}" if attempt.code else ""
        line.append(to_visible(failed) or "fine", style="red" if failed else "green")
        console.print(line.append("  (hedge)" if attempt.hedge else ""), soft_wrap=True)


def _print_outcome(console: Console, run: Trace) -> None:
    _print_title(console, "Answer")
    console.print(Text(to_visible(run.output)) if run.output else Text("none", style="dim"), soft_wrap=True)
    if run.raw:
        _print_title(console, "What the model wrote, and was not passed on")
    for text in run.raw:
        console.print(Text(to_visible(text)), soft_wrap=True)
    if run.citations:
        _print_title(console, "Sentences")
    for citation in run.citations:
        verdict = str(citation.get("verdict", ""))
        line = Text(f"{verdict:12}", style=_VERDICT_STYLES.get(verdict, ""))
        console.print(
            line.append(to_visible(str(citation.get("sentence", ""))), style="default"), soft_wrap=True
        )
