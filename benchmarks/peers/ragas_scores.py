"""Ragas over given outputs, with its metrics that ask no model.

python -m benchmarks.peers.ragas_scores CASES.jsonl OUT.json
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ["RAGAS_DO_NOT_TRACK"] = "true"

from ragas import EvaluationDataset, evaluate
from ragas.metrics import ExactMatch, NonLLMContextRecall, RougeScore, StringPresence

_ROUNDS = 3


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").split("\n") if line]
    metrics = [ExactMatch(), StringPresence(), RougeScore(), NonLLMContextRecall()]
    evaluate(EvaluationDataset.from_list(rows[:5]), metrics, show_progress=False)
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        result = evaluate(EvaluationDataset.from_list(rows), metrics, show_progress=False)
        times.append(time.process_time() - start)
    seconds = statistics.median(times)
    means = {name: sum(values) / len(values) for name, values in _columns(result.scores).items()}
    target.write_text(json.dumps({"seconds": seconds, "cases": len(rows), "means": means}), encoding="utf-8")


def _columns(scores: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [row[name] for row in scores] for name in scores[0]}


if __name__ == "__main__":
    main()
