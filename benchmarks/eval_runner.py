"""What the runner of evaluations adds to each example, and what it keeps in memory: a target that answers at once.

    python -m benchmarks.eval_runner [--examples 10000]

The bare loop calls the target and the evaluators, as many at a time, and keeps nothing. The runner also reads the
examples from the database, and writes each output before it is scored and each score before the next example.

The memory is that of the process: after a tenth of the examples, with the last of them, after the run is summed up,
and after all reports of it are written. A short run goes before, so that what is loaded once is loaded. Without
`--examples` that is measured for 10,000 examples and then for 30,000 more, in the same process.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
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
from answerable.evaluation.reports.files import FORMS, write_reports
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.progress import Tally
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.scoring import score_case
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Case, Evaluator, Output
from benchmarks.report import write_result

EXAMPLES = (10_000, 30_000)
WARM_UP = 500
CONCURRENCY = 16
EVALUATORS = ("exact", "contains", "squad", "latency", "cost", "tokens")


@dataclass(frozen=True, slots=True)
class Memory:
    """MB that the process holds, the database left out."""

    examples: int
    at_tenth: float
    at_last: float
    after_summary: float
    after_reports: float

    def __str__(self) -> str:
        return (
            f"{self.examples:,} examples: {self.at_tenth:.1f} MB after a tenth, {self.at_last:.1f} MB with the last,"
            f" {self.after_summary:.1f} MB summed up, {self.after_reports:.1f} MB with all reports"
        )


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds of one example. `cpu_ms` is the processor time of the process, without that of the database."""

    examples: int
    bare_ms: float
    runner_ms: float
    overhead_ms: float
    cpu_ms: float
    reused_ms: float

    def __str__(self) -> str:
        return (
            f"{self.examples:,} examples: bare {self.bare_ms:.3f} ms each, runner {self.runner_ms:.3f} ms,"
            f" overhead {self.overhead_ms:.3f} ms (processor time {self.cpu_ms:.3f} ms);"
            f" again, all reused: {self.reused_ms:.3f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int)
    asked = parser.parse_args().examples
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    server = EmbeddedPostgres(folder / "database")
    try:
        conninfo = server.start()
        migrate(conninfo)
        speed, memory = asyncio.run(measure(conninfo, EXAMPLES if asked is None else (asked,), folder))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(map(str, [speed, *memory])))
    if asked is None:
        write_result(
            "eval_runner",
            {
                **asdict(speed),
                "memory_mb": [asdict(one) for one in memory],
                "concurrency": CONCURRENCY,
                "evaluators": list(EVALUATORS),
            },
        )


async def measure(conninfo: str, counts: Sequence[int], folder: Path) -> tuple[Speed, list[Memory]]:
    """Measure the memory for each count, then the speed for the first of them."""
    database = Database(conninfo)
    await database.open()
    datasets = DatasetService(database, embed=_embed, clock=SystemClock())
    bench = Bench(datasets, EvalService(database, datasets=datasets, clock=SystemClock()), folder)
    try:
        await bench.measure_memory(WARM_UP)
        memory = [await bench.measure_memory(count) for count in counts]
        return await bench.measure_speed(counts[0]), memory
    finally:
        await database.close()


class Bench:
    """Runs evaluations over datasets of any size, `folder` takes the reports."""

    def __init__(self, datasets: DatasetService, evals: EvalService, folder: Path) -> None:
        self._datasets = datasets
        self._evals = evals
        self._folder = folder

    async def measure_memory(self, count: int) -> Memory:
        plan = await self._plan(count)
        seen: dict[int, float] = {}

        def note(tally: Tally) -> None:
            if tally.done in (count // 10, count):
                seen[tally.done] = _get_rss()

        run = await self._evals.measure(plan, on_progress=note)
        assert run.done == count
        summed = _get_rss()
        await write_reports(self._evals, run.id, {form: self._folder / f"report.{form}" for form in FORMS})
        return Memory(count, seen[count // 10], seen[count], summed, _get_rss())

    async def measure_speed(self, count: int) -> Speed:
        plan = replace(await self._plan(count), fresh=True)
        cpu, runner = _get_cpu(), await self._time(plan)
        cpu = _get_cpu() - cpu
        reused = await self._time(replace(plan, fresh=False))
        batches = self._datasets.iterate_version(plan.version)
        bare = await _run_bare([one async for batch in batches for one in batch], plan.evaluators)
        each = 1000 / count
        return Speed(count, bare * each, runner * each, (runner - bare) * each, cpu * each, reused * each)

    async def _plan(self, count: int) -> EvalPlan:
        name = f"golden-{count}"
        await self._datasets.put_examples(name, _make_rows(count), replace=False, by="benchmark")
        return EvalPlan(
            measured=Measured("bench", "main", f"{count:064}", "app", _answer, reusable=True),
            version=await self._datasets.freeze(name),
            evaluators=tuple(open_evaluators(read_specs(EVALUATORS), EvaluatorContext())),
            concurrency=CONCURRENCY,
        )

    async def _time(self, plan: EvalPlan) -> float:
        started = time.perf_counter()
        run = await self._evals.measure(plan)
        assert run.done == run.total
        return time.perf_counter() - started


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


def _get_rss() -> float:
    return psutil.Process().memory_info().rss / 1e6


def _get_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
