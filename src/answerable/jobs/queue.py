"""Jobs in PostgreSQL, by procrastinate.

A job is deferred on the caller's transaction: it exists exactly if the rows that it is about do. A job may run more
than once (a worker may die after its last write), so every handler must be safe to repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from procrastinate import App, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from answerable.core.errors import AnswerableError, Unavailable
from answerable.db.database import Connection

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 40
"""Deaths of a worker count as attempts too, hence many; waits between attempts grow to `_LONGEST_WAIT`."""

_LONGEST_WAIT = 30


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job. `number` counts from 1; after the `last` one the queue gives the job up.

    Only a job whose workers died again and again is given another chance beyond that: to note its own end.
    """

    number: int

    @property
    def last(self) -> bool:
        return self.number >= MAX_ATTEMPTS


class Handler(Protocol):
    def __call__(self, attempt: Attempt, /, **arguments: Any) -> Awaitable[None]:
        """Do the job. Raising makes it run again later; being cancelled too (the worker stops)."""
        ...


class JobQueue:
    """The queue on one database. Handlers are registered before `answerable.jobs.worker` starts to work."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.app = App(connector=PsycopgConnector())

    def register(self, name: str, handler: Handler) -> None:
        """Name the coroutine function that does the jobs called `name`."""
        self.app.task(name=name, retry=_Backoff(), pass_context=True)(_adapt(handler))

    async def defer(
        self, tx: Connection, name: str, arguments: Mapping[str, Any], *, queue: str, priority: int = 0
    ) -> None:
        """Put a job into `queue`, on the given transaction. Higher priorities go first, then older jobs."""
        await self.defer_many(tx, name, [arguments], queue=queue, priority=priority)

    async def defer_many(
        self, tx: Connection, name: str, calls: list[Mapping[str, Any]], *, queue: str, priority: int = 0
    ) -> None:
        """Put one job into `queue` for each mapping of arguments (JSON values), on the given transaction."""
        if not calls:
            return
        task = self.app.configure_task(name, queue=queue, priority=priority, connection=tx)
        try:
            await task.batch_defer_async(*(dict(call) for call in calls))
        except ConnectorException as error:
            raise Unavailable("The job could not be queued.", code="database_unavailable") from error

    async def count(self, tx: Connection) -> dict[tuple[str, str], int]:
        """Return how many jobs wait (`todo`) and run (`doing`), by (queue, state)."""
        cursor = await tx.execute(
            "SELECT queue_name, status, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " GROUP BY queue_name, status"
        )
        return {(queue, state): count async for queue, state, count in cursor}


def _adapt(handler: Handler) -> Callable[..., Awaitable[None]]:
    async def run(context: JobContext, **arguments: Any) -> None:
        await handler(Attempt(context.job.attempts + 1), **arguments)

    return run


class _Backoff(BaseRetryStrategy):
    """Try again after 1, 2, 4 ... 30 seconds, `MAX_ATTEMPTS` times in all, and say why: somebody may be waiting."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if job.attempts + 1 >= MAX_ATTEMPTS:
            return None
        seconds = min(_LONGEST_WAIT, 2 ** min(job.attempts, 10))
        if isinstance(exception, AnswerableError):
            logger.warning(
                "A job is tried again in %d s: %s %s", seconds, exception.detail, exception.hint or ""
            )
        return RetryDecision(retry_in={"seconds": seconds})
