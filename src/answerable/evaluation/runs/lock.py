"""One process at a time works on a run. The lock ends with the process, however that ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from answerable.core.errors import Conflict, Unavailable
from answerable.core.tasks import pass_cancellation_on
from answerable.evaluation.runs.run_store import LOCKS

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between two tries."""


@asynccontextmanager
async def locked(conninfo: str, run_id: UUID) -> AsyncIterator[None]:
    """Hold the run on a connection of its own, outside the pool.

    Raises Conflict (`eval_running`) when another process has it, Unavailable without a database.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(
            conninfo,
            autocommit=True,
            connect_timeout=5,
            application_name="answerable eval",
            # Nothing is said on it for hours: without these a firewall may forget it, and the lock with it.
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=6,
        )
    except psycopg.OperationalError as error:
        pass_cancellation_on()
        raise Unavailable("The database cannot be reached.", code="database_unavailable") from error
    async with connection:
        await _take(connection, run_id)
        yield


async def _take(connection: psycopg.AsyncConnection[TupleRow], run_id: UUID) -> None:
    """Take the lock. The database needs a moment to see that a killed process is gone, so it is tried for a while."""
    for pause in (*_PAUSES, None):
        cursor = await connection.execute(
            "SELECT pg_try_advisory_lock(%s::int, hashtext(%s::text))", (LOCKS, str(run_id))
        )
        row = await cursor.fetchone()
        if row is not None and row[0]:
            return
        if pause is not None:
            await asyncio.sleep(pause)
    raise Conflict(
        f"The eval run {run_id} is being worked on by another process.",
        hint="Wait until it ends, or start one of its own with --fresh.",
        code="eval_running",
    )
