"""Puts the console on the server's application."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from nicegui import app as nicegui_app
from nicegui import ui
from starlette.responses import Response

from answerable.console import assets
from answerable.console.dead_ends import answer_dead_ends, show_dead_link, show_forbidden, show_lost
from answerable.console.frame import build_error_page
from answerable.console.pages.app import build_app_page
from answerable.console.pages.apps import build_apps_page
from answerable.console.pages.ask import build_ask_page
from answerable.console.pages.datasets import build_dataset_page, build_datasets_page
from answerable.console.pages.evaluations import (
    build_comparison_page,
    build_evaluations_page,
    build_run_page,
    build_verdict_page,
)
from answerable.console.pages.knowledge import build_knowledge_page
from answerable.console.pages.models import build_models_page
from answerable.console.pages.monitor import build_monitor_page
from answerable.console.pages.review import build_queue_page, build_review_page
from answerable.console.pages.shared_trace import build_shared_page
from answerable.console.pages.trace import build_trace_page
from answerable.console.pages.traces import build_traces_page
from answerable.console.parts.datasets.file_routes import dataset_files_router
from answerable.console.parts.review.release import release_router
from answerable.console.parts.traces.export_route import export_router
from answerable.console.parts.traces.share_dialog import SHARED_PATH
from answerable.console.parts.trial_files import trial_file_router
from answerable.console.parts.upload import upload_router
from answerable.console.policy import ContentPolicy, QuietErrors
from answerable.console.sessions import Sessions, get_token
from answerable.console.sign_in import SIGN_IN_PATH, enter, sign_in_router
from answerable.console.visitor import Visitor
from answerable.core.clock import Clock, SystemClock
from answerable.core.errors import Forbidden, NotFound
from answerable.wiring import Services

_PAGES: dict[str, tuple[str, Callable[[Visitor, Request], Awaitable[None]]]] = {
    "/": ("Ask", build_ask_page),
    "/knowledge": ("Knowledge", build_knowledge_page),
    "/apps": ("Apps", build_apps_page),
    "/apps/{name}": ("App", build_app_page),
    "/datasets": ("Datasets", build_datasets_page),
    "/datasets/{name}": ("Dataset", build_dataset_page),
    "/evaluations": ("Evaluations", build_evaluations_page),
    "/evaluations/compare": ("Side by side", build_comparison_page),
    "/evaluations/gates/{id}": ("Verdict", build_verdict_page),
    "/evaluations/{id}": ("Eval run", build_run_page),
    "/models": ("Models", build_models_page),
    "/monitor": ("Monitor", build_monitor_page),
    "/traces": ("Traces", build_traces_page),
    "/traces/{trace_id}": ("Trace", build_trace_page),
    "/review": ("Review", build_review_page),
    "/review/{name}": ("Review", build_queue_page),
}
_RECONNECT_SECONDS = 30.0


def mount(app: FastAPI, services: Services, *, clock: Clock | None = None) -> None:
    """Add the console to `app`, under every path that `app` does not serve itself.

    Call it last, and once a process: NiceGUI keeps one application.
    """
    sessions = Sessions(services.access, clock=clock or SystemClock())
    app.include_router(assets.router)
    app.include_router(sign_in_router(sessions))
    app.include_router(upload_router(services, sessions))
    app.include_router(trial_file_router(services, sessions))
    app.include_router(release_router(services, sessions))
    app.include_router(export_router(services, sessions))
    app.include_router(dataset_files_router(services, sessions))
    for path, (title, build) in _PAGES.items():
        _add_page(path, title, build, services, sessions)
    _add_shared_page(services)
    nicegui_app.add_middleware(ContentPolicy)
    nicegui_app.add_exception_handler(404, answer_dead_ends(tuple(app.routes)))
    nicegui_app.on_page_exception(build_error_page)
    logging.getLogger("nicegui").addFilter(QuietErrors())
    ui.run_with(
        app,
        title="Answerable",
        dark=None,
        language="en-US",
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=_RECONNECT_SECONDS,
        show_welcome_message=False,
    )


def _add_page(
    path: str,
    title: str,
    build: Callable[[Visitor, Request], Awaitable[None]],
    services: Services,
    sessions: Sessions,
) -> None:
    @ui.page(path, title=f"{title} - Answerable", response_timeout=15.0)
    async def page(request: Request) -> Response | None:
        key = request.query_params.get("key")
        if key is not None:
            target = request.url.remove_query_params("key")
            return await enter(sessions, request, key, target=f"{target.path}?{target.query}".rstrip("?"))
        found = await sessions.find_principal(get_token(request))
        if found is None:
            return RedirectResponse(SIGN_IN_PATH, 303)
        try:
            await build(Visitor(services, *found), request)
        except NotFound as error:
            return show_lost(error)
        except Forbidden as error:
            return show_forbidden(error)
        return None


def _add_shared_page(services: Services) -> None:
    """Add the page that needs no session: its link says what may be seen."""

    @ui.page(f"{SHARED_PATH}/{{token}}", title="A shared run - Answerable", response_timeout=15.0)
    async def page(request: Request) -> Response | None:
        try:
            await build_shared_page(services, request)
        except NotFound as error:
            return show_lost(error)
        except Forbidden as error:
            return show_dead_link(error)
        return None
