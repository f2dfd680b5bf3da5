"""Runs and spans as JSON values: what the API, the command line and exports say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from answerable.traces.reading.tree import SpanTree, TreeRow
from answerable.traces.types import Span, Trace

_PLAIN: Final = (
    "id", "span_id", "started_at", "duration_ms", "first_token_ms", "app", "variant", "variant_hash", "label",
    "purpose", "status", "error_code", "error_detail", "key_id", "user", "conversation_id", "collection", "model",
    "input", "output", "raw", "sources", "citations", "attempts", "timings_ms", "usage", "cost_usd", "saved_usd",
    "cached", "abstained", "verdicts", "retrieval_score", "thumb", "accepted",
)  # fmt: skip
_MS: Final = 1e6
"""Nanoseconds in a millisecond."""


def render_trace(trace: Trace) -> dict[str, Any]:
    """Return a run with all of its fields, as JSON knows them."""
    values = {name: getattr(trace, name) for name in _PLAIN}
    values["started_at"] = render_moment(trace.started_at)
    values["key_id"] = None if trace.key_id is None else str(trace.key_id)
    for name in ("cost_usd", "saved_usd"):
        values[name] = _to_float(values[name])
    for name in ("raw", "sources"):
        values[name] = list(values[name])
    values["citations"] = [dict(citation) for citation in trace.citations]
    values["attempts"] = [asdict(attempt) for attempt in trace.attempts]
    values["usage"] = asdict(trace.usage)
    return values


def render_span(span: Span) -> dict[str, Any]:
    """Return a span with all of its fields; times are Unix time in nanoseconds."""
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "name": span.name,
        "kind": span.kind,
        "status": span.status,
        "message": span.message,
        "start_ns": span.start_ns,
        "end_ns": span.end_ns,
        "attributes": dict(span.attributes),
        "events": [asdict(event) for event in span.events],
        "links": list(span.links),
        "service": span.service,
        "scope": span.scope,
    }


def render_tree(tree: SpanTree, *, most: int | None = None) -> dict[str, Any]:
    """Return the rows of a waterfall, the first `most` of them; `total` says how many there are."""
    return {
        "started_at": render_moment(datetime.fromtimestamp(tree.start_ns / 1e9, UTC)) if tree.rows else None,
        "duration_ms": tree.duration_ns / _MS,
        "total": len(tree.rows),
        "rows": [_render_row(row) for row in tree.rows[:most]],
    }


def render_moment(moment: datetime) -> str:
    """Return ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _render_row(row: TreeRow) -> dict[str, Any]:
    marks: Mapping[str, Any] = {
        "orphan": row.orphan,
        "in_cycle": row.in_cycle,
        "shifted_ms": row.shifted_ns / _MS,
    }
    return {
        "span_id": row.span.span_id,
        "depth": row.depth,
        "offset_ms": row.offset_ns / _MS,
        "duration_ms": row.duration_ns / _MS,
        "self_ms": row.self_ns / _MS,
        "children": row.children,
        **{name: value for name, value in marks.items() if value},
    }


def _to_float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)
