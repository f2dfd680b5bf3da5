"""Search at 20,000 and 200,000 chunks: BM25 against PostgreSQL's own ranking, hybrid latency, growth.

The text is made: words by Zipf's law, chunks about topics, so that lists are as long and as uneven as those of prose;
vectors stand in one cloud a topic. Queries take words of one chunk, rarer ones rather, as a person would.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from answerable.core.ids import new_id
from answerable.knowledge.types import (
    Chunk,
    Collection,
    EmbeddedDocument,
    Index,
    ParsedDocument,
    RetrievalSettings,
)
from answerable.llm.types import Vectors
from benchmarks.report import write_result
from benchmarks.store import Store, open_store

_DIMENSIONS = 384
_VOCABULARY = 60_000
_TOPICS = 400
_WORDS = 110
_CHUNKS_A_DOCUMENT = 20
_QUERIES = 200
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


class PresetEmbedder:
    """Gives each query the vector set for it: the time of a model is not part of this measurement."""

    name = "benchmark:preset"
    dimensions = _DIMENSIONS
    languages: frozenset[str] | None = None

    def __init__(self) -> None:
        self.vectors: dict[str, NDArray[np.float32]] = {}

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return self.vectors[text]

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError


class Prose:
    """Chunks with vectors, and queries about them; the same for the same seed."""

    def __init__(self, seed: int = 7) -> None:
        self._random = np.random.default_rng(seed)
        self._words = [_spell(number) for number in range(_VOCABULARY)]
        weights = 1 / np.arange(1, _VOCABULARY + 1) ** 1.05
        self._cumulated = np.cumsum(weights / weights.sum())
        self._clouds = self._random.standard_normal((_TOPICS, _DIMENSIONS)).astype(np.float32)
        self._favourites = self._random.integers(200, _VOCABULARY, (_TOPICS, 150))

    def make_chunks(self, count: int) -> tuple[list[str], Vectors]:
        topics = self._random.integers(0, _TOPICS, count)
        numbers = np.searchsorted(self._cumulated, self._random.random((count, _WORDS)))
        numbers = np.minimum(numbers, _VOCABULARY - 1)
        about = self._random.random((count, _WORDS)) < 0.2
        picks = self._random.integers(0, self._favourites.shape[1], (count, _WORDS))
        numbers = np.where(about, self._favourites[topics[:, None], picks], numbers)
        noise = self._random.standard_normal((count, _DIMENSIONS)).astype(np.float32)
        vectors = self._clouds[topics] + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return [" ".join(self._words[n] for n in row) for row in numbers.tolist()], vectors

    def make_query(self, text: str) -> str:
        """Return four to eight words of a chunk, among them some of the most frequent words of the language."""
        words = text.split()
        return " ".join(self._random.choice(words, self._random.integers(4, 9), replace=False))


async def main(sizes: list[int]) -> None:
    embedder = PresetEmbedder()
    figures: dict[str, dict[str, float]] = {}
    async with open_store(embedder) as store:
        for size in sizes:
            collection, index = await store.create(f"n{size}")
            queries = await _fill(store, index, size, embedder)
            figures[str(size)] = await _measure(store, collection, index, queries)
            print(size, figures[str(size)], flush=True)
    small, large = figures[str(sizes[0])], figures[str(sizes[-1])]
    summary = {
        "sizes": figures,
        "bm25_faster_than_ts_rank_cd": round(large["ts_rank_cd_mean_ms"] / large["bm25_mean_ms"], 1),
        "hybrid_p95_over_p50": round(large["hybrid_p95_ms"] / large["hybrid_p50_ms"], 2),
        "hybrid_growth": round(large["hybrid_mean_ms"] / small["hybrid_mean_ms"], 2),
    }
    print(write_result("search_scale", summary), summary)


async def _fill(store: Store, index: Index, size: int, embedder: PresetEmbedder) -> list[str]:
    prose, queries = Prose(), []
    for start in range(0, size, 4000):
        texts, vectors = prose.make_chunks(min(4000, size - start))
        await store.write(index, list(make_documents(texts, vectors.astype(np.float16), start)))
        for place in range(0, len(texts), max(1, size // _QUERIES)):
            query = prose.make_query(texts[place])
            embedder.vectors[query] = vectors[place]
            queries.append(query)
    await store.indexes.finish_bulk(index.id)
    async with store.database.transaction() as tx:
        await tx.execute(
            f"CREATE TABLE peer_{index.id} AS"
            f" SELECT ordinal, to_tsvector('english', text) AS words FROM chunk_{index.id}"
        )
        await tx.execute(f"CREATE INDEX ON peer_{index.id} USING gin (words)")
        await tx.execute(f"ANALYZE peer_{index.id}")
    return queries[:_QUERIES]


def make_documents(texts: list[str], vectors: NDArray[np.float16], start: int) -> Iterator[EmbeddedDocument]:
    for first in range(0, len(texts), _CHUNKS_A_DOCUMENT):
        part = texts[first : first + _CHUNKS_A_DOCUMENT]
        parsed = ParsedDocument(f"doc-{start + first}", "", "", "en", "text/plain")
        chunks = tuple(Chunk(text, "", (), None, 0, len(text), _WORDS) for text in part)
        yield EmbeddedDocument(new_id(), parsed, b"", 0, chunks, vectors[first : first + len(part)])


async def _measure(
    store: Store, collection: Collection, index: Index, queries: list[str]
) -> dict[str, float]:
    async def search(query: str, weight: float | None) -> None:
        settings = RetrievalSettings(dense_weight=weight)
        await store.searches.search(query, collection=collection, groups=None, settings=settings)

    async def rank(query: str) -> None:
        async with store.database.transaction() as tx:
            await tx.execute(
                "SELECT ordinal, ts_rank_cd(words, asked) AS score FROM"
                f" peer_{index.id}, to_tsquery('english', %s) AS asked WHERE words @@ asked"
                " ORDER BY score DESC LIMIT 200",
                (" | ".join(query.split()),),
            )

    figures: dict[str, float] = {}
    for query in queries:  # both sides warm: lists in the cache, pages in the server's memory
        await search(query, None)
    for name, run, asked in (
        ("hybrid", lambda query: search(query, None), queries),
        ("bm25", lambda query: search(query, 0.0), queries),
        ("dense", lambda query: search(query, 1.0), queries),
        ("ts_rank_cd", rank, queries[:20]),
    ):
        figures.update({f"{name}_{k}": v for k, v in (await _time(run, asked)).items()})
    return figures


async def _time(run: Callable[[str], Awaitable[None]], queries: list[str]) -> dict[str, float]:
    times = []
    for query in queries:
        start = time.perf_counter()
        await run(query)
        times.append(1000 * (time.perf_counter() - start))
    return {
        "mean_ms": round(float(np.mean(times)), 2),
        "p50_ms": round(float(np.median(times)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
    }


def _spell(number: int) -> str:
    word = ""
    number += len(_SYLLABLES)
    while number:
        number, rest = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[rest]
    return word + "k"


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or [20_000, 200_000]))
