"""Processor seconds to score the same outputs: our evaluators, Ragas and DeepEval, each with metrics that ask no model.

The 1,190 questions of XQuAD-en; the output is the sentence of the gold paragraph that holds the answer, and the best
five paragraphs by BM25 are what was retrieved. Each is measured three times, and the median taken, of processor time:
other work on the machine hardly changes it. The peers run in an environment of their own, whose Python
`ANSWERABLE_EVALUATION_PEERS` names (see peers/requirements-evaluation.in).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s

from answerable.core.sentences import split_sentences
from answerable.datasets.types import Evidence, Example
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.scoring import score_case
from answerable.evaluation.types import Case, Evaluator, Output, Passage
from benchmarks.data import get_data_root
from benchmarks.report import write_result

_VARIABLE = "ANSWERABLE_EVALUATION_PEERS"
_TARGET = 5.0
_ROUNDS = 3
_TOP = 5
_PEERS: dict[str, Sequence[Any]] = {
    "ragas": ("exact", "contains", "rouge_l", {"retrieval": {"k": _TOP, "match": "text"}}),
    "deepeval": ("exact", {"regex": r"\d"}),
}
"""What we measure beside each peer: the same that it does, or more."""


def main() -> None:
    cases = _load_cases()
    python = os.environ.get(_VARIABLE)
    if python is None:
        print(f"{_VARIABLE} is not set: there is nothing to compare with.", file=sys.stderr)
        return
    results = {}
    for peer, entries in _PEERS.items():
        theirs = _run_peer(python, peer, cases)
        ours = asyncio.run(_measure(entries, cases))
        results[peer] = {
            "ours": ours,
            "theirs": theirs,
            "ratio": round(theirs["seconds"] / ours["seconds"], 1),
        }
        print(json.dumps({peer: results[peer]}, indent=1), flush=True)
    write_result(
        "evaluator_speed", {"peers": results, "met": min(r["ratio"] for r in results.values()) >= _TARGET}
    )


def _load_cases() -> list[dict[str, Any]]:
    """Return the cases under the names that Ragas gives to their parts."""
    data = json.loads((get_data_root() / "xquad" / "xquad.en.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in data for paragraph in article["paragraphs"]]
    texts = [paragraph["context"] for paragraph in paragraphs]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    cases = []
    for paragraph in paragraphs:
        questions = bm25s.tokenize([qa["question"] for qa in paragraph["qas"]], show_progress=False)
        found, _ = retriever.retrieve(questions, k=_TOP, show_progress=False)
        for qa, places in zip(paragraph["qas"], found, strict=True):
            cases.append(
                {
                    "user_input": qa["question"],
                    "response": _find_sentence(paragraph["context"], qa["answers"][0]["answer_start"]),
                    "reference": qa["answers"][0]["text"],
                    "retrieved_contexts": [texts[place] for place in places],
                    "reference_contexts": [paragraph["context"]],
                }
            )
    return cases


def _find_sentence(text: str, at: int) -> str:
    spans = split_sentences(text)
    span = next(span for span in spans if span.end > at)
    return text[span.start : span.end]


async def _measure(entries: Sequence[Any], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the processor seconds from the rows to the scores; the evaluators are opened before, as the peers' are."""
    evaluators = open_evaluators(read_specs(entries), EvaluatorContext())
    for row in rows[:5]:
        await score_case(evaluators, _make_case(row), deadline=60.0)
    rounds = [await _score_all(evaluators, rows) for _ in range(_ROUNDS)]
    seconds = statistics.median(seconds for seconds, _ in rounds)
    means = {metric: sum(values) / len(values) for metric, values in rounds[0][1].items()}
    return {"seconds": seconds, "cases": len(rows), "means": means}


async def _score_all(
    evaluators: Sequence[Evaluator], rows: Sequence[dict[str, Any]]
) -> tuple[float, dict[str, list[float]]]:
    values: dict[str, list[float]] = {}
    start = time.process_time()
    for row in rows:
        for score in await score_case(evaluators, _make_case(row), deadline=60.0):
            if score.value is not None:
                values.setdefault(score.metric, []).append(score.value)
    return time.process_time() - start, values


def _make_case(row: dict[str, Any]) -> Case:
    example = Example(
        {"question": row["user_input"]},
        row["reference"],
        evidence=tuple(Evidence(text) for text in row["reference_contexts"]),
    )
    return Case(example, Output(row["response"], passages=tuple(map(Passage, row["retrieved_contexts"]))))


def _run_peer(python: str, peer: str, cases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "cases.jsonl", Path(folder) / "out.json"
        source.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
        script = Path(__file__).parent / "peers" / f"{peer}_scores.py"
        subprocess.run([python, script, source, target], check=True, cwd=folder)
        result: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
        return result


if __name__ == "__main__":
    main()
