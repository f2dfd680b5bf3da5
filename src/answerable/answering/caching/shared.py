"""Cached answers in PostgreSQL, shared by all servers.

A miss costs no round trip: a server remembers which keys are there, and asks for the new ones in the background, at
most once a second and only while it is asked itself. Writing is in the background as well. Losing any of it costs a
model call, never a wrong answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from answerable.answering.caching import store
from answerable.answering.caching.keys import CacheKey, IndexState
from answerable.answering.caching.store import Known, NewRow
from answerable.answering.types import Answer
from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.core.tasks import stop
from answerable.db.database import Connection, Database

_log = logging.getLogger(__name__)
_ANSWER: Final = TypeAdapter(Answer)

_WAITING: Final = 2_000
"""Answers that wait to be written; when the database is slower than the models, the oldest are not shared."""
_REMEMBERED: Final = 50_000
_KEPT: Final = 200_000
_CLEANING_SECONDS: Final = 60.0
_PATIENCE: Final = 10.0
"""Seconds that a round in progress gets to finish at the end, before it is broken off and written again."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An answer to be shared. `vector` are the bytes of its question's, for likeness."""

    key: CacheKey
    answer: Answer
    expires_at: float
    vector: bytes | None


class SharedAnswers:
    """`on_known` is told of entries with a question, for likeness."""

    def __init__(
        self, database: Database, *, clock: Clock, interval: float, on_known: Callable[[Known], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._interval = interval
        self._on_known = on_known
        self._waiting: deque[Fresh] = deque(maxlen=_WAITING)
        self._there: OrderedDict[bytes, float] = OrderedDict()
        self._last = 0
        self._states: dict[str, IndexState] = {}
        self._changed: set[str] = set()
        self._cleaned = clock.monotonic()
        self._wake = asyncio.Event()
        self._round = asyncio.Lock()

    def note(self, key: CacheKey) -> None:
        """Take in that somebody asks, and in which state the collection is."""
        self._wake.set()
        state = key.index
        if state is not None and self._states.get(state.collection) != state:
            self._states[state.collection] = state
            self._changed.add(state.collection)

    def put(self, fresh: Fresh) -> None:
        """Share an answer, soon."""
        self._waiting.append(fresh)
        self._wake.set()

    async def delete_of_traces(self, tx: Connection, trace_ids: Collection[str]) -> int:
        """Delete the answers that these runs made, also those that wait; return how many were in the database."""
        kept = [fresh for fresh in self._waiting if fresh.answer.trace_id not in trace_ids]
        self._waiting.clear()
        self._waiting.extend(kept)
        return await store.delete_of_traces(tx, list(trace_ids))

    async def find(self, digest: bytes) -> tuple[Answer, float] | None:
        """Return an answer and when it expires (Unix time), without asking the database for what it does not have."""
        if self._there.get(digest, 0.0) <= self._clock.now().timestamp():
            return None
        try:
            async with self._database.transaction() as tx:
                found = await store.find(tx, digest)
            if found is not None:
                return _ANSWER.validate_json(found[0]), found[1]
        except Unavailable:
            return None
        except ValidationError:  # written by another version
            _log.warning("A cached answer cannot be read; it is made anew.")
        self._there.pop(digest, None)
        return None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Write and read in the background while the context is open, and write the rest at its end."""
        task = asyncio.create_task(self._run_for_ever(), name="answer cache")
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE), self._round:
                    task.cancel()
            await stop(task)
            try:
                await self._write()
            except Unavailable:
                _log.warning("%d answers were not shared: the database is away.", len(self._waiting))

    async def sync(self) -> None:
        """Write what waits, then learn what others wrote. Raises Unavailable."""
        await self._write()
        async with self._database.transaction() as tx:
            for known in await store.list_newer(tx, self._last, limit=_REMEMBERED):
                self._remember(known)

    async def _run_for_ever(self) -> None:
        while True:
            try:
                async with self._round:
                    await self.sync()
                    await self._clean()
            except Unavailable:
                self._wake.set()
            except Exception:
                _log.exception("Cached answers could not be shared.")
            await asyncio.sleep(self._interval)
            await self._wake.wait()
            self._wake.clear()

    async def _write(self) -> None:
        batch = tuple(self._waiting)
        if not batch:
            return
        rows = await asyncio.to_thread(_to_rows, batch)
        async with self._database.transaction() as tx:
            await store.insert(tx, rows)
        for fresh in batch:
            if self._waiting and self._waiting[0] is fresh:  # more may have come than there is room for
                self._waiting.popleft()

    async def _clean(self) -> None:
        changed, self._changed = self._changed, set()
        due = self._clock.monotonic() - self._cleaned >= _CLEANING_SECONDS
        if not (changed or due):
            return
        async with self._database.transaction() as tx:
            for collection in sorted(changed):
                await store.delete_other_generations(tx, collection, self._states[collection].version)
            if due:
                self._cleaned = self._clock.monotonic()
                await store.delete_expired(tx, keep=_KEPT)
                if (
                    await store.get_last_number(tx) < self._last
                ):  # emptied by a crash, and counted from one again
                    self._last = 0
                    self._there.clear()

    def _remember(self, known: Known) -> None:
        self._last = known.number
        self._there[known.key] = known.expires_at
        self._there.move_to_end(known.key)
        if len(self._there) > _REMEMBERED:
            self._there.popitem(last=False)
        if known.scope is not None:
            self._on_known(known)


def _to_rows(batch: Sequence[Fresh]) -> list[NewRow]:
    """Return the last answer of each key as a row; what has no JSON, such as half a surrogate pair, is left out."""
    rows: dict[bytes, NewRow] = {}
    for fresh in batch:
        key, likeness = fresh.key, fresh.key.likeness if fresh.vector is not None else None
        try:
            answer = _ANSWER.dump_json(fresh.answer)
        except PydanticSerializationError:
            continue
        rows[key.digest] = NewRow(
            key=key.digest,
            app=key.app,
            corpus=None if key.index is None else key.index.collection,
            generation=None if key.index is None else key.index.version,
            answer=answer,
            expires_at=fresh.expires_at,
            scope=None if likeness is None else likeness.scope,
            question=None if likeness is None else likeness.question,
            vector=None if likeness is None else fresh.vector,
        )
    return sorted(rows.values(), key=lambda row: row.key)
