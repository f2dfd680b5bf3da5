"""Vectors for what comes from the readers without them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from answerable.db.database import Database
from answerable.knowledge.ingestion.messages import get_passage
from answerable.knowledge.ingestion.pool import ReadingPool
from answerable.knowledge.types import Chunk, Index
from answerable.llm.types import Embedder

_POOL_PART = 48
"""Passages a request: a third of a second of one process, so that all end at nearly the same time."""

_CALL_PART = 96
_CALLS_AT_ONCE = 4

Float16 = NDArray[np.float16]


class PassageEmbedder:
    """Embeds by the reading processes where they can, else by calls to the index's embedder."""

    def __init__(
        self, database: Database, pool: ReadingPool, embedders: Callable[[str], Embedder], *, local: str
    ) -> None:
        self._database = database
        self._pool = pool
        self._embedders = embedders
        self._local = local
        self._calls = asyncio.Semaphore(_CALLS_AT_ONCE)

    def is_local(self, index: Index) -> bool:
        """Tell whether the reading processes hold the embedder of an index."""
        return index.settings.embedder == self._local

    async def embed(self, index: Index, chunks: Sequence[Chunk]) -> Float16:
        """Return shape (len(chunks), dimensions). Raises ReadingFailed, or what the embedder raises."""
        texts = [get_passage(chunk) for chunk in chunks]
        embed, size = (
            (self._pool.embed, _POOL_PART) if self.is_local(index) else (self._call(index), _CALL_PART)
        )
        parts = [texts[start : start + size] for start in range(0, len(texts), size)]
        vectors = await asyncio.gather(*(embed(part) for part in parts))
        return np.concatenate(vectors) if vectors else np.zeros((0, index.dimensions), dtype=np.float16)

    async def find_stored(self, index: Index, document_uri: str, *, count: int) -> Float16 | None:
        """Return the vectors that an index holds of a document, if there are just `count`."""
        async with self._database.transaction() as tx:
            cursor = await tx.execute(
                f"""SELECT halfvec_send(v.embedding) FROM document d
                JOIN chunk c ON c.document_id = d.id AND c.index_id = %(index)s
                JOIN chunk_vector_{index.id:d} v ON v.ordinal = c.ordinal
                WHERE d.collection_id = %(collection)s AND d.uri = %(uri)s ORDER BY c.position""",
                {"index": index.id, "collection": index.collection_id, "uri": document_uri},
                binary=True,
            )
            rows = await cursor.fetchall()
        if len(rows) != count or not rows:
            return None
        return np.stack([np.frombuffer(row[0], dtype=">f2", offset=4) for row in rows]).astype(np.float16)

    def _call(self, index: Index) -> Callable[[Sequence[str]], asyncio.Future[Float16]]:
        embedder = self._embedders(index.settings.embedder)

        async def embed(texts: Sequence[str]) -> Float16:
            async with self._calls:
                return (await embedder.embed_passages(texts)).astype(np.float16)

        return lambda texts: asyncio.ensure_future(embed(texts))
