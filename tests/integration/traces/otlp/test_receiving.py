"""Spans of other services, from the request to the database."""

from __future__ import annotations

import gzip
import json
import struct
from typing import Any

import pytest

from answerable.core.errors import InvalidInput, TooLarge
from answerable.db.database import Database
from answerable.traces.otlp.receiving import JSON, PROTOBUF, OtlpReceiver
from answerable.traces.otlp.writing import write_protobuf
from answerable.traces.service import TraceService
from answerable.traces.types import Span

TRACE = "ab" * 16


def make_span(number: int, parent: int | None = None, **changes: Any) -> Span:
    values: dict[str, Any] = {
        "name": f"step {number}",
        "start_ns": number,
        "end_ns": number + 1,
        "service": "shop",
    }
    parent_id = None if parent is None else f"{parent:016x}"
    return Span(TRACE, f"{number:016x}", parent_id, **{**values, **changes})


async def test_several_services_are_found_under_their_trace(database: Database) -> None:
    traces = TraceService(database)
    receiver = OtlpReceiver(traces)
    async with traces.written():
        body = gzip.compress(write_protobuf([make_span(1), make_span(2, 1, service="bank"), make_span(3, 9)]))
        receipt = await receiver.receive(body, media_type=PROTOBUF, encoding="gzip")
        assert (receipt.taken, receipt.rejected, receipt.to_protobuf()) == (3, 0, b"")
        await traces.flush()
        found = await traces.get_spans(TRACE)
    assert [(span.name, span.parent_id, span.service) for span in found] == [
        ("step 1", None, "shop"),
        ("step 2", f"{1:016x}", "bank"),
        ("step 3", f"{9:016x}", "shop"),
    ]


async def test_a_cycle_binary_values_and_texts_that_no_database_takes_are_kept(database: Database) -> None:
    traces = TraceService(database)
    receiver = OtlpReceiver(traces)
    attribute = {"key": "odd", "value": {"stringValue": "NUL \u0000 and half \ud83d"}}
    spans = [
        {"traceId": TRACE, "spanId": f"{one:016x}", "parentSpanId": f"{other:016x}", "startTimeUnixNano": "7",
         "name": "round", "attributes": [attribute, {"key": "raw", "value": {"bytesValue": "AP8="}}]}
        for one, other in ((1, 2), (2, 1))
    ]  # fmt: skip
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [*spans, {"traceId": "x"}]}]}]}).encode()
    async with traces.written():
        receipt = await receiver.receive(body, media_type=JSON)
        assert receipt.to_json() == {
            "partialSuccess": {
                "rejectedSpans": "1",
                "errorMessage": "a span was rejected: its trace id or its span id is not valid",
            }
        }
        await traces.flush()
        found = await traces.get_spans(TRACE)
    assert {(span.span_id, span.parent_id) for span in found} == {
        (f"{1:016x}", f"{2:016x}"),
        (f"{2:016x}", f"{1:016x}"),
    }
    assert {span.attributes["raw"] for span in found} == {"AP8="}
    assert all("half" in span.attributes["odd"] for span in found)


async def test_fifty_thousand_spans_of_one_trace_are_all_there(database: Database) -> None:
    traces = TraceService(database)
    receiver = OtlpReceiver(traces)
    spans = [make_span(number, number // 2 or None) for number in range(1, 50_001)]
    async with traces.written():
        receipt = await receiver.receive(write_protobuf(spans), media_type=PROTOBUF)
        assert receipt.taken == 50_000
        await traces.flush()
        found = await traces.get_spans(TRACE)
    assert traces.dropped == 0
    assert len({span.span_id for span in found}) == 50_000


@pytest.mark.parametrize(
    ("body", "media_type", "encoding", "error"),
    [
        (b"", "text/plain", "", InvalidInput),
        (b"", PROTOBUF, "br", InvalidInput),
        (b"\xff\xff", PROTOBUF, "", InvalidInput),
        (b"[]", JSON, "", InvalidInput),
        (gzip.compress(bytes(100 << 20)), PROTOBUF, "gzip", TooLarge),
        (b"\x0a" + struct.pack("<B", 0) + b"\x0a\x00" * 1_000_000, PROTOBUF, "", TooLarge),
    ],
)
async def test_other_requests_are_refused(
    database: Database, body: bytes, media_type: str, encoding: str, error: type[Exception]
) -> None:
    receiver = OtlpReceiver(TraceService(database))
    with pytest.raises(error):
        await receiver.receive(body, media_type=media_type, encoding=encoding)
