"""What was recorded and is not yet made ready: a bounded queue that never waits."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from answerable.traces.types import Span, Trace
from answerable.traces.writing.encoding import Recorded

_log = logging.getLogger(__name__)

_TRACE_BYTES: Final = 3000
_SPAN_BYTES: Final = 700
"""What they take without their texts."""
_DEEPEST: Final = 4
_SMALL: Final = frozenset({int, float, bool, type(None)})
_SILENCE: Final = 60.0
"""Seconds between two log entries of the same loss."""


class Held:
    """How much is in memory, between being recorded and being safe. `traces` counts spans alone as well."""

    def __init__(self) -> None:
        self.traces = 0
        self.bytes = 0


class Intake:
    """Takes traces in while less than `max_traces` and `max_bytes` are held, and counts the others in `dropped`."""

    def __init__(self, held: Held, *, max_traces: int, max_bytes: int) -> None:
        self.dropped = 0
        self.numbered = 0
        """How many were ever taken in."""
        self._held = held
        self._max_traces = max_traces
        self._max_bytes = max_bytes
        self._queue: deque[Recorded] = deque()
        self._told = -_SILENCE

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, trace: Trace | None, spans: Sequence[Span], *, service: str) -> None:
        if self._held.traces >= self._max_traces or self._held.bytes >= self._max_bytes:
            self._drop()
            return
        weight = _weigh(trace, spans)
        self._held.traces += 1
        self._held.bytes += weight
        self.numbered += 1
        self._queue.append(Recorded(trace, spans, service, datetime.now(UTC), time.monotonic(), weight))

    def peek(self, limit: int) -> Sequence[Recorded]:
        """Return the oldest, which stay until `pop`."""
        return tuple(islice(self._queue, limit))

    def pop(self, count: int) -> None:
        for _ in range(count):
            self._queue.popleft()

    def _drop(self) -> None:
        self.dropped += 1
        now = time.monotonic()
        if now - self._told >= _SILENCE:
            self._told = now
            _log.error(
                "A trace is lost, the %d. in all: %d traces wait in memory (%d bytes), which is all that may.",
                self.dropped, self._held.traces, self._held.bytes,
            )  # fmt: skip


def _weigh(trace: Trace | None, spans: Sequence[Span]) -> int:
    """Return about how many bytes they take."""
    weight = _SPAN_BYTES * len(spans)
    for span in spans:
        for value in span.attributes.values():
            # Most are names and numbers, and this is done while somebody waits: no call for those.
            kind = type(value)
            if kind is str:
                weight += len(value)
            elif kind not in _SMALL:
                weight += _measure(value, 1)
    if trace is not None:
        weight += _TRACE_BYTES + len(trace.output) + _measure(trace.input) + _measure(trace.raw)
    return weight


def _measure(value: Any, depth: int = 0) -> int:
    """Return the length of all texts in a JSON value, down to a depth."""
    if isinstance(value, str):
        return len(value)
    if depth >= _DEEPEST or type(value) in _SMALL:
        return 0
    if isinstance(value, list | tuple):
        entries: Iterable[Any] = value
    elif isinstance(value, Mapping):
        entries = value.values()
    else:
        return 0
    weight = 0
    for entry in entries:
        weight += len(entry) if type(entry) is str else _measure(entry, depth + 1)
    return weight
