"""The examples of a run, each as often as it is repeated, with what is known of them already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from answerable.datasets.types import Example
from answerable.db.database import Database
from answerable.evaluation.runs import item_store
from answerable.evaluation.runs.item_store import Earlier, ItemState
from answerable.evaluation.runs.keys import hash_case, hash_output
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.types import ItemScore
from answerable.evaluation.targets.types import Measured
from answerable.evaluation.types import Evaluator, Output

AT_ONCE: Final = 200
"""Items that are looked up together, and held in memory."""


@dataclass(frozen=True, slots=True)
class Job:
    """An item that is not settled. `output` is known where it need not be asked for: it is `stored` by an earlier part
    of this run, or `reused` from another one. `scores` are those it has; `evaluators` are still to be asked."""

    example: Example
    position: int
    repeat: int
    output_key: bytes
    case_key: bytes
    evaluators: tuple[Evaluator, ...]
    output: Output | None = None
    stored: bool = False
    reused: bool = False
    scores: tuple[ItemScore, ...] = ()


async def iterate_jobs(
    database: Database, run_id: UUID, plan: EvalPlan, examples: AsyncIterator[Sequence[Example]]
) -> AsyncGenerator[list[Job | None], None]:
    """Yield the items in the order of the dataset, some at a time: None for each that is settled already."""
    position = 0
    async for batch in examples:
        yield await _look_up(database, run_id, plan, batch, position)
        position += len(batch)


async def _look_up(
    database: Database, run_id: UUID, plan: EvalPlan, batch: Sequence[Example], first: int
) -> list[Job | None]:
    files = await _read_files(plan.measured, batch)
    jobs = [
        Job(
            example,
            position,
            repeat,
            hash_output(plan.measured, example, repeat, files=digest),
            hash_case(example),
            plan.evaluators,
        )
        for position, (example, digest) in enumerate(zip(batch, files, strict=True), first)
        for repeat in range(plan.repeats)
    ]
    async with database.transaction() as tx:
        states = await item_store.list_states(tx, run_id, first=first, last=first + len(batch) - 1)
        earlier = {}
        if plan.measured.reusable and not plan.fresh:
            keys = [job.output_key for job in jobs if (job.position, job.repeat) not in states]
            earlier = await item_store.list_earlier(tx, keys) if keys else {}
    return [
        _complete(job, states.get((job.position, job.repeat)), earlier.get(job.output_key)) for job in jobs
    ]


async def _read_files(measured: Measured, batch: Sequence[Example]) -> list[str]:
    digest = measured.digest
    if digest is None:
        return [""] * len(batch)
    return await asyncio.to_thread(lambda: [digest(example) for example in batch])


def _complete(job: Job, state: ItemState | None, earlier: Earlier | None) -> Job | None:
    if state is not None and state.scored:
        return None
    if state is not None and state.output is not None:
        known = {one.evaluator for one in state.scores}
        left = tuple(one for one in job.evaluators if one.id not in known)
        return replace(job, output=state.output, stored=True, evaluators=left, scores=state.scores)
    if earlier is None:
        return job
    same = earlier.evaluators if earlier.case_key == job.case_key else frozenset()
    crashed = {one.evaluator for one in earlier.scores if one.error}
    done = {one.id for one in job.evaluators if (one.id, one.version) in same and one.id not in crashed}
    return replace(
        job,
        output=earlier.output,
        reused=True,
        evaluators=tuple(one for one in job.evaluators if one.id not in done),
        scores=tuple(one for one in earlier.scores if one.evaluator in done),
    )
