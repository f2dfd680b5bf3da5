"""Eval runs: started, gone on with, kept, and read again."""

from __future__ import annotations

from contextlib import aclosing
from uuid import UUID

from answerable.core.errors import AnswerableError, InvalidInput, Unavailable
from answerable.core.ids import new_id
from answerable.evaluation.runs import failure_store, run_store
from answerable.evaluation.runs.driver import RunDriver
from answerable.evaluation.runs.jobs import AT_ONCE, iterate_jobs
from answerable.evaluation.runs.lock import locked
from answerable.evaluation.runs.plan import EvalPlan
from answerable.evaluation.runs.progress import OnProgress, Tally
from answerable.evaluation.runs.records import EvalRecords
from answerable.evaluation.runs.spending import Spending
from answerable.evaluation.runs.summaries import summarise
from answerable.evaluation.runs.types import (
    EvalRun,
    RunState,
)
from answerable.evaluation.runs.writer import ResultWriter


class EvalService(EvalRecords):
    """Runs evaluations and keeps what came of them.

    A run that ended before its time goes on where it was: `measure` with the same plan finds it. What the same thing
    said to the same example in an earlier run is not asked for again, and what the same evaluator said of that neither.
    """

    async def measure(self, plan: EvalPlan, *, on_progress: OnProgress | None = None) -> EvalRun:
        """Start a run or go on with one, and return it as it is at its end. Raises as `start` and `run` do."""
        started = await self.start(plan)
        return await self.run(started.id, plan, on_progress=on_progress)

    async def start(self, plan: EvalPlan) -> EvalRun:
        """Return the run of this very plan that has not ended, else a new one; with `plan.fresh` always a new one.

        Raises InvalidInput (`empty_dataset`, `no_evaluators`).
        """
        total = await self._count(plan) * plan.repeats
        if not total:
            raise InvalidInput(
                f"{plan.version.ref} has no examples to evaluate on{_describe_part(plan)}.",
                hint="Add some, or choose another split or other tags.",
                code="empty_dataset",
            )
        if not plan.evaluators:
            raise InvalidInput("There is no evaluator.", hint="Name some.", code="no_evaluators")
        async with self._database.transaction() as tx:
            same = [] if plan.fresh else await run_store.list_same(tx, plan)
            left = [run for run in same if run.state != "done" and run.total == total]
            found = next((run for run in left if _is_scored_alike(run, plan)), None)
            if found is not None:
                return found
            id = new_id()
            await run_store.insert(tx, id, plan, total=total, at=self._clock.now())
        return await self.get(id)

    async def run(self, run_id: UUID, plan: EvalPlan, *, on_progress: OnProgress | None = None) -> EvalRun:
        """Work on a run until it is done or has to stop, and return it.

        It stops (`state`, `reason`) at its cap, at an error that every example would meet, and when one example after
        the other fails since something is away; the same call goes on then. Raises NotFound, Conflict (`eval_running`,
        `other_plan`) and Unavailable without the database.
        """
        run = await self.get(run_id)
        if not _is_scored_alike(run, plan):
            raise InvalidInput(
                f"The eval run {run_id} has other evaluators, or other versions of them.",
                hint="Start a new run: scores of two versions are never put together.",
                code="other_plan",
            )
        if run.state == "done":
            return run
        async with locked(self._database.conninfo, run_id):
            async with self._database.transaction() as tx:
                await run_store.begin(tx, run_id)
                await failure_store.forget_scores(tx, run_id)
            run = await self.get(run_id)
            try:
                reason = await self._drive(run, plan, on_progress)
            except Unavailable:
                raise  # the state stays as it is; without its lock the run counts as stopped
            except Exception as error:
                await self._end(run, reason=_describe(error), failed=True)
                raise
            await self._end(run, reason=reason)
        return await self.get(run_id)

    async def find_done(self, plan: EvalPlan) -> EvalRun | None:
        """Return the newest run that is done of just this plan: same thing in the same state, same examples, same
        versions of the evaluators."""
        total = await self._count(plan) * plan.repeats
        async with self._database.transaction() as tx:
            same = await run_store.list_same(tx, plan)
        return next(
            (
                run
                for run in same
                if run.state == "done" and run.total == total and _is_scored_alike(run, plan)
            ),
            None,
        )

    async def _drive(self, run: EvalRun, plan: EvalPlan, on_progress: OnProgress | None) -> str:
        writer = ResultWriter(self._database)
        driver = RunDriver(
            run.id,
            plan,
            writer=writer,
            spending=Spending(
                plan.max_usd,
                outputs=run.cost_usd,
                judges=run.judge_cost_usd,
                unpriced=run.unpriced,
                items=run.done - run.reused,
            ),
            tally=Tally(run.total),
            clock=self._clock,
            on_progress=on_progress,
        )
        examples = self._datasets.iterate_version(
            plan.version,
            split=plan.split or None,
            tags=plan.tags,
            batch=max(1, AT_ONCE // plan.repeats),
        )
        jobs = iterate_jobs(self._database, run.id, plan, examples)
        async with writer.opened(), aclosing(jobs):
            return await driver.drive(jobs)

    async def _end(self, run: EvalRun, *, reason: str, failed: bool = False) -> None:
        state: RunState = "failed" if failed else "stopped" if reason else "done"
        async with self._database.transaction() as tx:
            summary = await summarise(tx, run.id, run.evaluators)
            await run_store.end(tx, run.id, state, reason=reason, summary=summary, at=self._clock.now())

    async def _count(self, plan: EvalPlan) -> int:
        if not plan.split and not plan.tags:
            return plan.version.examples - plan.version.gone
        batches = self._datasets.iterate_version(plan.version, split=plan.split or None, tags=plan.tags)
        return sum([len(batch) async for batch in batches])


def _is_scored_alike(run: EvalRun, plan: EvalPlan) -> bool:
    return {(one.id, one.version) for one in run.evaluators} == {
        (one.id, one.version) for one in plan.evaluators
    }


def _describe_part(plan: EvalPlan) -> str:
    parts = [f"the split {plan.split!r}"] if plan.split else []
    parts += [f"the tag {tag!r}" for tag in plan.tags]
    return f" with {' and '.join(parts)}" if parts else ""


def _describe(error: Exception) -> str:
    return error.detail if isinstance(error, AnswerableError) else f"{type(error).__name__}: {error}"
