"""Filters that somebody gave a name, shared by all who may read traces."""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from answerable.console.elements import Button, Tag, notify
from answerable.console.parts.dialogs import FormDialog
from answerable.console.parts.traces.filter_query import PATH, read_values, to_address
from answerable.console.visitor import Visitor
from answerable.core.clock import SystemClock
from answerable.traces.views.types import SavedView


class SavedViews:
    """Shows the views as links, the one that is shown marked, and saves the filter of the page as one."""

    def __init__(self, visitor: Visitor, values: Mapping[str, str]) -> None:
        self._visitor = visitor
        self._values = dict(values)
        self._views: list[SavedView] = []
        self._list = Tag("nav", "", "views", aria_label="Saved views")
        self._dialog = FormDialog(
            "Save this view", "Everybody who may see traces finds it here. A name that is there already is replaced.",
            action="Save", field="Name", submit=self._save,
        )  # fmt: skip

    async def show(self, values: Mapping[str, str] | None = None) -> None:
        """Read the views, and mark the one whose filter the page has."""
        if values is None:
            self._views = await self._visitor.services.trace_views.list_views()
        else:
            self._values = dict(values)
        self._list.clear()
        with self._list:
            _build_link("All", PATH, here=not self._values)
            for view in self._views:
                self._build_view(view)
            if self._values and not any(_read(view) == self._values for view in self._views):
                Button("Save view", "view-save").on("click", self._dialog.open)

    def _build_view(self, view: SavedView) -> None:
        values = _read(view)
        with _build_link(view.name, to_address(values), here=values == self._values):
            if values == self._values:
                remove = Button("", "view-remove", icon="close", label=f"Delete the view {view.name}")
                remove.on("click", lambda: self._delete(view.name))

    async def _save(self, name: str) -> None:
        principal = await self._visitor.check_reader()
        await self._visitor.services.trace_views.save_view(name, self._values, by=principal.name)
        await self.show()
        notify("Saved.")

    async def _delete(self, name: str) -> None:
        await self._visitor.check_reader()
        await self._visitor.services.trace_views.delete_view(name)
        await self.show()
        with self._list:  # the button that was clicked is gone
            notify(f"The view {name} is gone.")


def _read(view: SavedView) -> dict[str, str]:
    """Return the filter of a view as the page has it; what this version cannot read is left out."""
    return read_values(view.query, now=SystemClock().now())[0]


def _build_link(name: str, address: str, *, here: bool) -> ui.element:
    with Tag("span", "", "view is-here" if here else "view") as item:
        Tag("a", name, href=address, aria_current="page" if here else None)
    return item
