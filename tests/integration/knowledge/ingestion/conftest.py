"""A whole ingestion: a real database, a worker, reading processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from answerable.access.audit.service import AuditLog
from answerable.core.clock import SystemClock
from answerable.core.tasks import stop
from answerable.db.database import Database
from answerable.jobs.queue import JobQueue
from answerable.jobs.worker import JobWorker, WorkerSettings
from answerable.knowledge.index.search import SearchService
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index_versions.follower import IndexFollower
from answerable.knowledge.index_versions.service import IndexVersions
from answerable.knowledge.ingestion.pool import PoolSettings
from answerable.knowledge.ingestion.service import IngestionService, IngestionSettings
from answerable.knowledge.service import KnowledgeService
from answerable.knowledge.types import IndexSettings
from answerable.worker.run import run_worker
from tests.integration.knowledge.ingestion.harness import (
    COLLECTION,
    Ingestion,
    MakeIngestion,
    Provider,
    RemoteEmbedder,
    write_document,
)
from tests.integration.knowledge.ingestion.programs import LoggingEmbedder, parse_with_faults


@pytest_asyncio.fixture
async def make_ingestion(database: Database, conninfo: str, tmp_path: Path) -> AsyncIterator[MakeIngestion]:
    """Make services with a worker beside them; `worker=False` leaves it out."""
    log = tmp_path / "embedded.log"

    async def make(*, worker: bool = True, settings: IngestionSettings | None = None) -> Ingestion:
        jobs = JobQueue(conninfo)
        indexes = IndexService(database)
        provider = Provider()
        service = IngestionService(
            database,
            jobs,
            indexes,
            lambda name: RemoteEmbedder(name, log, provider),
            settings=settings or IngestionSettings(pool=PoolSettings(processes=2), niceness=0),
            parse=parse_with_faults,
            load_embedder=partial(LoggingEmbedder, log),
        )
        knowledge = KnowledgeService(database, indexes, audit=AuditLog(database))
        IndexFollower(database, jobs, indexes, service.embedder)
        in_use: dict[tuple[str, str], list[str]] = {}
        versions = IndexVersions(
            database,
            jobs,
            indexes,
            lambda name: RemoteEmbedder(name, log, provider),
            defaults=IndexSettings(),
            list_uses=lambda collection, index: in_use.get((collection, index), []),
            audit=AuditLog(database),
        )
        search = SearchService(database, lambda name: RemoteEmbedder(name, log, provider), SystemClock())
        await knowledge.get_or_create_collection(COLLECTION)
        if worker:
            await stack.enter_async_context(_working(jobs, database, service))
        return Ingestion(service, knowledge, database, log, versions, search, provider, in_use)

    async with AsyncExitStack() as stack:
        yield make


@pytest_asyncio.fixture
async def ingestion(make_ingestion: MakeIngestion) -> Ingestion:
    made: Ingestion = await make_ingestion()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three documents, two chunks and more in each."""
    root = tmp_path / "corpus"
    (root / "deep").mkdir(parents=True)
    write_document(root / "apples.md", "apples")
    write_document(root / "pears.md", "pears")
    write_document(root / "deep" / "plums.md", "plums")
    return root


@asynccontextmanager
async def _working(jobs: JobQueue, database: Database, service: IngestionService) -> AsyncIterator[None]:
    quick = WorkerSettings(heartbeat=0.2, dead_after=1.0, poll=0.2, grace=2.0, reconnect=0.1)
    task = asyncio.create_task(run_worker(JobWorker(jobs, database, settings=quick), service))
    try:
        yield
    finally:
        await stop(task, patience=20)
