"""The console's own files, served under an address that changes with their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response
from nicegui import __version__ as nicegui_version

from answerable.core.errors import NotFound

FONTS_URL = f"/_nicegui/{nicegui_version}/static/fonts.css"
_FOLDER = files("answerable.console") / "static"
_MEDIA_TYPES = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "evaluation.css": "text/css",
    "evaluation.js": "text/javascript",
    "monitor.css": "text/css",
    "monitor.js": "text/javascript",
    "theme.js": "text/javascript",
    "review.css": "text/css",
    "review.js": "text/javascript",
    "traces.css": "text/css",
    "traces.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}

router = APIRouter(include_in_schema=False)


@lru_cache
def read_asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@lru_cache
def asset_url(name: str) -> str:
    """Return the address of a file of the console; it holds a hash, so a browser may keep the file for ever."""
    digest = hashlib.sha256(read_asset(name).encode()).hexdigest()[:12]
    return f"/console/{digest}/{name}"


@router.get("/console/{digest}/{name}")
async def get_asset(digest: str, name: str) -> Response:
    if name not in _MEDIA_TYPES or asset_url(name) != f"/console/{digest}/{name}":
        raise NotFound(f"The console has no file {name!r} of this version.", hint="Reload the page.")
    return Response(read_asset(name), media_type=_MEDIA_TYPES[name], headers=_FOR_EVER)
