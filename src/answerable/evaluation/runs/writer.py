"""Writes what comes in from many examples at once, so that they share a commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on, stop
from answerable.db.database import Database
from answerable.evaluation.runs import item_store
from answerable.evaluation.runs.item_store import NewItem, ScoredItem

_PAUSES: Final = (0.2, 0.5, 1, 2, 4, 8, 15)
"""Seconds between two tries while the database is away: what was paid for is not thrown away in a restart."""

Record = NewItem | ScoredItem


class ResultWriter:
    """Whoever writes waits until it is committed. While a commit is under way the next records come together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Record, asyncio.Future[None]]] = []
        self._called = asyncio.Event()

    def write(self, record: Record) -> asyncio.Future[None]:
        """Return what is done when the record is in the database for good; records are written in their order.

        It raises Unavailable when the database is away for long.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        self._called.set()
        return done

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Write while the context is open; inside, everybody waits for their own records."""
        task = asyncio.create_task(self._run(), name="eval writer")
        try:
            yield
        finally:
            await stop(task)

    async def _run(self) -> None:
        while True:
            await self._called.wait()
            self._called.clear()
            batch, self._waiting = self._waiting, []
            error = await self._try_to_commit([record for record, _ in batch])
            for _, done in batch:
                if not done.done():
                    _settle(done, error)

    async def _try_to_commit(self, records: list[Record]) -> Exception | None:
        """Return None when the records are written, else why not."""
        for pause in (*_PAUSES, None):
            try:
                await self._commit(records)
                return None
            except Unavailable as error:
                pass_cancellation_on()
                if pause is None:
                    return error
                await asyncio.sleep(pause)
            except Exception as error:
                return error
        raise AssertionError("the last pause is None")

    async def _commit(self, records: list[Record]) -> None:
        items = [one for one in records if isinstance(one, NewItem)]
        scored = [one for one in records if isinstance(one, ScoredItem)]
        # One way there and back for all of it.
        async with self._database.transaction() as tx, tx.pipeline():
            if items:
                await item_store.insert_items(tx, items)
            if scored:
                await item_store.insert_scores(tx, scored)


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
