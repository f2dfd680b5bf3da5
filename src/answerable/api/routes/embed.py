"""`/embed/answerable-ask.js`: the web component, open to every origin as any script is."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from fastapi import APIRouter, Request, Response

from answerable.core.errors import NotFound

NAME: Final = "answerable-ask.js"

router = APIRouter(prefix="/embed", include_in_schema=False)


class Script(NamedTuple):
    """The component as it is served. `digest` is the start of its SHA-256, in its lasting address."""

    text: bytes
    zipped: bytes
    digest: str


@lru_cache
def load_script() -> Script:
    text = (files("answerable.api.embed") / NAME).read_bytes()
    return Script(text, gzip.compress(text, 9, mtime=0), hashlib.sha256(text).hexdigest()[:12])


@router.get(f"/{NAME}")
async def get_current(request: Request) -> Response:
    """The component as of this server: kept by browsers for an hour, then asked for again."""
    return _send(request, "public, max-age=3600")


@router.get(f"/{{digest}}/{NAME}")
async def get_version(request: Request, digest: str) -> Response:
    """The component of exactly this content, which a browser may keep for ever. Raises NotFound for another one."""
    if digest != load_script().digest:
        raise NotFound(
            f"This server has another version of {NAME}.",
            hint=f"It is at /embed/{load_script().digest}/{NAME}.",
        )
    return _send(request, "public, max-age=31536000, immutable")


def _send(request: Request, caching: str) -> Response:
    script = load_script()
    headers = {
        "Cache-Control": caching,
        "ETag": f'"{script.digest}"',
        "Vary": "Accept-Encoding",
        "Content-Location": f"/embed/{script.digest}/{NAME}",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            script.zipped, headers={**headers, "Content-Encoding": "gzip"}, media_type="text/javascript"
        )
    return Response(script.text, headers=headers, media_type="text/javascript")
