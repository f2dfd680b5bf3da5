"""Searches under document groups, which ask the database: all vectors compared there, against its HNSW index.

    python -m benchmarks.exact_search [CHUNKS...]

Text and vectors are made as in `search_scale`. Of the documents all, half or a twentieth may be read. The same searches
once without and once with the index, one after the other and by 16 callers; processor time is that of the database.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import numpy as np

from answerable.knowledge.index.service import IndexService
from answerable.knowledge.types import Collection, Index
from benchmarks.processes import read_processor_seconds
from benchmarks.report import write_result
from benchmarks.search_scale import PresetEmbedder, Prose, make_documents
from benchmarks.store import Store, open_store

_QUERIES = 300
_CALLERS = 16
_READABLE = {"all": 1, "half": 2, "twentieth": 20}
"""Group by group, of how many documents it may read one."""


async def main(sizes: list[int]) -> None:
    embedder = PresetEmbedder()
    figures: dict[str, dict[str, Any]] = {}
    async with open_store(embedder) as store:
        for size in sizes:
            collection, index = await store.create(f"n{size}")
            queries = await _fill(store, index, size, embedder)
            figures[str(size)] = {"exact": await _measure(store, collection, queries)}
            began = time.monotonic()
            await IndexService(store.database, exact_up_to=0).finish_bulk(index.id)
            figures[str(size)]["build_seconds"] = round(time.monotonic() - began, 2)
            figures[str(size)]["hnsw"] = await _measure(store, collection, queries)
            print(json.dumps({size: figures[str(size)]}, indent=2), flush=True)
    print(write_result("exact_search", {"sizes": figures}))


async def _fill(store: Store, index: Index, size: int, embedder: PresetEmbedder) -> list[str]:
    texts, vectors = Prose().make_chunks(size)
    prose = Prose(seed=8)
    await store.write(index, list(make_documents(texts, vectors.astype(np.float16), 0)))
    queries = []
    for place in range(0, size, size // _QUERIES):
        query = prose.make_query(texts[place])
        embedder.vectors[query] = vectors[place]
        queries.append(query)
    async with store.database.transaction() as tx:
        for group, among in _READABLE.items():
            await tx.execute(
                "UPDATE document SET groups = coalesce(groups, '{}') || %s::text"
                " WHERE collection_id = %s AND abs(hashtext(id::text)) %% %s = 0",
                (group, index.collection_id, among),
            )
    await IndexService(store.database, exact_up_to=size).finish_bulk(index.id)
    return queries


async def _measure(store: Store, collection: Collection, queries: list[str]) -> dict[str, Any]:
    figures = {}
    for group in _READABLE:

        async def search(query: str, group: str = group) -> float:
            began = time.perf_counter()
            await store.searches.search(query, collection=collection, groups=frozenset({group}))
            return 1000 * (time.perf_counter() - began)

        for query in queries:
            await search(query)
        before = read_processor_seconds(store.server_pid)
        alone = [await search(query) for query in queries]
        used = read_processor_seconds(store.server_pid) - before
        began = time.perf_counter()
        gate = asyncio.Semaphore(_CALLERS)

        async def queue(query: str, gate: asyncio.Semaphore = gate) -> None:
            async with gate:
                await search(query)

        await asyncio.gather(*map(queue, queries))
        figures[group] = {
            "p50_ms": round(float(np.median(alone)), 2),
            "p95_ms": round(float(np.percentile(alone, 95)), 2),
            "database_ms": round(1000 * used / len(queries), 2),
            "searches_per_second": round(len(queries) / (time.perf_counter() - began), 1),
        }
    return figures


if __name__ == "__main__":
    asyncio.run(main([int(size) for size in sys.argv[1:]] or [5_000, 10_000, 16_000]))
