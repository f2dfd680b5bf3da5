"""Pages that lead back to *Ask*: an address that nobody serves, a page that a key may not see."""

from __future__ import annotations

from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.responses import Response

from answerable.console.assets import FONTS_URL, asset_url, read_asset
from answerable.core.errors import Forbidden, NotFound


async def show_not_found(request: Request, error: Exception) -> Response:
    """Answer 404 in the form that the caller accepts."""
    del error
    if "text/html" in request.headers.get("accept", ""):
        return _page(
            404,
            title="Not found",
            heading="There is no page at this address.",
            text="It may be mistyped, or from another version.",
        )
    body = {
        "type": f"urn:answerable:problem:{NotFound.code}",
        "title": NotFound.title,
        "status": 404,
        "detail": f"{request.method} {request.url.path}: there is no such address.",
        "code": NotFound.code,
        "hint": "The addresses of the API are listed at /openapi.json.",
    }
    return JSONResponse(body, 404, media_type="application/problem+json")


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
        "text": escape(text),
    }.items():
        page = page.replace("{{" + name + "}}", value)
    return HTMLResponse(page, status)
