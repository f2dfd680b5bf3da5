"""`POST /v1/apps/{app}/run` of a running server."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import RunningServer, run_command

RUN = "/v1/apps/triage/run"
TICKET = {"ticket": "The export hangs. Category: bug. Urgency: high."}


@pytest.fixture(scope="module")
def client(apps_server: RunningServer) -> Iterator[httpx.Client]:
    with apps_server.client() as client:
        yield client


def read_events(response: httpx.Response) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block.split("\n", 1) for block in response.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_typed_input_gives_typed_output(client: httpx.Client) -> None:
    answer = client.post(RUN, json={"input": TICKET, "user": "u1"}).json()

    assert answer["data"]["category"] == "bug"
    assert answer["data"]["urgency"] == "high"
    assert json.loads(answer["output"]) == answer["data"]
    assert (answer["app"], answer["variant"].split("@")[0]) == ("triage", "main")
    assert answer["usage"]["output_tokens"] > 0
    assert len(answer["trace_id"]) == 32


def test_a_variant_can_be_pinned(client: httpx.Client) -> None:
    answer = client.post("/v1/apps/triage@brief/run", json={"input": TICKET}).json()
    assert answer["variant"].startswith("brief@")


def test_a_stream_ends_with_the_whole_answer(client: httpx.Client) -> None:
    response = client.post(RUN, json={"input": TICKET, "stream": True, "fresh": True})
    events = read_events(response)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert [name for name, _ in events] == ["delta", "done"], "JSON that may be repaired comes whole"
    assert json.loads(events[0][1]["text"]) == events[1][1]["data"]


def test_a_photo_comes_as_a_file_or_as_a_data_address(client: httpx.Client, examples: Path) -> None:
    photo = (examples / "inputs" / "bicycle.jpg").read_bytes()
    by_form = client.post(
        "/v1/apps/listing/run",
        files={"photo": ("b.jpg", photo, "image/jpeg")},
        data={"note": "Price eur: 140"},
    )
    address = f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"
    by_json = client.post(
        "/v1/apps/listing/run", json={"input": {"photo": address, "note": "Price eur: 140"}}
    )

    assert by_form.status_code == by_json.status_code == 200
    assert by_form.json()["data"] == by_json.json()["data"]
    assert by_form.json()["data"]["price_eur"] == 140


def test_a_rag_app_runs_here_too(client: httpx.Client) -> None:
    client.post("/v1/collections", json={"name": "docs"})
    answer = client.post("/v1/apps/ask/run", json={"input": {"question": "How are you?"}}).json()
    assert answer["abstained"] is True


def test_every_wrong_field_is_named(client: httpx.Client) -> None:
    response = client.post("/v1/apps/listing/run", json={"input": {"foto": "x", "condition": "broken"}})

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "invalid_input"
    assert [error["at"] for error in problem["errors"]] == ["foto", "photo", "condition"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_never_fits_names_the_trace_with_the_words_of_the_model(
    client: httpx.Client, examples: Path, stream: bool
) -> None:
    body = {"input": {"text": "Total: 12.50"}, "stream": stream}
    response = client.post("/v1/apps/hopeless/run", json=body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (422, "output_invalid")
    trace = get_trace(client, problem["trace_id"])
    assert trace["status"] == "error"
    assert trace["raw"] == ["I would rather not put this into JSON."] * 2
    assert trace["raw"][0] in run_command("traces", "show", trace["id"], workspace=examples).stdout


def get_trace(client: httpx.Client, trace_id: str) -> dict[str, Any]:
    """Return a trace once it is written."""
    deadline = time.monotonic() + 60
    while (response := client.get(f"/v1/traces/{trace_id}")).status_code == 404:
        assert time.monotonic() < deadline, "The trace does not come."
    return dict(response.json())


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/apps/nobody/run", {"input": {}}, 404, "unknown_app"),
        ("/v1/apps/triage@nobody/run", {"input": TICKET}, 404, "unknown_variant"),
        (RUN, {"input": "x"}, 422, "invalid_input"),
        (RUN, {"inputs": TICKET}, 422, "invalid_input"),
        (RUN, {"input": {"ticket": "x" * 20_001}}, 422, "invalid_input"),
        (RUN, {"input": {"ticket": "\x00\x00"}}, 422, "invalid_input"),
        ("/v1/apps/listing/run", {"input": {"photo": "data:image/png;base64,AAAA"}}, 422, None),
        ("/v1/apps/listing/run", {"input": {"photo": "https://127.0.0.1/a.png"}}, 422, None),
        ("/v1/apps/listing/run", {"input": {"photo": "file:///etc/passwd"}}, 422, "invalid_input"),
    ],
)
def test_bad_input_is_refused(
    client: httpx.Client, path: str, body: dict[str, Any], status: int, code: str | None
) -> None:
    response = client.post(path, json=body)
    assert response.status_code == status, response.text
    assert code is None or response.json()["code"] == code


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{", "application/json"),
        (b"\xff\x00", "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"--x\r\nno form", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
    ],
)
def test_a_torn_body_is_refused(client: httpx.Client, content: bytes, content_type: str) -> None:
    response = client.post(RUN, content=content, headers={"content-type": content_type})
    assert response.status_code in {400, 422}, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_without_a_key_nothing_runs(apps_server: RunningServer) -> None:
    assert httpx.post(f"{apps_server.url}{RUN}", json={"input": TICKET}).status_code == 401


def test_the_openapi_document_has_each_app_with_its_types(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()

    body = document["paths"][RUN]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(body["properties"]["input"]["properties"]) == {"subject", "ticket"}
    assert document["components"]["schemas"]["triage_data"]["required"][0] == "category"
    assert {f"/v1/apps/{app}/run" for app in ("listing", "invoice", "logs", "ask")} <= set(document["paths"])
