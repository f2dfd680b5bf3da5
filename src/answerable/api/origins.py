"""Where a request came from: when it arrived, how long its key was checked, and the trace that it belongs to."""

from __future__ import annotations

import time
from typing import Any, Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from answerable.traces import conventions as names
from answerable.traces.origin import Origin, RemoteSpan, find_caller

_ARRIVED: Final = "answerable.arrived"
_ACCESS: Final = "answerable.access"


class Arrivals:
    """Notes when each request arrived."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope[_ARRIVED] = time.time_ns()
        await self._app(scope, receive, send)


def note_access(request: Request, began_ns: int) -> None:
    """Note that the key was checked from then until now."""
    request.scope[_ACCESS] = (began_ns, time.time_ns())


def find_remote(request: Request) -> RemoteSpan | None:
    """Return the caller's span, which the headers of W3C Trace Context name; None without valid ones."""
    headers = request.headers
    traceparent = headers.get("traceparent")
    if traceparent is None or len(headers.getlist("traceparent")) > 1:
        return None
    return find_caller(traceparent, ",".join(headers.getlist("tracestate")))


def get_origin(request: Request) -> Origin:
    """Return what is known of the request."""
    scope = request.scope
    route = getattr(scope.get("route"), "path", scope["path"])
    attributes: dict[str, Any] = {
        names.HTTP_METHOD: scope["method"],
        names.HTTP_ROUTE: route,
        names.URL_PATH: scope["path"],
    }
    return Origin(
        name=f"{scope['method']} {route}",
        arrived_ns=scope.get(_ARRIVED) or time.time_ns(),
        access_ns=scope.get(_ACCESS),
        caller=find_remote(request),
        attributes=attributes,
    )
