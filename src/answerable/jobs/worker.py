"""Doing the jobs: inside `serve` or in a process of their own; it may die at any moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from procrastinate import PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on, stop
from answerable.db.database import Database
from answerable.db.outages import OUTAGE
from answerable.jobs.queue import JobQueue

logger = logging.getLogger(__name__)

_CONNECTIONS = 6
_WAIT = 5.0
_STOP_SECONDS = 3.0
_RECOVERY_LOCK = 0x7265636F  # "reco": one process at a time gives the jobs of the dead back


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Times in seconds. A worker without a heartbeat for `dead_after` is dead, and its jobs go to another.

    On stopping, running jobs get `grace` to end; what is left is put back into the queue.
    """

    concurrency: int = 4
    heartbeat: float = 1.0
    dead_after: float = 6.0
    poll: float = 1.0
    grace: float = 10.0
    reconnect: float = 1.0


class JobWorker:
    """Runs the jobs of some queues until it is cancelled, and outlives a database that goes away."""

    def __init__(
        self, queue: JobQueue, database: Database, *, settings: WorkerSettings | None = None
    ) -> None:
        self._queue = queue
        self._database = database
        self._settings = settings or WorkerSettings()

    async def run(self, queues: Sequence[str], *, grace: float | None = None) -> None:
        """Do jobs for ever. Cancel it to stop: it then waits for the running jobs, `grace` seconds at most."""
        grace = self._settings.grace if grace is None else grace
        while True:
            try:
                await self._work_on_pool(queues, grace)
            except (ConnectorException, PoolTimeout, Unavailable) as error:
                pass_cancellation_on()
                logger.warning("the job worker lost the database, and tries again: %s", error)
            await asyncio.sleep(self._settings.reconnect)

    async def somebody_works(self) -> bool:
        """Tell whether a worker on this database has given a sign of life lately."""
        async with self._database.transaction() as tx:
            cursor = await tx.execute(
                "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second'",
                (self._settings.dead_after / 2,),
            )
            row = await cursor.fetchone()
        return row is not None and row[0] > 0

    async def _work_on_pool(self, queues: Sequence[str], grace: float) -> None:
        """Work on connections of our own: they are then closed at the end, however it comes."""
        async with AsyncConnectionPool(
            self._queue.conninfo,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_WAIT,
            reconnect_timeout=_WAIT,  # else the pauses between attempts grow with the length of an outage
            open=False,
            kwargs={"application_name": "answerable jobs", "connect_timeout": 5},
            configure=OUTAGE.end,
            check=AsyncConnectionPool.check_connection,
        ) as pool:
            connector = PsycopgConnector()
            await connector.open_async(pool)
            with self._queue.app.replace_connector(connector):
                await self._work(queues, grace)

    async def _work(self, queues: Sequence[str], grace: float) -> None:
        settings = self._settings
        recovery = asyncio.create_task(self._recover_for_ever(), name="job recovery")
        working = asyncio.create_task(
            self._queue.app.run_worker_async(
                queues=list(queues),
                concurrency=settings.concurrency,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=settings.poll,
                update_heartbeat_interval=settings.heartbeat,
                stalled_worker_timeout=settings.dead_after,
                shutdown_graceful_timeout=grace,
            ),
            name="job worker",
        )
        try:
            await asyncio.shield(working)
        finally:
            await self._stop(working)
            await stop(recovery)

    async def _stop(self, working: asyncio.Task[None]) -> None:
        """Stop in bounded time.

        Twice a stop hung under load, and the cause was not found; perhaps the queue's listener lost its cancellation
        (Python 3.11). A second one is tried, and then the wait ends.
        """
        for patience in (self._settings.grace + _STOP_SECONDS, _STOP_SECONDS):
            if not working.done():
                working.cancel()
                await asyncio.wait([working], timeout=patience)
        if working.done() and not working.cancelled():
            working.exception()

    async def _recover_for_ever(self) -> None:
        while True:
            try:
                await self._recover()
            except (ConnectorException, PoolTimeout, Unavailable) as error:
                pass_cancellation_on()
                logger.warning("jobs of dead workers could not be looked for: %s", error)
            await asyncio.sleep(self._settings.dead_after / 4)

    async def _recover(self) -> None:
        """Put the jobs of dead workers back into the queue."""
        manager = self._queue.app.job_manager
        async with self._database.transaction() as tx:
            cursor = await tx.execute("SELECT pg_try_advisory_xact_lock(%s)", (_RECOVERY_LOCK,))
            if await cursor.fetchone() != (True,):
                return
            stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=self._settings.dead_after))
            for job in stalled:
                await manager.retry_job(job)
        if stalled:
            names = ", ".join(sorted({job.task_name for job in stalled}))
            logger.warning("%d job(s) of a dead worker are taken over: %s.", len(stalled), names)
