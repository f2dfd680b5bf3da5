"""langchain-postgres hybrid search in one process with 16 callers: requests a second, and what was found.

    python -m benchmarks.peers.langchain_search SET.json DATABASE_URL OUT.json

`SET.json` is `{chunks: [{id, document, text}], queries: {id: text}, seconds}`. Measured as it comes, with an
HNSW index added, and with that index searched as deep as its quality asks for.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import uvloop
from langchain_core.documents import Document
from langchain_postgres import PGEngine, PGVectorStore
from langchain_postgres.v2.hybrid_search_config import HybridSearchConfig
from langchain_postgres.v2.indexes import HNSWIndex, HNSWQueryOptions

from benchmarks.peers.embeddings import SameEmbedder

CALLERS = 16
TOP_K = 20


async def main() -> None:
    source, database_url, target = sys.argv[1:]
    data = json.loads(Path(source).read_text(encoding="utf-8"))
    engine = PGEngine.from_connection_string(database_url, pool_size=CALLERS)
    config = configure("")
    await engine.ainit_vectorstore_table(
        "peer_search", 384, hybrid_search_config=config, overwrite_existing=True
    )
    store = await PGVectorStore.create(
        engine, SameEmbedder(), "peer_search", hybrid_search_config=config, k=TOP_K
    )
    await store.aadd_documents(
        [Document(chunk["text"], metadata={"document": chunk["document"]}) for chunk in data["chunks"]]
    )
    result = {"as it comes": await measure(store, data)}
    await store.aapply_vector_index(HNSWIndex())
    result["with HNSW"] = await measure(store, data)
    thorough = await PGVectorStore.create(
        engine,
        SameEmbedder(),
        "peer_search",
        hybrid_search_config=config,
        k=TOP_K,
        index_query_options=HNSWQueryOptions(ef_search=400),
    )
    result["with HNSW, ef_search 400"] = await measure(thorough, data)
    Path(target).write_text(json.dumps(result), encoding="utf-8")
    await engine.close()


def configure(text: str) -> HybridSearchConfig:
    """Return the configuration of one search.

    One for all searches keeps the words of the first of them for ever, and takes four of each side.
    """
    return HybridSearchConfig(
        tsv_column="content_tsv", fts_query=text, primary_top_k=TOP_K, secondary_top_k=TOP_K
    )


async def measure(store: PGVectorStore, data: dict[str, Any]) -> dict[str, Any]:
    """Return requests a second over `seconds`, and the run: documents by query, best first."""
    run: dict[str, list[str]] = {}
    queries = cycle(data["queries"].items())
    end = time.perf_counter() + data["seconds"]
    done = 0

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < end:
            key, text = next(queries)
            found = await store.asimilarity_search(text, k=TOP_K, hybrid_search_config=configure(text))
            run[key] = list(dict.fromkeys(document.metadata["document"] for document in found))
            done += 1

    start = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(CALLERS)))
    return {"requests_per_second": done / (time.perf_counter() - start), "run": run}


if __name__ == "__main__":
    uvloop.run(main())
