"""Counters and the database, kept in step: increments go out in numbered batches, totals of all servers come back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

from answerable.access.budgets import store
from answerable.access.budgets.book import MAX_COUNTERS, Book
from answerable.access.budgets.counters import Counter
from answerable.access.budgets.types import Spend
from answerable.core.errors import Unavailable
from answerable.core.ids import new_id
from answerable.core.tasks import stop
from answerable.db.database import Database

_log = logging.getLogger(__name__)


class UsageSync:
    """Sleeps while nothing is used; the first use after a pause is synchronised at once, then every `interval`."""

    def __init__(
        self, database: Database, book: Book, *, interval: float, on_read: Callable[[Counter], None]
    ) -> None:
        self._database = database
        self._book = book
        self._interval = interval
        self._on_read = on_read
        self._settled: set[Counter] = set()
        self._asked: set[Counter] = set()
        self._writing: list[Counter] = []
        self._writer, self._batch = new_id(), 0
        self._wake = asyncio.Event()
        self._running = asyncio.Lock()

    def note_asked(self, counters: Iterable[Counter]) -> None:
        """Read these next time."""
        self._asked.update(counters)
        self._wake.set()

    def note_settled(self, counters: Iterable[Counter]) -> None:
        """Write what these have pending, next time."""
        self._settled.update(counters)
        self._wake.set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Read the day so far, keep in step, and write the rest at the end. Raises Unavailable at the start."""
        async with self._database.transaction() as tx:
            await store.delete_old(tx, self._book.today)
            self._book.load(await store.list_day(tx, self._book.today, limit=MAX_COUNTERS))
        task = asyncio.create_task(self._run_for_ever(), name="budgets")
        try:
            yield
        finally:
            await stop(task)
            await self._write_rest()

    async def run(self) -> None:
        """Write and read once. Raises Unavailable; nothing is lost then, nor counted twice the next time."""
        async with self._running:
            if not self._writing:
                self._begin_batch()
            asked, self._asked = self._asked, set()
            counters = [*{*self._writing, *asked}]
            if not counters:
                return
            try:
                await self._exchange(counters)
            except BaseException:
                self._asked |= asked
                raise

    def _begin_batch(self) -> None:
        self._writing, self._settled = list(self._settled), set()
        self._batch += 1
        for counter in self._writing:
            counter.writing, counter.pending = counter.pending, Spend()

    async def _exchange(self, counters: Sequence[Counter]) -> None:
        async with self._database.transaction() as tx:
            # A batch whose commit seemed to fail may have been committed: its number tells.
            if self._writing and await store.claim_batch(tx, self._writer, self._batch):
                await store.add(tx, _sum(self._writing))
            totals = await store.read(tx, [counter.key for counter in counters])
        for counter in counters:
            counter.stored = totals.get(counter.key, Spend())
            counter.writing = Spend()
            self._on_read(counter)
        self._writing = []

    async def _run_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.run()
            except Unavailable:
                self._wake.set()
            except Exception:
                _log.exception("The usage could not be written; it is tried again.")
                self._wake.set()
            self._book.shrink()
            await asyncio.sleep(self._interval)
            if self._settled:
                self._wake.set()

    async def _write_rest(self) -> None:
        try:
            await self.run()  # a batch that was on its way
            await self.run()
        except Unavailable as error:
            lost = [f"{counter.scope} {counter.title}" for counter in {*self._writing, *self._settled}]
            _log.error("The last usage of %s could not be written: %s", ", ".join(lost), error.detail)


def _sum(counters: Iterable[Counter]) -> list[tuple[store.Key, Spend]]:
    """Return what they write, a key once: a clock that was set back over midnight has made two counters of a day."""
    spends: dict[store.Key, Spend] = {}
    for counter in counters:
        spends[counter.key] = spends.get(counter.key, Spend()) + counter.writing
    return list(spends.items())
