"""Spans out of an export request in protobuf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from answerable.traces.otlp.drafts import Draft, RejectedError, keep_pairs, to_span
from answerable.traces.otlp.limits import MOST_SPANS, NAME, SPAN_BYTES
from answerable.traces.otlp.values import from_proto
from answerable.traces.otlp.wire import Group, split
from answerable.traces.types import Span

SERVICE_NAME: Final = "service.name"
UNKNOWN: Final = "unknown_service"


def read_protobuf(body: bytes, *, most_spans: int = MOST_SPANS) -> Iterator[Span | RejectedError]:
    """Yield each span, or why it is none. Raises InvalidInput and TooLarge for the request as a whole."""
    for group in split(body, most_spans=most_spans):
        service, scope = _read_service(group), _read_scope(group)
        for sent in group.spans:
            yield _read_span(sent, service, scope)


def _read_span(sent: memoryview, service: str, scope: str) -> Span | RejectedError:
    if len(sent) > SPAN_BYTES:
        return RejectedError(f"it is over {SPAN_BYTES} bytes")
    try:
        span = trace_pb2.Span.FromString(bytes(sent))
        return to_span(_to_draft(span), service=service, scope=scope)
    except (DecodeError, UnicodeDecodeError):
        return RejectedError("it is not a span")
    except RejectedError as error:
        return error


def _to_draft(span: trace_pb2.Span) -> Draft:
    return Draft(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        kind=span.kind,
        status=span.status.code,
        message=span.status.message,
        attributes=_read_pairs(span.attributes),
        dropped=span.dropped_attributes_count,
        events=(
            (event.name, event.time_unix_nano, keep_pairs(_read_pairs(event.attributes)))
            for event in span.events
        ),
        links=((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
    )


def _read_pairs(pairs: Iterable[KeyValue]) -> Iterator[tuple[str, Any]]:
    return ((pair.key, from_proto(pair.value)) for pair in pairs)


def _read_service(group: Group) -> str:
    try:
        pairs = Resource.FromString(group.resource[:SPAN_BYTES]).attributes
    except (DecodeError, UnicodeDecodeError):
        return UNKNOWN
    named = next((from_proto(pair.value) for pair in pairs if pair.key == SERVICE_NAME), None)
    return str(named or UNKNOWN)[:NAME]


def _read_scope(group: Group) -> str:
    try:
        return InstrumentationScope.FromString(group.scope[:SPAN_BYTES]).name[:NAME]
    except (DecodeError, UnicodeDecodeError):
        return ""
