"""The vectors of indexes that are small enough to be compared in memory: exact, and without the database.

Kept by segment: the vectors of a segment's chunks never change, so a write only adds those of its own segment. As
in PostgreSQL the query is rounded to half precision, and products are summed in single precision.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.db.database import Connection, OnDemand
from answerable.knowledge.index import reading
from answerable.knowledge.index.bm25 import Corpus, Ranking, Segment
from answerable.knowledge.types import Index

Block = NDArray[np.float32]
"""The vectors of a segment: shape (chunks, dimensions), in the order of its ordinals; zero where a chunk is gone."""

_CHUNKS_PER_SEARCH: Final = 250
"""Chunks whose vectors take as long to read as a search without them lasts longer."""
_ROWS: Final = 2_000
"""Vectors read at a time: some milliseconds, so that the event loop is not held up."""


class VectorCache:
    """Bounded: an index over `max_index_bytes` is left to the database, and the one searched least recently goes first.

    An index is read once its searches have cost more than reading it does, so a single search never pays for it.
    """

    def __init__(self, *, max_index_bytes: int = 24 * 2**20, max_bytes: int = 48 * 2**20) -> None:
        self._max_index_bytes = max_index_bytes
        self._max_bytes = max_bytes
        self._blocks: OrderedDict[int, dict[int, Block]] = OrderedDict()
        self._searches: dict[int, int] = {}
        self._being_read: set[int] = set()

    async def rank(
        self, source: OnDemand, index: Index, corpus: Corpus, query: NDArray[np.float32]
    ) -> Ranking | None:
        """Return the inner products of all living chunks with the query; None when they are not at hand."""
        if not corpus.segments:
            return None
        blocks = await self._load(source, index, corpus)
        if blocks is None:
            return None
        rounded = query.astype(np.float16).astype(np.float32)
        # Not `block @ rounded`: BLAS would wake all cores for it, at several times the processor time.
        scores = np.concatenate([np.vecdot(block, rounded) for block in blocks])
        scores[~corpus.alive] = -np.inf
        return Ranking(corpus, scores, least=-np.inf)

    async def _load(self, source: OnDemand, index: Index, corpus: Corpus) -> list[Block] | None:
        if len(corpus.ordinals) * index.dimensions * np.float32().nbytes > self._max_index_bytes:
            self._blocks.pop(index.id, None)
            return None
        held = dict(self._blocks.get(index.id, {}))
        missing = [segment for segment in corpus.segments if segment.id not in held]
        if missing:
            if not self._pays(index.id, missing):
                return None
            held |= await self._read(await source.get(), index, missing)
            self._keep(index.id, {segment.id: held[segment.id] for segment in corpus.segments})
        self._blocks.move_to_end(index.id)
        return [held[segment.id] for segment in corpus.segments]

    def _pays(self, index_id: int, missing: list[Segment]) -> bool:
        searches = self._searches[index_id] = self._searches.get(index_id, 0) + 1
        chunks = sum(len(segment.ordinals) for segment in missing)
        return searches * _CHUNKS_PER_SEARCH > chunks and index_id not in self._being_read

    async def _read(self, tx: Connection, index: Index, missing: list[Segment]) -> dict[int, Block]:
        self._being_read.add(index.id)
        try:
            return {segment.id: await _read_block(tx, index, segment) for segment in missing}
        finally:
            self._being_read.discard(index.id)

    def _keep(self, index_id: int, blocks: dict[int, Block]) -> None:
        """Keep these, in place of what was kept of the index: segments that are gone are forgotten."""
        self._searches.pop(index_id, None)
        self._blocks[index_id] = blocks
        self._blocks.move_to_end(index_id)
        while len(self._blocks) > 1 and self._count_bytes() > self._max_bytes:
            self._blocks.popitem(last=False)

    def _count_bytes(self) -> int:
        return sum(block.nbytes for blocks in self._blocks.values() for block in blocks.values())


async def _read_block(tx: Connection, index: Index, segment: Segment) -> Block:
    block = np.zeros((len(segment.ordinals), index.dimensions), dtype=np.float32)
    for start in range(0, len(segment.ordinals), _ROWS):
        ordinals = segment.ordinals[start : start + _ROWS]
        found, vectors = await reading.read_vectors(tx, index, ordinals)
        block[start + np.searchsorted(ordinals, found)] = vectors
    return block
