"""The examples of a dataset as a list, and one of them beside it: looked at, changed, taken out."""

from __future__ import annotations

from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Button, Markup, Tag, notify
from answerable.console.parts.datasets.example_editor import ExampleEditor
from answerable.console.parts.datasets.example_rows import HEADS, preview_input, render_row
from answerable.console.parts.datasets.example_view import build_example
from answerable.console.parts.dialogs import FormDialog
from answerable.console.parts.paged_rows import PAGE, PagedRows
from answerable.console.parts.panel import Panel
from answerable.console.visitor import Visitor
from answerable.datasets.selecting import Selection
from answerable.datasets.types import Example


class ExampleList:
    """What a selection finds, a page at a time. Only the draft can be changed, and only by a key that may write."""

    def __init__(self, visitor: Visitor, dataset: str, selection: Selection) -> None:
        self._visitor = visitor
        self._dataset = dataset
        self._selection = selection
        self._rows: dict[str, tuple[Example, Markup]] = {}
        self._next: int | None = 0
        self._may_change = visitor.may_write and not selection.version
        self._list = PagedRows(
            "example",
            HEADS,
            label="Examples",
            nothing=("No example is found.", "Take a filter away, or write one."),
            more=self.show_more,
        )
        self._panel = Panel(label="Example")
        self.editor = ExampleEditor(visitor, dataset, saved=self._on_saved)
        self._asked = ui.element("div")
        ui.on("open-row", self._on_open)

    @property
    def is_version(self) -> bool:
        """Whether a version is shown, which nobody can change."""
        return bool(self._selection.version)

    async def show(self) -> None:
        """Show the first page."""
        self._list.place.clear()
        self._rows.clear()
        self._next = 0
        await self._read()

    async def show_more(self) -> None:
        """Add the next page below."""
        await self._visitor.check_reader()
        await self._read()

    async def _read(self) -> None:
        if self._next is None:
            return
        page = await self._visitor.services.datasets.list_examples(
            self._dataset, after=self._next, limit=PAGE, selection=self._selection
        )
        for example in page.examples:
            self._add(example)
        self._next = page.next_after
        self._show_state()

    def _add(self, example: Example, *, above: bool = False) -> None:
        with self._list.place:
            row = Markup(render_row(example))
        if above:
            row.move(target_index=0)
        self._rows[example.key] = (example, row)

    async def _on_open(self, event: GenericEventArguments) -> None:
        await self._visitor.check_reader()
        found = self._rows.get(str(event.args["row"]))
        if found is not None:
            self._open(found[0])

    def _open(self, example: Example) -> None:
        with self._panel.fill(preview_input(example)):
            Tag("p", example.key, "panel-place is-mono")
            with Tag("div", "", "panel-body", tabindex="0", role="region", aria_label="The example"):
                build_example(example)
            if self._may_change:
                self._build_actions(example)

    def _build_actions(self, example: Example) -> None:
        with Tag("div", "", "panel-actions"):
            Button("Edit", data_key="e").on("click", partial(self.editor.open, example))
            Button("Edit as JSON").on("click", partial(self.editor.open, example, as_json=True))
            Button("Take out", "button is-danger").on("click", partial(self._ask, example))

    def _ask(self, example: Example) -> None:
        async def take_out(_: str) -> None:
            await self._visitor.check_writer()
            await self._visitor.services.datasets.delete_example(self._dataset, example.key)
            self._remove(example.key)

        self._asked.clear()
        with self._asked:
            dialog = FormDialog(
                "Take the example out?", "Versions that have it keep it.", action="Take out", submit=take_out,
                danger=True,
            )  # fmt: skip
        dialog.open()

    def _remove(self, key: str) -> None:
        self._panel.close()
        self._rows.pop(key)[1].delete()
        self._show_state()
        notify("Taken out.")

    async def _on_saved(self, example: Example, told: str) -> None:
        if example.key in self._rows:
            row = self._rows[example.key][1]
            row.set_content(render_row(example))
            self._rows[example.key] = (example, row)
        else:
            self._add(example, above=True)
        self._show_state()
        self._open(example)
        notify(told)

    def _show_state(self) -> None:
        self._list.tell(len(self._rows), more=self._next is not None)
