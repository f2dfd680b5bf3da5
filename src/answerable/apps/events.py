"""Word of a change: PostgreSQL tells every server at the commit, and after a lost connection it is assumed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Final

import psycopg

from answerable.core.tasks import pass_cancellation_on
from answerable.db.database import Connection

_log = logging.getLogger(__name__)

_QUIET_SECONDS: Final = 30.0
"""After so long without a word something may have swallowed it, such as a pooler in front of the database."""
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0


async def listen(conninfo: str) -> AsyncGenerator[None, None]:
    """Yield when apps may have changed: after each connection made, each notification, and a long silence.

    Never ends; connects anew for as long as it takes, with pauses that grow to five seconds. Close it to stop.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            async with await _connect(conninfo) as connection:
                await connection.execute("LISTEN answerable_apps")
                pause = _FIRST_PAUSE
                yield
                while True:
                    await _hear(connection)
                    yield
        except psycopg.OperationalError as error:
            pass_cancellation_on()
            level = (
                logging.WARNING if pause == _FIRST_PAUSE else logging.DEBUG
            )  # once for each time it is away
            _log.log(level, "No word of changed apps for now, the database is away: %s", error)
        await asyncio.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 2)


async def _connect(conninfo: str) -> Connection:
    # The kernel finds out within half a minute that a silent other end is gone, and then the connection fails.
    return await psycopg.AsyncConnection.connect(
        conninfo,
        autocommit=True,
        connect_timeout=5,
        application_name="answerable apps",
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )


async def _hear(connection: Connection) -> None:
    """Return at the next notification, having taken those that came with it, or when it has been quiet for long."""
    async for _ in connection.notifies(timeout=_QUIET_SECONDS, stop_after=1):
        pass
