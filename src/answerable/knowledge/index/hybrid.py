"""One hybrid search: the candidates of both sides, their scores on both sides, the passages of the best."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from answerable.core.clock import Clock
from answerable.db.database import OnDemand
from answerable.knowledge.index import reading
from answerable.knowledge.index.bm25 import Corpus, Ranking
from answerable.knowledge.index.cache import IndexCache
from answerable.knowledge.index.filters import Condition
from answerable.knowledge.index.folding import Folder
from answerable.knowledge.index.freshness import Freshness
from answerable.knowledge.index.fusion import choose_dense_weight, fuse, scale
from answerable.knowledge.index.lexemes import Lexizer, split_words
from answerable.knowledge.index.passages import PassageCache
from answerable.knowledge.index.query_language import choose_language
from answerable.knowledge.index.reading import Passage
from answerable.knowledge.index.rerank import RERANKED
from answerable.knowledge.index.vectors import VectorCache
from answerable.knowledge.types import Hit, HitScores, Index, RetrievalSettings
from answerable.llm.types import Embedder

_THREAD_ABOVE: Final = 50_000
"""Chunks above which scoring takes over two milliseconds and leaves the event loop for a thread."""
_SPARE: Final = 4
"""Passages read beyond those wanted, to stand in for folded ones."""


@dataclass(frozen=True, slots=True)
class _Candidates:
    """All of one length; best fused score first."""

    ordinals: NDArray[np.int64]
    dense: NDArray[np.float32] | None
    lexical: NDArray[np.float32] | None
    fused: NDArray[np.float32]


@dataclass(slots=True)
class HybridSearch:
    """One search. `embed` comes first, with no connection held, then `run`.

    `run` in a snapshot sees one state of the index. With statements that stand for themselves it costs fewer round
    trips; `moved` then says that the index changed meanwhile, and that the result is to be thrown away.
    """

    query: str
    condition: Condition
    settings: RetrievalSettings
    clock: Clock
    lexizer: Lexizer
    cache: IndexCache
    folder: Folder
    passages: PassageCache
    vectors: VectorCache
    freshness: Freshness
    begun: int
    """When it began, as `freshness` counts."""
    vector: NDArray[np.float32] | None = None
    timings: dict[str, float] = field(default_factory=dict)
    moved: bool = False
    index_id: int | None = None
    """The index that `run` searched."""

    @property
    def wanted(self) -> int:
        """How many passages to return: a reranker wants more to choose from."""
        top_k = self.settings.top_k
        return top_k if self.settings.reranker is None else max(top_k, RERANKED)

    @property
    def nearest(self) -> int:
        """How many neighbours to look for: half the candidates are as good, and each costs a walk in the graph."""
        return max(self.settings.candidates // 2, self.wanted)

    async def embed(self, embedder: Embedder) -> None:
        if self.settings.dense_weight != 0:
            with self.timed("embed"):
                self.vector = await embedder.embed_query(self.query)

    async def run(self, source: OnDemand, index: Index, embedder: Embedder) -> tuple[Hit, ...]:
        """Return the best passages, folded."""
        self.index_id = index.id
        with self.timed("lexical"):
            corpus = await self.cache.load_corpus(source, index)
            language, lexemes = await self._lexize(source, corpus)
            ranking = await self._rank(source, index, corpus, lexemes)
            lexical = await self._find_lexical(source, index, ranking)
        weight = self.settings.dense_weight
        if weight is None:
            weight = choose_dense_weight(language, embedder.languages)
        with self.timed("dense"):
            candidates = await self._fuse(source, index, corpus, ranking, lexical, weight)
        if self.moved:
            return ()
        with self.timed("fetch"):
            return await self._read_hits(source, index, candidates)

    async def _lexize(self, source: OnDemand, corpus: Corpus) -> tuple[str, dict[str, Counter[str]]]:
        """Return the query's language, and its lexemes in each language of the index."""
        if self.settings.dense_weight == 1:
            return "", {}
        found = await self.lexizer.lexize_query(source, corpus.languages, self.query)
        words = len(split_words(self.query))
        stop_words = {language: words - len(lexemes) for language, lexemes in found.items()}
        language = choose_language(self.query, corpus.languages, stop_words)
        return language, {name: Counter(lexemes) for name, lexemes in found.items()}

    async def _rank(
        self, source: OnDemand, index: Index, corpus: Corpus, lexemes: dict[str, Counter[str]]
    ) -> Ranking:
        lists = await self.cache.load_lists(source, index, corpus, lexemes)
        if len(corpus.ordinals) > _THREAD_ABOVE:
            return await asyncio.to_thread(corpus.score, lexemes, lists)
        return corpus.score(lexemes, lists)

    async def _find_lexical(self, source: OnDemand, index: Index, ranking: Ranking) -> NDArray[np.int64]:
        """Return the best allowed chunks: down the ranking in growing blocks until there are enough."""
        wanted = self.settings.candidates
        if not self.condition:
            return ranking.best(wanted)
        allowed: list[NDArray[np.int64]] = []
        seen, block = 0, 4 * wanted
        while True:
            ordinals = ranking.best(seen + block)[seen:]
            keep = await reading.keep_allowed(await source.get(), index.id, ordinals, self.condition)
            allowed.append(ordinals[keep])
            if len(ordinals) < block or sum(map(len, allowed)) >= wanted:
                return np.concatenate(allowed)[:wanted]
            seen, block = seen + block, 4 * block

    async def _fuse(
        self,
        source: OnDemand,
        index: Index,
        corpus: Corpus,
        ranking: Ranking,
        lexical: NDArray[np.int64],
        weight: float,
    ) -> _Candidates:
        """Score the candidates of both sides on both sides, so that neither list's depth shows in the result."""
        if self.vector is None:
            scores = ranking.get_scores(lexical)
            return _Candidates(lexical, None, scores, scale(scores))
        ordinals, dense = await self._find_dense(source, index, corpus, self.vector, lexical)
        scores = ranking.get_scores(ordinals)
        fused = fuse(dense, scores, dense_weight=weight)
        order = np.lexsort((ordinals, -fused))
        asked = None if self.settings.dense_weight == 1 else scores[order]
        return _Candidates(ordinals[order], dense[order], asked, fused[order])

    async def _find_dense(
        self,
        source: OnDemand,
        index: Index,
        corpus: Corpus,
        vector: NDArray[np.float32],
        lexical: NDArray[np.int64],
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the nearest chunks and those of `lexical`, each once, with their inner products."""
        near = None if self.condition else await self.vectors.rank(source, index, corpus, vector)
        if near is not None:
            self.moved = not await self._is_current(source, index)
            ordinals = _merge(near.best(self.nearest), lexical)
            return ordinals, near.get_scores(ordinals)
        ordinals, dense, generation = await reading.search_vectors(
            await source.get(), index, vector, also=lexical, condition=self.condition, limit=self.nearest
        )
        self.moved = generation not in {index.generation, None}
        ordinals, first = np.unique(ordinals, return_index=True)
        return ordinals, dense[first]

    async def _is_current(self, source: OnDemand, index: Index) -> bool:
        """What was read of the index in this search counts only if the index is as it was thereafter."""
        if source.held:
            return await reading.is_current(await source.get(), index)
        return await self.freshness.is_current(index, since=self.begun)

    async def _read_hits(self, source: OnDemand, index: Index, candidates: _Candidates) -> tuple[Hit, ...]:
        """Read the best passages, block by block, until enough are left after folding."""
        hits: list[Hit] = []
        block = self.wanted + (_SPARE if self.settings.fold_duplicates else 0)
        for start in range(0, len(candidates.ordinals), block):
            ordinals = candidates.ordinals[start : start + block]
            passages = await self.passages.read(source, index, ordinals, self.condition)
            self.moved = self.moved or len(passages) < len(ordinals)
            hits.extend(
                _to_hit(candidates, place, passages[ordinal])
                for place, ordinal in enumerate(ordinals.tolist(), start)
                if ordinal in passages
            )
            if self.settings.fold_duplicates:
                hits = self.folder.fold(hits)
            if len(hits) >= self.wanted:
                break
        return tuple(hits[: self.wanted])

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add what runs inside to `timings`, in milliseconds."""
        start = self.clock.monotonic()
        yield
        self.timings[name] = self.timings.get(name, 0.0) + 1000 * (self.clock.monotonic() - start)


def _merge(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of both, ascending, each once; `np.union1d` hashes them, which takes ten times as long."""
    both = np.sort(np.concatenate((one, other)))
    return both[np.concatenate(([True], both[1:] != both[:-1]))] if len(both) else both


def _to_hit(candidates: _Candidates, place: int, passage: Passage) -> Hit:
    dense, lexical = candidates.dense, candidates.lexical
    return Hit(
        document=passage.document,
        chunk_id=passage.chunk_id,
        text=passage.text,
        heading_path=passage.heading_path,
        page=passage.page,
        start=passage.start,
        end=passage.end,
        score=float(candidates.fused[place]),
        scores=HitScores(
            dense=None if dense is None else float(dense[place]),
            lexical=None if lexical is None else float(lexical[place]),
        ),
        language=passage.language,
    )
