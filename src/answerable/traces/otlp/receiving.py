"""An export request of another service, taken in: unpacked within a bound, read, recorded."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from answerable.core.errors import InvalidInput, TooLarge
from answerable.traces.collecting import SpanSink
from answerable.traces.otlp.drafts import RejectedError
from answerable.traces.otlp.json_format import read_json
from answerable.traces.otlp.limits import MOST_BYTES, MOST_JSON_BYTES
from answerable.traces.otlp.protobuf import read_protobuf
from answerable.traces.types import Span

PROTOBUF: Final = "application/x-protobuf"
JSON: Final = "application/json"
_CHUNK: Final = 1000
"""Spans that are read in one go, off the event loop."""
_GZIP: Final = 16 + zlib.MAX_WBITS


class UnsupportedMediaType(InvalidInput):
    status, code, title = 415, "unsupported_media_type", "The body is in another format"


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many spans were taken in and how many not, with the reason of the first."""

    taken: int
    rejected: int = 0
    reason: str = ""

    def to_protobuf(self) -> bytes:
        partial = ExportTracePartialSuccess(rejected_spans=self.rejected, error_message=self.reason)
        response = ExportTraceServiceResponse(partial_success=partial if self.rejected else None)
        return response.SerializeToString()

    def to_json(self) -> dict[str, object]:
        """Return the same in OTLP's JSON; 64-bit numbers are strings there."""
        if not self.rejected:
            return {}
        return {"partialSuccess": {"rejectedSpans": str(self.rejected), "errorMessage": self.reason}}


class OtlpReceiver:
    """Takes spans in for a sink. Requests are read one at a time: each may take up to a gigabyte of values."""

    def __init__(self, sink: SpanSink) -> None:
        self._sink = sink
        self._reading = asyncio.Lock()

    async def receive(self, body: bytes, *, media_type: str, encoding: str = "") -> Receipt:
        """Record the spans of a request; it returns when they are on their way to the database.

        Spans without valid ids or times are rejected and counted. Raises InvalidInput (no OTLP request, an unknown
        media type or encoding) and TooLarge (a body or a number of spans over the bound).
        """
        read = _READERS.get(media_type)
        if read is None:
            raise UnsupportedMediaType(f"{media_type!r} is not OTLP.", hint=f"Send {PROTOBUF} or {JSON}.")
        limit = MOST_JSON_BYTES if media_type == JSON else MOST_BYTES
        async with self._reading:
            unpacked = await asyncio.to_thread(unpack, body, encoding, limit=limit)
            found: Iterator[Span | RejectedError] = read(unpacked)
            return await self._record(found)

    async def _record(self, found: Iterator[Span | RejectedError]) -> Receipt:
        taken, rejected, reason = 0, 0, ""
        while chunk := await asyncio.to_thread(_take, found):
            spans = [span for span in chunk if isinstance(span, Span)]
            refused = [span for span in chunk if isinstance(span, RejectedError)]
            for service, group in groupby(spans, key=attrgetter("service")):
                self._sink.record_spans(tuple(group), service=service)
            taken, rejected = taken + len(spans), rejected + len(refused)
            reason = reason or next((f"a span was rejected: {error}" for error in refused), "")
        return Receipt(taken, rejected, reason)


def unpack(body: bytes, encoding: str, *, limit: int) -> bytes:
    """Return the body as it was before it was packed. Raises InvalidInput, and TooLarge once it is over the limit."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        unpacked = body
    elif encoding == "gzip":
        unpacked = _gunzip(body, limit)
    else:
        raise UnsupportedMediaType(f"The encoding {encoding!r} is not known.", hint="Send gzip, or none.")
    if len(unpacked) > limit:
        raise TooLarge(f"The request is over {limit} bytes.", hint="Export smaller batches.")
    return unpacked


def _gunzip(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        unpacked = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise InvalidInput("The body is not gzip.", hint="Send it as the header says.") from error
    if len(unpacked) <= limit and (not unpacker.eof or unpacker.unused_data):
        raise InvalidInput("The gzip of the body is cut off, or has more after it.", hint="Send it again.")
    return unpacked


def _take(found: Iterable[Span | RejectedError]) -> list[Span | RejectedError]:
    return list(islice(found, _CHUNK))


_READERS: Final = {PROTOBUF: read_protobuf, JSON: read_json}
