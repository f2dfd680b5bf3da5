"""What we write to OTLP is what another one of us reads, and what the public library reads."""

from __future__ import annotations

import base64
import json
from typing import Any

from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from answerable.traces.conventions import INPUT_MESSAGES, RECEIVED, REQUEST_STOP
from answerable.traces.otlp.json_format import read_json
from answerable.traces.otlp.protobuf import read_protobuf
from answerable.traces.otlp.writing import write_protobuf
from answerable.traces.types import Span
from tests.unit.traces.otlp.spans import make_spans

PROMPT = [{"role": "user", "parts": [{"type": "text", "content": "Wie viele „Tage“?\n\u2028"}]}]


def to_otlp_json(body: bytes) -> bytes:
    """Return the request as OTLP's JSON: protobuf's own JSON with ids in hexadecimal, enums as numbers."""
    sent = MessageToDict(ExportTraceServiceRequest.FromString(body), use_integers_for_enums=True)

    def fix(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: _hex(entry) if name in {"traceId", "spanId", "parentSpanId"} else fix(entry)
                for name, entry in value.items()
            }
        return [fix(entry) for entry in value] if isinstance(value, list) else value

    return json.dumps(fix(sent)).encode()


def _hex(text: str) -> str:
    return base64.b64decode(text).hex()


@given(st.lists(make_spans(), max_size=6))
def test_spans_survive_protobuf_and_json(spans: list[Span]) -> None:
    body = write_protobuf(spans)
    expected = sorted(spans, key=repr)
    assert sorted(read_protobuf(body), key=repr) == expected
    assert sorted(read_json(to_otlp_json(body)), key=repr) == expected


def test_the_exact_prompt_goes_as_json_and_comes_back_as_it_was() -> None:
    attributes = {INPUT_MESSAGES: PROMPT, REQUEST_STOP: ["\n", "END"], "left.out": None, "odd": {"a": [1]}}
    span = Span("a" * 32, "b" * 16, None, "chat x", 1, 2, attributes=attributes)
    body = write_protobuf([span])
    sent = ExportTraceServiceRequest.FromString(body).resource_spans[0].scope_spans[0].spans[0]
    pairs = {pair.key: pair.value for pair in sent.attributes}
    assert json.loads(pairs[INPUT_MESSAGES].string_value) == PROMPT
    assert [value.string_value for value in pairs[REQUEST_STOP].array_value.values] == ["\n", "END"]
    (read,) = read_protobuf(body)
    assert isinstance(read, Span)
    assert read.attributes == {
        INPUT_MESSAGES: PROMPT,
        REQUEST_STOP: ["\n", "END"],
        "odd": '{"a": [1]}',
        RECEIVED: True,
    }


def test_half_a_character_does_not_stop_the_others() -> None:
    odd = Span(
        "a" * 32, "b" * 16, None, "caf\ud83d", 1, 2, message="\ud83d", attributes={"x\ud83d": "\udc00"}
    )
    fine = Span("a" * 32, "c" * 16, "b" * 16, "fine", 1, 2)
    names = [span.name for span in read_protobuf(write_protobuf([odd, fine])) if isinstance(span, Span)]
    assert names == ["caf?", "fine"]
