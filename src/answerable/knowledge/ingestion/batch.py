"""The job that reads some items of a run: parse, cut, embed, write."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from answerable.core.errors import AnswerableError, Conflict, NotFound, ServiceError, SetupError
from answerable.core.ids import new_id
from answerable.db.database import Database
from answerable.jobs.queue import Attempt
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.ingestion import items, store
from answerable.knowledge.ingestion.embedding import PassageEmbedder
from answerable.knowledge.ingestion.messages import Done, KnownDocument, ReadDocument, ReadSource
from answerable.knowledge.ingestion.outbox import Outbox
from answerable.knowledge.ingestion.pool import ReadingPool
from answerable.knowledge.ingestion.sourcing import SourceFiles, find_unchanged
from answerable.knowledge.ingestion.types import Item, KnownSource, Problem, Run
from answerable.knowledge.ingestion.writer import DocumentWriter, Part
from answerable.knowledge.types import EmbeddedDocument, Index

_PART_CHUNKS = 256
"""A source of many documents is written in parts of about this many chunks."""


@dataclass(slots=True)
class _Reading:
    """The state of one item while it is read."""

    item: Item
    part: Part
    seen: list[str] = field(default_factory=list)
    part_chunks: int = 0


class BatchReader:
    """Reads batches. `read` may be repeated after any interruption: it goes on with what is not finished."""

    def __init__(
        self,
        database: Database,
        indexes: IndexService,
        *,
        pool: ReadingPool,
        files: SourceFiles,
        embedder: PassageEmbedder,
    ) -> None:
        self._database = database
        self._indexes = indexes
        self._writer = DocumentWriter(database, indexes)
        self._pool = pool
        self._files = files
        self._embedder = embedder

    async def read(self, run: Run, item_ids: list[int], attempt: Attempt) -> None:
        """Read items and write what they hold. Raises ServiceError when it should be tried again later."""
        async with self._database.transaction() as tx:
            pending = await items.list_pending(tx, run.id, item_ids)
            await items.restart_counts(tx, [item.id for item in pending])
            known = await store.list_known_sources(tx, run.collection_id, [item.uri for item in pending])
            index = await self._indexes.get(tx, run.index_id or 0)
            documents = await store.list_known_documents(
                tx, run.collection_id, [item.uri for item in pending], index_id=index.id
            )
        outbox = Outbox(self._database, self._writer, index)
        work = _Batch(run, index, outbox, known, documents, attempt)
        results = await asyncio.gather(
            *(self._read_or_fail(work, item) for item in pending), return_exceptions=True
        )
        await outbox.flush()
        for error in results:
            if isinstance(error, BaseException):
                raise error

    async def give_up(self, run: Run, item_ids: list[int], error: Exception) -> None:
        """End what is left of a batch as failed."""
        reason = error.detail if isinstance(error, AnswerableError) else f"It could not be read: {error}."
        async with self._database.transaction() as tx:
            for item in await items.list_pending(tx, run.id, item_ids):
                await items.set_failed(tx, item.id, reason=reason, hint="Ingest it again, alone.")

    async def _read_or_fail(self, work: _Batch, item: Item) -> None:
        """Read one item; what is the item's own fault ends it as failed, and so does what no waiting mends."""
        try:
            await self._read_item(work, item)
        except ServiceError as error:
            if not work.attempt.last and not isinstance(error, SetupError):
                raise
            await work.outbox.fail(item.id, reason=error.detail, hint=error.hint or "Ingest it again.")
        except AnswerableError as error:
            await work.outbox.fail(item.id, reason=error.detail, hint=error.hint or "")
        except OSError as error:
            await work.outbox.fail(item.id, reason=f"It cannot be read: {error}.", hint="Check the file.")

    async def _read_item(self, work: _Batch, item: Item) -> None:
        async with self._files.open(item) as source:
            unchanged = await find_unchanged(
                [source], work.known, index_id=work.index.id, labels_hash=work.labels_hash
            )
            if unchanged:
                async with self._database.transaction() as tx:
                    await items.set_unchanged(tx, work.run.id, unchanged)
                return
            request = ReadSource(
                item=source,
                labels=work.run.settings.labels,
                known=work.documents.get(item.uri, {}),
                chunker=work.index.settings.chunker,
                embed=self._embedder.is_local(work.index),
            )
            await self._follow(work, item, request)

    async def _follow(self, work: _Batch, item: Item, request: ReadSource) -> None:
        """Take the documents of a source as they come, and write them."""
        reading = _Reading(item, Part(item.id, item.uri))
        async with aclosing(self._pool.read(request)) as replies:
            async for reply in replies:
                if isinstance(reply, ReadDocument):
                    await self._take(work, reading, reply)
                elif isinstance(reply, KnownDocument):
                    reading.seen.append(reply.uri)
                    reading.part.known.append(reply)
                elif isinstance(reply, Done):
                    await self._finish(work, reading, reply)
                if reading.part_chunks + len(reading.part.known) >= _PART_CHUNKS and len(reading.seen) > 1:
                    await self._write_part(work, reading)

    async def _take(self, work: _Batch, reading: _Reading, reply: ReadDocument) -> None:
        vectors = reply.vectors
        count = len(reply.chunks)
        if reply.known:
            vectors = await self._embedder.find_stored(work.index, reply.parsed.uri, count=count)
        if vectors is None:
            vectors = await self._embedder.embed(work.index, reply.chunks)
        if not count:
            vectors = np.zeros((0, work.index.dimensions), dtype=np.float16)
        reading.seen.append(reply.parsed.uri)
        reading.part_chunks += count
        reading.part.embedded += 0 if reply.known else count
        reading.part.documents.append(
            EmbeddedDocument(
                id=new_id(),
                parsed=reply.parsed,
                content_hash=reply.content_hash,
                size_bytes=reply.size_bytes,
                chunks=reply.chunks,
                vectors=vectors,
            )
        )

    async def _write_part(self, work: _Batch, reading: _Reading) -> None:
        part, reading.part = reading.part, Part(reading.item.id, reading.item.uri)
        reading.part_chunks = 0
        await self._check_wanted(work.run.id)
        await work.outbox.add(part)
        await work.outbox.flush()

    async def _finish(self, work: _Batch, reading: _Reading, done: Done) -> None:
        part, reading.part = reading.part, Part(reading.item.id, reading.item.uri)
        reading.part_chunks = 0
        part.seen = reading.seen
        part.final = KnownSource(
            uri=reading.item.uri,
            raw_hash=b"" if done.problems else done.raw_hash,
            index_id=work.index.id,
            labels_hash=work.labels_hash,
            documents=len(reading.seen),
        )
        if done.problems:
            problems = [Problem(row.uri, row.reason, row.hint) for row in done.problems]
            async with self._database.transaction() as tx:
                await items.insert_problems(tx, work.run.id, problems)
        await work.outbox.add(part)

    async def _check_wanted(self, run_id: UUID) -> None:
        async with self._database.transaction() as tx:
            run = await store.find_run(tx, run_id)
        if run is None:
            raise NotFound("The collection was deleted.")
        if run.state != "running":
            raise Conflict("The run was cancelled.")


@dataclass(slots=True)
class _Batch:
    """What the items of one batch share."""

    run: Run
    index: Index
    outbox: Outbox
    known: dict[str, KnownSource]
    documents: dict[str, dict[bytes, str]]
    attempt: Attempt
    labels_hash: bytes = b""

    def __post_init__(self) -> None:
        self.labels_hash = self.run.settings.labels.digest()
