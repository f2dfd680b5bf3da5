"""Writing an index: each write replaces whole documents, in the caller's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from answerable.core.errors import InvalidInput
from answerable.db.database import Connection, Database
from answerable.knowledge.index import lag
from answerable.knowledge.index.lexemes import Lexizer
from answerable.knowledge.index.merging import MOST_SEGMENTS, plan_merges, run_merge
from answerable.knowledge.index.postings import build_segment
from answerable.knowledge.index.store import IndexStore
from answerable.knowledge.types import Chunk, EmbeddedDocument, Index, IndexSettings

EXACT_UP_TO: Final = 10_000
"""Chunks up to which all vectors are compared: exact, as quick as HNSW, and a write costs nothing
(docs/decisions/0009-hnsw-build.md)."""

_HEADER_TIMES: Final = 2
_BULK_SHARE: Final = 10
"""Writing at least a tenth of an index is worth putting all of it in order."""


class IndexService:
    """Writes, removes, merges. The caller inserts and deletes the document rows, in the same transaction."""

    def __init__(
        self, database: Database, *, lexizer: Lexizer | None = None, exact_up_to: int = EXACT_UP_TO
    ) -> None:
        self._database = database
        self._exact_up_to = exact_up_to
        self._store = IndexStore()
        self._lexizer = lexizer or Lexizer()

    async def get_or_create_active(
        self, tx: Connection, collection_id: int, settings: IndexSettings, *, dimensions: int
    ) -> Index:
        """Return the collection's active index; `settings` count only when there is none yet and one is made."""
        return (
            await self._store.find_active(tx, collection_id)
            or await self._store.find_active(tx, collection_id, lock=True)
            or await self._store.create(tx, collection_id, settings, dimensions=dimensions, state="active")
        )

    async def create(
        self, tx: Connection, collection_id: int, name: str, settings: IndexSettings, *, dimensions: int
    ) -> Index:
        """Make an index beside the active one; it holds nothing yet and lags behind by all documents.

        The first index of a collection is active at once. `name` and `settings` must be new to the collection.
        """
        active = await self._store.find_active(tx, collection_id, lock=True)
        state = "beside" if active else "active"
        index = await self._store.create(
            tx, collection_id, settings, dimensions=dimensions, state=state, name=name
        )
        await lag.add_collection(tx, index.id)
        return index

    async def get(self, tx: Connection, index_id: int) -> Index:
        """Return an index. Raises NotFound."""
        return await self._store.get(tx, index_id)

    async def drop_all(self, tx: Connection, collection_id: int) -> None:
        """Remove every index of a collection, before the collection itself goes."""
        for index_id in await self._store.list_ids(tx, collection_id):
            await self._store.drop(tx, index_id)

    async def drop(self, tx: Connection, index_id: int) -> None:
        """Remove one index with everything in it."""
        await self._store.drop(tx, index_id)

    async def write(self, tx: Connection, index: Index, documents: Sequence[EmbeddedDocument]) -> None:
        """Store the chunks of documents, in place of what the index held of them.

        Documents that are new or changed are taken out of the other indexes first: see `outdate`.

        Raises InvalidInput when a document's vectors do not fit its chunks or the index. Writers of one index wait
        for each other; searches see all of the write or nothing of it.
        """
        for document in documents:
            _check_vectors(index, document)
        unique = {document.id: document for document in documents}  # of one written twice, the last counts
        ordered = sorted(unique.values(), key=lambda document: document.parsed.language)
        chunks = sum(len(document.chunks) for document in ordered)
        languages = sorted({document.parsed.language for document in ordered if document.chunks})
        first = await self._store.begin_write(tx, index.id, chunks=chunks, languages=languages)
        await self._store.delete_chunks(tx, index.id, [document.id for document in ordered])
        await lag.remove_lag(tx, index.id, [document.id for document in ordered])
        if not chunks:
            return
        await self._store.copy_chunks(tx, index.id, first, ordered)
        for language in languages:
            chunks_of = [chunk for d in ordered if d.parsed.language == language for chunk in d.chunks]
            lexemes = await self._lexize(tx, language, chunks_of)
            # A tenth of a second for a large batch: questions are answered meanwhile.
            segment = await asyncio.to_thread(build_segment, language, first, lexemes)
            await self._store.add_segment(tx, index.id, segment)
            first += len(chunks_of)

    async def _lexize(self, tx: Connection, language: str, chunks: Sequence[Chunk]) -> list[list[str]]:
        """Return the lexemes of each chunk. A word of the title or a heading counts twice."""
        headers = await self._lexizer.lexize(tx, language, [chunk.header for chunk in chunks])
        texts = await self._lexizer.lexize(tx, language, [chunk.text for chunk in chunks])
        return [_HEADER_TIMES * header + text for header, text in zip(headers, texts, strict=True)]

    async def outdate(self, tx: Connection, index: Index, document_ids: Sequence[UUID]) -> None:
        """Take documents that are about to be written to `index` out of the collection's other indexes.

        Those lag behind until a job has written the documents to them too: they never show what a document was.
        """
        for other in await lag.lock_indexes(tx, index.collection_id):
            if other != index.id:
                await self._store.begin_write(tx, other, chunks=0, languages=[])
                await self._store.delete_chunks(tx, other, document_ids)
                await lag.add_lag(tx, other, document_ids)

    async def remove(self, tx: Connection, collection_id: int, document_ids: Sequence[UUID]) -> None:
        """Remove the chunks of documents from all indexes of their collection."""
        for index_id in await lag.lock_indexes(tx, collection_id):
            await self._store.begin_write(tx, index_id, chunks=0, languages=[])
            await self._store.delete_chunks(tx, index_id, document_ids)

    async def note_change(self, tx: Connection, index: Index) -> None:
        """Begin a new generation of all indexes of the collection, though no chunk changed.

        Who may read a document did, and caches must know.
        """
        for index_id in await lag.lock_indexes(tx, index.collection_id):
            await self._store.begin_write(tx, index_id, chunks=0, languages=[])

    async def tidy(self, index_id: int, *, written: int) -> None:
        """Put an index in order after `written` chunks: all of it when that was a good part, else what is worn."""
        async with self._database.transaction() as tx:
            chunks = await self._store.count_chunks(tx, index_id)
        grown_large = chunks > self._exact_up_to >= chunks - written
        if written * _BULK_SHARE >= chunks or grown_large:
            await self.finish_bulk(index_id)
        elif await self.needs_merge(index_id):
            await self.merge(index_id)

    async def needs_merge(self, index_id: int) -> bool:
        """Say whether `merge` would do something."""
        async with self._database.transaction() as tx:
            return bool(plan_merges(await self._store.list_segments(tx, index_id)))

    async def merge(self, index_id: int, *, most: int = MOST_SEGMENTS) -> None:
        """Merge small or worn segments where a language has over `most`.

        Results stay the same. Writers of this index wait meanwhile, searches do not.
        """
        async with self._database.transaction() as tx:
            await self._store.begin_write(tx, index_id, chunks=0, languages=[])
            for merge in plan_merges(await self._store.list_segments(tx, index_id), most=most):
                await run_merge(tx, index_id, merge)

    async def finish_bulk(self, index_id: int) -> None:
        """Put an index in order after much was written: merge, build the vector index once it pays, statistics."""
        await self.merge(index_id, most=1)
        async with self._database.transaction() as tx:
            await self._store.begin_write(tx, index_id, chunks=0, languages=[])
            large = await self._store.count_chunks(tx, index_id) > self._exact_up_to
            if large and not await self._store.has_vector_index(tx, index_id):
                await self._store.create_vector_index(tx, index_id)
            await self._store.analyze(tx, index_id)


def _check_vectors(index: Index, document: EmbeddedDocument) -> None:
    expected = (len(document.chunks), index.dimensions)
    if document.vectors.shape != expected:
        raise InvalidInput(
            f"The vectors of {document.parsed.uri!r} have shape {document.vectors.shape}, not {expected}.",
            hint="Embed it with the embedder of the index.",
        )
