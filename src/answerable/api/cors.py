"""Which pages of other origins may ask and give feedback (CORS). Cookies are never allowed: a page sends a token."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_ASKING: Final = re.compile(r"/ask|/v1/apps/[^/]+/run")
_FEEDBACK: Final = "/v1/feedback"
_HEADERS: Final = ("authorization", "content-type", "idempotency-key", "traceparent", "tracestate")
_EXPOSED: Final = ("retry-after",)
_MAX_AGE: Final = 3600


class CrossOrigin:
    """Opens the routes that browsers need to the origins of the settings, and no other route to anybody."""

    def __init__(self, app: ASGIApp, *, asking: Collection[str] = (), feedback: Collection[str] = ()) -> None:
        self._app = app
        self._asking = _open_to(app, asking)
        self._feedback = _open_to(app, {*asking, *feedback})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._choose(scope)(scope, receive, send)

    def _choose(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._app
        if scope["path"] == _FEEDBACK:
            return self._feedback
        return self._asking if _ASKING.fullmatch(scope["path"]) else self._app


def _open_to(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=sorted(origins),
        allow_methods=("POST",),
        allow_headers=_HEADERS,
        expose_headers=_EXPOSED,
        max_age=_MAX_AGE,
    )
