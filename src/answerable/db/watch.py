"""The embedded server is nobody's child: when it is killed, those who use it start it again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from answerable.core.errors import SetupError
from answerable.core.tasks import stop
from answerable.db.embedded import EmbeddedPostgres

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.5
_LONGEST_PAUSE = 15.0


@asynccontextmanager
async def kept_running(server: EmbeddedPostgres) -> AsyncIterator[None]:
    """Start the server again within a second of its death, as long as the block runs."""
    task = asyncio.create_task(_watch(server), name="database watch")
    try:
        yield
    finally:
        await stop(task)


async def _watch(server: EmbeddedPostgres) -> None:
    pause = _LOOK_SECONDS
    while True:
        await asyncio.sleep(pause)
        try:
            if await asyncio.to_thread(server.ensure_running):
                logger.warning("PostgreSQL had died; it was started again.")
            pause = _LOOK_SECONDS
        except (SetupError, OSError) as error:
            logger.error("PostgreSQL has died and does not start: %s", error)
            pause = min(_LONGEST_PAUSE, pause * 2)
