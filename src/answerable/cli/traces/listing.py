"""Runs as a table, and as lines that come one by one."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from answerable.cli.traces.texts import show_input, to_line
from answerable.traces.types import Trace

_STATUS_STYLES = {"ok": "", "error": "red", "cancelled": "yellow"}
_PREVIEW = 60
_ROOM = 180


def print_runs(traces: Sequence[Trace]) -> None:
    """Print a run a row, newest first; the input where there is room for it."""
    console = make_console()
    wide = console.width >= _ROOM
    table = Table(
        Column("Trace", no_wrap=True, min_width=32),
        Column("When (UTC)", no_wrap=wide),
        "App",
        "Variant",
        "Status",
        Column("ms", justify="right"),
        Column("Tokens", justify="right"),
        Column("US$", justify="right"),
        box=None,
    )
    if wide:
        table.add_column("Input", no_wrap=True, overflow="ellipsis")
    for trace in traces:
        cells: list[str | Text] = [
            trace.id, f"{trace.started_at:%Y-%m-%d %H:%M:%S}", Text(trace.app), Text(trace.variant),
            _show_status(trace), f"{trace.duration_ms:.0f}", str(trace.usage.total), format_cost(trace),
        ]  # fmt: skip
        if wide:
            cells.append(Text(to_line(show_input(trace), _PREVIEW)))
        table.add_row(*cells)
    console.print(table)


def print_run_line(trace: Trace, console: Console) -> None:
    """Print a run in one line, as `tail` does."""
    line = Text(f"{trace.started_at:%H:%M:%S}  {trace.id}  ")
    line.append(f"{trace.app}/{trace.variant}  ", style="cyan")
    line.append_text(_show_status(trace))
    line.append(
        f"  {trace.duration_ms:.0f} ms  {trace.usage.total} tokens  {to_line(show_input(trace), _PREVIEW)}"
    )
    console.print(line, soft_wrap=True)


def make_console() -> Console:
    """Return a console as wide as the terminal; what goes elsewhere is not cut."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_ROOM)


def format_cost(trace: Trace) -> str:
    """Return the cost; an unknown one is never shown as nothing."""
    return "unknown" if trace.cost_usd is None else f"{trace.cost_usd:.6f}"


def _show_status(trace: Trace) -> Text:
    marks = [name for name in ("cached", "abstained") if getattr(trace, name)]
    text = Text(trace.error_code or trace.status, style=_STATUS_STYLES[trace.status])
    return text.append(f" ({', '.join(marks)})", style="dim") if marks else text
