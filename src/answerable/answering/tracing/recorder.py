"""From the first moment of a run to its trace and its spans."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from answerable.answering.recording import to_trace
from answerable.answering.runs import Work
from answerable.answering.types import Answer, Caller, RunRequest
from answerable.apps.types import Variant
from answerable.core.clock import Clock
from answerable.core.errors import AnswerableError
from answerable.core.ids import new_trace_id
from answerable.traces import conventions as names
from answerable.traces.recorder import NO_SPANS, OnLate, RunSpans
from answerable.traces.service import TraceService
from answerable.traces.types import Trace

OnRun = Callable[[Trace], None]
_LEFT = (GeneratorExit, asyncio.CancelledError)
_CLIENT_GONE = 499


def _ignore(trace: Trace) -> None:
    """See a run, and do nothing about it."""
    del trace


class RunRecorder:
    """Opens the spans of a run and records its end. With `enabled` false it does neither.

    `on_late` takes the spans that end after their run, `on_run` sees each run as it is recorded. With
    `propagates` model providers are told of the trace.
    """

    def __init__(
        self,
        traces: TraceService,
        *,
        clock: Clock,
        on_late: OnLate,
        enabled: bool = True,
        propagates: bool = False,
        on_run: OnRun = _ignore,
    ) -> None:
        self._traces = traces
        self._on_run = on_run
        self._clock = clock
        self._on_late = on_late
        self._enabled = enabled
        self._propagates = propagates

    def begin(self, request: RunRequest, caller: Caller, variant: Variant) -> tuple[str, RunSpans]:
        """Return the run's trace id, the caller's own if it has one, and its spans, open."""
        origin = caller.origin
        remote = None if origin is None else origin.caller
        trace_id = request.trace_id or new_trace_id() if remote is None else remote.trace_id
        if not self._enabled:
            return trace_id, NO_SPANS
        spans = RunSpans(
            trace_id,
            f"run {variant.app}" if origin is None else origin.name,
            clock=self._clock,
            on_late=self._on_late,
            kind="internal" if origin is None else "server",
            start_ns=None if origin is None else origin.arrived_ns,
            caller=remote,
            propagates=self._propagates,
        )
        if origin is not None:
            spans.root.set(origin.attributes)
            if origin.access_ns is not None:
                spans.step(names.ACCESS, start_ns=origin.access_ns[0]).end(origin.access_ns[1])
            if remote is not None and not remote.sampled:
                spans.root.set({names.SAMPLED: False})
        return trace_id, spans

    def end(
        self,
        work: Work,
        began: datetime,
        *,
        answer: Answer | None,
        failure: BaseException | None,
        keep: bool = True,
    ) -> None:
        """Record the run with its spans; unless it is to be kept, nothing stays of it."""
        spans = work.spans
        if not spans.recording:
            return
        if not keep:
            spans.discard()
            return
        duration = (self._clock.monotonic() - work.started) * 1000
        spans.root.set(_describe_run(work))
        if answer is not None:
            spans.root.set(_describe_answer(answer))
        else:
            _note_failure(spans, failure)
        if spans.root.kind == "server":
            spans.root.set({names.HTTP_STATUS: _find_status(work, answer, failure)})
        trace = to_trace(work, began, duration, answer=answer, failure=failure)
        self._on_run(trace)
        self._traces.record(trace, spans.finish())
        if (
            isinstance(failure, AnswerableError) and failure.trace_id is None
        ):  # one for all who waited for this run
            failure.trace_id = work.trace_id


def _describe_run(work: Work) -> dict[str, Any]:
    variant, request, caller = work.variant, work.request, work.caller
    kind = variant.content.kind
    return {
        names.OPERATION: names.INVOKE_WORKFLOW,
        names.WORKFLOW: variant.app,
        names.APP: variant.app,
        names.KIND: kind,
        names.VARIANT: variant.id,
        names.VARIANT_HASH: variant.hash,
        names.LABEL: work.label or None,
        names.PURPOSE: request.purpose,
        names.COLLECTION: work.collection or None,
        names.KEY: None if caller.key_id is None else str(caller.key_id),
        names.USER: caller.user,
        names.CONVERSATION_ID: request.conversation_id,
    }


def _describe_answer(answer: Answer) -> dict[str, Any]:
    verdicts = {name: answer.verdict_counts.get(verdict) for verdict, name in names.VERDICTS.items()}
    return {
        names.CACHED: answer.cached,
        names.ABSTAINED: answer.abstained,
        names.COST: None if answer.cost_usd is None else float(answer.cost_usd),
        names.SAVED: None if answer.saved_usd is None else float(answer.saved_usd),
        **verdicts,
    }


def _note_failure(spans: RunSpans, failure: BaseException | None) -> None:
    if failure is None or isinstance(failure, _LEFT):
        spans.root.set({names.CANCELLED: True})
    elif isinstance(failure, AnswerableError):
        spans.root.fail(failure.code, failure.detail)
    else:
        spans.root.fail("unforeseen", type(failure).__name__)


def _find_status(work: Work, answer: Answer | None, failure: BaseException | None) -> int:
    """Return the status that the caller sees: once a stream has begun it is 200, whatever follows."""
    if answer is not None or (work.live and work.begun):
        return 200
    if failure is None or isinstance(failure, _LEFT):
        return _CLIENT_GONE
    return failure.status if isinstance(failure, AnswerableError) else 500
