"""Conversations are kept for as long as their app keeps traces, from the last thing said in them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from answerable.conversations import store
from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.core.tasks import stop
from answerable.db.database import Database

_log = logging.getLogger(__name__)

_FIRST: Final = 3.0
"""Seconds after the start: a command that is over sooner leaves it to others."""
_PAUSE: Final = 3600.0


class ConversationRetention:
    """`keep_days` says for how many days an app keeps what was said to it; 0 is for ever."""

    def __init__(self, database: Database, *, keep_days: Callable[[str], int], clock: Clock) -> None:
        self._database = database
        self._keep_days = keep_days
        self._clock = clock

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Delete what is too old, soon and then every hour, while the context is open."""
        task = asyncio.create_task(self._run_for_ever(), name="conversation retention")
        try:
            yield
        finally:
            await stop(task)

    async def run(self) -> int:
        """Delete what is too old and return how many conversations that were. Raises Unavailable."""
        now, deleted = self._clock.now(), 0
        async with self._database.transaction() as tx:
            apps = await store.list_apps(tx)
        for app, days in [(app, self._keep_days(app)) for app in apps]:
            if days:
                async with self._database.transaction() as tx:
                    deleted += await store.delete_silent(tx, app, since=now - timedelta(days=days))
        return deleted

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
                _log.exception("Old conversations could not be deleted; it is tried again.")
                pause = _PAUSE
