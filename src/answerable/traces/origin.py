"""Where a request came from: its arrival over HTTP, and the trace of the caller that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class RemoteSpan:
    """The span of the caller, as the headers of W3C Trace Context name it. `state` is its `tracestate`."""

    trace_id: str
    span_id: str
    sampled: bool = True
    state: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the server knows of a request before a run begins. Times are Unix time in nanoseconds.

    `access_ns` is when the check of the key began and ended. `attributes` are those of the request's span.
    """

    name: str
    arrived_ns: int
    access_ns: tuple[int, int] | None = None
    caller: RemoteSpan | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def find_caller(traceparent: str | None, tracestate: str | None = None) -> RemoteSpan | None:
    """Return the caller that the headers name, None without them and for headers that are not valid."""
    if traceparent is None:
        return None
    headers = {"traceparent": traceparent, **({"tracestate": tracestate} if tracestate else {})}
    context = get_current_span(_PROPAGATOR.extract(headers)).get_span_context()
    if not context.is_valid:
        return None
    return RemoteSpan(
        trace_id=f"{context.trace_id:032x}",
        span_id=f"{context.span_id:016x}",
        sampled=context.trace_flags.sampled,
        state=context.trace_state.to_header(),
    )


def write_traceparent(trace_id: str, span_id: str, *, sampled: bool = True) -> str:
    """Return the header that makes a span the parent of what another service does."""
    return f"00-{trace_id}-{span_id}-{'01' if sampled else '00'}"
