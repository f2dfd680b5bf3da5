"""Works through the items of a run, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import DeadlineExceeded
from answerable.core.tasks import pass_cancellation_on
from answerable.datasets.content import read_words
from answerable.datasets.types import Example
from answerable.evaluation.runs.failures import Failure, read_failure
from answerable.evaluation.runs.item_store import NewItem, ScoredItem
from answerable.evaluation.runs.jobs import Job
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.progress import OnProgress, Tally
from answerable.evaluation.runs.rating import find_rated
from answerable.evaluation.runs.spending import CapReached, Spending
from answerable.evaluation.runs.types import ItemScore
from answerable.evaluation.runs.writer import ResultWriter
from answerable.evaluation.scoring import is_unscored, score_case
from answerable.evaluation.types import Case, Output

HOPELESS: Final = 20
"""So many failures in a row that may pass, such as a provider's: the next ones would fare no better for now."""
_LONGEST_QUESTION: Final = 10_000

Jobs = AsyncIterator[Sequence[Job | None]]


class RunDriver:
    """Settles each item once: its output is on its way to the database before it is scored, and with its scores there
    before the next item is begun.

    So what a killed process has to pay again is what was under way: an output for each of `plan.concurrency`, at most.
    """

    def __init__(
        self,
        run_id: UUID,
        plan: EvalPlan,
        *,
        writer: ResultWriter,
        spending: Spending,
        tally: Tally,
        clock: Clock,
        on_progress: OnProgress | None,
    ) -> None:
        self._run_id = run_id
        self._plan = plan
        self._writer = writer
        self._spending = spending
        self._tally = tally
        self._clock = clock
        self._on_progress = on_progress
        self._started = clock.monotonic()
        self._failing = 0
        self._stopped = ""
        self._rated = find_rated(evaluator.metrics for evaluator in plan.evaluators)

    async def drive(self, jobs: Jobs) -> str:
        """Settle the items; return why it stopped before their end, or nothing. What is under way then is ended first.

        Raises Unavailable when the database is away for long.
        """
        queue: asyncio.Queue[Job | None] = asyncio.Queue(maxsize=2 * self._plan.concurrency)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._feed(jobs, queue))
                for _ in range(self._plan.concurrency):
                    group.create_task(self._work(queue))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return self._stopped

    async def _feed(self, jobs: Jobs, queue: asyncio.Queue[Job | None]) -> None:
        async for batch in jobs:
            for job in batch:
                if job is None:
                    self._tally.earlier += 1
                else:
                    await queue.put(job)
            if self._stopped:
                break
        for _ in range(self._plan.concurrency):
            await queue.put(None)

    async def _work(self, queue: asyncio.Queue[Job | None]) -> None:
        while (job := await queue.get()) is not None:
            if self._stopped:
                continue
            try:
                async with self._spending.room():
                    await self._settle(job)
            except CapReached as reached:
                self._stopped = str(reached)

    async def _settle(self, job: Job) -> None:
        if self._stopped:
            return  # while it waited for room
        output, failure = job.output, None
        if output is None:
            output, failure = await self._ask(job.example)
        if failure is not None and failure.ends:
            self._stopped = failure.text
            return
        writes = [] if job.stored else [self._write_output(job, output, failure)]
        scores: list[ItemScore] = []
        if output is not None:
            # Meanwhile the output is committed: a judge that takes long does not hold that up.
            scores = await score_case(
                job.evaluators, Case(job.example, output, job.repeat), deadline=self._plan.score_deadline
            )
        self._spending.add_scores(one.cost_usd for one in scores)
        every = (*job.scores, *scores)
        writes.append(
            self._writer.write(
                ScoredItem(self._run_id, job.position, job.repeat, scores=every, paid=tuple(scores))
            )
        )
        await asyncio.gather(*writes)
        self._count(job, failure, every)

    async def _ask(self, example: Example) -> tuple[Output | None, Failure | None]:
        """Return the target's output, or why there is none."""
        began = self._clock.monotonic()
        deadline = asyncio.timeout(self._plan.deadline)
        try:
            async with deadline:
                output = await self._plan.measured.ask(example)
        except (Exception, asyncio.CancelledError) as error:
            pass_cancellation_on()  # a program that is measured may cancel its own tasks
            late = DeadlineExceeded(f"There was no output within {self._plan.deadline:g} s.")
            return None, read_failure(late if deadline.expired() else error)
        if output.latency_ms is None:
            output = replace(output, latency_ms=(self._clock.monotonic() - began) * 1000)
        return output, None

    def _write_output(self, job: Job, output: Output | None, failure: Failure | None) -> asyncio.Future[None]:
        # A failure may have cost something too; what, only the trace of the run knows.
        cost = Decimal(0) if output is None or job.reused else output.cost_usd
        self._spending.add_output(cost)
        example = job.example
        return self._writer.write(
            NewItem(
                run_id=self._run_id,
                position=job.position,
                repeat=job.repeat,
                example_id=example.id,
                example_key=example.key,
                question=read_words(example.input)[:_LONGEST_QUESTION],
                tags=example.tags,
                weight=example.weight,
                output_key=job.output_key,
                case_key=job.case_key,
                output=output,
                error="" if failure is None else failure.text,
                passing=failure is not None and failure.passing,
                cost_usd=cost,
                reused=job.reused,
                source_trace=example.provenance.trace_id,
            )
        )

    def _count(self, job: Job, failure: Failure | None, scores: Sequence[ItemScore]) -> None:
        tally, spending = self._tally, self._spending
        tally.done += 1
        tally.reused += job.reused
        tally.failed += failure is not None
        tally.unscored += failure is None and is_unscored(job.example, scores)
        rated = [one.value for one in scores if one.metric in self._rated and one.value is not None]
        if rated or failure is not None:
            tally.rated += bool(self._rated)
            tally.passed += failure is None and all(rated)
        tally.cost_usd, tally.judge_cost_usd = spending.outputs, spending.judges
        tally.unpriced = spending.unpriced
        tally.seconds = self._clock.monotonic() - self._started
        self._note_failure(failure)
        if self._on_progress is not None:
            self._on_progress(tally)

    def _note_failure(self, failure: Failure | None) -> None:
        """Stop the run when the target is away rather than at odds with single examples."""
        self._failing = self._failing + 1 if failure is not None and failure.passing else 0
        if self._failing >= HOPELESS:
            assert failure is not None
            self._stopped = (
                f"{self._failing} examples failed one after the other, the last with: {failure.text}"
            )
