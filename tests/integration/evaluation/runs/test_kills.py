"""A run that is killed at random goes on where it was, and pays again for nothing but what was under way."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

from answerable.datasets.types import DatasetVersion
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.runs.types import EvalRun, ItemResult
from tests.integration.evaluation.runs.killed import CONCURRENCY, work

EXAMPLES = 60
KILLS = 20
DEADLINE = 60.0


def list_lines(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def wait_until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not ready():
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.005)


def allow(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"permit-{time.monotonic_ns()}-{number}").touch()


async def test_killed_at_random_twenty_times_it_ends_the_same_and_pays_nothing_stored_twice(
    conninfo: str,
    evals: EvalService,
    make_version: Callable[[int], Awaitable[DatasetVersion]],
    tmp_path: Path,
) -> None:
    await make_version(EXAMPLES)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.integration.evaluation.runs.killed"])
    rng = random.Random(20_261_121)
    stored: set[str] = set()
    for _ in range(KILLS):
        before = len(list_lines(tmp_path / "asked"))
        child = processes.Process(target=work, args=(conninfo, str(tmp_path)))
        child.start()
        allowed = rng.randrange(4)
        wait_until(lambda: len(list_lines(tmp_path / "asked")) > before, "the next question")  # noqa: B023
        paid = len(list_lines(tmp_path / "paid"))
        allow(tmp_path, allowed)
        wait_until(lambda: len(list_lines(tmp_path / "paid")) >= paid + allowed, "what is allowed")  # noqa: B023
        child.kill()
        child.join(DEADLINE)
        asked = list_lines(tmp_path / "asked")[before:]
        assert stored.isdisjoint(asked), "what was stored is never asked again"
        run = await wait_until_stopped(evals)
        stored |= {one.example_key for one in await list_items(evals, run)}
    allow(tmp_path, EXAMPLES)
    last = processes.Process(target=work, args=(conninfo, str(tmp_path)))
    last.start()
    last.join(DEADLINE)
    assert last.exitcode == 0
    run = await get_run(evals)
    assert (run.state, run.done, run.failed) == ("done", EXAMPLES, 0)
    assert run.cost_usd * 100 == EXAMPLES
    assert [one.example_key for one in await list_items(evals, run)] == [
        f"q{number:03}" for number in range(EXAMPLES)
    ]
    assert [one.mean for one in run.summary] == [1.0]
    paid_for = Counter(list_lines(tmp_path / "paid"))
    assert paid_for.total() - EXAMPLES <= KILLS * CONCURRENCY, "twice at most what was under way"


async def wait_until_stopped(evals: EvalService) -> EvalRun:
    """Return the run once the database has seen that nobody works on it."""
    deadline = time.monotonic() + DEADLINE
    while (run := await get_run(evals)).state != "stopped":
        assert time.monotonic() < deadline, "the run of a killed process still counts as running"
        await asyncio.sleep(0.01)
    return run


async def get_run(evals: EvalService) -> EvalRun:
    (run,) = (await evals.list_runs()).runs
    return run


async def list_items(evals: EvalService, run: EvalRun) -> list[ItemResult]:
    return [one async for batch in evals.iterate_results(run.id) for one in batch]
