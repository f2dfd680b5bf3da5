"""Requests of other services that are wrong, hostile or merely odd."""

from __future__ import annotations

import base64
import gzip
import json
import struct
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from answerable.core.errors import InvalidInput, TooLarge
from answerable.traces.conventions import DROPPED, RECEIVED
from answerable.traces.otlp.drafts import RejectedError
from answerable.traces.otlp.json_format import read_json
from answerable.traces.otlp.limits import ATTRIBUTES, MOST_BYTES, SPAN_BYTES, TEXT, VALUES
from answerable.traces.otlp.protobuf import read_protobuf
from answerable.traces.otlp.receiving import unpack
from answerable.traces.types import Span

TRACE, SPAN = bytes(range(16)), bytes(range(1, 9))


def make_span(**changes: Any) -> trace_pb2.Span:
    values: dict[str, Any] = {
        "trace_id": TRACE,
        "span_id": SPAN,
        "name": "work",
        "start_time_unix_nano": 1_700_000_000_000_000_000,
        "end_time_unix_nano": 1_700_000_001_000_000_000,
    }
    return trace_pb2.Span(**{**values, **changes})


def make_body(spans: Iterable[trace_pb2.Span]) -> bytes:
    service = KeyValue(key="service.name", value=AnyValue(string_value="shop"))
    scopes = [trace_pb2.ScopeSpans(spans=spans)]
    group = trace_pb2.ResourceSpans(resource=Resource(attributes=[service]), scope_spans=scopes)
    return ExportTraceServiceRequest(resource_spans=[group]).SerializeToString()


def read_one(span: trace_pb2.Span) -> Span:
    (read,) = read_protobuf(make_body([span]))
    assert isinstance(read, Span)
    return read


@pytest.mark.parametrize(
    "changes",
    [
        {"trace_id": b""},
        {"trace_id": bytes(16)},
        {"trace_id": b"\x01" * 15},
        {"span_id": bytes(8)},
        {"span_id": b"\x01" * 16},
        {"start_time_unix_nano": 0},
        {"start_time_unix_nano": (1 << 64) - 1},
        {"end_time_unix_nano": 1 << 63},
        {"attributes": [KeyValue(key="k", value=AnyValue(string_value="x" * (SPAN_BYTES + 1)))]},
    ],
)
def test_a_span_that_cannot_be_kept_is_rejected_and_the_others_stay(changes: dict[str, Any]) -> None:
    found = list(read_protobuf(make_body([make_span(), make_span(**changes), make_span()])))
    assert [isinstance(one, RejectedError) for one in found] == [False, True, False]


def test_a_span_of_its_own_is_its_own_root_and_other_cycles_are_kept_as_they_came() -> None:
    other = b"\x09" * 8
    assert read_one(make_span(parent_span_id=SPAN)).parent_id is None
    one, two = read_protobuf(
        make_body([make_span(parent_span_id=other), make_span(span_id=other, parent_span_id=SPAN)])
    )
    assert isinstance(one, Span)
    assert isinstance(two, Span)
    assert (one.parent_id, two.parent_id) == (two.span_id, one.span_id)


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    read = read_one(make_span(end_time_unix_nano=1_600_000_000_000_000_000))
    assert read.end_ns == read.start_ns == 1_700_000_000_000_000_000


def test_a_span_that_has_not_ended_and_one_of_the_future_are_kept() -> None:
    assert read_one(make_span(end_time_unix_nano=0)).end_ns == 1_700_000_000_000_000_000
    ahead = 1_700_000_000_000_000_000 + 7 * 86_400 * 10**9
    assert read_one(make_span(start_time_unix_nano=ahead)).start_ns == ahead


def test_binary_attributes_are_base64_and_numbers_that_json_lacks_are_named() -> None:
    blob = bytes(range(256))
    values = {
        "blob": AnyValue(bytes_value=blob),
        "nan": AnyValue(double_value=float("nan")),
        "less": AnyValue(double_value=float("-inf")),
        "empty": AnyValue(),
        "nested": AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="a", value=AnyValue(bytes_value=b"x"))])),
    }  # fmt: skip
    read = read_one(make_span(attributes=[KeyValue(key=key, value=value) for key, value in values.items()]))
    assert json.loads(json.dumps(read.attributes, allow_nan=False)) == {
        "blob": base64.b64encode(blob).decode(),
        "nan": "NaN",
        "less": "-Infinity",
        "empty": None,
        "nested": {"a": "eA=="},
        RECEIVED: True,
    }


def test_too_many_and_too_large_attributes_are_cut_and_counted() -> None:
    many = [KeyValue(key=f"k{number}", value=AnyValue(int_value=number)) for number in range(ATTRIBUTES + 40)]
    assert read_one(make_span(attributes=many)).attributes[DROPPED] == 40
    long = [KeyValue(key="k" * 10_000, value=AnyValue(string_value="x" * (TEXT + 5)))]
    ((name, value), _) = read_one(make_span(attributes=long)).attributes.items()
    assert (len(name), len(value)) == (256, TEXT)


def test_a_deep_and_a_wide_value_are_cut() -> None:
    deep = AnyValue(string_value="bottom")
    for _ in range(20):
        deep = AnyValue(array_value=ArrayValue(values=[deep]))
    wide = AnyValue(array_value=ArrayValue(values=[AnyValue(int_value=1)] * (VALUES * 3)))
    read = read_one(
        make_span(attributes=[KeyValue(key="deep", value=deep), KeyValue(key="wide", value=wide)])
    )
    assert "bottom" not in str(read.attributes["deep"])
    assert len(read.attributes["wide"]) == VALUES


def test_fifty_thousand_spans_are_read() -> None:
    spans = (make_span(span_id=struct.pack(">Q", number)) for number in range(1, 50_001))
    assert sum(isinstance(span, Span) for span in read_protobuf(make_body(spans))) == 50_000


@pytest.mark.parametrize("empty", [b"\x0a\x00", b"\x0a\x02\x12\x00", b"\x0a\x04\x12\x02\x12\x00"])
def test_a_flood_of_empty_messages_is_refused_before_it_is_parsed(empty: bytes) -> None:
    flood = empty * 2_000_000 if len(empty) == 2 else _nest(empty, 2_000_000)
    with pytest.raises(TooLarge):
        list(read_protobuf(flood))


def _nest(empty: bytes, count: int) -> bytes:
    """Return one ResourceSpans with that many scopes, or one scope with that many spans."""
    content = b"\x12\x00" * count
    if len(empty) == 6:
        content = b"\x12" + _varint(len(content)) + content
    return b"\x0a" + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def test_a_flood_of_json_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLarge):
        list(read_json(b'{"resourceSpans":[' + b"{}," * 5_000_000 + b"{}]}"))


@given(st.binary(max_size=200))
def test_any_bytes_are_spans_or_refused(body: bytes) -> None:
    for read in (read_protobuf, read_json):
        with suppress(InvalidInput):  # anything else would be an error of ours
            list(read(body))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "resourceSpans",
                        "scopeSpans",
                        "spans",
                        "traceId",
                        "attributes",
                        "key",
                        "value",
                        "arrayValue",
                        "values",
                        "status",
                        "code",
                        "kind",
                        "events",
                        "links",
                        "startTimeUnixNano",
                        "intValue",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_spans_or_refused(value: Any) -> None:
    wrapped = {"resourceSpans": [{"scopeSpans": [{"spans": [value]}]}]}
    for body in (value, wrapped):
        with suppress(InvalidInput):  # anything else would be an error of ours
            list(read_json(json.dumps(body).encode()))


def test_json_is_read_as_the_specification_has_it() -> None:
    span = {
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "EEE19B7EC3C1B174",
        "parentSpanId": "EEE19B7EC3C1B173",
        "name": "I'm a server span",
        "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": 1544712661000000000,
        "kind": "SPAN_KIND_SERVER",
        "status": {"code": 2, "message": "no"},
        "attributes": [
            {"key": "n", "value": {"intValue": "7"}},
            {"key": "b", "value": {"bytesValue": "AAE="}},
        ],
    }
    body = {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "lib"}, "spans": [span, 5]}]}]}
    read, refused = read_json(json.dumps(body).encode())
    assert isinstance(refused, RejectedError)
    assert read == Span(
        trace_id="5b8efff798038103d269b633813fc60c",
        span_id="eee19b7ec3c1b174",
        parent_id="eee19b7ec3c1b173",
        name="I'm a server span",
        start_ns=1544712660000000000,
        end_ns=1544712661000000000,
        kind="server",
        status="error",
        message="no",
        attributes={"n": 7, "b": "AAE=", RECEIVED: True},
        service="unknown_service",
        scope="lib",
    )


def test_gzip_is_unpacked_within_its_bound() -> None:
    assert unpack(gzip.compress(b"spans"), "gzip", limit=5) == b"spans"
    bomb = gzip.compress(bytes(MOST_BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge):
        unpack(bomb, "gzip", limit=MOST_BYTES)


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b"spans")[:-4], gzip.compress(b"spans") + b"more", b""],
    ids=["text", "cut off", "with more after it", "empty"],
)
def test_gzip_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        unpack(body, "gzip", limit=1000)


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        unpack(b"", "br", limit=1000)
    assert refused.value.status == 415
