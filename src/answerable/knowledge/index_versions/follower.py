"""The job that brings an index up to date: cut and embed the documents that it lacks, from what is stored of them.

It may be repeated, stopped and killed: what is written is not done again. Of two jobs for one index the newer goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from answerable.core.errors import AnswerableError, CallerError
from answerable.core.ids import new_id
from answerable.core.texts import to_storable
from answerable.db.database import Database
from answerable.jobs.queue import Attempt, JobQueue
from answerable.knowledge.chunking.chunk import chunk_document
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.index import lag
from answerable.knowledge.index.service import IndexService
from answerable.knowledge.index_versions import lagging
from answerable.knowledge.index_versions.lagging import LaggingDocument
from answerable.knowledge.ingestion.writer import lock_sources
from answerable.knowledge.types import Chunk, ChunkerSettings, EmbeddedDocument, Index


class EmbedsPassages(Protocol):
    """`knowledge.ingestion.embedding.PassageEmbedder`."""

    async def embed(self, index: Index, chunks: Sequence[Chunk]) -> NDArray[np.float16]:
        """Return shape (len(chunks), dimensions), unit rows."""
        ...


class IndexFollower:
    """The handler of the job `FOLLOW`."""

    def __init__(
        self, database: Database, jobs: JobQueue, indexes: IndexService, embedder: EmbedsPassages
    ) -> None:
        self._database = database
        self._indexes = indexes
        self._embedder = embedder
        self._counter: TokenCounter | None = None
        self._cutting = asyncio.Lock()
        jobs.register(lagging.FOLLOW, self._follow)

    async def _follow(self, attempt: Attempt, /, **arguments: Any) -> None:
        index_id, follower = int(arguments["index_id"]), new_id()
        async with self._database.transaction() as tx:
            if not await lag.set_follower(tx, index_id, follower):
                return
        try:
            await self._catch_up(index_id, follower)
        except Exception as error:
            await self._end(index_id, follower, problem=_describe(error))
            if isinstance(error, CallerError) or attempt.last:
                return
            raise
        await self._end(index_id, follower)

    async def _end(self, index_id: int, follower: UUID, *, problem: str | None = None) -> None:
        async with self._database.transaction() as tx:
            await lag.end_follower(tx, index_id, follower, problem=problem)

    async def _catch_up(self, index_id: int, follower: UUID) -> None:
        written = 0
        while True:
            async with self._database.transaction() as tx:
                index = await self._indexes.get(tx, index_id)
                documents = await lagging.read_batch(tx, index_id)
            if not documents:
                break
            embedded = await self._embed(index, documents)
            if not await self._write(index, follower, documents, embedded):
                return
            written += sum(len(document.chunks) for document in embedded)
        if written:
            await self._indexes.tidy(index_id, written=written)

    async def _embed(self, index: Index, documents: Sequence[LaggingDocument]) -> list[EmbeddedDocument]:
        cut = await self._cut(documents, index.settings.chunker)
        vectors = await self._embedder.embed(index, [chunk for chunks in cut for chunk in chunks])
        embedded, start = [], 0
        for document, chunks in zip(documents, cut, strict=True):
            own = vectors[start : start + len(chunks)]
            start += len(chunks)
            embedded.append(
                EmbeddedDocument(
                    document.id, document.parsed, document.content_hash, document.size_bytes, chunks, own
                )
            )
        return embedded

    async def _cut(
        self, documents: Sequence[LaggingDocument], settings: ChunkerSettings
    ) -> list[tuple[Chunk, ...]]:
        """Return the passages of each document. A thread at a time: the counter remembers words."""
        async with self._cutting:
            if self._counter is None:
                self._counter = await asyncio.to_thread(TokenCounter.load)
            return [
                tuple(await asyncio.to_thread(chunk_document, document.parsed, settings, self._counter))
                for document in documents
            ]

    async def _write(
        self,
        index: Index,
        follower: UUID,
        documents: Sequence[LaggingDocument],
        embedded: Sequence[EmbeddedDocument],
    ) -> bool:
        """Write what has not changed since it was read; False when another job has taken over."""
        async with self._database.transaction() as tx:
            await lock_sources(tx, index.collection_id, [document.source_uri for document in documents])
            if not await lag.is_follower(tx, index.id, follower):
                return False
            states = await lagging.list_states(tx, index.id, [document.id for document in documents])
            same = {document.id for document in documents if states.get(document.id) == document.state}
            await self._indexes.write(tx, index, [one for one in embedded if one.id in same])
        return True


def _describe(error: Exception) -> str:
    text = str(error) if isinstance(error, AnswerableError) else f"{type(error).__name__}: {error}"
    return to_storable(text)
