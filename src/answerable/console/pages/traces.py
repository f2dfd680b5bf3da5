"""The page *Traces*: every run, filtered by its address, newest first."""

from __future__ import annotations

import json

from fastapi import Request
from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.console.elements import Tag, notify
from answerable.console.frame import add_assets, build_frame
from answerable.console.parts.traces.export_menu import ExportMenu
from answerable.console.parts.traces.filter_bar import FROM, FilterBar
from answerable.console.parts.traces.filter_query import CHOICES, read_values, to_address
from answerable.console.parts.traces.live_list import LiveList
from answerable.console.parts.traces.saved_views import SavedViews
from answerable.console.visitor import Visitor
from answerable.core.clock import SystemClock

_READ_CHECKED = "(event) => emit(event.target.checked)"


async def build_traces_page(visitor: Visitor, request: Request) -> None:
    """Build the list; its address says what it filters. Raises Forbidden for a key that may not see traces."""
    visitor.authorise_reader()
    build_frame(visitor, page="traces")
    add_assets("traces.css", "traces.js")
    values, problems = read_values(request.query_params, now=SystemClock().now())
    with Tag("div", "", "page is-wide", id="main"):
        page = TracesPage(visitor, values)
        if problems:
            _tell(problems)
        await page.show()


class TracesPage:
    """The saved views, the filters, and the list below them."""

    def __init__(self, visitor: Visitor, values: dict[str, str]) -> None:
        self._visitor = visitor
        with Tag("header", "", "page-head"):
            Tag("h1", "Traces")
            with Tag("div", "", "page-actions"):
                self._build_tail()
                self._export = ExportMenu(visitor, values)
        self._views = SavedViews(visitor, values)
        apps = [app.name for app in visitor.services.apps.list_apps()]
        self._bar = FilterBar(values, apps=apps, changed=self._filter)
        self._list = LiveList(visitor, values)

    async def show(self) -> None:
        """Read the first page and the saved views."""
        await self._views.show()
        await self._list.show()

    def _build_tail(self) -> None:
        with Tag("label", "", "switch", data_tip="New runs appear by themselves"):
            box = Tag("input", type="checkbox", role="switch", data_live="")
            Tag("span", "", "switch-track", aria_hidden="true")
            Tag("span", "Live")
        box.on("change", self._on_tail, js_handler=_READ_CHECKED)

    def _on_tail(self, event: GenericEventArguments) -> None:
        self._list.follow(bool(event.args))

    async def _filter(self, fields: dict[str, str]) -> None:
        """Show what the form says, and let the address say it too."""
        before = self._list.values
        values, problems = read_values(choose_since(fields, before), now=SystemClock().now())
        if problems:
            _tell(problems)
        await self._visitor.check_reader()
        periods = {before.get("since"), values.get("since")}
        if len(periods) > 1 and periods - {None, *CHOICES["since"]}:
            ui.navigate.to(to_address(values))  # two fields show it, so the form is to be built anew
            return
        self._bar.show_chips(values)
        self._export.show(values)
        await self._views.show(values)
        ui.run_javascript(f'history.replaceState(null, "", {json.dumps(to_address(values))})')
        await self._list.show(values)


def choose_since(fields: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """Return the fields of the form with one `since`: the exact beginning where that was changed, else the period."""
    exact, period = fields.get(FROM, ""), fields.get("since", "")
    had = before.get("since", "")
    had_exact = "" if had in CHOICES["since"] else had
    return {**fields, "since": exact if exact != had_exact else period}


def _tell(problems: list[str]) -> None:
    notify("A part of the filter is left out.", hint=" ".join(problems), kind="problem")
