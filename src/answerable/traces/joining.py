"""Spans that libraries and users' own code make with OpenTelemetry's API inside a step: they join its trace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import context as otel_context
from opentelemetry import trace as otel
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased

from answerable.traces.conventions import SERVICE
from answerable.traces.recorder import RunSpans, Step
from answerable.traces.types import Span, SpanEvent, SpanKind, SpanStatus

_log = logging.getLogger(__name__)

_SAMPLED = otel.TraceFlags(otel.TraceFlags.SAMPLED)
_KINDS: Final[Mapping[otel.SpanKind, SpanKind]] = {
    otel.SpanKind.INTERNAL: "internal",
    otel.SpanKind.SERVER: "server",
    otel.SpanKind.CLIENT: "client",
    otel.SpanKind.PRODUCER: "producer",
    otel.SpanKind.CONSUMER: "consumer",
}
_STATUSES: Final[Mapping[otel.StatusCode, SpanStatus]] = {
    otel.StatusCode.UNSET: "unset",
    otel.StatusCode.OK: "ok",
    otel.StatusCode.ERROR: "error",
}


@contextmanager
def current(run: RunSpans, step: Step) -> Iterator[None]:
    """Make the step the parent of what OpenTelemetry's API begins inside.

    For plain awaits only: a generator that yields inside would leave the step to whoever reads it.
    """
    if not step.recording:
        yield
        return
    place = otel.SpanContext(int(run.trace_id, 16), int(step.id, 16), is_remote=False, trace_flags=_SAMPLED)
    token = otel_context.attach(otel.set_span_in_context(otel.NonRecordingSpan(place)))
    try:
        yield
    finally:
        otel_context.detach(token)


@contextmanager
def joined(on_span: Callable[[Span], None]) -> Iterator[None]:
    """While the context is open, hand on every span that ends in this process and belongs to a run.

    The program's own tracer provider is used where it has set one up; else one is set up that records nothing but the
    children of our steps. `on_span` is called in the event loop's thread.
    """
    provider = otel.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(
            resource=Resource({"service.name": SERVICE}),
            sampler=ParentBased(ALWAYS_OFF, remote_parent_sampled=ALWAYS_OFF),
            shutdown_on_exit=False,
        )
        otel.set_tracer_provider(provider)
    processor = _Handover(on_span)
    provider.add_span_processor(processor)
    try:
        yield
    finally:
        processor.close()


class _Handover(SpanProcessor):
    """A provider has no way to remove a processor, so a closed one stays and does nothing."""

    def __init__(self, on_span: Callable[[Span], None]) -> None:
        self._on_span: Callable[[Span], None] | None = on_span
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        self._on_span = None

    def on_end(self, span: ReadableSpan) -> None:
        """Hand a span on from whatever thread it ended in; one without a parent belongs to no run."""
        if self._on_span is None or span.parent is None or span.context is None:
            return
        try:
            self._loop.call_soon_threadsafe(self._on_span, to_span(span))
        except RuntimeError:  # the loop is closed: the process is about to end
            _log.warning("The span %r ended after the server and is lost.", span.name)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """There is nothing to flush."""
        del timeout_millis
        return True


def to_span(span: ReadableSpan) -> Span:
    """Return a span of the SDK as ours."""
    assert span.context is not None, "a span that ended has a context"
    start_ns = span.start_time or 0
    return Span(
        trace_id=f"{span.context.trace_id:032x}",
        span_id=f"{span.context.span_id:016x}",
        parent_id=None if span.parent is None else f"{span.parent.span_id:016x}",
        name=span.name,
        start_ns=start_ns,
        end_ns=span.end_time or start_ns,
        kind=_KINDS[span.kind],
        status=_STATUSES[span.status.status_code],
        message=span.status.description or "",
        attributes=_to_values(span.attributes),
        events=tuple(
            SpanEvent(event.name, event.timestamp, _to_values(event.attributes)) for event in span.events
        ),
        links=tuple(f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links),
        service=str(span.resource.attributes.get("service.name", SERVICE)),
        scope=span.instrumentation_scope.name if span.instrumentation_scope else "",
    )


def _to_values(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _to_value(value) for name, value in (attributes or {}).items()}


def _to_value(value: Any) -> Any:
    """Return an attribute as JSON has it."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, Mapping):
        return {str(name): _to_value(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_to_value(entry) for entry in value]
    return str(value)
