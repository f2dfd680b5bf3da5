"""Ingestion for its callers: start a run, take an upload, watch, cancel."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from answerable.core.errors import InvalidInput, NotFound
from answerable.core.ids import new_id
from answerable.db.database import Connection, Database
from answerable.jobs.queue import JobQueue
from answerable.knowledge import store as knowledge
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index_versions.lagging import defer_behind
from answerable.knowledge.index_versions.locks import hold_active
from answerable.knowledge.ingestion import items, store
from answerable.knowledge.ingestion.batch import BatchReader
from answerable.knowledge.ingestion.embedding import PassageEmbedder
from answerable.knowledge.ingestion.finishing import RunFinisher
from answerable.knowledge.ingestion.messages import Parser, Setup, TextEmbedder
from answerable.knowledge.ingestion.planning import RunPlanner
from answerable.knowledge.ingestion.pool import PoolSettings, ReadingPool
from answerable.knowledge.ingestion.runs import PLAN, RunJobs
from answerable.knowledge.ingestion.sourcing import Fetch, SourceFiles
from answerable.knowledge.ingestion.types import FINAL_STATES, Labels, Problem, Progress, Run, RunSettings
from answerable.knowledge.ingestion.uploads import UploadFiles, UploadStore, attach_to_run, delete_of_run
from answerable.knowledge.parsing.parse import parse_item
from answerable.knowledge.parsing.types import ParseLimits
from answerable.knowledge.sources.types import SourceLimits, WebLimits
from answerable.knowledge.sources.uris import absolute_path
from answerable.knowledge.sources.web import fetch
from answerable.knowledge.types import IndexSettings
from answerable.llm.minilm.model import NAME, MiniLM
from answerable.llm.types import Embedder

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FIRST_LOOK = 0.02
_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class IngestionSettings:
    """What can be set. `index` counts for a collection's first index. `node` names this machine: files are read
    only by workers that see the same disk."""

    index: IndexSettings = field(default_factory=IndexSettings)
    pool: PoolSettings = field(default_factory=PoolSettings)
    parsing: ParseLimits = field(default_factory=ParseLimits)
    sources: SourceLimits = field(default_factory=SourceLimits)
    web: WebLimits = field(default_factory=WebLimits)
    max_upload_bytes: int = 512 << 20
    niceness: int = 5
    node: str = field(default_factory=socket.gethostname)


class IngestionService:
    """Starts runs and does their jobs; the jobs run where a worker listens to `queues`.

    `parse`, `load_embedder` and `fetch` are what reads, embeds and fetches: importable callables, since the first two
    work in other processes.
    """

    def __init__(
        self,
        database: Database,
        jobs: JobQueue,
        indexes: IndexService,
        embedders: Callable[[str], Embedder],
        *,
        settings: IngestionSettings | None = None,
        parse: Parser = parse_item,
        load_embedder: Callable[[], TextEmbedder] = MiniLM.load,
        fetch_page: Fetch | None = None,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._indexes = indexes
        self._embedders = embedders
        self._settings = settings or IngestionSettings()
        self._uploads = UploadStore(database, max_bytes=self._settings.max_upload_bytes)
        setup = Setup(parse, self._settings.parsing, load_embedder, niceness=self._settings.niceness)
        self.pool = ReadingPool(setup, settings=self._settings.pool)
        self.embedder = PassageEmbedder(database, self.pool, embedders, local=NAME)
        self._register(fetch_page or partial(fetch, limits=self._settings.web))

    @property
    def queues(self) -> tuple[str, str]:
        """What a worker on this machine listens to: work for anybody, and the files of this machine."""
        return "ingestion", self._local_queue

    async def close(self) -> None:
        """Stop the reading processes."""
        await self.pool.close()

    async def start_run(
        self,
        collection: str,
        sources: Sequence[str],
        *,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
        groups: frozenset[str] | None = None,
        language: str | None = None,
        prune: bool = True,
    ) -> Run:
        """Start to ingest files, folders, archives and http(s) addresses; returns when that is durable.

        With `prune`, documents whose source is gone from one of the folders or archives are deleted at the end.
        Raises NotFound for the collection, InvalidInput for what can be told from the words alone.
        """
        if not sources:
            raise InvalidInput("Nothing to ingest was named.", hint="Name files, folders or web addresses.")
        urls = tuple(source for source in sources if source.lower().startswith(("http://", "https://")))
        paths = tuple(absolute_path(_check_path(source)) for source in sources if source not in urls)
        settings = RunSettings(
            paths=tuple(dict.fromkeys(paths)),
            urls=urls,
            include=tuple(include),
            exclude=tuple(exclude),
            prune=prune,
            labels=_make_labels(metadata, groups, language),
            queue=self._local_queue if paths else "ingestion",
        )
        async with self._database.transaction() as tx:
            return await self._insert_run(tx, collection, settings)

    async def stage_upload(
        self,
        collection: str,
        filename: str,
        chunks: AsyncIterator[bytes],
        *,
        metadata: Mapping[str, Any] | None = None,
        groups: frozenset[str] | None = None,
        language: str | None = None,
    ) -> Run:
        """Take a file in and start to ingest it; on return it is safe in the database.

        An upload of the same name replaces the document. Raises NotFound, InvalidInput, TooLarge.
        """
        labels = _make_labels(metadata, groups, language)
        async with self._database.transaction() as tx:
            await self._get_collection(tx, collection)
        upload_id, size = await self._uploads.receive(filename, chunks)
        if not size:
            await self._uploads.delete(upload_id)
            raise InvalidInput(f"The file {filename!r} is empty.", hint="Fill it, or leave it out.")
        settings = RunSettings(upload=upload_id, labels=labels, queue="ingestion")
        async with self._database.transaction() as tx:
            run = await self._insert_run(tx, collection, settings)
            await attach_to_run(tx, upload_id, run.id)
        return run

    async def get_run(self, run_id: UUID) -> Run:
        """Raises NotFound."""
        async with self._database.transaction() as tx:
            run = await store.find_run(tx, run_id)
        if run is None:
            raise NotFound("There is no such ingestion.", hint="List the ingestions of the collection.")
        return run

    async def list_runs(self, collection: str | None = None, *, limit: int = 20) -> list[Run]:
        """Return runs, the newest first. Raises NotFound for the collection."""
        async with self._database.transaction() as tx:
            chosen = None if collection is None else await self._get_collection(tx, collection)
            return await store.list_runs(tx, chosen, limit=limit)

    async def is_ingesting(self, collection: str) -> bool:
        """Return whether documents of a collection are still coming in; of one that is not there, none are."""
        async with self._database.transaction() as tx:
            return await store.is_ingesting(tx, collection)

    async def get_progress(self, run_id: UUID) -> Progress:
        """Raises NotFound."""
        async with self._database.transaction() as tx:
            progress = await store.get_progress(tx, run_id)
        if progress is None:
            raise NotFound("There is no such ingestion.", hint="List the ingestions of the collection.")
        return progress

    async def list_problems(self, run_id: UUID, *, limit: int = 1000) -> list[Problem]:
        """Return what could not be read, by uri."""
        async with self._database.transaction() as tx:
            return await items.list_problems(tx, run_id, limit=limit)

    async def watch(self, run_id: UUID) -> AsyncGenerator[Progress, None]:
        """Yield the progress again and again, the last time when the run has ended. Raises NotFound."""
        pause = _FIRST_LOOK
        while True:
            progress = await self.get_progress(run_id)
            yield progress
            if progress.finished:
                return
            await asyncio.sleep(pause)
            pause = min(_LOOK, pause * 1.5)

    async def wait(self, run_id: UUID, on_progress: Callable[[Progress], None] | None = None) -> Progress:
        """Return the progress at the end of a run, and show it meanwhile. Raises NotFound."""
        async with aclosing(self.watch(run_id)) as steps:
            async for progress in steps:
                if on_progress is not None:
                    on_progress(progress)
        return progress

    async def cancel(self, run_id: UUID) -> None:
        """Stop a run; what it has written stays. Raises NotFound; a run that has ended is left alone."""
        run = await self.get_run(run_id)
        if run.state in FINAL_STATES:
            return
        async with self._database.transaction() as tx:
            if await store.set_state(tx, run_id, "cancelled", of=["queued", "running", "finishing"]):
                await delete_of_run(tx, run_id)
                await defer_behind(tx, self._jobs, run.collection_id)

    @property
    def _local_queue(self) -> str:
        return f"ingestion@{self._settings.node}"[:128]

    def _register(self, fetch_page: Fetch) -> None:
        uploads = UploadFiles(self._uploads)
        RunJobs(
            self._database,
            self._jobs,
            planner=RunPlanner(self._database, uploads, limits=self._settings.sources),
            reader=BatchReader(
                self._database,
                self._indexes,
                pool=self.pool,
                files=SourceFiles(uploads, fetch_page),
                embedder=self.embedder,
            ),
            finisher=RunFinisher(self._database, self._indexes),
        )

    async def _insert_run(self, tx: Connection, collection: str, settings: RunSettings) -> Run:
        collection_id = await self._get_collection(tx, collection)
        await hold_active(tx, collection_id)
        chosen = self._settings.index
        dimensions = self._embedders(chosen.embedder).dimensions
        index = await self._indexes.get_or_create_active(tx, collection_id, chosen, dimensions=dimensions)
        run = await store.insert_run(tx, new_id(), collection_id, settings, index_id=index.id)
        await self._jobs.defer(tx, PLAN, {"run_id": str(run.id)}, queue=settings.queue, priority=1)
        return run

    async def _get_collection(self, tx: Connection, name: str) -> int:
        found = await knowledge.find_collection(tx, name)
        if found is None:
            raise NotFound(f"There is no collection {name!r}.", hint="Make it first, or check its name.")
        return found.id


def _check_path(source: str) -> str:
    if not source.strip() or "\0" in source:
        raise InvalidInput("A path is empty or holds a NUL byte.", hint="Check the list of paths.")
    if _SCHEME.match(source):
        raise InvalidInput(
            f"{source!r} has a scheme that is not read.", hint="Give a path, or an http(s) address."
        )
    return source


def _make_labels(
    metadata: Mapping[str, Any] | None, groups: frozenset[str] | None, language: str | None
) -> Labels:
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise InvalidInput(f"{language!r} is not a language code.", hint="Use ISO 639-1, such as en or de.")
    if "\\u0000" in json.dumps([metadata and dict(metadata), sorted(groups or ())]):
        raise InvalidInput("Metadata and groups cannot hold NUL characters.", hint="Remove them.")
    return Labels(metadata=dict(metadata or {}), groups=groups, language=language)
