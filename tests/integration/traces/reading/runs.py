"""Runs and spans to read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from answerable.core.ids import new_trace_id
from answerable.db.database import Database
from answerable.traces.service import TraceService
from answerable.traces.types import Span, Trace

NOW = datetime.now(UTC).replace(microsecond=0)


def make_run(**changes: Any) -> Trace:
    """Return a run that none of the filters of a test finds by chance."""
    values: dict[str, Any] = {
        "id": new_trace_id(),
        "started_at": NOW,
        "app": "docs",
        "variant": "short@0123456789ab",
        "variant_hash": "0123456789ab" + "0" * 52,
        "status": "ok",
        "input": {"input": {"question": "How long does a parcel take?"}},
        "output": "Three days.",
    }
    return Trace(**{**values, **changes})


def make_span(trace_id: str, span_id: int, parent: int | None = None, **changes: Any) -> Span:
    begin = int(NOW.timestamp()) * 10**9
    values: dict[str, Any] = {
        "trace_id": trace_id,
        "span_id": f"{span_id:016x}",
        "parent_id": None if parent is None else f"{parent:016x}",
        "name": f"step {span_id}",
        "start_ns": begin + span_id * 10**6,
        "end_ns": begin + (span_id + 5) * 10**6,
    }
    return Span(**{**values, **changes})


async def write(database: Database, runs: Iterable[Trace], spans: Iterable[Span] = ()) -> TraceService:
    """Write runs, and return a service that has recorded none of them itself."""
    writer = TraceService(database)
    async with writer.written():
        for run in runs:
            writer.record(run)
        for span in spans:
            writer.record_spans([span], service=span.service)
    return TraceService(database)
