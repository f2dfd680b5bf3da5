"""Traces and spans with whatever matters to a test."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from answerable.core.ids import new_trace_id
from answerable.traces.recorder import new_span_id
from answerable.traces.types import Span, Trace


def make_trace(**changes: Any) -> Trace:
    values: dict[str, Any] = {
        "id": new_trace_id(),
        "span_id": new_span_id(),
        "started_at": datetime.now(UTC),
        "app": "listing",
        "variant": "photo@0123456789ab",
        "variant_hash": "0" * 64,
        "status": "ok",
        "input": {"notes": "blue"},
    }
    return Trace(**{**values, **changes})


def make_span(trace_id: str, **changes: Any) -> Span:
    now = time.time_ns()
    values: dict[str, Any] = {
        "trace_id": trace_id,
        "span_id": new_span_id(),
        "parent_id": None,
        "name": "step",
        "start_ns": now,
        "end_ns": now + 1_000_000,
    }
    return Span(**{**values, **changes})
