"""What a process remembers of the indexes it searches: their statistics and the posting lists that queries ask for.

Everything is keyed by what can never change under the same key: a segment's lists, a segment with its tombstones, an
index at a generation. A write needs no message to other processes; the generation that a search reads tells them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from answerable.db.database import Connection, OnDemand
from answerable.knowledge.index import reading
from answerable.knowledge.index.bm25 import Corpus, PostingList, make_posting_list
from answerable.knowledge.types import Index

Lists = dict[tuple[int, str], PostingList]

_NOWHERE = PostingList(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8))


class IndexCache:
    """Bounded: the least recently used index or list goes first."""

    def __init__(self, *, max_indexes: int = 32, max_bytes: int = 96 * 2**20) -> None:
        self._max_indexes = max_indexes
        self._max_bytes = max_bytes
        self._bytes = 0
        self._corpora: OrderedDict[int, tuple[int, Corpus]] = OrderedDict()
        self._lists: OrderedDict[tuple[int, str], PostingList] = OrderedDict()

    def holds(self, index: Index) -> bool:
        """Say whether the index's segments are at hand as of its generation."""
        known = self._corpora.get(index.id)
        return known is not None and known[0] == index.generation

    async def load_corpus(self, source: OnDemand, index: Index) -> Corpus:
        """Return the index's segments as of its generation."""
        known = self._corpora.get(index.id)
        if known is not None and known[0] == index.generation:
            self._corpora.move_to_end(index.id)
            return known[1]
        corpus = await self._read_corpus(await source.get(), index, known[1] if known else None)
        self._corpora[index.id] = (index.generation, corpus)
        self._corpora.move_to_end(index.id)
        while len(self._corpora) > self._max_indexes:
            self._corpora.popitem(last=False)
        return corpus

    async def _read_corpus(self, tx: Connection, index: Index, former: Corpus | None) -> Corpus:
        """Read only the segments that are new or have new tombstones."""
        states = await reading.list_segment_states(tx, index.id)
        segments = {
            segment.id: segment
            for segment in (former.segments if former else ())
            if states.get(segment.id) == segment.dead.nbytes
        }
        missing = [segment_id for segment_id in states if segment_id not in segments]
        if missing:
            segments.update((segment.id, segment) for segment in await reading.read_segments(tx, missing))
        return Corpus([segments[segment_id] for segment_id in states])

    async def load_lists(
        self, source: OnDemand, index: Index, corpus: Corpus, query: Mapping[str, Mapping[str, int]]
    ) -> Lists:
        """Return the posting lists of a query's lexemes (by language), read in one statement where not at hand."""
        lists: Lists = {}
        missing: list[tuple[int, str]] = []
        for segment in corpus.segments:
            for lexeme in query.get(segment.language, ()):
                key = (segment.id, lexeme)
                postings = self._lists.get(key)
                if postings is None:
                    missing.append(key)
                else:
                    self._lists.move_to_end(key)
                    lists[key] = postings
        if missing:
            lists.update(await self._read_lists(await source.get(), index.id, corpus, missing))
        return lists

    async def _read_lists(
        self, tx: Connection, index_id: int, corpus: Corpus, missing: list[tuple[int, str]]
    ) -> Lists:
        segments = {segment.id: segment for segment in corpus.segments}
        rows = await reading.read_postings(
            tx, index_id, {segment_id for segment_id, _ in missing}, {lexeme for _, lexeme in missing}
        )
        read = {
            (segment_id, lexeme): make_posting_list(segments[segment_id], ordinals, counts)
            for segment_id, lexeme, ordinals, counts in rows
        }
        fresh = {key: read.get(key, _NOWHERE) for key in missing}
        self._keep(fresh)
        return fresh

    def _keep(self, fresh: Lists) -> None:
        for key, postings in fresh.items():
            replaced = self._lists.get(key)
            self._bytes += postings.nbytes - (replaced.nbytes if replaced is not None else 0)
            self._lists[key] = postings
        while self._bytes > self._max_bytes and self._lists:
            self._bytes -= self._lists.popitem(last=False)[1].nbytes
