"""A process that works on an eval run until it is killed; its target answers only as often as the test allows."""

from __future__ import annotations

import asyncio
import os
from decimal import Decimal
from pathlib import Path

from answerable.core.clock import SystemClock
from answerable.datasets.service import DatasetService
from answerable.datasets.types import Example
from answerable.db.database import Database
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.service import EvalService
from answerable.evaluation.types import Output
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.evaluations import Exact, measure

CONCURRENCY = 2


def work(conninfo: str, folder: str) -> None:
    """Work on the run of the dataset `golden` until it is done."""
    asyncio.run(measure_golden(conninfo, Path(folder)))


async def measure_golden(conninfo: str, folder: Path) -> None:
    """`folder/asked` gets a line for each question, `folder/allowed` says how many of all may be answered."""

    async def answer(example: Example) -> Output:
        with (folder / "asked").open("a") as asked:
            asked.write(f"{example.key}\n")
        while not _take_permit(folder):  # noqa: ASYNC110 - what it waits for is a file
            await asyncio.sleep(0.005)
        with (folder / "paid").open("a") as paid:
            paid.write(f"{example.key}\n")
        return Output(text=str(example.expected), cost_usd=Decimal("0.01"), latency_ms=1.0)

    database = Database(conninfo)
    await database.open()
    clock = SystemClock()
    datasets = DatasetService(database, embed=HashingEmbedder(dimensions=384).embed_query, clock=clock)
    evals = EvalService(database, datasets=datasets, clock=clock)
    plan = EvalPlan(
        measured=measure(answer),
        version=await datasets.get_version("golden@1"),
        evaluators=(Exact(),),
        concurrency=CONCURRENCY,
    )
    await evals.measure(plan)
    await database.close()


def _take_permit(folder: Path) -> bool:
    """Take one of the files that each let one question be answered."""
    for permit in folder.glob("permit-*"):
        try:
            os.unlink(permit)
        except FileNotFoundError:
            continue
        return True
    return False
