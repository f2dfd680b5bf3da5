"""Online evaluation: what is sampled waits in a table from the transaction that writes its trace.

Nothing is scored twice or forgotten, whatever is killed, and several servers share the work. A call of a judge that a
process died in is made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from answerable.core.clock import Clock
from answerable.core.errors import Unavailable
from answerable.core.tasks import pass_cancellation_on, stop
from answerable.db.database import Connection, Database
from answerable.evaluation.judging.version import PREFIX
from answerable.quality.online import store
from answerable.quality.online.scoring import TaskScorer
from answerable.quality.online.types import OnlineStatus, Rule, RuleStatus
from answerable.traces.service import TraceService

_log = logging.getLogger(__name__)

_JUDGES: Final = 4
"""Judges that this process asks at once."""
_CODE_BATCH: Final = 100
_LEASE: Final = timedelta(minutes=5)
_IDLE_SECONDS: Final = 2.0
_CLEAN_EVERY: Final = 3600.0
_FAILURES_KEPT: Final = timedelta(days=30)
_DAYS_KEPT: Final = timedelta(days=400)
_MOST_FAILURES: Final = 50


class OnlineEvaluation:
    """Scores sampled runs while `run` is not cancelled; the rest works without it."""

    def __init__(
        self,
        database: Database,
        rules: Sequence[Rule],
        scorer: TaskScorer,
        *,
        traces: TraceService,
        clock: Clock,
    ) -> None:
        self._database = database
        self._rules = tuple(rules)
        self._scorer = scorer
        self._traces = traces
        self._clock = clock

    async def run(self) -> None:
        """Score until cancelled. Outlives a lost database."""
        if not self._rules:
            return
        judges = _JUDGES if any(_has_judge(rule) for rule in self._rules) else 0
        lanes = [
            asyncio.create_task(self._repeat(judged=False, limit=_CODE_BATCH), name="online evaluation"),
            *(
                asyncio.create_task(self._repeat(judged=True, limit=1), name=f"online judge {number}")
                for number in range(judges)
            ),
            asyncio.create_task(self._clean_for_ever(), name="online evaluation cleaning"),
        ]
        try:
            await asyncio.gather(*lanes)
        finally:
            for lane in lanes:
                await stop(lane)

    async def work(self, *, judged: bool, limit: int) -> int:
        """Do tasks that are due, for judges or for code, and return how many. Raises Unavailable."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            tasks = await store.claim(tx, judged=judged, limit=limit, now=now, until=now + _LEASE)
        for task in tasks:
            await self._scorer.do(task)
        return len(tasks)

    async def get_status(self) -> OnlineStatus:
        """Return what each rule did today (UTC), what waits, and the newest failures. Raises Unavailable."""
        async with self._database.transaction() as tx:
            days = await store.read_day(tx, self._clock.now().date())
            waiting = await store.count_waiting(tx)
            failures = await store.list_failures(tx, limit=_MOST_FAILURES)
        rules = [
            RuleStatus(
                rule,
                {evaluator: spent for (name, evaluator), spent in days.items() if name == rule.name},
                waiting.get(rule.name, 0),
            )
            for rule in self._rules
        ]
        return OnlineStatus(rules, failures)

    async def delete_of_traces(self, tx: Connection, trace_ids: Sequence[str]) -> int:
        """Delete what came from these traces, the runs of judges about them too; return how many of those."""
        return len(await self._traces.erase_traces(tx, await store.delete_of_traces(tx, trace_ids)))

    async def clean(self) -> None:
        """Forget failures of long ago. Raises Unavailable."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            await store.delete_old(tx, failures=now - _FAILURES_KEPT, days=(now - _DAYS_KEPT).date())

    async def _repeat(self, *, judged: bool, limit: int) -> None:
        while True:
            done = 0
            try:
                done = await self.work(judged=judged, limit=limit)
            except Unavailable as error:
                pass_cancellation_on()
                _log.warning("Online evaluation waits for the database: %s", error.detail)
            except Exception:
                _log.exception("Online evaluation met an error that it did not foresee.")
            if not done:
                await asyncio.sleep(_IDLE_SECONDS)

    async def _clean_for_ever(self) -> None:
        while True:
            try:
                await self.clean()
            except Unavailable:
                pass_cancellation_on()
            await asyncio.sleep(_CLEAN_EVERY)


def _has_judge(rule: Rule) -> bool:
    return any(evaluator.startswith(PREFIX) for evaluator in rule.evaluators)
