"""The pages *Evaluations*: all runs, one of them, several side by side, trends, leaderboards, verdicts of gates."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from fastapi import Request
from nicegui import ui

from answerable.console.elements import Tag
from answerable.console.frame import add_assets, build_frame
from answerable.console.parts.evaluations.addresses import PATH, to_comparison, to_list
from answerable.console.parts.evaluations.compared_examples import KINDS, ComparedExamples, choose_metric
from answerable.console.parts.evaluations.comparison import build_comparison
from answerable.console.parts.evaluations.gates import build_verdict, build_verdicts
from answerable.console.parts.evaluations.leaderboard import build_leaderboard
from answerable.console.parts.evaluations.run_list import RunList, build_filters
from answerable.console.parts.evaluations.run_view import RunView
from answerable.console.parts.evaluations.trend import build_trend
from answerable.console.visitor import Visitor
from answerable.core.errors import NotFound

_VIEWS = {"runs": "Runs", "trend": "Trend", "leaderboard": "Leaderboard", "gates": "Gates"}
_ASSETS = ("traces.css", "traces.js", "review.css", "monitor.css", "evaluation.css", "evaluation.js")
_READ = 500
"""Runs that trends and leaderboards look back on."""


async def build_evaluations_page(visitor: Visitor, request: Request) -> None:
    """Build the lists; the address says which: `?view=`, `?app=`, `?dataset=`. Raises Forbidden."""
    visitor.authorise_reader()
    query = dict(request.query_params)
    view = query.get("view", "")
    view = view if view in _VIEWS else "runs"
    _build_frame(visitor)
    with Tag("div", "", "page is-wide", id="main"):
        with Tag("header", "", "page-head"):
            Tag("h1", "Evaluations")
        with Tag("nav", "", "tabs", aria_label="Views of evaluations"):
            for name, title in _VIEWS.items():
                Tag("a", title, "tab", href=to_list(view=name), aria_current="page" if name == view else None)
        await _build_view(visitor, view, query)


async def build_run_page(visitor: Visitor, request: Request) -> None:
    """Build the page of one run; its address says what it shows. Raises Forbidden, NotFound."""
    visitor.authorise_reader()
    run = await visitor.services.evals.get(read_id(request.path_params["id"]))
    _build_frame(visitor)
    with Tag("div", "", "page is-wide", id="main"):
        await RunView(visitor, run, dict(request.query_params)).show()


async def build_comparison_page(visitor: Visitor, request: Request) -> None:
    """Build runs side by side: `?run=` of each, the first is what others are held against.

    Raises Forbidden, NotFound; runs that cannot be compared are told on the page.
    """
    visitor.authorise_reader()
    query = request.query_params
    runs = [read_id(text) for text in dict.fromkeys(query.getlist("run"))]
    comparison = await visitor.services.evals.compare(runs)
    _build_frame(visitor)
    ui.page_title("Runs side by side - Answerable")
    with Tag("div", "", "page is-wide", id="main"):
        with Tag("nav", "", "crumbs", aria_label="Breadcrumb"):
            Tag("a", "Evaluations", href=PATH, data_back="")
        first = comparison.runs[0]
        with Tag("header", "", "page-head"):
            Tag("h1", "Side by side")
            Tag("span", f"{first.dataset}@{first.version}", "tag")
            with Tag("div", "", "page-actions"):
                Tag("a", "Swap", "button", href=to_comparison(reversed(runs)))
        build_comparison(comparison)
        both = (first, comparison.runs[1])
        metric = choose_metric(both, query.get("metric", ""))
        if metric is not None:
            kind = query.get("show", "")
            await ComparedExamples(visitor, both, metric, kind if kind in KINDS else "lost").show()


async def build_verdict_page(visitor: Visitor, request: Request) -> None:
    """Build one verdict of a gate. Raises Forbidden, NotFound."""
    visitor.authorise_reader()
    record = await visitor.services.gates.get(read_id(request.path_params["id"]))
    _build_frame(visitor)
    with Tag("div", "", "page is-wide", id="main"):
        build_verdict(record)


def read_id(text: str) -> UUID:
    """Return the id of a run or a verdict. Raises NotFound for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(
            f"{text[:60]!r} is no id of a run or a verdict.", hint="Look under Evaluations."
        ) from None


def _build_frame(visitor: Visitor) -> None:
    build_frame(visitor, page="evaluations")
    add_assets(*_ASSETS)


async def _build_view(visitor: Visitor, view: str, query: Mapping[str, str]) -> None:
    services = visitor.services
    app, dataset = query.get("app", ""), query.get("dataset", "")
    apps = [one.name for one in services.apps.list_apps()]
    match view:
        case "trend":
            page = await services.evals.list_runs(app=app or None, dataset=dataset or None, limit=_READ)
            app = app or next((run.app for run in page.runs), "")
            build_filters(apps, await _list_datasets(visitor), {**query, "app": app}, view=view)
            build_trend([run for run in page.runs if run.app == app])
        case "leaderboard":
            page = await services.evals.list_runs(limit=_READ)
            build_leaderboard(page.runs, ref=query.get("ref", ""), sort=query.get("sort", ""))
        case "gates":
            build_verdicts(await services.gates.list_verdicts(app=app or None))
        case _:
            build_filters(apps, await _list_datasets(visitor), query)
            await RunList(visitor, app=app, dataset=dataset).show()


async def _list_datasets(visitor: Visitor) -> list[str]:
    return [one.name for one in await visitor.services.datasets.list_datasets()]
