"""A sweep for a person to read in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from answerable.evaluation.sweeps.describing import (
    describe_difference,
    describe_outcome,
    describe_weight,
    write_variant,
)
from answerable.evaluation.sweeps.types import PointResult, Sweep

_STYLES = {"better": "green", "worse": "red"}
_SETTINGS: Final[dict[str, Callable[[PointResult], str]]] = {
    "Embedder": lambda result: result.point.index.embedder,
    "Tokens": lambda result: str(result.point.index.chunk_tokens),
    "Overlap": lambda result: str(result.point.index.chunk_overlap),
    "Top k": lambda result: str(result.point.settings.top_k),
    "Dense": lambda result: describe_weight(result.point.settings.dense_weight),
    "Candidates": lambda result: str(result.point.settings.candidates),
    "Reranker": lambda result: result.point.settings.reranker or "none",
}
_UNBOUNDED = 200
"""Columns of an output that is no terminal: nothing is cut off in a file."""


class SweepProgress:
    """How many of the examples are done: a bar on a terminal, nothing elsewhere."""

    def __init__(self, examples: int, *, quiet: bool) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("Examples"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        shown = not quiet and console.is_terminal
        self._bar = Progress(*columns, console=console, transient=True, disable=not shown)
        self._task = self._bar.add_task("examples", total=examples, visible=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, done: int) -> None:
        """Show that so many are done; the bar appears with the first, after the bars of the indexes."""
        self._bar.start()
        self._bar.update(self._task, completed=done, visible=True)


def print_sweep(sweep: Sweep) -> None:
    """Print all points, best first, and the best as a variant."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _UNBOUNDED
    passed = f", {sweep.passed_over} without evidence left out" if sweep.passed_over else ""
    console.print(
        f"{sweep.app} on {sweep.dataset}@{sweep.version}: {len(sweep.results)} settings, {sweep.examples} examples"
        f"{passed}. No model was asked.",
        markup=False,
        soft_wrap=True,
    )
    console.print(_make_table(sweep))
    console.print("* No other setting is better in quality, latency and tokens together.", style="dim")
    console.print(f"\n{describe_outcome(sweep)}", soft_wrap=True)
    if sweep.is_improved:
        console.print(write_variant(sweep), markup=False)


def _make_table(sweep: Sweep) -> Table:
    """Return the table; a setting that is the same everywhere is left out."""
    varying = [name for name, read in _SETTINGS.items() if len({read(one) for one in sweep.results}) > 1]
    failed = any(result.failed for result in sweep.results)
    right = [*varying, sweep.metric]
    table = Table(
        Column("", no_wrap=True),
        Column("Index", no_wrap=True),
        *(Column(name, justify="right", no_wrap=True) for name in right),
        Column("Against the baseline", no_wrap=True),
        *(Column(name, justify="right", no_wrap=True) for name in ("p50 ms", "Shown")),
        *([Column("Failed", justify="right")] if failed else []),
        box=None,
    )
    for result in sweep.results:
        cells = [
            "*" if result.on_front else "",
            result.point.index.name,
            *(_SETTINGS[name](result) for name in varying),
            f"{result.quality[sweep.metric].mean:.3f}",
            describe_difference(result),
            f"{result.latency_p50:.1f}",
            f"{result.context_tokens:.0f}",
        ]
        style = _STYLES.get(result.difference.verdict) if result.difference else None
        table.add_row(*cells, *([str(result.failed)] if failed else []), style=style)
    return table
