"""What the runner of evaluations adds to each example: 10,000 of them, and a target that answers at once.

    python -m benchmarks.eval_runner [--examples 10000]

The bare loop calls the target and the evaluators, as many at a time, and keeps nothing. The runner also reads the
examples from the database, and writes each output before it is scored and each score before the next example. The
memory is that of the process, once after a tenth of the examples and once at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from answerable.core.clock import SystemClock
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Example, Row
from answerable.db.database import Database
from answerable.db.embedded import EmbeddedPostgres
from answerable.db.migrate import migrate
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.progress import Tally
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.scoring import score_case
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Case, Evaluator, Output
from benchmarks.report import write_result

EXAMPLES = 10_000
CONCURRENCY = 16
EVALUATORS = ("exact", "contains", "squad", "latency", "cost", "tokens")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Milliseconds are of one example. Memory in MB: the process's own, without the database."""

    examples: int
    bare_ms: float
    runner_ms: float
    overhead_ms: float
    cpu_ms: float
    reused_ms: float
    rss_early_mb: float
    rss_end_mb: float


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    count = parser.parse_args().examples
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    server = EmbeddedPostgres(folder)
    try:
        conninfo = server.start()
        migrate(conninfo)
        outcome = asyncio.run(measure(conninfo, count))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{outcome.examples:,} examples: bare {outcome.bare_ms:.3f} ms each, runner {outcome.runner_ms:.3f} ms,"
        f" overhead {outcome.overhead_ms:.3f} ms (CPU of the process {outcome.cpu_ms:.3f} ms);"
        f" again, all reused: {outcome.reused_ms:.3f} ms;"
        f" memory {outcome.rss_early_mb:.0f} MB after a tenth, {outcome.rss_end_mb:.0f} MB at the end"
    )
    if count == EXAMPLES:
        write_result(
            "eval_runner",
            {name: getattr(outcome, name) for name in Outcome.__slots__}
            | {"concurrency": CONCURRENCY, "evaluators": list(EVALUATORS)},
        )


async def measure(conninfo: str, count: int) -> Outcome:
    database = Database(conninfo)
    await database.open()
    datasets = DatasetService(database, embed=_embed, clock=SystemClock())
    await datasets.put_examples("golden", _make_rows(count), replace=False, by="benchmark")
    version = await datasets.freeze("golden")
    evaluators = open_evaluators(read_specs(EVALUATORS), EvaluatorContext())
    examples = [one async for batch in datasets.iterate_version(version) for one in batch]
    bare = await _run_bare(examples, evaluators)
    del examples
    evals = EvalService(database, datasets=datasets, clock=SystemClock())
    plan = EvalPlan(
        measured=Measured("bench", "main", "h" * 64, "app", _answer, reusable=True),
        version=version,
        evaluators=tuple(evaluators),
        concurrency=CONCURRENCY,
    )
    memory = Memory(count // 10)
    cpu, (seconds, run) = _get_cpu(), await _timed(evals, plan, memory)
    cpu = _get_cpu() - cpu
    assert run == count
    reused, _ = await _timed(evals, plan, None)
    rss_end = psutil.Process().memory_info().rss / 1e6
    await database.close()
    each = 1000 / count
    return Outcome(
        count,
        bare * each,
        seconds * each,
        (seconds - bare) * each,
        cpu * each,
        reused * each,
        memory.early_mb,
        rss_end,
    )


class Memory:
    """Notes what the process holds once `after` examples are settled."""

    def __init__(self, after: int) -> None:
        self._after = after
        self.early_mb = 0.0

    def note(self, tally: Tally) -> None:
        if tally.done == self._after:
            self.early_mb = psutil.Process().memory_info().rss / 1e6


async def _timed(evals: EvalService, plan: EvalPlan, memory: Memory | None) -> tuple[float, int]:
    started = time.perf_counter()
    run = await evals.measure(plan, on_progress=None if memory is None else memory.note)
    return time.perf_counter() - started, run.done


async def _run_bare(examples: Sequence[Example], evaluators: Sequence[Evaluator]) -> float:
    rest = iter(examples)

    async def work() -> None:
        for example in rest:
            await score_case(evaluators, Case(example, await _answer(example)), deadline=60)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(work())
    return time.perf_counter() - started


async def _answer(example: Example) -> Output:
    return Output(
        text=f"The answer is {example.expected}.",
        latency_ms=1.0,
        input_tokens=90,
        output_tokens=12,
        cost_usd=Decimal("0.0001"),
    )


def _make_rows(count: int) -> Iterator[Row]:
    for number in range(count):
        question = f"How many metres are there from place {number} to place {number * 7 % 1009}?"
        example = Example(
            input={"question": question}, expected=f"{number * 13 % 977} metres", key=f"q{number}"
        )
        yield Row(f"row {number}", example)


async def _embed(text: str) -> NDArray[np.float32]:
    vector = np.zeros(384, dtype=np.float32)
    vector[hash(text) % 384] = 1.0
    return vector


def _get_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
