"""From a trace and its spans to an entry."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol

from answerable.db.arrays import to_array
from answerable.llm.types import Attempt, Usage
from answerable.traces.conventions import APP
from answerable.traces.rollups.facts import to_facts
from answerable.traces.types import Span, Trace, TracePolicy
from answerable.traces.writing.copy_text import to_jsonb, to_line
from answerable.traces.writing.entries import Entry, conversation_key, trace_key, user_key
from answerable.traces.writing.span_rows import SpanRows

_log = logging.getLogger(__name__)


_LIGHT: Final = 100_000
"""Bytes of a trace that is an entry within a millisecond or two."""


class Redact(Protocol):
    """Takes out what a policy does not let be kept. Not always in the same thread; spans alone have no `trace`."""

    def __call__(
        self, trace: Trace | None, spans: Sequence[Span], policy: TracePolicy
    ) -> tuple[Trace | None, Sequence[Span]]: ...


class Recorded(NamedTuple):
    """What was recorded and waits. `at` is the monotonic time of that, `weight` about how many bytes it takes."""

    trace: Trace | None
    spans: Sequence[Span]
    service: str
    received: datetime
    at: float
    weight: int


class Encoder:
    """Applies the policy of the app and makes entries. For one thread at a time."""

    def __init__(self, *, policy_for: Callable[[str], TracePolicy], redact: Redact) -> None:
        self._policy_for = policy_for
        self._redact = redact
        self._span_rows = SpanRows()

    def is_quick(self, recorded: Recorded) -> bool:
        """Return whether an event loop can make its entry: it is short, and nothing is to be redacted."""
        return recorded.weight <= _LIGHT and self._policy_for(_name_app(recorded)).content != "redacted"

    def encode(self, recorded: Recorded) -> Entry | None:
        """Return its entry; None when it cannot be made, and is never written unredacted instead."""
        try:
            return self._encode(recorded)
        except Exception:
            _log.exception("A trace is lost: it could not be prepared for the database.")
            return None

    def _encode(self, recorded: Recorded) -> Entry:
        policy = self._policy_for(_name_app(recorded))
        trace, spans = self._redact(recorded.trace, recorded.spans, policy)
        if trace is None:
            return self._to_spans_alone(spans, policy.keep_days, recorded)
        return self._to_run(trace, spans, policy.keep_days, recorded.service)

    def _to_run(self, trace: Trace, spans: Sequence[Span], keep: int, service: str) -> Entry:
        started = trace.started_at.astimezone(UTC)
        user = trace.user or ""
        keys = (user_key(user),) if user else ()
        if trace.conversation_id is not None:
            keys = (*keys, conversation_key(trace.conversation_id, key_id=trace.key_id, user=user))
        return Entry(
            trace_id=trace.id,
            span_id=trace.span_id,
            keep_days=keep,
            day=started.date().isoformat(),
            began=started.timestamp(),
            trace=to_line(_list_values(trace, started, keep)),
            spans=self._span_rows.make(trace.id, spans, received=started, keep_days=keep, service=service),
            facts=to_facts(trace),
            erasure_keys=keys,
        )

    def _to_spans_alone(self, spans: Sequence[Span], keep: int, recorded: Recorded) -> Entry:
        """They are kept by when they came: the clocks of other services may be anything."""
        received = recorded.received.astimezone(UTC)
        return Entry(
            trace_id=spans[0].trace_id,
            span_id="",
            keep_days=keep,
            day=received.date().isoformat(),
            began=received.timestamp(),
            trace="",
            spans=self._span_rows.make(
                spans[0].trace_id, spans, received=received, keep_days=keep, service=recorded.service
            ),
            facts=None,
            erasure_keys=(trace_key(spans[0].trace_id),),
        )


def _name_app(recorded: Recorded) -> str:
    """Return the app of a run; of spans alone what they say of it, which those of other services do not."""
    if recorded.trace is not None:
        return recorded.trace.app
    return next((str(span.attributes[APP]) for span in recorded.spans if APP in span.attributes), "")


def _list_values(trace: Trace, started: datetime, keep: int) -> tuple[Any, ...]:
    attempts = [_leave_out_usual(attempt) for attempt in trace.attempts]
    return (
        trace.id, trace.span_id, started, keep, trace.duration_ms, trace.first_token_ms, trace.app, trace.variant,
        trace.variant_hash, trace.label, trace.purpose, trace.status, trace.key_id, trace.user, trace.conversation_id,
        trace.collection, trace.model, to_jsonb(trace.input), trace.output, to_array(trace.raw),
        to_array(trace.sources), to_jsonb(trace.citations), to_jsonb(attempts), to_jsonb(trace.timings_ms),
        to_jsonb(_leave_out_usual(trace.usage)), trace.cost_usd, trace.saved_usd, trace.cached, trace.abstained,
        to_jsonb(trace.verdicts), trace.retrieval_score, trace.thumb, trace.accepted, trace.error_code,
        trace.error_detail,
    )  # fmt: skip


def _leave_out_usual(value: Attempt | Usage) -> dict[str, Any]:
    """Return the fields that are not as they are without being told: rows are small, and reading puts them back."""
    return {
        field.name: getattr(value, field.name)
        for field in fields(value)
        if field.default is MISSING or getattr(value, field.name) != field.default
    }
