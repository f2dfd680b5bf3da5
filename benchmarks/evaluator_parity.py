"""Our retrieval metrics against those of pytrec_eval (through ir_measures), query by query, on the public sets.

Each set is searched by BM25 (`bm25s`), so that what differs is the measuring alone. Published as the largest
difference of any metric of any query.
"""

from __future__ import annotations

import asyncio
import json

import bm25s
import ir_measures
from ir_measures import RR, Measure, P, R, Success, nDCG

from answerable.datasets.types import Evidence, Example
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.scoring import score_case
from answerable.evaluation.types import Case, Evaluator, Output, Passage
from benchmarks.data import NAMES, BeirSet, load_beir
from benchmarks.report import write_result

_DEPTHS = (1, 3, 5, 10, 20)
_TARGET = 1e-6
_THEIRS: dict[str, Measure] = {
    "mrr": RR,
    **{f"recall@{k}": R @ k for k in _DEPTHS},
    **{f"precision@{k}": P @ k for k in _DEPTHS},
    **{f"hit@{k}": Success @ k for k in _DEPTHS},
    **{f"ndcg@{k}": nDCG @ k for k in _DEPTHS},
}


def main() -> None:
    evaluators = open_evaluators(
        read_specs([{"retrieval": {"k": list(_DEPTHS), "match": "document"}}]), EvaluatorContext()
    )
    sets = {name: asyncio.run(_compare(evaluators, load_beir(name))) for name in NAMES}
    result = {"sets": sets, "largest_difference": max(one["largest_difference"] for one in sets.values())}
    result["met"] = result["largest_difference"] <= _TARGET
    print(json.dumps(result, indent=1))
    write_result("evaluator_parity", result)


async def _compare(evaluators: list[Evaluator], data: BeirSet) -> dict[str, float]:
    rankings = _search(data)
    run = {
        query: {document: float(-place) for place, document in enumerate(found)}
        for query, found in rankings.items()
    }
    qrels = {
        query: {name: int(grade > 0) for name, grade in graded.items()}
        for query, graded in data.qrels.items()
    }
    theirs = {
        (value.query_id, value.measure): value.value
        for value in ir_measures.iter_calc(list(_THEIRS.values()), qrels, run)
    }
    largest, compared = 0.0, 0
    for query, found in rankings.items():
        ours = await _score(evaluators, qrels[query], found)
        for metric, measure in _THEIRS.items():
            largest = max(largest, abs(ours[metric] - theirs[query, measure]))
            compared += 1
    return {"queries": len(rankings), "values": compared, "largest_difference": largest}


async def _score(evaluators: list[Evaluator], relevant: dict[str, int], found: list[str]) -> dict[str, float]:
    evidence = tuple(Evidence("", document_id=name) for name, grade in relevant.items() if grade)
    passages = tuple(Passage("", document_id=name) for name in found)
    scores = await score_case(
        evaluators, Case(Example({}, evidence=evidence), Output(passages=passages)), deadline=60
    )
    return {score.metric: score.value for score in scores if score.value is not None}


def _search(data: BeirSet) -> dict[str, list[str]]:
    """Return the best documents by BM25 for each query; Chinese by pairs of characters."""
    wide = data.name.endswith("-zh")
    names = list(data.corpus)
    texts = [" ".join(data.corpus[name]) for name in names]
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize([_pair(text) if wide else text for text in texts], show_progress=False),
        show_progress=False,
    )
    queries = [_pair(text) if wide else text for text in data.queries.values()]
    found, _ = retriever.retrieve(
        bm25s.tokenize(queries, show_progress=False), k=min(max(_DEPTHS), len(names)), show_progress=False
    )
    return {query: [names[place] for place in row] for query, row in zip(data.queries, found, strict=True)}


def _pair(text: str) -> str:
    return " ".join(text[place : place + 2] for place in range(len(text) - 1))


if __name__ == "__main__":
    main()
