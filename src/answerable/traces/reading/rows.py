"""From rows to runs and spans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from answerable.llm.types import Attempt, Usage
from answerable.traces.types import Span, SpanEvent, Trace

TRACE_COLUMNS: Final = (
    "id, span_id, started_at, duration_ms, first_token_ms, app, variant, variant_hash, label, purpose, status,"
    ' key_id, user_id AS "user", conversation_id, collection, model, input, output, raw, sources, citations, attempts,'
    " timings AS timings_ms, usage, cost_usd, saved_usd, cached, abstained, verdicts, retrieval_score, thumb,"
    " accepted, error_code, error_detail"
)
"""Named as the fields of `Trace`."""


def to_trace(row: Mapping[str, Any]) -> Trace:
    """Return the run of a row with `TRACE_COLUMNS`."""
    values = dict(row)
    for name in ("raw", "sources", "citations"):
        values[name] = tuple(values[name])
    values["attempts"] = tuple(Attempt(**attempt) for attempt in values["attempts"])
    values["usage"] = Usage(**values["usage"])
    return Trace(**values)


def to_span(trace_id: str, service: str, values: Mapping[str, Any]) -> Span:
    """Return a span as it stands in a row of `span_part`, where what is as usual is left out."""
    return Span(
        trace_id=trace_id,
        span_id=values["span_id"],
        parent_id=values.get("parent_id"),
        name=values["name"],
        start_ns=values["start_ns"],
        end_ns=values["end_ns"],
        kind=values.get("kind", "internal"),
        status=values.get("status", "unset"),
        message=values.get("message", ""),
        attributes=values.get("attributes") or {},
        events=tuple(SpanEvent(**event) for event in values.get("events") or ()),
        links=tuple(values.get("links") or ()),
        service=service,
        scope=values.get("scope", ""),
    )
