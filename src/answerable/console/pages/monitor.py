"""The page *Monitor*: how the apps are doing, live or over any range from an hour to a year."""

from __future__ import annotations

from fastapi import Request

from answerable.console.elements import Tag
from answerable.console.frame import add_assets, build_frame
from answerable.console.parts.monitor.alerts import build_alerts
from answerable.console.parts.monitor.board import Board
from answerable.console.parts.monitor.controls import build_controls
from answerable.console.parts.monitor.scope import read_scope
from answerable.console.visitor import Visitor


async def build_monitor_page(visitor: Visitor, request: Request) -> None:
    """Build the page of the range and app in its address. Raises Forbidden for a key that may not see traces."""
    visitor.authorise_reader()
    scope = read_scope(request.query_params)
    alerts = await visitor.services.alerts.list_alerts()
    build_frame(visitor, page="monitor")
    add_assets("monitor.css", "monitor.js")
    with Tag("div", "", "page is-board", id="main"):
        Tag("h1", "Monitor")
        build_controls(scope, visitor.services.apps.list_apps())
        build_alerts(alerts)
        Board(visitor, scope)
