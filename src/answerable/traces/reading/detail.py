"""Everything about one trace, for who looks at it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from answerable.core.errors import NotFound
from answerable.traces.reading.tree import SpanTree, build_tree
from answerable.traces.types import Span, Trace


@dataclass(frozen=True, slots=True)
class TraceDetail:
    """`run` is the one that is looked at, `runs` are all of the trace in their order, `tree` has its spans."""

    run: Trace
    runs: tuple[Trace, ...]
    spans: tuple[Span, ...]
    tree: SpanTree


class Traces(Protocol):
    """What of TraceService is needed here."""

    async def list_runs(self, trace_id: str) -> tuple[Trace, ...]: ...

    async def get_spans(self, trace_id: str, *, began: datetime | None = None) -> tuple[Span, ...]: ...


async def get_detail(traces: Traces, trace_id: str, *, span_id: str | None = None) -> TraceDetail:
    """Return a trace with its run of that span, or else with its first one. Raises NotFound."""
    runs = await traces.list_runs(trace_id)
    run = next((run for run in runs if span_id is None or run.span_id == span_id), None)
    if run is None:
        raise NotFound(f"The trace {trace_id!r} has no run with the span {str(span_id)[:100]!r}.")
    spans = await traces.get_spans(trace_id, began=runs[0].started_at)
    tree = await asyncio.to_thread(build_tree, spans)
    return TraceDetail(run, runs, spans, tree)
