"""The grounding evaluator on public sets of claims with sources: balanced accuracy and kappa beside the sets' figures.

    python -m benchmarks.grounding [--verifier lexical|model:PROVIDER:MODEL] [--limit N] [--write]

A claim is shown as an output without markers, its source as the one passage, as a foreign target would give them; it
counts as supported when the share of its supported sentences is 1. HaluEval's `source` is the instruction and no
evidence: what is measured there is how little can be told without a source. `--split test`, as in
benchmarks.verification, leaves out the third of the sources on which the rules were tuned. A model is asked when a key
for it is in the environment.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score

from answerable.answering.grounding_check import make_verify
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verifiers import Verifiers
from answerable.datasets.types import Example
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.scoring import score_case
from answerable.evaluation.types import Case, Evaluator, Output, Passage
from answerable.llm.environment import merge_providers
from answerable.llm.service import Models
from benchmarks.data import get_data_root
from benchmarks.report import write_result
from benchmarks.verification import in_split

_PUBLISHED = {
    "summedits": "balanced accuracy: people .909, GPT-4 .821, SummaC about .58",
    "begin": "none",
    "halueval": "none; there is no source to hold the claim against",
}
_AT_ONCE = 8


async def main(arguments: argparse.Namespace) -> None:
    models = Models(merge_providers([], os.environ), default_chat_name=None)
    verifier = Verifiers(lexical=LexicalVerifier(), chat=models.chat).get(arguments.verifier)
    context = EvaluatorContext(verify=make_verify(verifier), verifier=arguments.verifier)
    evaluators = open_evaluators(read_specs(["grounding"]), context)
    result: dict[str, Any] = {"verifier": arguments.verifier, "split": arguments.split, "sets": {}}
    for name, published in _PUBLISHED.items():
        rows = list(_load(name, arguments.split))[: arguments.limit]
        result["sets"][name] = {"published": published, **await _measure(evaluators, rows)}
        print(name, json.dumps(result["sets"][name], indent=1), flush=True)
    await models.close()
    if arguments.write:
        name = "grounding" if arguments.verifier == "lexical" else "grounding_model"
        write_result(name, result)


def _load(name: str, split: str) -> Iterator[Mapping[str, Any]]:
    """Yield the claims that are labelled; BEGIN's generic replies claim nothing."""
    with gzip.open(get_data_root() / name / "faithfulness.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if in_split(row["source"], split) and row.get("upstream_label") != "Generic":
                yield row


async def _measure(evaluators: list[Evaluator], rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    start = time.perf_counter()
    slots = asyncio.Semaphore(_AT_ONCE)

    async def judge(row: Mapping[str, Any]) -> bool | None:
        async with slots:
            return await _judge(evaluators, row)

    judged = await asyncio.gather(*map(judge, rows))
    seconds = time.perf_counter() - start
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, said in zip(rows, judged, strict=True):
        if said is not None:
            for group in ("all", row["domain"]):
                groups[group].append((row["label"] == "supported", said))
    return {
        "claims": len(rows),
        "nothing_said": judged.count(None),
        "ms_a_claim": round(1000 * seconds / len(rows), 2),
        **{name: _agree(pairs) for name, pairs in groups.items()},
    }


async def _judge(evaluators: list[Evaluator], row: Mapping[str, Any]) -> bool | None:
    """Return whether the evaluator finds all of the claim supported; None where it finds no claim in it."""
    output = Output(row["claim"], passages=(Passage(row["source"]),))
    scores = await score_case(evaluators, Case(Example({}), output), deadline=120.0)
    shares = [score.value for score in scores if score.metric == "supported_share"]
    return shares[0] == 1.0 if shares else None


def _agree(pairs: list[tuple[bool, bool]]) -> dict[str, float]:
    labels, said = zip(*pairs, strict=True)
    return {
        "n": len(pairs),
        "balanced_accuracy": round(float(balanced_accuracy_score(labels, said)), 4),
        "kappa": round(float(cohen_kappa_score(labels, said)), 4),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verifier", default="lexical")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--split", choices=["dev", "test", "all"], default="test")
    parser.add_argument("--write", action="store_true")
    asyncio.run(main(parser.parse_args()))
