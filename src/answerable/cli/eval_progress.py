"""The progress of an eval run: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from answerable.evaluation.reports.texts import show_spend
from answerable.evaluation.runs.progress import OnProgress, Tally

_LINE_SECONDS: Final = 5.0
_DRAW_SECONDS: Final = 0.1


@contextmanager
def shown_eval(console: Console) -> Iterator[OnProgress]:
    """Give the function that shows how far a run is."""
    if not console.is_terminal:
        yield _make_line_printer(console)
        return
    columns = (BarColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("examples", total=None, words="")
        last = 0.0

        def show(tally: Tally) -> None:
            nonlocal last
            if time.monotonic() - last >= _DRAW_SECONDS or tally.settled == tally.total:
                last = time.monotonic()
                bar.update(task, total=tally.total, completed=tally.settled, words=describe(tally))

        yield show


def describe(tally: Tally) -> str:
    """Say how far a run is and what it costs."""
    parts = [] if tally.pass_rate is None else [f"{tally.pass_rate:.0%} passed"]
    parts += [f"{tally.failed} failed"] if tally.failed else []
    parts.append(show_spend(tally.cost_usd + tally.judge_cost_usd, tally.unpriced))
    parts += [f"{tally.seconds_left:.0f} s left"] if tally.seconds_left else []
    return f"{tally.settled} of {tally.total} examples: {', '.join(parts)}"


def _make_line_printer(console: Console) -> OnProgress:
    last = time.monotonic()

    def show(tally: Tally) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_SECONDS:
            last = time.monotonic()
            console.print(describe(tally), soft_wrap=True)

    return show
