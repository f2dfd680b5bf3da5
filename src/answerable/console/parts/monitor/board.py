"""The figures of the page: read anew while the page is open, drawn where they were."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from nicegui import ui

from answerable.console.elements import Tag
from answerable.console.frame import show_error
from answerable.console.parts.monitor.charts import Chart, is_empty, list_charts, to_options
from answerable.console.parts.monitor.scope import Scope
from answerable.console.parts.monitor.tables import build_marks, build_spend, build_variants
from answerable.console.parts.monitor.tiles import build_tiles
from answerable.console.visitor import Visitor
from answerable.core.clock import SystemClock
from answerable.core.errors import AnswerableError, Unauthenticated
from answerable.monitoring.series.types import Series

_READ_ZONE = "return Intl.DateTimeFormat().resolvedOptions().timeZone"


class Board:
    """Tiles, charts and tables of a scope."""

    def __init__(self, visitor: Visitor, scope: Scope) -> None:
        self._visitor = visitor
        self._scope = scope
        self._clock = SystemClock()
        self._zone = "UTC"
        self._charts: dict[str, ui.echart] = {}
        self._state = Tag("p", "Reading the figures", "quiet board-state", role="status")
        self._tiles = ui.element("div")
        self._grid = Tag("div", "", "charts")
        self._tables = ui.element("div")
        ui.timer(0.0, self._start, once=True)

    async def _start(self) -> None:
        """Ask the browser for its time zone, since days are those of the reader."""
        self._zone = _check_zone(await ui.run_javascript(_READ_ZONE, timeout=10.0))
        await self._show()
        if self._scope.is_live:
            ui.timer(self._scope.pause, self._refresh)

    async def _refresh(self) -> None:
        try:
            await self._visitor.check_reader()
        except Unauthenticated as error:
            show_error(error)
            return
        await self._show()

    async def _show(self) -> None:
        """Draw the range; what keeps it from being drawn stands in its place, until it passes."""
        try:
            await self._read_and_draw()
        except AnswerableError as error:
            self._state.set_text(f"{error.detail} {error.hint or ''}".rstrip())

    async def _read_and_draw(self) -> None:
        since, until = self._scope.get_range(self._clock.now(), self._zone)
        series = await self._visitor.services.monitor.get_series(
            self._scope.to_filter(), since=since, until=until, zone=self._zone
        )
        self._state.set_text(_describe(series, live=self._scope.is_live))
        self._tiles.clear()
        with self._tiles:
            build_tiles(series)
        self._draw(series)
        self._tables.clear()
        with self._tables:
            build_variants(series, self._scope)
            build_spend(series)
            build_marks(series)

    def _draw(self, series: Series) -> None:
        """Draw each chart that has something to show; one that is there already takes the new values."""
        charts = [chart for chart in list_charts(series) if not is_empty(chart, series)]
        drawn = {chart.key for chart in charts}
        if drawn != set(self._charts):
            self._grid.clear()
            self._charts.clear()
        with self._grid:
            for chart in charts:
                options = to_options(chart, series)
                if chart.key in self._charts:
                    _replace(self._charts[chart.key], options)
                else:
                    self._charts[chart.key] = _build_chart(chart, options)


def _build_chart(chart: Chart, options: dict[str, Any]) -> ui.echart:
    with Tag("figure", "", "chart", data_chart=chart.key):
        with Tag("figcaption"):
            Tag("h2", chart.title)
            Tag("span", chart.note, "quiet")
        return ui.echart(options, renderer="svg")


def _replace(chart: ui.echart, options: dict[str, Any]) -> None:
    chart.options.clear()
    chart.options.update(options)
    chart.update()


def _check_zone(name: object) -> str:
    """Return the browser's time zone, UTC for one that the server does not know."""
    try:
        return ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"


def _describe(series: Series, *, live: bool) -> str:
    zone = ZoneInfo(series.zone)
    times = (
        f"{series.since.astimezone(zone):%d %b %Y, %H:%M} to {series.until.astimezone(zone):%d %b %Y, %H:%M}"
    )
    words = {"minute": "a minute", "hour": "an hour", "day": "a day"}[series.step]
    return f"{times}, {series.zone}. {words.capitalize()} a step{', live' if live else ''}."
