"""An address that nobody serves: a page for people, a problem document for programs."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.responses import Response

from answerable.console.assets import FONTS_URL, asset_url, read_asset
from answerable.core.errors import NotFound


async def show_not_found(request: Request, error: Exception) -> Response:
    """Answer 404 in the form that the caller accepts."""
    del error
    if "text/html" in request.headers.get("accept", ""):
        page = read_asset("not_found.html")
        values = {"fonts": FONTS_URL, "css": asset_url("console.css"), "theme": asset_url("theme.js")}
        for name, value in values.items():
            page = page.replace("{{" + name + "}}", value)
        return HTMLResponse(page, 404)
    body = {
        "type": f"urn:answerable:problem:{NotFound.code}",
        "title": NotFound.title,
        "status": 404,
        "detail": f"{request.method} {request.url.path}: there is no such address.",
        "code": NotFound.code,
        "hint": "The addresses of the API are listed at /openapi.json.",
    }
    return JSONResponse(body, 404, media_type="application/problem+json")
