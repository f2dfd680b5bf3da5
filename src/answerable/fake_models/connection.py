"""One HTTP request as the ASGI server hands it over, with a record of what became of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import Receive, Scope, Send

from answerable.fake_models.exchange import BadRequestError, Json
from answerable.fake_models.frames import dump
from answerable.fake_models.records import RequestRecord, State


class Connection:
    """Reads the request, writes the answer, and notices when the caller hangs up."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, record: RequestRecord) -> None:
        self.record = record
        self.headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        self._receive = receive
        self._send = send

    async def read_json(self) -> Json:
        """Return the request's body. Raises BadRequestError."""
        body, more = b"", True
        while more:
            message = await self._receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            value = json.loads(body)
        except ValueError as error:
            raise BadRequestError(f"The body is not JSON: {error}.") from None
        if not isinstance(value, dict):
            raise BadRequestError("The body must be a JSON object.")
        return value

    async def pause(self, seconds: float) -> bool:
        """Wait, and return True if the caller hung up meanwhile."""
        if seconds <= 0:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self._receive()
        except TimeoutError:
            return False
        self.record.state = "disconnected"
        return True

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        self.record.bytes_sent += len(data)
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def finish(self, state: State = "answered") -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        self.record.state = state

    async def send_json(self, status: int, value: object, extra: Mapping[str, str] | None = None) -> None:
        await self.send(status, dump(value), "application/json", extra)

    async def send(
        self, status: int, body: bytes, media_type: str, extra: Mapping[str, str] | None = None
    ) -> None:
        headers: dict[str, Any] = {"content-type": media_type, "content-length": str(len(body))}
        await self.start(status, headers | dict(extra or {}))
        await self.write(body)
        await self.finish("answered" if status < 400 else "failed")
