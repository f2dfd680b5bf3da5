"""Another service asks within its own trace and exports its own spans here: one tree shows both."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from answerable.traces import conventions as names
from tests.e2e.otlp.conftest import Observed

QUESTION = "How tall is the lighthouse of Skagen?"
UNSAMPLED = "00-" + "ce" * 16 + "-" + "12" * 8 + "-00"


@pytest.fixture(scope="module")
def shop(observed: Observed) -> Iterator[TracerProvider]:
    """A service with OpenTelemetry's own SDK and exporter, and a key of the role `app`."""
    key = observed.create_key("shop", "app")
    exporter = OTLPSpanExporter(
        endpoint=f"{observed.server.url}/v1/otlp/v1/traces", headers={"authorization": f"Bearer {key}"}
    )
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    yield provider
    provider.shutdown()


def test_both_services_are_in_one_tree(observed: Observed, shop: TracerProvider) -> None:
    tracer = shop.get_tracer("checkout")
    with tracer.start_as_current_span("help page", attributes={"page.size": 3, "raw": b"\x00\xff"}) as page:
        with tracer.start_as_current_span("ask answerable") as call:
            headers: dict[str, str] = {}
            inject(headers)
            answer = observed.ask({"question": QUESTION}, headers)
        page.add_event("shown", {"sources": 1})
    shop.force_flush()
    trace_id = f"{page.get_span_context().trace_id:032x}"
    assert answer["trace_id"] == trace_id
    spans = {span["name"]: span for span in observed.get_spans(trace_id)}
    assert spans["help page"]["parent_id"] is None
    assert spans["ask answerable"]["parent_id"] == spans["help page"]["span_id"]
    assert spans["POST /ask"]["parent_id"] == f"{call.get_span_context().span_id:016x}"
    assert spans["retrieval"]["parent_id"] == spans["POST /ask"]["span_id"]
    assert (spans["help page"]["service"], spans["POST /ask"]["service"]) == ("shop", "answerable")
    assert spans["help page"]["attributes"] == {"page.size": 3, "raw": "AP8=", names.RECEIVED: True}
    assert [event["name"] for event in spans["help page"]["events"]] == ["shown"]
    with observed.server.client() as client:
        rows = client.get(f"/v1/traces/{trace_id}").json()["tree"]["rows"]
    shown = {row["span_id"]: row["depth"] for row in rows}
    assert [shown[spans[name]["span_id"]] for name in ("help page", "ask answerable", "POST /ask", "retrieval")] == [
        0, 1, 2, 3,
    ]  # fmt: skip
    ours = [span for span in spans.values() if span["service"] == "answerable"]
    sent = observed.backend.wait_for(trace_id, len(ours))
    assert {span["process"] for span in sent} == {"answerable"}


def test_two_questions_of_one_trace_are_two_runs(observed: Observed) -> None:
    headers = {"traceparent": "00-" + "ad" * 16 + "-" + "34" * 8 + "-01"}
    for question in (QUESTION, "How many steps does the lighthouse have?"):
        assert observed.ask({"question": question}, headers)["trace_id"] == "ad" * 16
    roots = [span for span in observed.get_spans("ad" * 16) if span["name"] == "POST /ask"]
    assert len({span["span_id"] for span in roots}) == 2
    assert {span["parent_id"] for span in roots} == {"34" * 8}


@pytest.mark.parametrize("traceparent", ["00-" + "0" * 32 + "-" + "1" * 16 + "-01", "no traceparent", ""])
def test_a_traceparent_that_is_none_begins_a_trace_of_its_own(observed: Observed, traceparent: str) -> None:
    trace_id = observed.ask({"question": QUESTION}, {"traceparent": traceparent})["trace_id"]
    assert len(trace_id) == 32
    assert trace_id != "0" * 32
    assert observed.get_spans(trace_id)[0]["parent_id"] is None


def test_an_openai_client_gets_its_own_trace_id_back(observed: Observed) -> None:
    body = {"model": "summary", "messages": [{"role": "user", "content": "Hello"}]}
    headers = {"traceparent": "00-" + "be" * 16 + "-" + "56" * 8 + "-01"}
    with observed.server.client() as client:
        response = client.post("/v1/chat/completions", json=body, headers=headers)
    assert response.status_code == 200, response.text
    assert response.headers["x-request-id"] == "be" * 16
    assert observed.get_spans("be" * 16)[0]["name"] == "POST /v1/chat/completions"


def test_what_the_caller_does_not_sample_is_kept_and_not_sent_on(observed: Observed) -> None:
    unsampled = observed.ask({"question": QUESTION}, {"traceparent": UNSAMPLED})["trace_id"]
    assert observed.get_spans(unsampled)
    later = observed.ask({"question": QUESTION})["trace_id"]
    observed.backend.wait_for(later, 1)
    assert unsampled not in observed.backend.traces


def make_json(trace_id: str, count: int = 1) -> dict[str, Any]:
    span = {"traceId": trace_id, "name": "step", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    spans = [{**span, "spanId": f"{number:016x}"} for number in range(1, count + 1)]
    return {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}


def test_json_and_partial_success_over_the_wire(observed: Observed) -> None:
    body = make_json("da" * 16, 3)
    body["resourceSpans"][0]["scopeSpans"][0]["spans"].append({"traceId": "00", "spanId": "00"})
    with observed.server.client() as client:
        response = client.post("/v1/otlp/traces", json=body)
        assert response.status_code == 200, response.text
        assert response.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert len(observed.get_spans("da" * 16)) == 3


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (gzip.compress(bytes(80 << 20)), {"content-encoding": "gzip"}, 413),
        (bytes(33 << 20), {}, 413),
        (b"\xff", {}, 422),
        (b"not gzip", {"content-encoding": "gzip"}, 422),
        (b"", {"content-type": "text/plain"}, 415),
        (b"", {"authorization": "Bearer ans_wrong"}, 401),
        (b"", {}, 200),
    ],
    ids=["bomb", "large", "broken", "not gzip", "format", "key", "empty"],
)
def test_other_requests_are_refused_with_their_status(
    observed: Observed, body: bytes, headers: dict[str, str], status: int
) -> None:
    told = {"content-type": "application/x-protobuf", **headers}
    with observed.server.client() as client:
        response = client.post("/v1/otlp/traces", content=body, headers=told)
    assert response.status_code == status, response.text
    if status != 200:
        assert response.json()["code"]


def test_a_reviewers_key_may_not_write_spans(observed: Observed) -> None:
    with observed.server.client(observed.create_key("rev", "reviewer")) as client:
        assert client.post("/v1/otlp/traces", json=make_json("da" * 16)).status_code == 403
