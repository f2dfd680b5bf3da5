"""Spans that come one by one, after their run or from libraries, kept together for a moment and recorded at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from typing import Final, Protocol

from answerable.traces.types import Span

_log = logging.getLogger(__name__)

_PAUSE: Final = 0.2
"""Seconds that a span waits for others."""
_CAPACITY: Final = 10_000


class SpanSink(Protocol):
    def record_spans(self, spans: Sequence[Span], *, service: str) -> None:
        """Take spans of one service in; returns at once."""
        ...


class SpanCollector:
    """`add` is called in the event loop's thread. What comes beyond the capacity is counted in `dropped`."""

    def __init__(self, sink: SpanSink, *, capacity: int = _CAPACITY) -> None:
        self.dropped = 0
        self._sink = sink
        self._capacity = capacity
        self._waiting: list[Span] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, span: Span) -> None:
        """Take a span in; it is recorded in a fifth of a second."""
        if len(self._waiting) >= self._capacity:
            self.dropped += 1
            _log.error("The span %r of the trace %s is lost.", span.name, span.trace_id)
            return
        self._waiting.append(span)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self.flush)

    def flush(self) -> None:
        """Record what waits."""
        waiting, self._waiting, self._timer = self._waiting, [], None
        by_service = attrgetter("service")
        for service, spans in groupby(sorted(waiting, key=by_service), key=by_service):
            self._sink.record_spans(tuple(spans), service=service)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Record at the end of the context what still waits."""
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()
            self.flush()
