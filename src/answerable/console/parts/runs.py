"""Ingestions as they go: how far, how fast, how long still, and what could not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from uuid import UUID

from nicegui import background_tasks, ui

from answerable.console.elements import Button, Tag
from answerable.console.parts.figures import format_count
from answerable.console.visitor import Visitor
from answerable.knowledge.ingestion.types import Progress, Run

_STATES = {
    "queued": "Waiting",
    "running": "Reading",
    "finishing": "Finishing",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Stopped",
}
_SHOW_PROBLEMS = 20
_REFRESH_SECONDS = 3.0


class RunList:
    """Follows runs until they end, then tells `changed`."""

    def __init__(self, visitor: Visitor, *, changed: Callable[[], Awaitable[None]]) -> None:
        self._visitor = visitor
        self._changed = changed
        self._refreshed = 0.0
        self._list = Tag("section", "", "runs", aria_label="Ingestions", aria_live="polite")

    async def show_running(self, collection: str) -> None:
        """Show the runs of a collection that have not ended."""
        for run in await self._visitor.services.ingestion.list_runs(collection, limit=10):
            if run.finished_at is None:
                self.follow(run.id, _name(run))

    def follow(self, run_id: UUID, name: str) -> None:
        with self._list:
            row = _RunRow(name, cancel=lambda: self._cancel(run_id))
        background_tasks.create(self._watch(run_id, row), name="ingestion", context=self._list)

    async def _watch(self, run_id: UUID, row: _RunRow) -> None:
        ingestion = self._visitor.services.ingestion
        client = ui.context.client
        async with aclosing(ingestion.watch(run_id)) as steps:
            async for progress in steps:
                if client.is_deleted:
                    return
                row.show(progress)
                await self._refresh(progress)
        if progress.documents_failed or progress.state == "failed":
            await row.show_problems(self._visitor, run_id)
        await self._changed()

    async def _refresh(self, progress: Progress) -> None:
        """Let the page show what has come in meanwhile, now and then."""
        now = asyncio.get_running_loop().time()
        if progress.documents_done and not progress.finished and now - self._refreshed > _REFRESH_SECONDS:
            self._refreshed = now
            await self._changed()

    async def _cancel(self, run_id: UUID) -> None:
        await self._visitor.check_writer()
        await self._visitor.services.ingestion.cancel(run_id)


class _RunRow:
    def __init__(self, name: str, *, cancel: Callable[[], Awaitable[None]]) -> None:
        with Tag("article", "", "run") as self._row:
            with Tag("div", "", "run-head"):
                Tag("span", name, "run-name")
                self._state = Tag("span", _STATES["queued"], "run-state")
                self._stop = Button("", "button is-quiet is-icon", icon="stop", label=f"Stop reading {name}")
                self._stop.on("click", cancel)
                self._away = Button("", "button is-quiet is-icon", icon="close", label="Put away")
                self._away.on("click", self._row.delete)
            self._bar = Tag("progress", "", "run-bar", max="1", aria_label=f"Progress of {name}")
            self._facts = Tag("p", "", "run-facts")
            self._problems = Tag("ul", "", "run-problems")
        self._away.set_visibility(False)

    def show(self, progress: Progress) -> None:
        done = progress.documents_done + progress.documents_unchanged + progress.documents_failed
        kind, words = tell_state(progress)
        self._row.classes(add=f"is-{kind}", remove="is-queued is-running is-finishing")
        self._state.set_text(words)
        self._bar.set_attribute(
            "value", f"{done / progress.documents_total:.3f}" if progress.documents_total else None
        )
        self._bar.set_visibility(not progress.finished)
        self._stop.set_visibility(not progress.finished)
        self._away.set_visibility(progress.finished)
        self._facts.set_text(describe(progress))

    async def show_problems(self, visitor: Visitor, run_id: UUID) -> None:
        problems = await visitor.services.ingestion.list_problems(run_id, limit=_SHOW_PROBLEMS)
        with self._problems:
            for problem in problems:
                with Tag("li"):
                    Tag("span", problem.uri, "problem-uri")
                    Tag("span", f"{problem.reason} {problem.hint}")


def tell_state(progress: Progress) -> tuple[str, str]:
    """Return how a run stands, for its colour and in words: one that ended without a document is not *Done*."""
    if progress.state != "done" or not progress.documents_failed:
        return progress.state, _STATES[progress.state]
    if progress.documents_done or progress.documents_unchanged:
        return "partial", "Read in part"
    return "failed", "Not read"


def describe(progress: Progress) -> str:
    """Return the numbers of a run in words: `12 of 40 documents · 300 passages · 52 a second · 10 s left`."""
    done = progress.documents_done + progress.documents_unchanged + progress.documents_failed
    parts = [f"{done:,} of {format_count(progress.documents_total, 'document')}"]
    if progress.documents_unchanged:
        parts.append(f"{progress.documents_unchanged:,} unchanged")
    if progress.documents_failed:
        parts.append(f"{progress.documents_failed:,} could not be read")
    if progress.documents_removed:
        parts.append(f"{progress.documents_removed:,} removed")
    parts.append(format_count(progress.chunks, "passage"))
    if progress.chunks_per_second and progress.chunks > 1:
        parts.append(f"{progress.chunks_per_second:,.0f} a second")
    if progress.finished:
        parts.append(f"{progress.seconds:.1f} s")
    elif progress.seconds_left is not None:
        parts.append(f"about {max(1, round(progress.seconds_left)):,} s left")
    if progress.error:
        parts.append(progress.error)
    return " · ".join(parts)


def _name(run: Run) -> str:
    sources = run.settings.urls + run.settings.paths
    return sources[0] if sources else "Upload"
