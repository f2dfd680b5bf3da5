"""The page of one app: its variants and who labelled them, two of them compared, a trial, a draft."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from fastapi import Request
from nicegui import ui

from answerable.apps.types import App
from answerable.console.elements import Tag
from answerable.console.frame import build_frame
from answerable.console.parts.comparison import build_comparison
from answerable.console.parts.draft import build_draft
from answerable.console.parts.tryout import build_tryout
from answerable.console.parts.variants import VariantList
from answerable.console.visitor import Visitor

_VIEWS = {"variants": "Variants", "compare": "Compare"}
_WRITER_VIEWS = {**_VIEWS, "try": "Try", "draft": "New draft"}


async def build_app_page(visitor: Visitor, request: Request) -> None:
    """Build the page; its address says what it shows: `?view=`, `?before=&after=`, `?variant=`.

    Raises Forbidden for a key that may not see apps, NotFound for an app that is not there.
    """
    visitor.authorise_reader()
    app = visitor.services.apps.get_app(request.path_params["name"])
    build_frame(visitor, page="apps")
    ui.page_title(f"{app.name} - Answerable")
    views = _WRITER_VIEWS if visitor.may_write else _VIEWS
    view = request.query_params.get("view", "")
    view = view if view in views else "variants"
    with Tag("div", "", "page", id="main"):
        _build_head(app)
        _build_tabs(app, views, current=view)
        await _build_view(visitor, app, view, dict(request.query_params))


def _build_head(app: App) -> None:
    with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
        Tag("a", "Apps", href="/apps")
    with Tag("header", "", "page-head"):
        Tag("h1", app.name)
        Tag("span", app.kind, "tag")
    if app.description:
        Tag("p", app.description, "page-lead")


def _build_tabs(app: App, views: dict[str, str], *, current: str) -> None:
    with Tag("nav", "", "tabs", aria_label="Views of the app"):
        for name, title in views.items():
            address = f"/apps/{quote(app.name)}?{urlencode({'view': name})}"
            Tag("a", title, "tab", href=address, aria_current="page" if name == current else None)


async def _build_view(visitor: Visitor, app: App, view: str, query: dict[str, str]) -> None:
    match view:
        case "compare":
            await build_comparison(visitor, app, before=query.get("before"), after=query.get("after"))
        case "try":
            await build_tryout(visitor, app, variant=query.get("variant"))
        case "draft":
            build_draft(visitor, app, variant=query.get("variant"))
        case _:
            await VariantList(visitor, app, chosen=query.get("variant")).show()
