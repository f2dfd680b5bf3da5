"""Scores of a trace together with what follows from them: `accepted`, and what the trace itself shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from answerable.core.clock import Clock
from answerable.db.database import Connection, Database
from answerable.feedback.service import FeedbackService
from answerable.feedback.tokens import Subject
from answerable.feedback.types import Score
from answerable.quality.signals import accepted, edit_similarity, final_text
from answerable.quality.signals.accepted import find_thumb, is_accepted
from answerable.traces.service import TraceService
from answerable.traces.types import Trace

_INLINE: Final = 20_000
"""Characters that are compared on the event loop, in about two milliseconds."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What was written, and what it comes to. `attached` is false as long as the run's trace is not written."""

    trace_id: str
    scores: tuple[Score, ...]
    accepted: bool | None
    attached: bool


def _leave(app: str, text: str) -> str:
    del app
    return text


class Scorer:
    """Writes what is said of an answer, and keeps what is derived from it in step, in one transaction."""

    def __init__(
        self,
        *,
        database: Database,
        feedback: FeedbackService,
        traces: TraceService,
        clock: Clock,
        redact: Callable[[str, str], str] = _leave,
    ) -> None:
        """`redact` gets an app and a text of a user, and returns what of the text may be kept."""
        self._database = database
        self._redact = redact
        self._feedback = feedback
        self._traces = traces
        self._clock = clock

    async def score(
        self,
        subject: Subject,
        given: Sequence[Score],
        *,
        trace: Trace | None,
        idempotency_key: str | None = None,
        withdrawn: Callable[[Score], bool] = lambda _: False,
    ) -> Scored:
        """Write scores of one run and derive; `trace` is the run, None while it is not written.

        What an earlier request with the idempotency key said is taken back, as is what is `withdrawn`. Raises Conflict
        for a key that was used for another trace.
        """
        given = [await self._reduce(score) for score in given]
        given = [*given, *await _compare_texts(subject, given, trace)]
        async with self._database.transaction() as tx:
            replaced: list[Score] = []
            if idempotency_key is not None:
                replaced = await self._feedback.find_earlier(
                    tx, subject.trace_id, key_id=subject.key_id, idempotency_key=idempotency_key
                )
            held = await self._hold(tx, subject)
            replaced += filter(withdrawn, held)
            return await self._settle(tx, subject, _Change(held, given, replaced))

    async def attach(self, trace: Trace) -> None:
        """Show the scores that came before a run was written on it, and derive what needs its text."""
        subject = to_subject(trace)
        scores = [
            score for score in await self._feedback.list_scores(trace.id) if score.span_id == trace.span_id
        ]
        given = await _compare_texts(subject, scores, trace)
        async with self._database.transaction() as tx:
            await self._settle(tx, subject, _Change(await self._hold(tx, subject), given, []))

    async def _reduce(self, score: Score) -> Score:
        """Return the score with what may be kept of its text, as of the answer that it is about."""
        if not score.text:
            return score
        if len(score.text) > _INLINE:
            return replace(score, text=await asyncio.to_thread(self._redact, score.app, score.text))
        return replace(score, text=self._redact(score.app, score.text))

    async def _hold(self, tx: Connection, subject: Subject) -> list[Score]:
        """Return the scores of the run; nobody else changes them until the transaction ends."""
        await self._feedback.lock(tx, [subject.trace_id])
        scores = await self._feedback.list_scores_in(tx, subject.trace_id)
        return [score for score in scores if score.span_id == subject.span_id]

    async def _settle(self, tx: Connection, subject: Subject, change: _Change) -> Scored:
        scores = change.list_left(self._clock.now())
        verdict = is_accepted(scores)
        concluded = [] if verdict is None else [_derive(subject, accepted.SIGNAL.name, float(verdict))]
        baseless = change.list_baseless(verdict)
        await self._feedback.add_scores(
            tx, [*change.given, *concluded], replaced=[*change.replaced, *baseless]
        )
        found = await self._traces.note_feedback(
            tx,
            subject.trace_id,
            span_id=subject.span_id,
            began=subject.answered_at,
            thumb=find_thumb(scores),
            accepted=verdict,
        )
        if found is None:
            await self._feedback.await_run(tx, subject.trace_id, subject.span_id)
        else:
            await self._feedback.forget_awaited(tx, subject.trace_id, subject.span_id)
        return Scored(subject.trace_id, tuple(change.given), verdict, found is not None)


@dataclass(frozen=True, slots=True)
class _Change:
    """The scores of a run: those it has, those to write, and those to take away."""

    held: Sequence[Score]
    given: Sequence[Score]
    replaced: Sequence[Score]

    def list_left(self, now: datetime) -> list[Score]:
        """Return the scores as they will be, the conclusion from them left out."""
        away = {score.identity for score in self.replaced}
        left = {score.identity: score for score in self.held if score.identity not in away}
        left |= {score.identity: replace(score, updated_at=now) for score in self.given}
        names = {score.name for score in left.values()}
        return [
            score
            for score in left.values()
            if score.name != accepted.SIGNAL.name and not _is_baseless(score, names)
        ]

    def list_baseless(self, verdict: bool | None) -> list[Score]:
        """Return what was derived from scores that are taken away."""
        away = {score.identity for score in self.replaced} - {score.identity for score in self.given}
        names = {score.name for score in self.held if score.identity not in away}
        names |= {score.name for score in self.given}
        return [
            score
            for score in self.held
            if _is_baseless(score, names) or (verdict is None and score.name == accepted.SIGNAL.name)
        ]


def to_subject(trace: Trace) -> Subject:
    """Return what feedback on a run is about."""
    return Subject(
        trace_id=trace.id,
        span_id=trace.span_id,
        app=trace.app,
        variant=trace.variant,
        answered_at=trace.started_at,
        key_id=trace.key_id,
        user=trace.user or "",
    )


async def _compare_texts(subject: Subject, scores: Sequence[Score], trace: Trace | None) -> list[Score]:
    """Return how much of the answer is left in the text that was used, where both are known."""
    used = [score.text for score in scores if score.name == final_text.SIGNAL.name and score.text]
    if trace is None or not trace.output or not used:
        return []
    if len(trace.output) + len(used[-1]) > _INLINE:
        value = await asyncio.to_thread(edit_similarity.measure, trace.output, used[-1])
    else:
        value = edit_similarity.measure(trace.output, used[-1])
    return [_derive(subject, edit_similarity.SIGNAL.name, round(value, 4))]


def _is_baseless(score: Score, names: Container[str]) -> bool:
    return score.name == edit_similarity.SIGNAL.name and final_text.SIGNAL.name not in names


def _derive(subject: Subject, name: str, value: float) -> Score:
    return Score(
        trace_id=subject.trace_id,
        span_id=subject.span_id,
        app=subject.app,
        variant=subject.variant,
        answered_at=subject.answered_at,
        key_id=subject.key_id,
        name=name,
        source="code",
        value=value,
    )
