"""Traces are kept for as long as their app's policy said when they were written; then their partition is dropped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Final

import psycopg

from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.core.tasks import stop
from answerable.db.database import Database
from answerable.traces.rollups import store as rollups
from answerable.traces.writing import store

_log = logging.getLogger(__name__)

_LOCK: Final = 0x72657461  # "reta": one process at a time
_FIRST: Final = 3.0
"""Seconds after the start: a command that is over sooner leaves it to others."""
_PAUSE: Final = 3600.0
_PATIENCE: Final = "2s"
"""How long dropping a partition may keep others from traces, while it waits for those who read."""
_ERASURES_KEPT: Final = "400 days"


class Retention:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Drop what is too old, soon and then every hour, while the context is open."""
        task = asyncio.create_task(self._run_for_ever(), name="trace retention")
        try:
            yield
        finally:
            await stop(task)

    async def run(self) -> list[str]:
        """Drop what is too old and return the names of the partitions. Raises Unavailable.

        A partition that somebody reads for long is left for the next time.
        """
        now = self._clock.now()
        async with self._database.transaction() as tx:
            partitions = await store.list_partitions(tx)
        old = [name for name, keep, day in partitions if is_too_old(day, keep_days=keep, today=now.date())]
        dropped = [name for name in sorted(old) if await self._try_drop(name)]
        async with self._database.transaction() as tx:
            if await store.try_lock(tx, _LOCK):
                await rollups.delete_old(tx, now)
                await store.delete_old_erasures(tx, now, kept=_ERASURES_KEPT)
        return dropped

    async def _try_drop(self, name: str) -> bool:
        try:
            async with self._database.transaction() as tx:
                if not await store.try_lock(tx, _LOCK):
                    return False
                await store.drop_partition(tx, name, patience=_PATIENCE)
        except Unavailable as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                _log.info("%s is too old and still read; it is dropped later.", name)
                return False
            raise
        return True

    async def _run_for_ever(self) -> None:
        pause = _FIRST
        while True:
            await asyncio.sleep(pause)
            try:
                await self.run()
                pause = _PAUSE
            except Unavailable:
                pause = _FIRST
            except Exception:
                _log.exception("Old traces could not be dropped; it is tried again.")
                pause = _PAUSE


def is_too_old(day: date, *, keep_days: int, today: date) -> bool:
    """Return whether every trace of a day (UTC) has been kept for `keep_days`; 0 keeps them for ever."""
    return keep_days > 0 and day + timedelta(days=keep_days) < today
