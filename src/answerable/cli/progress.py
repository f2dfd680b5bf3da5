"""The progress of an ingestion on a terminal, and as plain lines elsewhere."""

from __future__ import annotations

from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from answerable.knowledge.ingestion.types import Progress as RunProgress
from answerable.wiring import Services

_SHOWN_PROBLEMS = 20


async def follow_run(services: Services, run_id: UUID, *, console: Console | None = None) -> RunProgress:
    """Show a run until it ends, then its summary with what failed and why; return its last state."""
    console = console or Console(stderr=True, highlight=False)
    if console.is_terminal:
        last = await _follow_bar(services, run_id, console)
    else:
        last = await services.ingestion.wait(run_id)
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
