"""Hybrid search: nearest vectors and BM25, fused, under the caller's rights and filter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput, NotFound
from answerable.db.database import Connection, Database, Taken
from answerable.knowledge.index import reading
from answerable.knowledge.index.cache import IndexCache
from answerable.knowledge.index.filters import compile_condition
from answerable.knowledge.index.folding import Folder
from answerable.knowledge.index.freshness import Freshness
from answerable.knowledge.index.hybrid import HybridSearch
from answerable.knowledge.index.lexemes import Lexizer
from answerable.knowledge.index.passages import PassageCache
from answerable.knowledge.index.rerank import find_no_reranker, rerank
from answerable.knowledge.index.store import IndexStore
from answerable.knowledge.index.vectors import VectorCache
from answerable.knowledge.types import Collection, Groups, Hit, Index, RetrievalSettings
from answerable.llm.types import Embedder, Reranker

Target = tuple[str, str | None] | Index
"""A collection with the name of one of its indexes (None: the active one), or an index."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages found, best first. `timings_ms` holds embed, lexical, dense, fetch, rerank and total.

    `index_id` is None for a collection without documents; `reranker` ordered them, if one was asked to.
    """

    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    index_id: int | None = None
    reranker: str | None = None


class SearchService:
    """Searches one collection (its active index) or one index. Many searches may run at once."""

    def __init__(
        self,
        database: Database,
        embedders: Callable[[str], Embedder],
        clock: Clock,
        *,
        lexizer: Lexizer | None = None,
        cache: IndexCache | None = None,
        passages: PassageCache | None = None,
        vectors: VectorCache | None = None,
        rerankers: Callable[[str], Awaitable[Reranker]] = find_no_reranker,
    ) -> None:
        self._database = database
        self._embedders = embedders
        self._clock = clock
        self._store = IndexStore()
        self._lexizer = lexizer or Lexizer()
        self._cache = cache or IndexCache()
        self._folder = Folder()
        self._passages = passages or PassageCache()
        self._vectors = vectors or VectorCache()
        self._freshness = Freshness(database)
        self._rerankers = rerankers
        self._known: dict[tuple[str, str | None], Index] = {}

    async def search(
        self,
        query: str,
        *,
        collection: str | Collection | Index,
        index: str | None = None,
        groups: Groups,
        filter: Mapping[str, Any] | None = None,
        settings: RetrievalSettings | None = None,
    ) -> SearchResult:
        """Return the best passages for a query that `groups` may read and `filter` allows.

        A collection's name saves looking it up first; `index` names one of its indexes, else it is the active one.
        Raises InvalidInput (an empty query, a filter that cannot be
        understood, an unknown reranker), NotFound (the collection, or an index that is gone), and what the embedder
        and the reranker raise.
        """
        if not query.strip():
            raise InvalidInput("The query is empty.", hint="Ask with at least one word.")
        settings = settings or RetrievalSettings()
        reranker = None if settings.reranker is None else await self._rerankers(settings.reranker)
        search = HybridSearch(
            query=query,
            condition=compile_condition(groups, filter),
            settings=settings,
            clock=self._clock,
            lexizer=self._lexizer,
            cache=self._cache,
            folder=self._folder,
            passages=self._passages,
            vectors=self._vectors,
            freshness=self._freshness,
            begun=self._freshness.note_begin(),
        )
        target = collection if isinstance(collection, Index) else (_name(collection), index)
        hits = await self._run(search, target)
        if reranker is not None:
            with search.timed("rerank"):
                hits = (await rerank(reranker, query, hits))[: settings.top_k]
        timings = {**search.timings, "total": sum(search.timings.values())}
        return SearchResult(hits, timings, index_id=search.index_id, reranker=settings.reranker)

    async def find_index(self, collection: str, index: str | None = None) -> Index | None:
        """Return the collection's active index, or the one called `index`, as it stands.

        None before its first document. Raises NotFound for the collection, and for an index that is named.
        """
        async with self._database.transaction() as tx:
            return await self._read_index(tx, (collection, index))

    async def _run(self, search: HybridSearch, target: Target) -> tuple[Hit, ...]:
        """Embed first, with no connection held; once more should another embedder have become active meanwhile."""
        index = await self._get_index(target)
        while index is not None:
            embedder = self._embedders(index.settings.embedder)
            await search.embed(embedder)
            hits = await self._run_steady(search, index, embedder)
            if hits is not None:
                return hits
            async with self._database.snapshot(reading.list_vector_settings(search.nearest)) as tx:
                current = await self._read_index(tx, target)
                if current is not None and current.settings.embedder == index.settings.embedder:
                    return await search.run(Taken(tx), current, embedder)
            index = current
        return ()

    async def _run_steady(
        self, search: HybridSearch, index: Index, embedder: Embedder
    ) -> tuple[Hit, ...] | None:
        """Search as if the index were still what it was last time: two statements, which tell when it is not.

        Return None then, and when it is not in memory.
        """
        if search.vector is None or not self._cache.holds(index):
            return None
        try:
            async with self._database.on_demand(reading.list_vector_settings(search.nearest)) as source:
                hits = await search.run(source, index, embedder)
        except psycopg.errors.UndefinedTable:  # the index was dropped
            return None
        moved, search.moved = search.moved, False
        return None if moved else hits

    async def _get_index(self, target: Target) -> Index | None:
        if isinstance(target, Index):
            return target
        known = self._known.get(target)
        if known is not None:
            return known
        async with self._database.transaction() as tx:
            return await self._read_index(tx, target)

    async def _read_index(self, tx: Connection, target: Target) -> Index | None:
        """Return the index as the transaction sees it; None for a collection that nothing was written to yet."""
        if isinstance(target, Index):
            return await self._store.get(tx, target.id)
        index = await self._store.find_of(tx, *target)
        if index is not None:
            self._known[target] = index
            return index
        self._known.pop(target, None)
        collection, name = target
        if name is not None:
            raise NotFound(
                f"The collection {collection!r} has no index {name!r}.",
                hint=f"See those that it has: answerable indexes list -c {collection}",
            )
        return None


def _name(collection: str | Collection) -> str:
    return collection if isinstance(collection, str) else collection.name
