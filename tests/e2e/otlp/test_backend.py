"""A backend that speaks OTLP gets the very trace that the server shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from answerable.traces import conventions as names
from tests.e2e.otlp.conftest import Observed
from tests.e2e.running import run_command

QUESTION = "How tall is the lighthouse of Skagen?"


def to_tree(spans: list[dict[str, Any]]) -> dict[str, str | None]:
    """Return the parent of each span."""
    return {span["span_id"]: span["parent_id"] for span in spans}


def from_jaeger(span: dict[str, Any]) -> dict[str, Any]:
    """Return a span of the backend in the words of ours, its JSON texts read."""
    tags = {
        name: json.loads(value) if name in names.STRUCTURED_ATTRIBUTES else value
        for name, value in span["tags"].items()
    }
    return {
        "trace_id": span["traceID"],
        "span_id": span["spanID"],
        "parent_id": span["references"][0]["spanID"] if span["references"] else None,
        "name": span["operationName"],
        "kind": span["kind"],
        "status": span["status"],
        "start_ns": span["startTime"],
        "end_ns": span["startTime"] + span["duration"],
        "attributes": tags,
        "service": span["process"],
        "scope": span["scope"],
    }


def test_the_backend_gets_the_trace_that_the_server_shows(observed: Observed) -> None:
    trace_id = observed.ask({"question": QUESTION, "app": "careful"})["trace_id"]
    shown = observed.get_spans(trace_id)
    sent = [from_jaeger(span) for span in observed.backend.wait_for(trace_id, len(shown))]
    kept = [{name: span[name] for name in sent[0]} for span in shown]
    assert sorted(sent, key=lambda span: span["span_id"]) == sorted(kept, key=lambda span: span["span_id"])
    assert observed.backend.requests[0]["authorization"] == "Bearer backend-key"


def test_every_step_of_a_repaired_answer_is_a_span(observed: Observed) -> None:
    answer = observed.ask({"question": QUESTION, "app": "careful"})
    spans = observed.get_spans(answer["trace_id"])
    by_id = {span["span_id"]: span for span in spans}
    steps = [(span["name"], by_id[span["parent_id"]]["name"]) for span in spans if span["parent_id"] in by_id]
    root = next(span for span in spans if span["parent_id"] is None)
    assert (root["name"], root["kind"]) == ("POST /ask", "server")
    top = [name for name, parent in steps if parent == "POST /ask"]
    model = "chat fake-1!hallucination"
    assert top == [
        "access", "budget", "retrieval", "prompt", "chat fake-1!server_error", model, "verification", "policy",
    ]  # fmt: skip
    assert ("repair", "policy") in steps
    assert (model, "repair") in steps
    assert ("verification", "repair") in steps
    told = root["attributes"]
    assert told[names.APP] == "careful"
    assert told[names.VARIANT] == answer["variant"]
    assert told[names.LABEL] == "production"
    assert told[names.HTTP_STATUS] == 200
    assert told[names.COST] == answer["cost_usd"]
    costs = [span["attributes"].get(names.COST, 0) for span in spans if span["kind"] == "client"]
    assert abs(sum(costs) - answer["cost_usd"]) < 1e-12
    retrieval = next(span for span in spans if span["name"] == "retrieval")["attributes"]
    assert retrieval[names.COLLECTION] == "docs"
    assert retrieval[names.HITS] == len(retrieval[names.RETRIEVAL_DOCUMENTS]) > 0
    assert retrieval[names.INDEX] > 0
    assert min(retrieval[name] for name in (names.EMBED_MS, names.DENSE_MS, names.LEXICAL_MS)) >= 0
    failed, answered = (
        span for span in spans if span["parent_id"] == root["span_id"] and span["kind"] == "client"
    )
    assert (failed["status"], answered["status"]) == ("error", "unset")
    prompt = answered["attributes"][names.INPUT_MESSAGES]
    assert [message["role"] for message in prompt] == ["system", "user"]
    assert QUESTION in prompt[1]["parts"][0]["content"]
    assert all(root["start_ns"] <= span["start_ns"] <= span["end_ns"] <= root["end_ns"] for span in spans)


def test_the_run_that_is_listed_says_the_same_as_its_spans(observed: Observed) -> None:
    answer = observed.ask({"question": QUESTION, "app": "careful", "user": "maria"})
    with observed.server.client() as client:
        shown = client.get(f"/v1/traces/{answer['trace_id']}").json()
    root = next(span for span in observed.get_spans(answer["trace_id"]) if span["parent_id"] is None)
    assert shown["span_id"] == root["span_id"]
    assert (shown["label"], shown["purpose"], shown["collection"]) == ("production", "serve", "docs")
    assert 0 < shown["retrieval_score"] <= 1
    assert [citation["verdict"] for citation in shown["citations"]] == [
        citation["verdict"] for citation in answer["citations"]
    ]
    assert root["attributes"][names.USER] == "maria"


def test_a_cached_answer_says_where_it_comes_from(observed: Observed) -> None:
    body = {"question": "When was the lighthouse lit?"}
    first, again = observed.ask(body), observed.ask(body)
    assert again["cached"]
    spans = observed.get_spans(again["trace_id"])
    cache = next(span for span in spans if span["name"] == "cache")["attributes"]
    assert (cache[names.CACHE_OUTCOME], cache[names.CACHE_KIND]) == ("hit", "memory")
    assert cache[names.CACHE_TRACE] == first["trace_id"]
    assert [span["name"] for span in spans] == ["POST /ask", "access", "budget", "cache"]


def test_a_variant_that_is_named_has_no_label_and_a_stream_its_first_text(observed: Observed) -> None:
    with observed.server.client() as client:
        body = {"input": {"text": "Hello there"}, "stream": True}
        with client.stream("POST", "/v1/apps/summary@main/run", json=body) as response:
            assert response.status_code == 200, response.read()
            response.read()
        (run,) = client.get("/v1/traces", params={"app": "summary", "limit": 1}).json()["traces"]
    assert run["label"] == ""
    assert 0 < run["first_token_ms"] <= run["duration_ms"]
    names_ = [span["name"] for span in observed.get_spans(run["id"])]
    assert names_[-2:] == ["prompt", "chat fake-1"]


def test_a_failed_run_says_why_on_its_span(observed: Observed) -> None:
    with observed.server.client() as client:
        response = client.post("/ask", json={"question": QUESTION, "app": "careful", "collection": "nowhere"})
        assert response.status_code == 404
        (run,) = client.get("/v1/traces", params={"status": "error", "limit": 1}).json()["traces"]
    root = observed.get_spans(run["id"])[0]
    assert (root["status"], root["message"]) == ("error", run["error_detail"])
    assert root["attributes"][names.ERROR_TYPE] == run["error_code"]
    assert root["attributes"][names.HTTP_STATUS] == 404


def test_a_batch_on_the_command_line_sends_its_spans_before_it_ends(
    observed: Observed, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "one of a batch"}\n')
    files = ("--input", str(rows), "--output", str(tmp_path / "out.jsonl"))
    run_command("run", "summary", *files, workspace=observed.server.workspace)
    with observed.server.client() as client:
        (run,) = client.get("/v1/traces", params={"app": "summary", "limit": 1}).json()["traces"]
    assert (run["purpose"], run["label"]) == ("batch", "production")
    spans = observed.get_spans(run["id"])
    assert (spans[0]["name"], spans[0]["kind"]) == ("run summary", "internal")
    assert len(observed.backend.traces[run["id"]]) == len(spans)
