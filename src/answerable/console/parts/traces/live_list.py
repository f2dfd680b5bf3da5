"""The list of traces: newest first, older ones on demand, new ones as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from nicegui import ui

from answerable.console.elements import Button, Markup, Tag
from answerable.console.parts.traces.filter_query import to_filter
from answerable.console.parts.traces.rows import HEADS, find_scale, render_rows
from answerable.console.visitor import Visitor
from answerable.core.clock import SystemClock
from answerable.traces.types import Trace, TraceFilter

PAGE: Final = 50
_TAIL_SECONDS: Final = 2.0
_MOST_SEEN: Final = 2_000
"""Runs that a tailing page remembers; with more it begins anew, so that a page left open stays small."""


class LiveList:
    """Shows what a filter finds. `show` begins anew; the tail puts what is new above."""

    def __init__(self, visitor: Visitor, values: Mapping[str, str]) -> None:
        self._visitor = visitor
        self._values = dict(values)
        self._next: str | None = None
        self._scale = 0.0
        self._seen: set[tuple[str, str]] = set()
        self._busy = asyncio.Lock()
        with Tag("section", "", "trace-list", aria_label="Traces"):
            with Tag("div", "", "trace-heads", aria_hidden="true"):
                for title in HEADS:
                    Tag("span", title)
            self._rows = Tag("div", "", "trace-blocks")
            self._nothing = Tag("div", "", "empty")
            with Tag("div", "", "paging"):
                self._count = Tag("span", "", role="status")
                self._older = Button("Older", data_older="").on("click", self.show_older)
        self._timer = ui.timer(_TAIL_SECONDS, self._look, active=False)
        self._build_nothing()

    @property
    def values(self) -> dict[str, str]:
        """The parameters of the filter that is shown."""
        return dict(self._values)

    async def show(self, values: Mapping[str, str] | None = None) -> None:
        """Show the newest runs of the filter, of another one when it is given."""
        async with self._busy:
            if values is not None:
                self._values = dict(values)
            await self._begin()

    async def show_older(self) -> None:
        """Add the next page below."""
        await self._visitor.check_reader()
        async with self._busy:
            if self._next is None:
                return
            page = await self._visitor.services.traces.list(self._filter(), after=self._next, limit=PAGE)
            self._add(page.traces)
            self._next = page.next
            self._show_state()

    def follow(self, on: bool) -> None:
        """Begin or stop to look for new runs every two seconds."""
        self._timer.active = on

    async def _begin(self) -> None:
        page = await self._visitor.services.traces.list(self._filter(), limit=PAGE)
        self._rows.clear()
        self._seen.clear()
        self._scale = find_scale(page.traces)
        self._next = page.next
        self._add(page.traces)
        self._show_state()

    async def _look(self) -> None:
        """Put new runs above; where more came than a page holds, begin anew, so that none is left out between."""
        if self._busy.locked():
            return
        async with self._busy:
            await self._visitor.services.access.authenticate(self._visitor.session.secret)
            page = await self._visitor.services.traces.list(self._filter(), limit=PAGE)
            new = [trace for trace in page.traces if (trace.id, trace.span_id) not in self._seen]
            if not new:
                return
            if len(new) == len(page.traces) or len(self._seen) > _MOST_SEEN:
                await self._begin()
                return
            self._add(new, above=True)
            self._show_state()

    def _add(self, traces: tuple[Trace, ...] | list[Trace], *, above: bool = False) -> None:
        if not traces:
            return
        self._seen.update((trace.id, trace.span_id) for trace in traces)
        with self._rows:
            block = Markup(render_rows(traces, scale=self._scale, new=above), "trace-rows", tag="ul")
        if above:
            block.move(target_index=0)

    def _show_state(self) -> None:
        self._nothing.set_visibility(not self._seen)
        self._older.set_visibility(self._next is not None)
        end = "" if self._next else ", the last of them" if len(self._seen) > PAGE else ""
        self._count.set_text(f"{len(self._seen):,} shown{end}" if self._seen else "")

    def _filter(self) -> TraceFilter:
        return to_filter(self._values, now=SystemClock().now())

    def _build_nothing(self) -> None:
        with self._nothing:
            Tag("p", "No run is found.", "callout-title")
            Tag("p", "Take a filter away, or ask something: every run leaves a trace within a second.")
        self._nothing.set_visibility(False)
