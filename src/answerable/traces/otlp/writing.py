"""Our spans as an export request in protobuf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from answerable.traces.otlp.protobuf import SERVICE_NAME
from answerable.traces.otlp.values import clean, to_pairs
from answerable.traces.types import Span, SpanKind, SpanStatus

_KINDS: Final[dict[SpanKind, trace_pb2.Span.SpanKind.ValueType]] = {
    "internal": trace_pb2.Span.SPAN_KIND_INTERNAL,
    "server": trace_pb2.Span.SPAN_KIND_SERVER,
    "client": trace_pb2.Span.SPAN_KIND_CLIENT,
    "producer": trace_pb2.Span.SPAN_KIND_PRODUCER,
    "consumer": trace_pb2.Span.SPAN_KIND_CONSUMER,
}
_STATUSES: Final[dict[SpanStatus, trace_pb2.Status.StatusCode.ValueType]] = {
    "unset": trace_pb2.Status.STATUS_CODE_UNSET,
    "ok": trace_pb2.Status.STATUS_CODE_OK,
    "error": trace_pb2.Status.STATUS_CODE_ERROR,
}
_SAMPLED: Final = 1


def write_protobuf(spans: Iterable[Span]) -> bytes:
    """Return a serialized ExportTraceServiceRequest, the spans by service and scope."""
    services: dict[str, dict[str, list[trace_pb2.Span]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        services[span.service][span.scope].append(_to_proto(span))
    request = ExportTraceServiceRequest(
        resource_spans=[
            trace_pb2.ResourceSpans(
                resource=Resource(attributes=to_pairs({SERVICE_NAME: service})),
                scope_spans=[
                    trace_pb2.ScopeSpans(scope=InstrumentationScope(name=clean(scope)), spans=group)
                    for scope, group in scopes.items()
                ],
            )
            for service, scopes in services.items()
        ]
    )
    return request.SerializeToString()


def _to_proto(span: Span) -> trace_pb2.Span:
    return trace_pb2.Span(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        parent_span_id=b"" if span.parent_id is None else bytes.fromhex(span.parent_id),
        flags=_SAMPLED,
        name=clean(span.name),
        kind=_KINDS[span.kind],
        start_time_unix_nano=span.start_ns,
        end_time_unix_nano=span.end_ns,
        attributes=to_pairs(span.attributes),
        events=[
            trace_pb2.Span.Event(
                name=clean(event.name), time_unix_nano=event.at_ns, attributes=to_pairs(event.attributes)
            )
            for event in span.events
        ],
        links=[_to_link(link) for link in span.links],
        status=trace_pb2.Status(code=_STATUSES[span.status], message=clean(span.message)),
    )


def _to_link(link: str) -> trace_pb2.Span.Link:
    trace_id, _, span_id = link.partition("-")
    return trace_pb2.Span.Link(trace_id=bytes.fromhex(trace_id), span_id=bytes.fromhex(span_id))
