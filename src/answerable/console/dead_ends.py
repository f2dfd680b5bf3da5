"""Pages that lead back to *Ask*: an address that nobody serves, a page that a key may not see."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from html import escape
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from answerable.console.assets import FONTS_URL, asset_url, read_asset
from answerable.core.errors import Forbidden, NotFound

_PROBLEM: Final = "application/problem+json"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CODE = re.compile(r"`([^`]+)`")
"""What a hint has the reader type."""


def answer_dead_ends(routes: Sequence[BaseRoute]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers a request that none of the API's `routes` took, in the form that the caller accepts.

    An address that takes other methods is a 405: the console, which has every address below it, hides that.
    """

    async def answer(request: Request, error: Exception) -> Response:
        del error
        if "text/html" in request.headers.get("accept", ""):
            return _page(
                404,
                title="Not found",
                heading="There is no page at this address.",
                text="It may be mistyped, or from another version.",
            )
        methods = _find_methods(routes, request)
        return _wrong_method(request, methods) if methods else _no_address(request)

    return answer


def _find_methods(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """Return the methods that the request's address takes."""
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _wrong_method(request: Request, methods: Sequence[str]) -> Response:
    said = " and ".join(methods)
    body = _problem(
        405,
        "method_not_allowed",
        title="Another method is needed",
        detail=f"{request.method} {request.url.path}: this address takes {said}.",
        hint=f"Send it as {said}; what goes into it stands at /openapi.json.",
    )
    return JSONResponse(body, 405, {"Allow": ", ".join(methods)}, _PROBLEM)


def _no_address(request: Request) -> Response:
    body = _problem(
        404,
        NotFound.code,
        title=NotFound.title,
        detail=f"{request.method} {request.url.path}: there is no such address.",
        hint="The addresses of the API are listed at /openapi.json.",
    )
    return JSONResponse(body, 404, media_type=_PROBLEM)


def _problem(status: int, code: str, **texts: str) -> dict[str, Any]:
    return {"type": f"urn:answerable:problem:{code}", "status": status, "code": code, **texts}


def show_lost(error: NotFound) -> Response:
    """Answer 404 for a page about something that is not there."""
    return _page(404, title="Not found", heading=error.detail, text=error.hint or "")


def show_forbidden(error: Forbidden) -> Response:
    """Answer 403 with what the key would need."""
    return _page(
        403, title="Not allowed", heading="This key may not see this page.", text=error.hint or error.detail
    )


def show_dead_link(error: Forbidden) -> Response:
    """Answer 403 for a link that is over, or that nobody made."""
    return _page(403, title="Not allowed", heading=error.detail, text=error.hint or "")


def _page(status: int, *, title: str, heading: str, text: str) -> Response:
    page = read_asset("dead_end.html")
    for name, value in {
        "fonts": FONTS_URL,
        "css": asset_url("console.css"),
        "theme": asset_url("theme.js"),
        "title": escape(title),
        "heading": escape(heading),
        "text": _CODE.sub(r"<code>\1</code>", escape(text)),
    }.items():
        page = page.replace("{{" + name + "}}", value)
    return HTMLResponse(page, status)
