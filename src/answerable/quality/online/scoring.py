"""One task from its beginning to its end: a score, a failure, or nothing to score."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from prometheus_client import Counter

from answerable.core.clock import Clock
from answerable.core.errors import (
    AnswerableError,
    DeadlineExceeded,
    NotFound,
    RateLimited,
    Unavailable,
    UpstreamFailed,
)
from answerable.core.ids import new_trace_id
from answerable.db.database import Database
from answerable.evaluation.judging.costs import find_cost
from answerable.feedback.service import FeedbackService
from answerable.feedback.types import Score
from answerable.quality.online import store
from answerable.quality.online.caps import DailyCaps
from answerable.quality.online.evaluators.registry import Evaluators
from answerable.quality.online.types import Assessment, Evaluator, Failure, Outcome, Rule, Task
from answerable.traces.service import TraceService
from answerable.traces.types import Trace

_log = logging.getLogger(__name__)

_DEADLINE: Final = 120.0
"""Seconds that one score may take; within the lease of a task."""
_PASSING: Final = (Unavailable, UpstreamFailed, RateLimited, DeadlineExceeded)
"""Errors that may be gone the next time."""
_MOST_ATTEMPTS: Final = 5
_FIRST_PAUSE: Final = timedelta(seconds=30)
_TOO_OLD: Final = timedelta(days=1)
"""What waits for longer is passed over: who cannot keep up shall not fall behind for ever."""
_FREE: Final = Decimal(0)


class TaskScorer:
    """Scores the runs that tasks name, and writes what came of it in one transaction."""

    def __init__(
        self,
        database: Database,
        *,
        rules: Mapping[str, Rule],
        evaluators: Evaluators,
        traces: TraceService,
        feedback: FeedbackService,
        caps: DailyCaps,
        outcomes: Counter,
        clock: Clock,
    ) -> None:
        self._database = database
        self._rules = rules
        self._evaluators = evaluators
        self._traces = traces
        self._feedback = feedback
        self._caps = caps
        self._outcomes = outcomes
        self._clock = clock

    async def do(self, task: Task) -> None:
        """Do a task to its end, or put it off. Raises Unavailable without the database: then its lease runs out."""
        rule = self._rules.get(task.rule)
        if rule is None or task.evaluator not in rule.evaluators:
            await self._forget(task)
            return
        judge_trace_id = new_trace_id()
        evaluator = self._evaluators.open(task.evaluator, judge_trace_id=judge_trace_id)
        if await self._is_passed_over(task, rule, evaluator):
            await self._finish(task, "skipped")
            return
        try:
            trace = await self._traces.get(task.trace_id, span_id=task.span_id)
        except NotFound:
            await self._forget(task)
            return
        with self._caps.counted(rule):
            await self._assess(task, evaluator, trace, judge_trace_id)

    async def _is_passed_over(self, task: Task, rule: Rule, evaluator: Evaluator) -> bool:
        if self._clock.now() - task.created_at > _TOO_OLD:
            return True
        return evaluator.source == "judge" and not await self._caps.has_room(rule)

    async def _assess(self, task: Task, evaluator: Evaluator, trace: Trace, judge_trace_id: str) -> None:
        if evaluator.source == "judge":
            async with self._database.transaction() as tx:
                await store.note_judge_run(tx, task.trace_id, judge_trace_id)
        try:
            async with asyncio.timeout(_DEADLINE):
                found = await evaluator.assess(trace)
        except _PASSING as error:
            if task.attempts < _MOST_ATTEMPTS:
                await self._put_off(task)
            else:
                await self._finish(task, "failed", error=error, cost_usd=find_cost(error))
            return
        except Exception as error:  # a crash of an evaluator is a finding, not the end of the others
            await self._finish(task, "failed", error=error, cost_usd=find_cost(error))
            return
        score = None if found is None or found.value is None else _to_score(trace, evaluator, found)
        cost_usd = _FREE if found is None else found.cost_usd
        kept = await self._finish(task, "scored" if score else "skipped", score=score, cost_usd=cost_usd)
        if not kept:
            await self._erase(judge_trace_id)

    async def _finish(
        self,
        task: Task,
        outcome: Outcome,
        *,
        score: Score | None = None,
        error: Exception | None = None,
        cost_usd: Decimal | None = _FREE,
    ) -> bool:
        """Write what came of a task; nothing, and False, when its trace was erased meanwhile."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            if not await store.delete_task(tx, task.id):
                return False
            if score is not None:
                await self._feedback.add_score(tx, score)
            if error is not None:
                told = _describe(error)
                await store.insert_failure(tx, Failure(now, task.rule, task.evaluator, task.trace_id, told))
            usd, unpriced = (_FREE, 1) if cost_usd is None else (cost_usd, 0)
            await store.count_outcome(tx, task, now.date(), outcome, usd=usd, unpriced=unpriced)
        self._outcomes.labels(task.rule, task.evaluator, outcome).inc()
        if error is not None:
            _log.warning("%s could not score the trace %s: %s", task.evaluator, task.trace_id, told)
        return True

    async def _put_off(self, task: Task) -> None:
        until = self._clock.now() + _FIRST_PAUSE * 2 ** (task.attempts - 1)
        async with self._database.transaction() as tx:
            await store.postpone(tx, task.id, until=until)

    async def _forget(self, task: Task) -> None:
        async with self._database.transaction() as tx:
            await store.delete_task(tx, task.id)

    async def _erase(self, judge_trace_id: str) -> None:
        """Erase a judge's run that was about something that is erased."""
        await self._traces.flush()
        async with self._database.transaction() as tx:
            await self._traces.erase_traces(tx, [judge_trace_id])


def _to_score(trace: Trace, evaluator: Evaluator, found: Assessment) -> Score:
    return Score(
        trace_id=trace.id,
        span_id=trace.span_id,
        app=trace.app,
        variant=trace.variant,
        key_id=trace.key_id,
        answered_at=trace.started_at,
        name=evaluator.name,
        source=evaluator.source,
        value=found.value,
        text=found.reason,
        evaluator=evaluator.id,
        evaluator_version=found.version,
    )


def _describe(error: Exception) -> str:
    """Return what is kept of a failure. The text of a foreign error may quote what was scored, and is left out."""
    if isinstance(error, AnswerableError):
        return f"{error.code}: {error.detail}"
    return type(error).__name__
