"""From a trace and its spans to an entry. It takes a while for long texts, so it runs off the event loop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, asdict, fields
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol

from answerable.core.ids import new_id
from answerable.llm.types import Attempt, Usage
from answerable.traces.conventions import APP
from answerable.traces.rollups.facts import to_facts
from answerable.traces.types import Span, Trace, TracePolicy
from answerable.traces.writing.copy_text import to_array, to_jsonb, to_line
from answerable.traces.writing.entries import Entry, conversation_key, trace_key, user_key

_log = logging.getLogger(__name__)

_PART: Final = 1000
"""Spans of one row: a trace of very many is read in steps."""


class Redact(Protocol):
    """Takes out what a policy does not let be kept. Called in a thread; `trace` is None for spans of other services."""

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
    """Applies the policy of the app and makes entries. Thread-safe as far as `policy_for` and `redact` are."""

    def __init__(self, *, policy_for: Callable[[str], TracePolicy], redact: Redact) -> None:
        self._policy_for = policy_for
        self._redact = redact

    def encode(self, batch: Sequence[Recorded]) -> list[Entry | None]:
        """Return an entry for each; None for one that cannot be made, which is never written unredacted instead."""
        return [self._try_encode(recorded) for recorded in batch]

    def _try_encode(self, recorded: Recorded) -> Entry | None:
        try:
            return self._encode(recorded)
        except Exception:
            _log.exception("A trace is lost: it could not be prepared for the database.")
            return None

    def _encode(self, recorded: Recorded) -> Entry:
        policy = self._policy_for(_name_app(recorded))
        trace, spans = self._redact(recorded.trace, recorded.spans, policy)
        keep = policy.keep_days
        if trace is not None:
            return _to_run(trace, spans, keep, recorded.service)
        return _to_spans_alone(spans, keep, recorded)


def _name_app(recorded: Recorded) -> str:
    """Return the app of a run; of spans alone what they say of it, which those of other services do not."""
    if recorded.trace is not None:
        return recorded.trace.app
    return next((str(span.attributes[APP]) for span in recorded.spans if APP in span.attributes), "")


def _to_run(trace: Trace, spans: Sequence[Span], keep: int, service: str) -> Entry:
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
        spans="".join(_to_parts(trace.id, spans, started, keep, service)),
        facts=to_facts(trace),
        erasure_keys=keys,
    )


def _to_spans_alone(spans: Sequence[Span], keep: int, recorded: Recorded) -> Entry:
    """They are kept by when they came: the clocks of other services may be anything."""
    received = recorded.received.astimezone(UTC)
    return Entry(
        trace_id=spans[0].trace_id,
        span_id="",
        keep_days=keep,
        day=received.date().isoformat(),
        began=received.timestamp(),
        trace="",
        spans="".join(_to_parts(spans[0].trace_id, spans, received, keep, recorded.service)),
        facts=None,
        erasure_keys=(trace_key(spans[0].trace_id),),
    )


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


def _to_parts(
    trace_id: str, spans: Sequence[Span], received: datetime, keep: int, service: str
) -> Iterator[str]:
    for start in range(0, len(spans), _PART):
        part = [_to_json(span) for span in spans[start : start + _PART]]
        yield to_line((trace_id, new_id(), received, keep, service, to_jsonb(part)))


def _to_json(span: Span) -> dict[str, Any]:
    """Return the span without what is as usual; the view `span` puts that back."""
    values: dict[str, Any] = {
        "span_id": span.span_id,
        "name": span.name,
        "start_ns": span.start_ns,
        "end_ns": span.end_ns,
    }
    if span.parent_id is not None:
        values["parent_id"] = span.parent_id
    for name, usual in (("kind", "internal"), ("status", "unset"), ("message", ""), ("scope", "")):
        value = getattr(span, name)
        if value != usual:
            values[name] = value
    if span.attributes:
        values["attributes"] = dict(span.attributes)
    if span.events:
        values["events"] = [asdict(event) for event in span.events]
    if span.links:
        values["links"] = span.links
    return values
