"""The progress of an ingestion on a terminal, and as plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from answerable.knowledge.ingestion.types import Progress as RunProgress
from answerable.knowledge.ingestion.types import RunState
from answerable.wiring import Services

_SHOWN_PROBLEMS = 20
_LINE_SECONDS: Final = 10.0
_DOING: Final[Mapping[RunState, str]] = {
    "queued": "Waiting to be read",
    "running": "Reading documents",
    "finishing": "Finishing",
}


async def follow_run(services: Services, run_id: UUID, *, console: Console | None = None) -> RunProgress:
    """Show a run until it ends, then its summary with what failed and why; return its last state."""
    console = console or Console(stderr=True, highlight=False)
    if console.is_terminal:
        last = await _follow_bar(services, run_id, console)
    else:
        last = await services.ingestion.wait(run_id, PlainLines(console))
    await _print_summary(services, last, console)
    return last


async def _follow_bar(services: Services, run_id: UUID, console: Console) -> RunProgress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Reading documents", total=None, rate="")

        def show(progress: RunProgress) -> None:
            bar.update(
                task, total=progress.documents_total, completed=_settled(progress), rate=_rate(progress)
            )

        return await services.ingestion.wait(run_id, show)


class PlainLines:
    """Prints a line when a run comes into another state, and every so often; how it ended is the summary's to say."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._now = now
        self._state: RunState | None = None
        self._printed = 0.0

    def __call__(self, progress: RunProgress) -> None:
        now = self._now()
        due = progress.state != self._state or now - self._printed >= _LINE_SECONDS
        if due and progress.state in _DOING:
            self._state, self._printed = progress.state, now
            self._console.print(_describe(progress), markup=False, soft_wrap=True)


def _describe(progress: RunProgress) -> str:
    doing = _DOING[progress.state]
    if progress.state != "running" or not progress.documents_total:
        return f"{doing} ..."
    failed = f", {progress.documents_failed} failed" if progress.documents_failed else ""
    return f"{doing}: {_settled(progress):,} of {progress.documents_total:,}{failed}, {_rate(progress)}"


def _settled(progress: RunProgress) -> int:
    return progress.documents_done + progress.documents_unchanged + progress.documents_failed


def _rate(progress: RunProgress) -> str:
    if progress.chunks_per_second is None:
        return f"{progress.chunks} chunks"
    left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
    return f"{progress.chunks} chunks, {progress.chunks_per_second:.0f}/s{left}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


async def _print_summary(services: Services, progress: RunProgress, console: Console) -> None:
    console.print(
        f"{_count(progress.documents_done, 'document')} read ({_count(progress.chunks, 'passage')}), "
        f"{progress.documents_unchanged} unchanged, {progress.documents_removed} removed, "
        f"{progress.documents_failed} failed, in {progress.seconds:.1f} s.",
        soft_wrap=True,
    )
    problems = await services.ingestion.list_problems(progress.run_id)
    for problem in problems[:_SHOWN_PROBLEMS]:
        console.print(
            f"  {problem.uri}: {problem.reason} {problem.hint}", style="yellow", markup=False, soft_wrap=True
        )
    if len(problems) > _SHOWN_PROBLEMS:
        console.print(f"  and {len(problems) - _SHOWN_PROBLEMS} more; --json lists them all", style="yellow")
