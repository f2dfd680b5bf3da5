"""The jobs of a run and how one leads to the next: plan, read (many at once), finish.

Each step may be done again after a crash. The next one is deferred in the transaction that ends the one before, under
a lock on the run, so that no step is lost and none is there twice.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from answerable.core.errors import AnswerableError, CallerError, ServiceError, Unavailable
from answerable.db.database import DISK_FULL, Database
from answerable.jobs.queue import MAX_ATTEMPTS, Attempt, JobQueue
from answerable.knowledge.index_versions.lagging import defer_behind
from answerable.knowledge.ingestion import items, store
from answerable.knowledge.ingestion.batch import BatchReader
from answerable.knowledge.ingestion.finishing import RunFinisher
from answerable.knowledge.ingestion.planning import RunPlanner, make_batches
from answerable.knowledge.ingestion.types import Run, RunState
from answerable.knowledge.ingestion.uploads import delete_abandoned, delete_of_run

logger = logging.getLogger(__name__)

PLAN = "ingestion.plan"
READ = "ingestion.read"
FINISH = "ingestion.finish"

_KEEP_RUNS = 100
_BUG_ATTEMPTS = 5
"""An error that nobody foresaw is not waited for as long as a database or a provider that is away."""

_URGENT = 1


class _WorkersDied(Exception):  # noqa: N818
    def __str__(self) -> str:
        return "every worker that read it died"


class RunJobs:
    """The handlers of the queue."""

    def __init__(
        self,
        database: Database,
        jobs: JobQueue,
        *,
        planner: RunPlanner,
        reader: BatchReader,
        finisher: RunFinisher,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._planner = planner
        self._reader = reader
        self._finisher = finisher
        jobs.register(PLAN, self._plan)
        jobs.register(READ, self._read)
        jobs.register(FINISH, self._finish)

    async def _plan(self, attempt: Attempt, /, **arguments: Any) -> None:
        run = await self._find(arguments, {"queued", "running"})
        if run is None or run.planned:
            return
        async with self._database.transaction() as tx:
            await store.set_state(tx, run.id, "running", of=["queued"])
        try:
            await self._planner.plan(run)
        except Exception as error:
            await self._give_up(run, attempt, error)
            return
        async with self._database.transaction() as tx:
            locked = await store.find_run(tx, run.id, lock=True)
            if locked is None or locked.planned or locked.state != "running":
                return
            await store.set_planned(tx, run.id)
            batches: list[dict[str, Any]] = [
                {"run_id": str(run.id), "items": batch} for batch in await make_batches(tx, run)
            ]
            await self._jobs.defer_many(tx, READ, list(batches), queue=run.settings.queue)
        if not batches:
            await self._go_on(run)

    async def _read(self, attempt: Attempt, /, **arguments: Any) -> None:
        run = await self._find(arguments, {"running"})
        if run is None:
            return
        try:
            if attempt.number > MAX_ATTEMPTS:
                raise _WorkersDied
            await self._reader.read(run, arguments["items"], attempt)
        except Exception as error:
            if _is_hopeless(error, run):
                await self._end(run, "failed", of=["running"], error=str(error))
                return
            if not attempt.last and (isinstance(error, ServiceError) or attempt.number < _BUG_ATTEMPTS):
                raise
            logger.exception("a batch is given up")
            await self._reader.give_up(run, arguments["items"], error)
        await self._go_on(run)

    async def _finish(self, attempt: Attempt, /, **arguments: Any) -> None:
        run = await self._find(arguments, {"finishing"})
        if run is None:
            return
        try:
            await self._finisher.finish(run)
        except Exception as error:
            await self._give_up(run, attempt, error)
            return
        await self._end(run, "done", of=["finishing"])

    async def _go_on(self, run: Run) -> None:
        """Finish the run, if all of its items are done."""
        async with self._database.transaction() as tx:
            locked = await store.find_run(tx, run.id, lock=True)
            if locked is None or not locked.planned or await items.has_pending(tx, run.id):
                return
            if not await store.set_state(tx, run.id, "finishing", of=["running"]):
                return
            await self._jobs.defer(
                tx, FINISH, {"run_id": str(run.id)}, queue=run.settings.queue, priority=_URGENT
            )

    async def _end(self, run: Run, state: RunState, *, of: list[RunState], error: str | None = None) -> None:
        async with self._database.transaction() as tx:
            if await store.set_state(tx, run.id, state, of=of, error=error):
                await delete_of_run(tx, run.id)
                await delete_abandoned(tx)
                await store.delete_old_runs(tx, run.collection_id, keep=_KEEP_RUNS)
                await defer_behind(tx, self._jobs, run.collection_id)

    async def _find(self, arguments: dict[str, Any], states: set[RunState]) -> Run | None:
        """Return the run of a job; None when it was deleted or cancelled, or is past this step."""
        async with self._database.transaction() as tx:
            run = await store.find_run(tx, UUID(arguments["run_id"]))
        return run if run is not None and run.state in states else None

    async def _give_up(self, run: Run, attempt: Attempt, error: Exception) -> None:
        """End a run that cannot go on; raises the error again as long as another attempt may help."""
        if not attempt.last and not isinstance(error, CallerError):
            raise error
        reason = error.detail if isinstance(error, AnswerableError) else f"{type(error).__name__}: {error}"
        await self._end(run, "failed", of=["queued", "running", "finishing"], error=reason)


def _is_hopeless(error: Exception, run: Run) -> bool:
    """A full disk is somebody's to mend: trying on would only hide it. An upload was acknowledged, so it waits."""
    return isinstance(error, Unavailable) and error.code == DISK_FULL and run.settings.upload is None
