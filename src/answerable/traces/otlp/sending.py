"""Our spans to any backend that takes OTLP over HTTP: in the background, in batches, never in the way.

What leaves is what is stored: spans are offered after redaction. Spans that other services sent here are not passed
on, so that two servers that export to each other do not do so for ever.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import random
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import httpx
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from answerable.core.tasks import stop
from answerable.traces.conventions import RECEIVED, SAMPLED
from answerable.traces.otlp.receiving import PROTOBUF
from answerable.traces.otlp.writing import write_protobuf
from answerable.traces.types import Span

_log = logging.getLogger(__name__)

_BATCH: Final = 512
_PAUSE: Final = 1.0
"""Seconds that a span waits for others to be sent with."""
_CAPACITY: Final = 20_000
"""Spans that wait while the backend is away; what comes beyond is counted in `dropped`."""
_TIMEOUT: Final = 10.0
_LAST_SECONDS: Final = 5.0
"""How long the end of the server waits for the backend."""
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 30.0
_PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses after which OTLP has a client try again."""
_PATH: Final = "/v1/traces"


class OtlpSender:
    """Sends spans while `opened`. `sent`, `dropped` and `waiting` count them."""

    def __init__(
        self,
        endpoint: str,
        *,
        headers: Mapping[str, str] | None = None,
        capacity: int = _CAPACITY,
        pause: float = _PAUSE,
        first_wait: float = _FIRST_WAIT,
    ) -> None:
        self.sent = 0
        self.dropped = 0
        self._url = to_traces_url(endpoint)
        self._headers = {"Content-Type": PROTOBUF, "Content-Encoding": "gzip", **(headers or {})}
        self._capacity = capacity
        self._pause = pause
        self._first_wait = first_wait
        self._queue: deque[Span] = deque()
        self._lock = threading.Lock()
        self._filled = asyncio.Event()
        self._closing = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def offer(self, spans: Sequence[Span]) -> None:
        """Take spans in from any thread; returns at once."""
        unsampled = {span.trace_id for span in spans if span.attributes.get(SAMPLED) is False}
        own = [
            span
            for span in spans
            if span.trace_id not in unsampled and not span.attributes.get(RECEIVED, False)
        ]
        with self._lock:
            room = self._capacity - len(self._queue)
            self._queue.extend(own[:room])
            lost = max(0, len(own) - room)
            self.dropped += lost
        if lost:
            _log.warning("%d spans are not sent to %s: too many wait.", lost, self._url)
        if self._loop is not None and own:
            self._loop.call_soon_threadsafe(self._filled.set)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Send while the context is open; its end waits a while for what is on its way, and tries the rest once."""
        self._loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(headers=self._headers, timeout=_TIMEOUT) as client:
            task = asyncio.create_task(self._send_all(client), name="otlp sender")
            try:
                yield
            finally:
                self._loop = None
                self._closing.set()
                self._filled.set()
                await asyncio.wait([task], timeout=_LAST_SECONDS)
                await stop(task)
                self._give_up()

    async def _send_all(self, client: httpx.AsyncClient) -> None:
        closing = False
        while not closing:
            await self._filled.wait()
            await self._rest(self._pause)
            self._filled.clear()
            closing = self._closing.is_set()
            await self._send_queue(client)

    async def _send_queue(self, client: httpx.AsyncClient) -> None:
        """Send until nothing waits; at the end of the server, until the backend does not take it at once."""
        wait = self._first_wait
        while self._queue:
            delay = await self._send_batch(client)
            if delay is None:
                wait = self._first_wait
            elif self._closing.is_set():
                return
            else:
                await self._rest(max(delay, wait * random.uniform(0.5, 1.0)))  # noqa: S311
                wait = min(2 * wait, _LONGEST_WAIT)

    async def _rest(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    def _give_up(self) -> None:
        lost = len(self._queue)
        self._queue.clear()
        self.dropped += lost
        if lost:
            _log.error("%d spans could not be sent to %s.", lost, self._url)

    async def _send_batch(self, client: httpx.AsyncClient) -> float | None:
        """Try once. Return None when the spans are out of the queue, else how many seconds to wait at least."""
        with self._lock:
            batch = [self._queue[place] for place in range(min(_BATCH, len(self._queue)))]
        try:
            body = await asyncio.to_thread(_pack, batch)
            response = await client.post(self._url, content=body)
        except httpx.TransportError as error:
            _log.warning("%s does not answer, %d spans wait: %r", self._url, len(self._queue), error)
            return 0.0
        if response.status_code in _PASSING:
            return _read_wait(response)
        self._settle(batch, response)
        return None

    def _settle(self, batch: Sequence[Span], response: httpx.Response) -> None:
        with self._lock:
            for _ in batch:
                self._queue.popleft()
        refused = _count_rejected(response) if response.is_success else len(batch)
        self.sent += len(batch) - refused
        self.dropped += refused
        if refused:
            _log.error(
                "%s refused %d spans with %d: %.200s",
                self._url, refused, response.status_code, response.text,
            )  # fmt: skip


def to_traces_url(endpoint: str) -> str:
    """Return where traces go: the endpoint, with `/v1/traces` unless it ends with that, as exporters have it."""
    endpoint = endpoint.rstrip("/")
    return endpoint if endpoint.endswith(_PATH) else endpoint + _PATH


def _pack(batch: Sequence[Span]) -> bytes:
    return gzip.compress(write_protobuf(batch), compresslevel=1)


def _read_wait(response: httpx.Response) -> float:
    try:
        return min(_LONGEST_WAIT, max(0.0, float(response.headers.get("retry-after", 0))))
    except ValueError:  # a date
        return _LONGEST_WAIT


def _count_rejected(response: httpx.Response) -> int:
    try:
        return ExportTraceServiceResponse.FromString(response.content).partial_success.rejected_spans
    except DecodeError:
        return 0
