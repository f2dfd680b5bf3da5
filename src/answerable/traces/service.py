"""Traces: taken in at once, written in the background, never in the way of an answer; found again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock, SystemClock
from answerable.db.database import Connection, Database
from answerable.traces.reading.cursors import RunKey
from answerable.traces.reading.reader import TraceReader
from answerable.traces.rollups import store as rollups
from answerable.traces.types import RunTotals, Span, Trace, TraceFilter, TracePage, TracePolicy
from answerable.traces.writing import erasing, feedback
from answerable.traces.writing.encoding import Encoder, Redact
from answerable.traces.writing.landing import Landing, OnServed, OnWritten, ignore_served, ignore_written
from answerable.traces.writing.retention import Retention
from answerable.traces.writing.spill import Spill, count_spilled
from answerable.traces.writing.types import WritingLimits
from answerable.traces.writing.writer import TraceWriter

_EVERYTHING: Final = TraceFilter()


def _keep_all(_: str) -> TracePolicy:
    return TracePolicy()


def _leave(
    trace: Trace | None, spans: Sequence[Span], policy: TracePolicy
) -> tuple[Trace | None, Sequence[Span]]:
    del policy
    return trace, spans


class TraceService:
    """Keeps traces. `record` returns at once; `written` writes them while it is open, and the rest at its end.

    `policy_for` says of an app (empty: of what is of no app) what is kept and for how long, `redact` takes out what is
    not; both are called in a thread. `spill` is the folder for what the database does not take. `on_served` sees the
    runs from whose follow-ups something may be learnt, as they are written, `on_written` all runs. Without `enabled`
    nothing is recorded.
    """

    def __init__(
        self,
        database: Database,
        *,
        policy_for: Callable[[str], TracePolicy] = _keep_all,
        redact: Redact = _leave,
        spill: Path | None = None,
        on_served: OnServed = ignore_served,
        on_written: OnWritten = ignore_written,
        limits: WritingLimits | None = None,
        enabled: bool = True,
        clock: Clock | None = None,
    ) -> None:
        limits, self._clock = limits or WritingLimits(), clock or SystemClock()
        self.enabled = enabled
        self._spill = spill
        self._database = database
        self._writer = TraceWriter(
            Encoder(policy_for=policy_for, redact=redact),
            Landing(database, on_served=on_served, on_written=on_written),
            spill=None if spill is None else Spill(spill, max_bytes=limits.spill_bytes),
            max_traces=limits.traces,
            max_bytes=limits.bytes,
        )
        self._retention = Retention(database, self._clock)
        self._reader = TraceReader(database, flush=self._writer.flush_memory, clock=self._clock)

    @property
    def dropped(self) -> int:
        """Return how many traces this process has lost."""
        return self._writer.dropped

    @property
    def waiting(self) -> int:
        """Return how many traces are in memory, on their way to the database."""
        return self._writer.waiting

    @property
    def spilled(self) -> int:
        """Return how many traces are in spill files, to be written when the database takes them."""
        return self._writer.spilled

    @property
    def spill_problem(self) -> str | None:
        """Return why the spill files cannot be used, such as a full disk; None while they can."""
        return self._writer.spill_problem

    def record(self, trace: Trace, spans: Sequence[Span] = ()) -> None:
        """Take a run in; it is in the database within a second, or else in the spill file."""
        if self.enabled:
            self._writer.record(trace, spans, service=spans[0].service if spans else "answerable")

    def record_spans(self, spans: Sequence[Span], *, service: str) -> None:
        """Take spans of any traces in that come without a run, such as those of other services."""
        if not self.enabled:
            return
        by_trace = attrgetter("trace_id")
        for _, part in groupby(sorted(spans, key=by_trace), key=by_trace):
            self._writer.record(None, tuple(part), service=service)

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """Write traces as they come while the context is open, all of them before it closes; drop what is too old."""
        async with self._retention.opened(), self._writer.opened():
            yield

    async def flush(self) -> None:
        """Return when everything recorded so far is in the database. Raises Unavailable."""
        await self._writer.flush()

    async def count_spilled(self) -> int:
        """Return how many traces are in the spill files of all processes of the workspace."""
        return 0 if self._spill is None else await asyncio.to_thread(count_spilled, self._spill)

    async def drop_old(self) -> Sequence[str]:
        """Drop what is too old and return the names of its partitions. Raises Unavailable."""
        return await self._retention.run()

    async def get(self, trace_id: str, *, span_id: str | None = None) -> Trace:
        """Return a run: the one with that span, or else the first of the trace. Raises NotFound and Unavailable."""
        return await self._reader.get(trace_id, span_id=span_id)

    async def list_runs(self, trace_id: str) -> tuple[Trace, ...]:
        """Return the runs of a trace in their order. Raises NotFound and Unavailable."""
        return await self._reader.list_runs(trace_id)

    async def get_spans(self, trace_id: str, *, began: datetime | None = None) -> tuple[Span, ...]:
        """Return the spans of a trace by their beginning; `began`, when a run of it did, spares looking everywhere."""
        return await self._reader.get_spans(trace_id, began=began)

    async def list(
        self, filter: TraceFilter = _EVERYTHING, *, after: str | None = None, limit: int = 50
    ) -> TracePage:
        """Return a page of runs, newest first, with what was recorded here up to now."""
        return await self._reader.list_page(filter, after=after, limit=limit)

    def iterate(
        self, filter: TraceFilter = _EVERYTHING, *, batch: int = 1000
    ) -> AsyncIterator[Sequence[Trace]]:
        """Yield all runs that are meant, newest first, a batch at a time."""
        return self._reader.iterate(filter, batch=batch)

    async def list_keys(
        self, filter: TraceFilter, *, after: str | None = None, limit: int = 5000
    ) -> tuple[Sequence[RunKey], str | None]:
        """Return the keys of runs, newest first, and where to go on."""
        return await self._reader.list_keys(filter, after=after, limit=limit)

    async def sum_by_app(self, *, hours: int = 24) -> dict[str, RunTotals]:
        """Return what the runs of each app came to in the last hours; an app without runs is left out."""
        async with self._database.transaction() as tx:
            return await rollups.sum_by_app(tx, hours=hours)

    async def note_feedback(
        self,
        tx: Connection,
        trace_id: str,
        *,
        span_id: str | None = None,
        began: datetime | None = None,
        thumb: int | None,
        accepted: bool | None,
    ) -> Trace | None:
        """Set what users made of a run, the first of its trace unless a span is named; None when it is not there.

        `began`, about when it began, spares looking at every partition.
        """
        return await feedback.note_feedback(
            tx, trace_id, span_id=span_id, began=began, thumb=thumb, accepted=accepted
        )

    async def delete_conversation(self, name: str, *, key_id: UUID | None, user: str) -> Sequence[str]:
        """Delete the traces of one key's and user's conversation, wherever they still wait; return their ids."""
        await self._writer.flush_memory()
        async with self._database.transaction() as tx:
            return await self.erase_conversation(tx, name, key_id=key_id, user=user)

    async def erase_conversation(
        self, tx: Connection, name: str, *, key_id: UUID | None, user: str
    ) -> Sequence[str]:
        """Do what `delete_conversation` does in the caller's transaction, with what else is to go with it."""
        return await erasing.erase_conversation(tx, name, key_id=key_id, user=user, at=self._clock.now())

    async def delete_user(self, user: str) -> Sequence[str]:
        """Delete a user's traces, wherever they still wait, and the sums kept of the user; return their ids."""
        await self._writer.flush_memory()
        async with self._database.transaction() as tx:
            return await self.erase_user(tx, user)

    async def erase_traces(self, tx: Connection, trace_ids: Sequence[str]) -> Sequence[str]:
        """Delete traces in the caller's transaction, those alone that are written; return the ids of those."""
        return await erasing.erase_traces(tx, trace_ids, at=self._clock.now())

    async def erase_user(self, tx: Connection, user: str) -> Sequence[str]:
        """Do what `delete_user` does in the caller's transaction, with what else is to go with it."""
        return await erasing.erase_user(tx, user, at=self._clock.now())
