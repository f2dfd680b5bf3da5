"""`/v1/traces`: what was asked is found again, shown, exported, shared and followed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pyarrow.parquet as pq
import pytest

from tests.e2e.running import RunningServer

QUESTION = "How tall is the lighthouse of Skagen?"


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def make_client(server: RunningServer, client: httpx.Client, role: str) -> httpx.Client:
    made = client.post("/v1/keys", json={"name": f"{role}-{uuid4().hex}", "role": role})
    return server.client(made.json()["secret"])


def ask(client: httpx.Client, user: str, question: str = QUESTION) -> str:
    answer = client.post("/ask", json={"question": question, "user": user})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["trace_id"])


def list_ids(client: httpx.Client, **params: Any) -> list[str]:
    answer = client.get("/v1/traces", params=params)
    assert answer.status_code == 200, answer.text
    return [trace["id"] for trace in answer.json()["traces"]]


def new_user() -> str:
    return f"user-{uuid4().hex}"


def test_what_was_asked_is_found_by_what_it_was(client: httpx.Client) -> None:
    user = new_user()
    trace_id = ask(client, user)
    for params in (
        {"user": user},
        {"user": user, "since": "1h", "text": "lighthouse skagen"},
        {"user": user, "status": "ok", "purpose": ["serve", "eval"], "verdict": "supported", "app": "ask"},
        {"user": user, "feedback": "none", "abstained": "false"},
    ):
        assert list_ids(client, **params) == [trace_id], params
    assert list_ids(client, user=user, status="error") == []
    assert list_ids(client, user=user, until="1h") == []


def test_pages_follow_each_other(client: httpx.Client) -> None:
    user = new_user()
    asked = [ask(client, user, f"What is in chapter {number}?") for number in range(5)]
    page = client.get("/v1/traces", params={"user": user, "limit": 3}).json()
    rest = client.get("/v1/traces", params={"user": user, "limit": 3, "after": page["next"]}).json()
    assert [trace["id"] for trace in [*page["traces"], *rest["traces"]]] == asked[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"status": "bad"}, 422, "invalid_input"),
        ({"since": "soon"}, 422, "invalid_moment"),
        ({"key_id": "me"}, 422, "invalid_input"),
        ({"text": "?!"}, 422, "invalid_input"),
        ({"after": "x"}, 422, "invalid_cursor"),
        ({"view": "nobody's"}, 404, "not_found"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(
    client: httpx.Client, params: dict[str, str], status: int, code: str
) -> None:
    answer = client.get("/v1/traces", params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_one_trace_has_its_run_variant_spans_and_tree(client: httpx.Client) -> None:
    trace_id = ask(client, new_user())
    trace = client.get(f"/v1/traces/{trace_id}").json()
    assert trace["input"]["input"]["question"] == QUESTION
    assert trace["variant_content"]
    assert [run["span_id"] for run in trace["runs"]] == [trace["span_id"]]
    tree = trace["tree"]
    assert tree["total"] == len(trace["spans"]) == len(tree["rows"]) > 3
    assert [span["span_id"] for span in trace["spans"]] == [row["span_id"] for row in tree["rows"]]
    assert (tree["rows"][0]["depth"], tree["rows"][0]["offset_ms"]) == (0, 0)
    spans = client.get(f"/v1/traces/{trace_id}/spans").json()["spans"]
    assert sorted(span["span_id"] for span in spans) == sorted(span["span_id"] for span in trace["spans"])


def test_an_export_has_what_the_filter_finds(client: httpx.Client) -> None:
    user = new_user()
    asked = [ask(client, user, f"What is in chapter {number}?") for number in range(3)]
    lines = client.get("/v1/traces/export", params={"user": user})
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert 'filename="traces.jsonl"' in lines.headers["content-disposition"]
    assert [json.loads(line)["id"] for line in lines.text.splitlines()] == asked[::-1]
    table = client.get("/v1/traces/export", params={"user": user, "format": "parquet"})
    assert pq.read_table(io.BytesIO(table.content)).column("id").to_pylist() == asked[::-1]
    assert client.get("/v1/traces/export", params={"user": new_user()}).content == b""
    assert client.get("/v1/traces/export", params={"format": "xml"}).status_code == 422


def test_a_shared_trace_is_shown_without_a_key_and_without_who_asked(
    server: RunningServer, client: httpx.Client
) -> None:
    trace_id = ask(client, new_user())
    share = client.post(f"/v1/traces/{trace_id}/share", json={"hours": 1}).json()
    with httpx.Client(base_url=server.url, trust_env=False) as anybody:
        shown = anybody.get(share["path"])
        assert shown.status_code == 200
        assert shown.headers["cache-control"] == "no-store"
        trace = shown.json()
        assert (trace["id"], trace["user"], trace["key_id"]) == (trace_id, None, None)
        assert {run["user"] for run in trace["runs"]} == {None}
        assert "user-" not in shown.text
        assert len(trace["spans"]) > 3
        forged = anybody.get(share["path"][:-3] + "abc")
        assert (forged.status_code, forged.json()["code"]) == (403, "token_invalid")
        assert anybody.get(f"/v1/traces/{trace_id}").status_code == 401


def test_links_are_taken_back_one_by_one_or_together(server: RunningServer, client: httpx.Client) -> None:
    trace_id = ask(client, new_user())
    path = f"/v1/traces/{trace_id}/share"
    first, second, third = [client.post(path).json() for _ in range(3)]

    def list_open() -> list[dict[str, Any]]:
        with httpx.Client(base_url=server.url, trust_env=False) as anybody:
            answers = {share["id"]: anybody.get(share["path"]) for share in (first, second, third)}
        refused = {answer.json()["code"] for answer in answers.values() if answer.status_code != 200}
        assert refused <= {"link_taken_back"}
        listed: list[dict[str, Any]] = client.get(path).json()["links"]
        assert {link["id"] for link in listed} == {id for id, answer in answers.items() if answer.is_success}
        return listed

    assert [link["id"] for link in list_open()] == [third["id"], second["id"], first["id"]]
    assert client.delete(f"{path}/{second['id']}").status_code == 204
    assert client.delete(f"{path}/{second['id']}").json()["code"] == "unknown_link"
    assert [link["id"] for link in list_open()] == [third["id"], first["id"]]
    assert client.delete(path).status_code == 204
    assert list_open() == []
    first = client.post(path).json()
    assert [link["id"] for link in list_open()] == [first["id"]], "one that is made later opens again"
    assert first["token"] not in client.get("/v1/audit", params={"target": trace_id}).text


@pytest.mark.parametrize("hours", [0, -1, 24 * 91])
def test_a_link_cannot_be_valid_for_ever(client: httpx.Client, hours: float) -> None:
    trace_id = ask(client, new_user())
    assert client.post(f"/v1/traces/{trace_id}/share", json={"hours": hours}).status_code == 422
    assert client.post(f"/v1/traces/{'0' * 32}/share").status_code == 404


def test_a_view_stands_for_its_filter(client: httpx.Client) -> None:
    name, user = f"view {uuid4().hex}", new_user()
    trace_id = ask(client, user)
    saved = client.put(f"/v1/traces/views/{name}", json={"query": {"user": user, "since": "1h"}})
    assert saved.json()["query"] == {"user": user, "since": "1h"}
    assert list_ids(client, view=name) == [trace_id]
    assert list_ids(client, view=name, status="error") == []
    assert name in [view["name"] for view in client.get("/v1/traces/views").json()["views"]]
    assert client.put("/v1/traces/views/x", json={"query": {"status": "bad"}}).status_code == 422
    assert client.delete(f"/v1/traces/views/{name}").status_code == 204
    assert client.delete(f"/v1/traces/views/{name}").status_code == 404


def test_reviewers_read_and_apps_do_not(server: RunningServer, client: httpx.Client) -> None:
    trace_id = ask(client, new_user())
    paths = ["", f"/{trace_id}", f"/{trace_id}/spans", "/export?user=none", "/views"]
    with make_client(server, client, "reviewer") as reviewer:
        assert [reviewer.get(f"/v1/traces{path}").status_code for path in paths] == [200] * len(paths)
        assert reviewer.post(f"/v1/traces/{trace_id}/share").status_code == 403
        assert reviewer.delete(f"/v1/traces/{trace_id}/share").status_code == 403
    with make_client(server, client, "app") as app:
        assert {app.get(f"/v1/traces{path}").status_code for path in [*paths, "/tail"]} == {403}


def test_new_runs_are_sent_as_they_come(server: RunningServer, client: httpx.Client) -> None:
    user = new_user()
    before = ask(client, user)
    with (
        server.client() as reader,
        reader.stream("GET", "/v1/traces/tail", params={"user": user, "last": 1}, timeout=60) as tail,
    ):
        events = (json.loads(line[6:]) for line in tail.iter_lines() if line.startswith("data: "))
        assert next(events)["id"] == before
        after = ask(client, user, "When was the lighthouse lit?")
        assert next(events)["id"] == after


def test_the_tail_ends_when_its_key_is_revoked(server: RunningServer, client: httpx.Client) -> None:
    made = client.post("/v1/keys", json={"name": f"tail-{uuid4().hex}", "role": "reviewer"}).json()
    with (
        server.client(made["secret"]) as reader,
        reader.stream("GET", "/v1/traces/tail", params={"user": new_user()}, timeout=60) as tail,
    ):
        lines = tail.iter_lines()
        assert next(lines).startswith(":")
        client.delete(f"/v1/keys/{made['id']}")
        assert [line for line in lines if line.startswith("event")] == ["event: error"]
