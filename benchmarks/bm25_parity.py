"""Our BM25 against the library `bm25s` on the same lexemes, over whole documents: nDCG@10 must agree."""

from __future__ import annotations

import asyncio
from collections import Counter

import bm25s
import numpy as np

from answerable.knowledge.index.bm25 import K1, B, Corpus, Segment, make_posting_list
from answerable.knowledge.index.lexemes import Lexizer
from answerable.knowledge.index.postings import build_segment
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from benchmarks.data import NAMES, BeirSet, load_beir, ndcg_at_10
from benchmarks.report import write_result
from benchmarks.store import open_store

_BOUND = 0.003
Run = dict[str, dict[str, float]]


async def main() -> None:
    figures = {}
    async with open_store(LocalEmbedder(MiniLM.load(), threads=1)) as store:
        lexizer = Lexizer()
        for name in NAMES:
            data = load_beir(name)
            language = name.partition("-")[2] or "en"
            async with store.database.transaction() as tx:
                texts = [f"{title}\n{text}" for title, text in data.corpus.values()]
                documents = await lexizer.lexize(tx, language, texts)
                queries = await lexizer.lexize(tx, language, list(data.queries.values()))
            ours = ndcg_at_10(data.qrels, _run_ours(data, documents, queries))
            theirs = ndcg_at_10(data.qrels, _run_theirs(data, documents, queries))
            figures[name] = {"ours": round(ours, 4), "bm25s": round(theirs, 4)}
            print(name, figures[name], flush=True)
    worst = max(abs(pair["ours"] - pair["bm25s"]) for pair in figures.values())
    print(write_result("bm25_parity", {"sets": figures, "largest_difference": worst, "met": worst <= _BOUND}))


def _run_ours(data: BeirSet, documents: list[list[str]], queries: list[list[str]]) -> Run:
    stored = build_segment("all", 0, documents)
    segment = Segment(
        id=1,
        language="all",
        ordinals=np.frombuffer(stored.ordinals, dtype="<u4"),
        lengths=np.frombuffer(stored.lengths, dtype="<u2"),
        dead=np.zeros(0, dtype=np.uint32),
    )
    lists = {
        (1, lexeme): make_posting_list(
            segment, np.frombuffer(ordinals, dtype="<u4"), np.frombuffer(counts, dtype=np.uint8)
        )
        for lexeme, ordinals, counts in stored.postings
    }
    corpus, ids = Corpus([segment]), list(data.corpus)
    run: Run = {}
    for query_id, lexemes in zip(data.queries, queries, strict=True):
        ranking = corpus.score({"all": Counter(lexemes)}, lists)
        best = ranking.best(20)
        run[query_id] = dict(
            zip([ids[place] for place in best.tolist()], ranking.get_scores(best).tolist(), strict=True)
        )
    return run


def _run_theirs(data: BeirSet, documents: list[list[str]], queries: list[list[str]]) -> Run:
    retriever = bm25s.BM25(method="lucene", k1=K1, b=B)
    retriever.index(documents, show_progress=False)
    ids = list(data.corpus)
    run: Run = {}
    for query_id, lexemes in zip(data.queries, queries, strict=True):
        found, scores = retriever.retrieve([lexemes], k=20, show_progress=False)
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        run[query_id] = {ids[place]: score for place, score in pairs if score > 0}
    return run


if __name__ == "__main__":
    asyncio.run(main())
