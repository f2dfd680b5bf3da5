"""Signals from runs as their traces come: what a user did next tells what the answer before was worth.

The runs wait in a table from the transaction that writes their traces, so nothing is derived twice or never, whatever
is killed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from answerable.core.clock import Clock
from answerable.core.errors import NotFound, Unavailable
from answerable.core.tasks import stop
from answerable.db.database import Database
from answerable.feedback.asked.service import AskedRunService
from answerable.feedback.asked.types import AskedRun
from answerable.feedback.service import FeedbackService
from answerable.feedback.tokens import Subject
from answerable.feedback.types import Score
from answerable.quality.scoring import Scorer
from answerable.quality.signals import abandoned
from answerable.quality.signals.types import ExchangeSignal, Signal
from answerable.traces.service import TraceService
from answerable.traces.types import Trace

_log = logging.getLogger(__name__)

_INTERVAL: Final = 1.0
_BATCH: Final = 100
_CLEANING_SECONDS: Final = 600.0
_AWAITED_HOURS: Final = 24
_QUESTION: Final = 2_000
"""Characters of a question that are kept for an hour."""


class SignalDeriver:
    """Derives the signals of what was asked, and shows on a trace the feedback that came before it.

    Now and then it deletes what is kept no longer; `keep_days` says of an app how long that is.
    """

    def __init__(
        self,
        *,
        database: Database,
        asked: AskedRunService,
        feedback: FeedbackService,
        traces: TraceService,
        scorer: Scorer,
        signals: Sequence[ExchangeSignal],
        keep_days: Callable[[str], int],
        clock: Clock,
        interval: float = _INTERVAL,
    ) -> None:
        self._database = database
        self._asked = asked
        self._feedback = feedback
        self._traces = traces
        self._scorer = scorer
        self._signals = signals
        self._keep_days = keep_days
        self._clock = clock
        self._interval = interval
        self._cleaned = clock.monotonic()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Derive in the background while the context is open."""
        task = asyncio.create_task(self._run_for_ever(), name="signals")
        try:
            yield
        finally:
            await stop(task)

    async def derive(self) -> int:
        """Deal with the runs that wait, some of them; return how many that were. Raises Unavailable."""
        await self._attach_awaited()
        waiting = await self._asked.lease(limit=_BATCH)
        found = [trace for place in waiting if (trace := await self._find(place)) is not None]
        runs = [to_asked_run(trace) for trace in found if trace.purpose == "serve"]
        if runs:
            await self._asked.keep(runs)
            await self._score(await self._list_signals(runs))
        if waiting:
            async with self._database.transaction() as tx:
                await self._asked.finish(tx, waiting)
        return len(waiting)

    async def _run_for_ever(self) -> None:
        while True:
            try:
                while await self.derive() == _BATCH:
                    pass
                await self._clean()
            except Unavailable:
                pass  # said by others; it goes on where it was
            except Exception:
                _log.exception("Signals could not be derived; they are tried again in a minute.")
            await asyncio.sleep(self._interval)

    async def _list_signals(self, runs: Sequence[AskedRun]) -> list[tuple[AskedRun, Signal]]:
        found = [(run, abandoned.SIGNAL) for run in runs if abandoned.applies(run)]
        for exchange in await self._asked.list_exchanges(runs):
            applying = [signal for signal in self._signals if await signal.applies(exchange)]
            found += [(exchange.earlier, signal.signal) for signal in applying]
        return found

    async def _score(self, found: Sequence[tuple[AskedRun, Signal]]) -> None:
        by_run: dict[AskedRun, dict[str, Signal]] = defaultdict(dict)
        for run, signal in found:
            by_run[run][signal.name] = signal
        for run, signals in by_run.items():
            subject = _to_subject(run)
            scores = [_to_score(subject, signal) for signal in signals.values()]
            await self._scorer.score(subject, scores, trace=None)

    async def _attach_awaited(self) -> None:
        for place in await self._feedback.take_awaited():
            trace = await self._find(place)
            if trace is not None:
                await self._scorer.attach(trace)

    async def _find(self, place: tuple[str, str]) -> Trace | None:
        try:
            return await self._traces.get(place[0], span_id=place[1])
        except NotFound:
            return None

    async def _clean(self) -> None:
        if self._clock.monotonic() - self._cleaned < _CLEANING_SECONDS:
            return
        self._cleaned = self._clock.monotonic()
        await self._asked.clean()
        await self._feedback.give_up_awaited(hours=_AWAITED_HOURS)
        await self._feedback.delete_old(self._keep_days, self._clock.now())


def to_asked_run(trace: Trace) -> AskedRun:
    """Return what signals need of a run."""
    return AskedRun(
        trace_id=trace.id,
        span_id=trace.span_id,
        app=trace.app,
        variant=trace.variant,
        key_id=trace.key_id,
        user=trace.user or "",
        conversation_id=trace.conversation_id or "",
        started_at=trace.started_at,
        ended_at=trace.started_at + timedelta(milliseconds=trace.duration_ms),
        status=trace.status,
        question=find_question(trace.input)[:_QUESTION],
    )


def find_question(described: Mapping[str, Any]) -> str:
    """Return what the user said, of an input as a trace has it; empty when that is not one text."""
    messages = described.get("messages")
    if isinstance(messages, list) and messages:
        content = messages[-1].get("content") if isinstance(messages[-1], Mapping) else None
        return content if isinstance(content, str) else ""
    values = described.get("input")
    texts = (
        [value for value in values.values() if isinstance(value, str)] if isinstance(values, Mapping) else []
    )
    return texts[0] if len(texts) == 1 else ""


def _to_subject(run: AskedRun) -> Subject:
    return Subject(
        trace_id=run.trace_id,
        span_id=run.span_id,
        app=run.app,
        variant=run.variant,
        answered_at=run.started_at,
        key_id=run.key_id,
        user=run.user,
    )


def _to_score(subject: Subject, signal: Signal) -> Score:
    return Score(
        trace_id=subject.trace_id,
        span_id=subject.span_id,
        app=subject.app,
        variant=subject.variant,
        answered_at=subject.answered_at,
        key_id=subject.key_id,
        name=signal.name,
        source=signal.source,
        value=1.0,
    )
