"""One run: its head and metrics, which follow it while it runs, and its results or its slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nicegui import ui

from answerable.console.elements import Button, Tag, notify
from answerable.console.parts.dialogs import FormDialog
from answerable.console.parts.evaluations.addresses import PATH, to_run
from answerable.console.parts.evaluations.numbers import name_run
from answerable.console.parts.evaluations.result_filters import build_filters, read_query
from answerable.console.parts.evaluations.result_list import ResultList
from answerable.console.parts.evaluations.run_head import build_run_facts, build_run_head
from answerable.console.parts.evaluations.summary import build_slices, build_summary
from answerable.console.visitor import Visitor
from answerable.evaluation.judging.calibration.types import Found
from answerable.evaluation.runs.types import EvalRun

_VIEWS: Final = {"results": "Results", "tags": "By tag"}
_PAUSE: Final = 1.5


class RunView:
    """The page of a run. While it runs it is read again."""

    def __init__(self, visitor: Visitor, run: EvalRun, query: Mapping[str, str]) -> None:
        self._visitor = visitor
        self._run = run
        self._query = query
        view = query.get("view", "")
        self._view = view if view in _VIEWS else "results"
        ui.page_title(f"{name_run(run)} - Answerable")
        self._head = Tag("div")
        self._figures = Tag("div")
        self._results: ResultList | None = None
        self._timer = ui.timer(_PAUSE, self._look, active=False)

    async def show(self) -> None:
        """Show everything."""
        await self._draw()
        run = self._run
        with Tag("nav", "", "tabs", aria_label="Views of the run"):
            for name, title in _VIEWS.items():
                here = "page" if name == self._view else None
                Tag("a", title, "tab", href=to_run(run.id, view=name), aria_current=here)
        if self._view == "tags":
            slices = await self._visitor.services.evals.list_slices(run.id)
            build_slices(run, slices, metric=self._query.get("metric", ""))
            return
        query = read_query(self._query)
        build_filters(run, query)
        self._results = ResultList(self._visitor, run, query.to_filter())
        await self._results.show()

    async def _draw(self) -> None:
        """Draw the head and the metrics as the run is now."""
        services = self._visitor.services
        summary = await services.evals.summarise(self._run.id)
        calibrations = await self._find_calibrations()
        self._head.clear()
        with self._head:
            actions = build_run_head(self._run)
            with actions:
                self._build_actions()
            build_run_facts(self._run)
        self._figures.clear()
        with self._figures:
            build_summary(self._run, summary, calibrations)
        self._timer.active = self._run.state == "running"

    async def _look(self) -> None:
        """Read the run again; its results too at its end, and before that while they fill no page."""
        await self._visitor.services.access.authenticate(self._visitor.session.secret)
        before, self._run = self._run, await self._visitor.services.evals.get(self._run.id)
        await self._draw()
        if self._results is None or self._run == before:
            return
        if self._run.state != "running" or not self._results.is_full:
            await self._results.show()

    async def _find_calibrations(self) -> dict[str, Found | None]:
        judges = self._visitor.services.judges
        return {
            one.id: await judges.find_calibration(one.version)
            for one in self._run.evaluators
            if one.source == "judge"
        }

    def _build_actions(self) -> None:
        if not self._visitor.may_write or self._run.state == "running":
            return
        dialog = FormDialog(
            "Delete the run?", "Its outputs and scores are gone; they would be paid again.", action="Delete",
            submit=self._delete, danger=True,
        )  # fmt: skip
        Button("Delete", "button is-danger").on("click", dialog.open)

    async def _delete(self, _: str) -> None:
        await self._visitor.check_writer()
        await self._visitor.services.evals.delete(self._run.id)
        notify("The run is deleted.")
        ui.navigate.to(PATH)
