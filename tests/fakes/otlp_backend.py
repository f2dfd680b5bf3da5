"""A backend that takes OTLP over HTTP and keeps traces as Jaeger has them: the same ids, tree, times and tags."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(slots=True)
class OtlpBackend:
    """`statuses` are given to the first requests in turn, each with its headers; later ones are taken."""

    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    traces: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    url: str = ""
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, trace_id: str, spans: int, *, seconds: float = 30) -> list[dict[str, Any]]:
        """Return the spans of a trace, once there are so many."""
        with self.changed:
            there = self.changed.wait_for(lambda: len(self.traces.get(trace_id, ())) >= spans, seconds)
            assert there, f"{trace_id} has {len(self.traces.get(trace_id, ()))} spans of {spans}"
            return list(self.traces[trace_id])

    def wait_for_requests(self, count: int, *, seconds: float = 30) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= count, seconds)

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Return the status and the headers of the answer."""
        with self.changed:
            self.requests.append(headers)
            status, answer = self.statuses.pop(0) if self.statuses else (200, {})
            if status == 200:
                for span in _to_jaeger(gzip.decompress(body)):
                    self.traces.setdefault(span["traceID"], []).append(span)
            self.changed.notify_all()
        return status, answer


@contextmanager
def otlp_backend(statuses: Sequence[tuple[int, dict[str, str]]] = ()) -> Iterator[OtlpBackend]:
    """Serve until the block ends."""
    backend = OtlpBackend(list(statuses))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told = {name.lower(): value for name, value in self.headers.items()}
            status, headers = backend.take({**told, "path": self.path}, body)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    backend.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield backend
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _to_jaeger(body: bytes) -> Iterator[dict[str, Any]]:
    for group in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = {pair.key: _to_value(pair.value) for pair in group.resource.attributes}
        for scope in group.scope_spans:
            for span in scope.spans:
                yield _to_span(span, resource["service.name"], scope.scope.name)


def _to_span(span: trace_pb2.Span, service: str, scope: str) -> dict[str, Any]:
    trace_id = span.trace_id.hex()
    parent = {"refType": "CHILD_OF", "traceID": trace_id, "spanID": span.parent_span_id.hex()}
    return {
        "traceID": trace_id,
        "spanID": span.span_id.hex(),
        "operationName": span.name,
        "references": [parent] if span.parent_span_id else [],
        "startTime": span.start_time_unix_nano,
        "duration": span.end_time_unix_nano - span.start_time_unix_nano,
        "tags": {pair.key: _to_value(pair.value) for pair in span.attributes},
        "kind": trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        "status": trace_pb2.Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_").lower(),
        "process": service,
        "scope": scope,
    }


def _to_value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_to_value(entry) for entry in value.array_value.values]
    found = getattr(value, kind or "string_value")
    assert not isinstance(found, Message), "maps go as JSON in a string"
    return found
