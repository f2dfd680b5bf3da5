"""The progress of a batch: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from answerable.answering.batches.types import Tally

_LINE_SECONDS = 5.0

Show = Callable[[Tally], None]


@contextmanager
def shown_batch(console: Console) -> Iterator[Show]:
    """Give the function that shows how far the batch is."""
    if not console.is_terminal:
        yield _make_line_printer(console)
        return
    columns = (TextColumn("Rows"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("rows", total=None, words="")

        def show(tally: Tally) -> None:
            bar.update(task, total=tally.total, completed=tally.settled, words=_describe(tally))

        yield show


def print_batch(console: Console, tally: Tally, failures: Path) -> None:
    """Print how the batch went."""
    failed = tally.failed + tally.earlier_failed
    earlier = f", {tally.earlier} settled earlier" if tally.earlier else ""
    console.print(
        f"{tally.answered} rows answered, {tally.failed} failed{earlier}, "
        f"in {tally.seconds:.1f} s ({tally.rows_per_second:.0f} rows/s), {_describe_spend(tally)}.",
        soft_wrap=True,
    )
    if failed:
        console.print(f"Failed rows: {failed}, in {failures}", style="yellow", markup=False, soft_wrap=True)


def _describe_spend(tally: Tally) -> str:
    """Say what the rows cost; a price that is not known is never taken for 0."""
    known = f"${tally.cost_usd:.4f}"
    if not tally.unpriced:
        return known
    unknown = f"{tally.unpriced} row{'s' * (tally.unpriced != 1)} of unknown price"
    return f"{known} and {unknown}" if tally.cost_usd else unknown


def _make_line_printer(console: Console) -> Show:
    last = time.monotonic()

    def show(tally: Tally) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_SECONDS:
            last = time.monotonic()
            console.print(f"{tally.settled} of {tally.total} rows: {_describe(tally)}", soft_wrap=True)

    return show


def _describe(tally: Tally) -> str:
    left = "" if tally.seconds_left is None else f", {tally.seconds_left:.0f} s left"
    return f"{tally.rows_per_second:.0f} rows/s, {tally.failed} failed, {_describe_spend(tally)}{left}"
