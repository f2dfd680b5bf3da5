"""The ASGI application: middleware, error handlers, routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from answerable import __version__
from answerable.api.cors import CrossOrigin
from answerable.api.middleware import BodyLimit, SecurityHeaders
from answerable.api.openapi_apps import add_app_paths
from answerable.api.origins import Arrivals
from answerable.api.problems import install_handlers
from answerable.api.routes.registry import ROUTERS
from answerable.wiring import Services

_DESCRIPTION = """\
Answers over your documents, with citations verified while serving.

Send an API key as `Authorization: Bearer ans_...`. Errors are problem details (RFC 9457) with a stable `code`.
"""


def create_app(services: Services) -> FastAPI:
    """Return the application over ready services. Opening and closing them is the caller's."""
    app = _bare_app()
    app.state.services = services
    limits = services.settings.server
    app.add_middleware(
        BodyLimit,
        max_bytes=limits.max_body_bytes,
        max_media_bytes=limits.max_media_bytes,
        max_upload_bytes=limits.max_upload_bytes,
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(
        CrossOrigin,
        asking=limits.allowed_origins,
        feedback=services.settings.feedback.allowed_origins,
    )
    app.add_middleware(Arrivals)
    install_handlers(app)
    return app


def create_openapi() -> dict[str, Any]:
    """Return the OpenAPI document, without a server."""
    return _bare_app().openapi()


class _App(FastAPI):
    """The application, whose OpenAPI document also has the apps of the workspace as they are when it is asked for."""

    def openapi(self) -> dict[str, Any]:
        services: Services | None = getattr(self.state, "services", None)
        document = super().openapi()
        return document if services is None else add_app_paths(document, services.apps.list_apps())


def _bare_app() -> FastAPI:
    app = _App(
        title="Answerable",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # these pages load their scripts from elsewhere, and would be blank without a network
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        # Runs have spans and metrics of our own: these would stand beside them, and be looked up for each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in ROUTERS:
        app.include_router(router)
    return app
