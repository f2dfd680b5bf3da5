"""Plain ASGI middleware: security headers on every answer, a bound on every body."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from answerable.core.errors import TooLarge

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeaders:
    """Adds the headers that a browser needs to be told; JSON answers may load nothing at all."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if "json" in headers.get("content-type", ""):
                    headers.setdefault("Content-Security-Policy", _API_POLICY)
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


_MEDIA_PATHS = ("/v1/apps/", "/v1/chat/completions", "/v1/otlp/")
"""Where a body may hold images in base64, and documents, or many spans."""


class BodyLimit:
    """Refuses a body over its bound with 413: at once by its declared length, or as soon as it has grown too long."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, max_media_bytes: int, max_upload_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_media_bytes = max_media_bytes
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = self._find_limit(scope["path"], headers.get(b"content-type", b""))
        declared = headers.get(b"content-length", b"")
        too_large = declared.isdigit() and int(declared) > limit
        received = 0

        async def receive_within() -> Message:
            # Raised where the route reads the body, so that the error has the form of that route's errors.
            nonlocal received
            if too_large:
                raise _too_large(limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, receive_within, send)

    def _find_limit(self, path: str, content_type: bytes) -> int:
        if path.startswith(_MEDIA_PATHS):
            return self._max_media_bytes
        upload = content_type.startswith(b"multipart/form-data")
        return self._max_upload_bytes if upload else self._max_bytes


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is over {limit} bytes.", hint="Send less, or raise the bound under [server].")
