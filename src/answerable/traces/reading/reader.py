"""Finding runs and spans, with bounded work for each statement."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import psycopg

from answerable.core.clock import Clock
from answerable.core.errors import DeadlineExceeded, InvalidInput, NotFound
from answerable.core.tasks import pass_cancellation_on
from answerable.db.database import Connection, Database
from answerable.traces.reading import store
from answerable.traces.reading.conditions import Conditions, to_conditions
from answerable.traces.reading.cursors import RunKey, read_cursor, to_cursor, to_key
from answerable.traces.reading.slices import Slice, slice_newest_first
from answerable.traces.types import Span, Trace, TraceFilter, TracePage

MOST_TRACES: Final = 1000
MOST_KEYS: Final = 10_000
_ID: Final = re.compile("[0-9a-f]{32}")
_SETTINGS: Final = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # a page is found before a worker has started
}
_FRESH: Final = 60.0
"""Seconds that the list of partitions counts for. It says how to cut the work, never what is found."""
_EARLY: Final = timedelta(days=1)
"""How much before a run its spans may have come: other services start earlier, and their clocks differ."""
_TICK: Final = timedelta(microseconds=1)

_Found = TypeVar("_Found")


class _List(Protocol[_Found]):
    async def __call__(
        self, tx: Connection, conditions: Conditions, within: Slice, *, after: RunKey | None, limit: int
    ) -> list[_Found]: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """The beginnings of the partitions, as they were at a moment of the monotonic clock."""

    at: float
    begins: Sequence[datetime]


class TraceReader:
    """Finds what is written, and first has written what was recorded in this process.

    `timeout` bounds a search, in seconds; another statement that is on its way then may take as long again.
    """

    def __init__(
        self,
        database: Database,
        *,
        flush: Callable[[], Awaitable[None]],
        clock: Clock,
        timeout: float = 10.0,
    ) -> None:
        self._database = database
        self._flush = flush
        self._clock = clock
        self._timeout = timeout
        self._partitions: dict[store.Parent, _Known] = {}

    async def list_page(self, filter: TraceFilter, *, after: str | None, limit: int) -> TracePage:
        """Return up to `limit` runs, newest first, and where to go on. Raises InvalidInput and DeadlineExceeded."""
        _check_limit(limit, MOST_TRACES)
        found = await self._search(store.list_traces, filter, after=after, limit=limit + 1)
        traces = tuple(found[:limit])
        return TracePage(traces, to_cursor(to_key(traces[-1])) if len(found) > limit else None)

    async def list_keys(
        self, filter: TraceFilter, *, after: str | None, limit: int
    ) -> tuple[list[RunKey], str | None]:
        """Return the keys of up to `limit` runs, newest first, and where to go on."""
        _check_limit(limit, MOST_KEYS)
        found = await self._search(store.list_keys, filter, after=after, limit=limit + 1)
        keys = found[:limit]
        return keys, to_cursor(keys[-1]) if len(found) > limit else None

    async def iterate(self, filter: TraceFilter, *, batch: int) -> AsyncIterator[Sequence[Trace]]:
        """Yield all runs, newest first, a batch at a time. What comes meanwhile is newer and not among them."""
        after: str | None = None
        while True:
            page = await self.list_page(filter, after=after, limit=batch)
            if page.traces:
                yield page.traces
            after = page.next
            if after is None:
                return

    async def list_runs(self, trace_id: str) -> tuple[Trace, ...]:
        """Return the runs of a trace in their order. Raises NotFound."""
        if not _ID.fullmatch(trace_id):
            raise _no_trace(trace_id)
        await self._flush()
        for part in await self._slice("trace"):
            async with self._snapshot() as tx:
                found = await store.list_runs(tx, trace_id, part)
            if found:
                return tuple(await self._add_siblings(trace_id, found, part))
        raise _no_trace(trace_id)

    async def get(self, trace_id: str, *, span_id: str | None = None) -> Trace:
        """Return a run: the one with that span, or else the first of the trace. Raises NotFound."""
        runs = await self.list_runs(trace_id)
        for run in runs:
            if span_id is None or run.span_id == span_id:
                return run
        raise NotFound(f"The trace {trace_id!r} has no run with the span {str(span_id)[:100]!r}.")

    async def get_spans(self, trace_id: str, *, began: datetime | None = None) -> tuple[Span, ...]:
        """Return the spans of a trace by their beginning, none for one without. `began` is when a run of it began."""
        if not _ID.fullmatch(trace_id):
            return ()
        await self._flush()
        spans: list[Span] = []
        for part in await self._slice("span_part", since=None if began is None else began - _EARLY):
            async with self._snapshot() as tx:
                spans += await store.list_spans(tx, trace_id, part)
        return store.sort_spans(spans)

    async def _search(
        self, list_in: _List[_Found], filter: TraceFilter, *, after: str | None, limit: int
    ) -> list[_Found]:
        conditions = to_conditions(filter)
        key = None if after is None else read_cursor(after)
        until = _end(filter.until, key)
        await self._flush()
        found: list[_Found] = []
        deadline = self._clock.monotonic() + self._timeout
        for part in await self._slice("trace", since=filter.since, until=until):
            if self._clock.monotonic() > deadline:
                raise self._too_slow()
            async with self._snapshot() as tx:
                found += await list_in(tx, conditions, part, after=key, limit=limit - len(found))
            if len(found) >= limit:
                break
        return found

    async def _add_siblings(self, trace_id: str, found: list[Trace], part: Slice) -> list[Trace]:
        """Add the runs of the same trace that began in the day before the step that found some of it."""
        if part.since is None:
            return found
        async with self._snapshot() as tx:
            before = await store.list_runs(tx, trace_id, Slice(part.since - _EARLY, part.since))
        return before + found

    async def _slice(
        self, parent: store.Parent, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Slice]:
        known = self._partitions.get(parent)
        now = self._clock.monotonic()
        if known is None or now - known.at > _FRESH:
            async with self._snapshot() as tx:
                known = _Known(now, await store.list_partitions(tx, parent))
            self._partitions[parent] = known
        return list(slice_newest_first(known.begins, now=self._clock.now(), since=since, until=until))

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[Connection]:
        settings = {**_SETTINGS, "statement_timeout": str(int(self._timeout * 1000))}
        try:
            async with self._database.snapshot(settings) as tx:
                yield tx
        except psycopg.errors.QueryCanceled as error:
            pass_cancellation_on()
            raise self._too_slow() from error

    def _too_slow(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"The search took longer than {self._timeout:g} seconds.",
            hint="Narrow it: name an app, a user or a time.",
            code="search_too_slow",
        )


def _end(until: datetime | None, key: RunKey | None) -> datetime | None:
    """Return before when the search looks: what comes after a key began then or earlier."""
    if key is None:
        return until
    after = key.started_at + _TICK
    return after if until is None else min(until, after)


def _no_trace(trace_id: str) -> NotFound:
    return NotFound(f"There is no trace {trace_id[:100]!r}.", hint="An answer names its own as `trace_id`.")


def _check_limit(limit: int, most: int) -> None:
    if not 1 <= limit <= most:
        raise InvalidInput(f"A page has 1 to {most} entries, not {limit}.")
