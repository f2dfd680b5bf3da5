"""The page *Apps*: what is deployed, which variant answers, and what it did in the last day."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request

from answerable.apps.snapshot import PRODUCTION
from answerable.apps.types import App
from answerable.console.elements import Tag
from answerable.console.frame import build_frame
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_sum
from answerable.console.parts.labels import build_label_chips
from answerable.console.visitor import Visitor
from answerable.traces.types import RunTotals

_HOURS = 24


async def build_apps_page(visitor: Visitor, request: Request) -> None:
    """Build the list of apps. Raises Forbidden for a key that may not see them."""
    del request
    visitor.authorise_reader()
    totals = await visitor.services.traces.sum_by_app(hours=_HOURS)
    apps = visitor.services.apps.list_apps()
    build_frame(visitor, page="apps")
    with Tag("div", "", "page", id="main"):
        Tag("h1", "Apps")
        Tag("p", "What is deployed here, the variant that answers, and the last 24 hours.", "page-lead")
        if not apps:
            _build_nothing()
        with Tag("ul", "", "cards"):
            for app in apps:
                _build_card(app, totals.get(app.name))


def _build_card(app: App, totals: RunTotals | None) -> None:
    with Tag("li", "", "card"):
        with Tag("div", "", "card-head"):
            with Tag("h2"):
                Tag("a", app.name, "card-link", href=f"/apps/{quote(app.name)}")
            Tag("span", app.kind, "tag")
            build_label_chips(app.labels.values(), with_variant=True)
        if app.description:
            Tag("p", app.description, "card-text")
        build_facts(_list_facts(app, totals))


def _list_facts(app: App, totals: RunTotals | None) -> list[tuple[str, str]]:
    production = app.labels.get(PRODUCTION)
    facts = [
        ("Model", production.variant.content.model[0][0] if production else "no production yet"),
        ("Variants", f"{len(app.variants):,}"),
        ("Runs in 24 h", f"{totals.runs:,}" if totals else "none"),
    ]
    if totals is not None:
        if totals.failed:
            facts.append(("Failed", f"{totals.failed:,} ({totals.failed / totals.runs:.0%})"))
        facts.append(("Cost", format_sum(totals.cost_usd, unknown=totals.unpriced)))
    return facts


def _build_nothing() -> None:
    with Tag("div", "", "empty"):
        Tag("p", "No app is registered.", "callout-title")
        Tag("p", "Write one into the folder apps of the workspace, then run answerable apply.")
