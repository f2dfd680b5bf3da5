"""The list of eval runs, newest first; those that run show how far they are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from nicegui import ui

from answerable.console.elements import Button, Markup, Select, Tag
from answerable.console.parts.evaluations.addresses import COMPARE_PATH, PATH
from answerable.console.parts.evaluations.run_rows import render_row
from answerable.console.visitor import Visitor
from answerable.core.errors import NotFound
from answerable.evaluation.runs.types import EvalRun

PAGE: Final = 30
_PAUSE: Final = 1.5
_IDLE: Final = 4
"""While nothing runs, the list looks for what began only every so many pauses."""
HEADS: Final = ("", "", "Measured", "Came to", "Outputs", "Spent")


class RunList:
    """Runs of an app, on a dataset, or all. What runs is read again, and what begins appears by itself."""

    def __init__(self, visitor: Visitor, *, app: str, dataset: str) -> None:
        self._visitor = visitor
        self._app = app or None
        self._dataset = dataset or None
        self._rows: dict[UUID, tuple[EvalRun, Markup]] = {}
        self._next: UUID | None = None
        self._busy = asyncio.Lock()
        with Tag("form", "", "eval-list", method="get", action=COMPARE_PATH, data_compare=""):
            with Tag("div", "", "eval-heads", aria_hidden="true"):
                for title in HEADS:
                    Tag("span", title)
            self._place = Tag("ul", "", "eval-rows", aria_label="Eval runs")
            self._nothing = Tag("div", "", "empty")
            with Tag("div", "", "paging"):
                self._count = Tag("span", "", role="status")
                self._older = Button("Older", data_more="").on("click", self.show_older)
            with Tag("div", "", "compare-bar", hidden="hidden"):
                Tag("span", "", "compare-count", role="status")
                Tag(
                    "button", "Compare", "button is-primary", type="submit", data_key="c", disabled="disabled"
                )
        self._build_nothing()
        self._pauses = 0
        ui.timer(_PAUSE, self._look)

    async def show(self) -> None:
        """Show the newest."""
        async with self._busy:
            await self._read(None)

    async def show_older(self) -> None:
        await self._visitor.check_reader()
        async with self._busy:
            if self._next is not None:
                await self._read(self._next)

    async def _read(self, after: UUID | None) -> None:
        page = await self._visitor.services.evals.list_runs(
            app=self._app, dataset=self._dataset, limit=PAGE, after=after
        )
        self._add(page.runs)
        self._next = page.next_after
        self._show_state()

    async def _look(self) -> None:
        """Read again those that run, and what began since."""
        self._pauses += 1
        runs = any(run.state == "running" for run, _ in self._rows.values())
        if self._busy.locked() or not (runs or self._pauses % _IDLE == 0):
            return
        async with self._busy:
            await self._visitor.services.access.authenticate(self._visitor.session.secret)
            evals = self._visitor.services.evals
            newest = await evals.list_runs(app=self._app, dataset=self._dataset, limit=PAGE)
            self._add([run for run in newest.runs if run.id not in self._rows], above=True)
            known = {run.id: run for run in newest.runs}
            for id, (run, _) in list(self._rows.items()):
                if id in known or run.state == "running":
                    self._replace(run, known.get(id) or await self._find(id))
            self._show_state()

    async def _find(self, id: UUID) -> EvalRun | None:
        try:
            return await self._visitor.services.evals.get(id)
        except NotFound:  # somebody deleted it
            return None

    def _replace(self, run: EvalRun, now: EvalRun | None) -> None:
        row = self._rows[run.id][1]
        if now is None:
            row.delete()
            del self._rows[run.id]
        elif now != run:
            row.set_content(render_row(now))
            self._rows[run.id] = (now, row)

    def _add(self, runs: Sequence[EvalRun], *, above: bool = False) -> None:
        for run in reversed(runs) if above else runs:
            with self._place:
                row = Markup(render_row(run))
            if above:
                row.move(target_index=0)
            self._rows[run.id] = (run, row)

    def _show_state(self) -> None:
        self._nothing.set_visibility(not self._rows)
        self._older.set_visibility(self._next is not None)
        self._count.set_text(f"{len(self._rows):,} shown" if self._rows else "")

    def _build_nothing(self) -> None:
        with self._nothing:
            Tag("p", "There is no eval run.", "callout-title")
            with Tag("p"):
                Tag("span", "Make one: ")
                Tag("code", "answerable eval APP --dataset NAME")
        self._nothing.set_visibility(False)


def build_filters(
    apps: Sequence[str], datasets: Sequence[str], values: Mapping[str, str], *, view: str = ""
) -> None:
    """Build the choice of an app and a dataset; it applies by itself (evaluation.js)."""
    with Tag("form", "", "filters", method="get", action=PATH, data_submits=""):
        if view:
            Tag("input", type="hidden", name="view", value=view)
        with Tag("div", "", "filters-common"):
            for name, title, known in (("app", "All apps", apps), ("dataset", "All datasets", datasets)):
                build_choice(name, title, known, values.get(name, ""))


def build_choice(name: str, title: str, known: Sequence[str], value: str) -> None:
    """Build a select whose first entry is everything; a value from an address that is not offered stays."""
    options = {"": title, **{one: one for one in dict.fromkeys([*known, *([value] if value else [])])}}
    select = Select(options, value=value, label=name.capitalize())
    select.set_attribute("name", name)
