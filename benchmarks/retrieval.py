"""Retrieval over six public sets, one default setting for all, through the real chunker, write path and search.

Published as nDCG@10 over documents: a document counts once, with its best passage.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import UUID

import numpy as np

from answerable.core.ids import new_id
from answerable.knowledge.chunking.chunk import chunk_document
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.ingestion.messages import get_passage
from answerable.knowledge.types import (
    ChunkerSettings,
    Collection,
    EmbeddedDocument,
    ParsedDocument,
    RetrievalSettings,
)
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from benchmarks.data import NAMES, BeirSet, load_beir, ndcg_at_10
from benchmarks.report import write_result
from benchmarks.store import Store, open_store

_TARGETS = {
    "xquad-en": 0.975, "qed": 0.970, "cookbook": 0.800, "scifact": 0.725, "xquad-de": 0.940, "xquad-zh": 0.950,
}  # fmt: skip
_SIDES = {"lexical": 0.0, "dense": 1.0, "fused": None}
_BATCH = 64
_DEPTH = 60
"""Passages asked for, so that ten documents are among them when one fills several places."""


async def main(names: list[str]) -> None:
    embedder = LocalEmbedder(MiniLM.load())
    figures: dict[str, dict[str, float]] = {}
    async with open_store(embedder) as store:
        for name in names:
            figures[name] = await _measure(store, load_beir(name))
            print(name, figures[name], flush=True)
    await embedder.close()
    path = write_result(
        "retrieval",
        {
            "measure": "nDCG@10 over documents",
            "sets": figures,
            "target": _TARGETS,
            "met": {name: figures[name]["fused"] >= _TARGETS[name] for name in names},
        },
    )
    print(path)


async def _measure(store: Store, data: BeirSet) -> dict[str, float]:
    collection, ids, chunks = await _write(store, data)
    figures = {side: await _evaluate(store, data, collection, ids, weight) for side, weight in _SIDES.items()}
    worse = max(figures["lexical"], figures["dense"]) - figures["fused"]
    return {"chunks": chunks, **figures, "below_better_half": round(max(worse, 0.0), 4)}


async def _write(store: Store, data: BeirSet) -> tuple[Collection, dict[UUID, str], int]:
    collection, index = await store.create(data.name)
    language = data.name.partition("-")[2] or "en"
    counter = TokenCounter.load()
    ids: dict[UUID, str] = {}
    count = 0
    corpus = list(data.corpus.items())
    for start in range(0, len(corpus), _BATCH):
        documents = []
        for key, (title, text) in corpus[start : start + _BATCH]:
            parsed = ParsedDocument(key, title, text, language, "text/plain")
            document = await _embed(store, parsed, counter)
            ids[document.id] = key
            count += len(document.chunks)
            documents.append(document)
        await store.write(index, documents)
    await store.indexes.finish_bulk(index.id)
    return collection, ids, count


async def _embed(store: Store, parsed: ParsedDocument, counter: TokenCounter) -> EmbeddedDocument:
    chunks = tuple(chunk_document(parsed, ChunkerSettings(), counter))
    vectors = await store.embedder.embed_passages([get_passage(chunk) for chunk in chunks])
    return EmbeddedDocument(new_id(), parsed, b"", len(parsed.text), chunks, vectors.astype(np.float16))


async def _evaluate(
    store: Store, data: BeirSet, collection: Collection, ids: dict[UUID, str], weight: float | None
) -> float:
    settings = RetrievalSettings(top_k=_DEPTH, dense_weight=weight, fold_duplicates=False)
    run: dict[str, dict[str, float]] = {}
    for query_id, query in data.queries.items():
        result = await store.searches.search(query, collection=collection, groups=None, settings=settings)
        scores = run.setdefault(query_id, {})
        for hit in result.hits:
            scores.setdefault(ids[hit.document.id], hit.score)  # hits come best first
    return round(ndcg_at_10(data.qrels, run), 4)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:] or list(NAMES)))
