"""A dataset and the service of eval runs over it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from answerable.core.clock import SystemClock
from answerable.datasets.service import DatasetService
from answerable.datasets.types import DatasetVersion, Example
from answerable.db.database import Database
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.service import EvalService
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.evaluations import CountingTarget, Exact, measure

MakePlan = Callable[..., Awaitable[EvalPlan]]


@pytest.fixture
def datasets(database: Database) -> DatasetService:
    return DatasetService(database, embed=HashingEmbedder(dimensions=384).embed_query, clock=SystemClock())


@pytest.fixture
def evals(database: Database, datasets: DatasetService) -> EvalService:
    return EvalService(database, datasets=datasets, clock=SystemClock())


@pytest.fixture
def make_version(datasets: DatasetService) -> Callable[[int], Awaitable[DatasetVersion]]:
    async def make(examples: int) -> DatasetVersion:
        for number in range(examples):
            await datasets.add_example(
                "golden",
                Example(
                    input={"question": f"What is {number}?"},
                    expected=f"It is {number}.",
                    tags=("even",) if number % 2 == 0 else ("odd",),
                    weight=1.0 + number % 3,
                    key=f"q{number:03}",
                ),
            )
        return await datasets.freeze("golden")

    return make


@pytest.fixture
def make_plan(make_version: Callable[[int], Awaitable[DatasetVersion]]) -> MakePlan:
    async def make(examples: int = 8, target: CountingTarget | None = None, **changes: Any) -> EvalPlan:
        settings: dict[str, Any] = {
            "measured": measure(target or CountingTarget()),
            "version": await make_version(examples),
            "evaluators": (Exact(),),
            "concurrency": 3,
            **changes,
        }
        return EvalPlan(**settings)

    return make
