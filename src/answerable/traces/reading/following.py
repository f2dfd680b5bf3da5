"""New runs as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Final, Protocol

from answerable.traces.reading.cursors import RunKey, to_key
from answerable.traces.types import Trace, TraceFilter, TracePage

_WINDOW: Final = 500
"""Runs that a look goes back. A run is written at its end and sorted by its beginning, so that it may turn up behind
others; what is more than so many places behind, or comes with more others in one pause, is not shown."""


class Traces(Protocol):
    """What of TraceService is needed here."""

    async def list(self, filter: TraceFilter, *, after: str | None = None, limit: int = 50) -> TracePage: ...

    async def list_keys(
        self, filter: TraceFilter, *, after: str | None = None, limit: int = 5000
    ) -> tuple[Sequence[RunKey], str | None]: ...


async def follow(
    traces: Traces, filter: TraceFilter, *, last: int = 0, pause: float = 1.0
) -> AsyncGenerator[Sequence[Trace], None]:
    """Yield the `last` runs that there are, and then after each pause the new ones, oldest first; maybe none."""
    filter = replace(filter, until=None)
    keys, _ = await traces.list_keys(filter, limit=_WINDOW)
    seen = set(keys[last:])
    while True:
        keys, _ = await traces.list_keys(filter, limit=_WINDOW)
        seen &= set(keys)
        new = await _read(traces, filter, [key not in seen for key in keys])
        new = [trace for trace in new if to_key(trace) not in seen]
        seen.update(map(to_key, new))
        yield new[::-1]
        await asyncio.sleep(pause)


async def _read(traces: Traces, filter: TraceFilter, new: Sequence[bool]) -> list[Trace]:
    """Return the newest runs as far back as one is new. What newer ones push out of reach comes with the next look."""
    if not any(new):
        return []
    reach = len(new) - new[::-1].index(True)
    return list((await traces.list(filter, limit=reach)).traces)
