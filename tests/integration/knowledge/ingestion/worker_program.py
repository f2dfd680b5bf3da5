"""A worker in a process of its own, to be killed: `python -m ...worker_program CONNINFO LOG`."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from answerable.db.database import Database
from answerable.jobs.queue import JobQueue
from answerable.jobs.worker import JobWorker, WorkerSettings
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionService, IngestionSettings
from answerable.worker.run import run_worker
from tests.integration.knowledge.ingestion.harness import Provider, RemoteEmbedder
from tests.integration.knowledge.ingestion.programs import SlowEmbedder


async def main(conninfo: str, log: Path) -> None:
    database = Database(conninfo)
    await database.open()
    jobs = JobQueue(conninfo)
    service = IngestionService(
        database,
        jobs,
        IndexService(database),
        lambda name: RemoteEmbedder(name, log, Provider()),
        settings=IngestionSettings(pool=PoolSettings(processes=2), niceness=0),
        load_embedder=partial(SlowEmbedder, log),
    )
    quick = WorkerSettings(heartbeat=0.2, dead_after=1.0, poll=0.1)
    await run_worker(JobWorker(jobs, database, settings=quick), service)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
