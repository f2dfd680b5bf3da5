"""Traces are written in the background, in batches, and are never in the way of an answer."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Final
from uuid import UUID

from answerable.core.errors import NotFound, Unavailable
from answerable.core.tasks import stop
from answerable.db.database import Database
from answerable.traces import store
from answerable.traces.types import RunTotals, Trace

_log = logging.getLogger(__name__)

_BATCH: Final = 500
_PAUSE: Final = 0.2
"""Seconds that a trace waits for others to be written with."""
_RETRY: Final = 1.0
_CAPACITY: Final = 50_000
"""Traces kept while the database is away, some 100 MB; what comes beyond is counted in `dropped`."""


class TraceService:
    """Keeps traces. `record` returns at once; `written` writes them while it is open, and the rest at its end."""

    def __init__(self, database: Database, *, capacity: int = _CAPACITY) -> None:
        self.dropped = 0
        self._database = database
        self._capacity = capacity
        self._queue: deque[Trace] = deque()
        self._filled = asyncio.Event()
        self._writing = asyncio.Lock()

    def record(self, trace: Trace) -> None:
        """Take a trace in; it is in the database within a second."""
        if len(self._queue) >= self._capacity:
            self.dropped += 1
            _log.error("The trace %s is lost: %d wait for the database.", trace.id, len(self._queue))
            return
        self._queue.append(trace)
        self._filled.set()

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """Write traces as they come while the context is open, and all of them before it closes."""
        task = asyncio.create_task(self._write_for_ever())
        try:
            yield
        finally:
            await stop(task)
            await self._write_rest()

    async def flush(self) -> None:
        """Return when everything recorded so far is written. Raises Unavailable."""
        async with self._writing:
            while self._queue:
                await self._write_batch()

    async def get(self, trace_id: str) -> Trace:
        """Return one trace, also one that was recorded just now. Raises NotFound and Unavailable."""
        await self.flush()
        async with self._database.transaction() as tx:
            found = await store.find(tx, trace_id)
        if found is None:
            raise NotFound(f"There is no trace {trace_id!r}.", hint="An answer names its own as `trace_id`.")
        return found

    async def list_newest(self, *, app: str | None = None, limit: int = 50) -> list[Trace]:
        """Return the newest first, with what was recorded here up to now."""
        await self.flush()
        async with self._database.transaction() as tx:
            return await store.list_newest(tx, app=app, limit=limit)

    async def sum_by_app(self, *, hours: int = 24) -> dict[str, RunTotals]:
        """Return what the runs of each app came to in the last hours; an app without runs is left out."""
        async with self._database.transaction() as tx:
            return await store.sum_by_app(tx, hours=hours)

    async def delete_conversation(self, name: str, *, key_id: UUID | None, user: str) -> None:
        """Delete the traces of one key's and user's conversation, also those that still wait."""
        await self.flush()
        async with self._database.transaction() as tx:
            await store.delete_conversation(tx, name, key_id=key_id, user=user)

    async def _write_for_ever(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            try:
                await self.flush()
            except Unavailable:
                self._filled.set()
                await asyncio.sleep(_RETRY)
            await asyncio.sleep(_PAUSE)

    async def _write_rest(self) -> None:
        try:
            await self.flush()
        except Unavailable as error:
            _log.error("%d traces could not be written: %s", len(self._queue), error.detail)

    async def _write_batch(self) -> None:
        batch = tuple(islice(self._queue, _BATCH))
        async with self._database.transaction() as tx:
            await store.insert(tx, batch)
        for _ in batch:
            self._queue.popleft()
