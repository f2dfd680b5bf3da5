"""DeepEval over given outputs, with its metrics that ask no model, and nothing printed or kept.

python -m benchmarks.peers.deepeval_scores CASES.jsonl OUT.json
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ["DEEPEVAL_TELEMETRY_OPT_OUT"] = "YES"

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import ExactMatchMetric, PatternMatchMetric
from deepeval.test_case import LLMTestCase

_ROUNDS = 3
_PATTERN = r"(?s).*\d.*"  # it is matched with the whole output


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").split("\n") if line]
    _evaluate(rows[:5])
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        result = _evaluate(rows)
        times.append(time.process_time() - start)
    seconds = statistics.median(times)
    scores: dict[str, list[float]] = {}
    for case in result.test_results:
        for metric in case.metrics_data:
            scores.setdefault(metric.name, []).append(metric.score)
    means = {name: sum(values) / len(values) for name, values in scores.items()}
    target.write_text(json.dumps({"seconds": seconds, "cases": len(rows), "means": means}), encoding="utf-8")


def _evaluate(rows: list[dict[str, str]]):
    return evaluate(
        [
            LLMTestCase(
                input=row["user_input"], actual_output=row["response"], expected_output=row["reference"]
            )
            for row in rows
        ],
        [ExactMatchMetric(), PatternMatchMetric(pattern=_PATTERN)],
        async_config=AsyncConfig(run_async=False),
        display_config=DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False),
        cache_config=CacheConfig(write_cache=False),
    )


if __name__ == "__main__":
    main()
