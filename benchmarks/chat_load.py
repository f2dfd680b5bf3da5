"""Chat completions put on a server by a client that costs little itself, since it shares the machine with the server.

A protocol of its own over asyncio and httptools: a request is one write of prepared bytes, an answer is looked at only
for its status, its first text and its end. `client_cores` says what share of a core it took all the same.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from itertools import count
from typing import Any, cast
from urllib.parse import urlsplit

import httptools
import uvloop

_MARK = "@@@@@@@@@@"
"""Stands in the prepared body where each request has a number of its own: no cache may answer twice."""
_TEXT = re.compile(rb'"content": ?"[^"]')
_END = b"data: [DONE]"


@dataclass(frozen=True, slots=True)
class Target:
    """A server that speaks chat completions; `url` is its base address, as an SDK takes it."""

    name: str
    url: str
    model: str
    key: str = "none"


@dataclass(frozen=True, slots=True)
class ChatLoad:
    """What came of it; times in milliseconds. `first_text_ms` is None for answers in one piece."""

    requests_per_second: float
    p50_ms: float
    p95_ms: float
    first_text_ms: float | None
    requests: int
    errors: int
    client_cores: float


class Connection(asyncio.Protocol):
    """One kept-alive connection with at most one request on its way. The methods `on_` are httptools' callbacks."""

    def __init__(self) -> None:
        self._parser: Any = None
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[None] | None = None
        self._tail = b""
        self.ok = False
        self.closed = False
        self.first_text: float | None = None

    async def request(self, data: bytes) -> None:
        """Send the bytes and wait for the whole answer; `ok` and `first_text` then say what it was."""
        assert self._transport is not None
        self._parser = httptools.HttpResponseParser(self)
        self._done = asyncio.get_running_loop().create_future()
        self._tail, self.first_text = b"", None
        self._transport.write(data)
        await self._done

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class, of the same methods

    def data_received(self, data: bytes) -> None:
        if self.first_text is None and _TEXT.search(data):
            self.first_text = time.perf_counter()
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._done is not None and not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def on_body(self, body: bytes) -> None:
        self._tail = (self._tail + body)[-64:]

    def on_message_complete(self) -> None:
        assert self._done is not None
        self.ok = self._parser.get_status_code() == 200
        if not self._done.done():
            self._done.set_result(None)

    @property
    def ended(self) -> bool:
        """Whether a streamed answer came to its end."""
        return _END in self._tail


@dataclass(slots=True)
class _Tally:
    latencies: list[float]
    first_texts: list[float]
    errors: int = 0


_numbers = count(1)


def measure(target: Target, *, stream: bool, seconds: float, callers: int, unique: bool = True) -> ChatLoad:
    """Ask from `callers` callers for `seconds`, after a warm-up of a fifth of that."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(put_load(target, stream=stream, seconds=seconds, callers=callers, unique=unique))


async def put_load(
    target: Target,
    *,
    stream: bool,
    seconds: float,
    callers: int,
    unique: bool = True,
    limit: int | None = None,
    warm_up: bool = True,
) -> ChatLoad:
    """As `measure`, on the running loop; it ends after `limit` requests when they come first."""
    head, tail = _prepare(target, stream=stream)
    connections = [await _connect(target.url) for _ in range(callers)]
    try:
        if warm_up:
            await _ask_for(
                target.url, connections, head, tail, seconds / 5, stream=stream, unique=unique, limit=limit
            )
        cpu, start = time.process_time(), time.perf_counter()
        tally = await _ask_for(
            target.url, connections, head, tail, seconds, stream=stream, unique=unique, limit=limit
        )
        elapsed, cpu = time.perf_counter() - start, time.process_time() - cpu
    finally:
        for connection in connections:
            connection.close()
    latencies, firsts = sorted(tally.latencies), sorted(tally.first_texts)
    return ChatLoad(
        requests_per_second=round(len(latencies) / elapsed, 1),
        p50_ms=_at(latencies, 0.5),
        p95_ms=_at(latencies, 0.95),
        first_text_ms=_at(firsts, 0.5) if stream else None,
        requests=len(latencies),
        errors=tally.errors,
        client_cores=round(cpu / elapsed, 2),
    )


def _prepare(target: Target, *, stream: bool) -> tuple[bytes, bytes]:
    """Return the request as the bytes before and after its number."""
    body: dict[str, Any] = {
        "model": target.model,
        "messages": [
            {"role": "user", "content": f"Say what the weather will be in harbour {_MARK} tomorrow."}
        ],
        "max_tokens": 100,
    }
    if stream:
        body["stream"] = True
    data = json.dumps(body)
    url = urlsplit(f"{target.url}/chat/completions")
    request = (
        f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {target.key}\r\n"
        f"Content-Type: application/json\r\nAccept: */*\r\nContent-Length: {len(data)}\r\n\r\n{data}"
    )
    head, _, tail = request.partition(_MARK)
    return head.encode(), tail.encode()


async def _connect(url: str) -> Connection:
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, str(address.hostname), address.port or 80)
    return connection


async def _ask_for(
    url: str,
    connections: list[Connection],
    head: bytes,
    tail: bytes,
    seconds: float,
    *,
    stream: bool,
    unique: bool,
    limit: int | None,
) -> _Tally:
    tally = _Tally([], [])
    sent = 0
    end = time.perf_counter() + seconds

    async def call(connection: Connection) -> None:
        nonlocal sent
        while (start := time.perf_counter()) < end and (limit is None or sent < limit):
            sent += 1
            number = next(_numbers) if unique else 0
            if connection.closed:  # a server may close one that was idle while the slowest caller finished
                connection = await _connect(url)
            await connection.request(b"%s%010d%s" % (head, number, tail))
            tally.latencies.append((time.perf_counter() - start) * 1000)
            tally.errors += not connection.ok or (stream and not connection.ended)
            if stream and connection.first_text is not None:
                tally.first_texts.append((connection.first_text - start) * 1000)

    await asyncio.gather(*(call(connection) for connection in connections))
    return tally


def _at(values: list[float], share: float) -> float:
    return round(values[min(int(len(values) * share), len(values) - 1)], 3) if values else 0.0
