"""The results of a run as a list, and one of them beside it."""

from __future__ import annotations

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Markup, Tag
from answerable.console.parts.datasets.example_rows import preview_input
from answerable.console.parts.evaluations.result_rows import HEADS, render_row
from answerable.console.parts.evaluations.result_view import build_result
from answerable.console.parts.paged_rows import PAGE, PagedRows
from answerable.console.parts.panel import Panel
from answerable.console.visitor import Visitor
from answerable.evaluation.runs.rating import list_rated
from answerable.evaluation.runs.types import EvalRun, ItemResult, ResultFilter


class ResultList:
    """What a filter finds, a page at a time, in the order of the dataset."""

    def __init__(self, visitor: Visitor, run: EvalRun, wanted: ResultFilter) -> None:
        self._visitor = visitor
        self._run = run
        self._wanted = wanted
        self._rated = list_rated(run)
        self._results: dict[str, ItemResult] = {}
        self._next: tuple[int, int] | None = None
        self._list = PagedRows(
            "result",
            HEADS,
            label="Results",
            nothing=(
                "No result is found.",
                "Take a filter away." if wanted != ResultFilter() else "They appear as they come.",
            ),
            more=self.show_more,
        )
        self._panel = Panel(label="Result")
        ui.on("open-row", self._on_open)

    @property
    def is_full(self) -> bool:
        """Whether a page or more is shown."""
        return len(self._results) >= PAGE

    async def show(self) -> None:
        """Show the first page anew."""
        self._list.place.clear()
        self._results.clear()
        await self._read(None)

    async def show_more(self) -> None:
        await self._visitor.check_reader()
        if self._next is not None:
            await self._read(self._next)

    async def _read(self, after: tuple[int, int] | None) -> None:
        page = await self._visitor.services.evals.list_results(
            self._run.id, self._wanted, after=after, limit=PAGE
        )
        metrics = self._run.metrics
        with self._list.place:
            Markup("".join(render_row(one, self._rated, metrics) for one in page.results))
        self._results.update({f"{one.position}.{one.repeat}": one for one in page.results})
        self._next = page.next_after
        self._list.tell(len(self._results), more=self._next is not None)

    async def _on_open(self, event: GenericEventArguments) -> None:
        await self._visitor.check_reader()
        result = self._results.get(str(event.args["row"]))
        if result is None:
            return
        title = result.example_key if result.example is None else preview_input(result.example)
        with self._panel.fill(title):
            repeat = f", time {result.repeat + 1}" if self._run.repeats > 1 else ""
            Tag("p", result.example_key + repeat, "panel-place is-mono")
            with Tag("div", "", "panel-body", tabindex="0", role="region", aria_label="The result"):
                build_result(self._run, result)
