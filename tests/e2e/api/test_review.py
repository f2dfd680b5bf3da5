"""Review over HTTP and from the command line: from questions that were asked to examples."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents

QUESTIONS = ("How tall is the lighthouse of Skagen?", "When was the lighthouse of Skagen built?")
_SECONDS = 60
_QUEUE = """
name: support
description: Was the answer right?
rule:
  where: {app: ask}
labels:
  - {name: correct, kind: boolean}
  - {name: better, kind: correction, required: false}
annotators: 2
blind: true
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    base = tmp_path_factory.mktemp("review")
    documents = write_documents(base / "documents")
    workspace = base / "workspace"
    workspace.mkdir()
    (workspace / "queue.yaml").write_text(_QUEUE, encoding="utf-8")
    with running_server(workspace, args=["--ingest", str(documents)]) as running:
        with running.client() as client:
            _wait_for(lambda: client.get("/v1/collections").json()["collections"][0]["documents"] > 0)
            for question in QUESTIONS:
                client.post("/ask", json={"question": question}).raise_for_status()
            _wait_for(lambda: len(client.get("/v1/traces").json()["traces"]) == len(QUESTIONS))
        yield running


def _wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def keys(server: RunningServer) -> dict[str, str]:
    with server.client() as client:
        return {
            name: client.post("/v1/keys", json={"name": name, "role": role}).json()["secret"]
            for name, role in (("ann", "reviewer"), ("bob", "reviewer"), ("cyn", "reviewer"), ("shop", "app"))
        }


def take(client: httpx.Client, queue: str) -> dict[str, Any]:
    case: dict[str, Any] = client.post(f"/v1/queues/{queue}/next").raise_for_status().json()["case"]
    return case


def test_from_an_answer_to_an_example(server: RunningServer, keys: dict[str, str], tmp_path: Path) -> None:
    workspace = server.workspace
    file = str(workspace / "queue.yaml")
    made = json.loads(run_command("review", "create", file, "--fill", "--json", workspace=workspace).stdout)
    assert made["filled"] == {"added": 2, "known": 0, "over": 0}
    with server.client(keys["ann"]) as ann, server.client(keys["bob"]) as bob:
        for number in range(2):
            for person, correct in ((ann, True), (bob, number == 0)):
                case = take(person, "support")
                assert case["question"] in QUESTIONS
                assert case["sources"][0]["text"]
                assert case["told"] is None
                assert "final" not in case["item"]
                path = f"/v1/queues/support/items/{case['item']['id']}/annotation"
                body = {"labels": {"correct": correct, "better": "46 metres."}, "seconds": 2}
                person.post(path, json=body).raise_for_status()
        assert take(ann, "support") is None
        (disputed,) = ann.get("/v1/queues/support/disputed").json()["cases"]
        assert {one["annotator"] for one in disputed["told"]["annotations"]} == {"ann", "bob"}
    with server.client(keys["cyn"]) as cyn:
        path = f"/v1/queues/support/items/{disputed['item']['id']}"
        decided = cyn.post(
            f"{path}/decision", json={"labels": {"correct": False}, "note": "See page 2."}
        ).json()
        assert (decided["state"], decided["settled_by"]) == ("done", "cyn")
        made = cyn.post(f"{path}/example", json={"labels": {"better": "46 metres."}}).json()
        assert (made["dataset"], made["new"], made["example"]["expected"]) == ("support", True, "46 metres.")
        assert made["example"]["provenance"]["annotators"] == ["ann", "bob", "cyn"]
        assert cyn.post(f"{path}/example", json={"labels": {"better": "46 metres."}}).json()["new"] is False
        stats = cyn.get("/v1/queues/support/stats").json()
        assert stats["progress"]["done"] == 2
        assert [one["annotator"] for one in stats["annotators"]] == ["ann", "bob"]
        agreement = cyn.get("/v1/queues/support/agreement").json()
        assert agreement["labels"][0]["pairs"][0]["annotators"] == ["ann", "bob"]
        lines = cyn.get("/v1/datasets/support/export").text.splitlines()
        assert [json.loads(line)["expected"] for line in lines] == ["46 metres."]
    tasks = tmp_path / "tasks.json"
    run_command("review", "export", "support", "--to", str(tasks), workspace=workspace)
    with server.client() as client:
        spec = {**yaml.safe_load(_QUEUE), "name": "copy", "rule": None}
        client.post("/v1/queues", json=spec).raise_for_status()
        labels = client.get("/v1/queues/copy/label-config").text
    assert "<Choices" in labels
    imported = run_command("review", "import", "copy", str(tasks), "--json", workspace=workspace)
    assert json.loads(imported.stdout) == {"items": 2, "annotations": 4, "known": 0}
    shown = run_command("review", "stats", "copy", workspace=workspace).stdout
    assert "ann" in shown
    assert "bob" in shown


def test_items_are_reviewed_on_the_command_line(server: RunningServer) -> None:
    workspace = server.workspace
    with server.client() as client:
        spec = {"name": "terminal", "rule": {}, "labels": [{"name": "correct", "kind": "boolean"}]}
        client.post("/v1/queues", json=spec).raise_for_status()
    run_command("review", "fill", "terminal", workspace=workspace)
    shown = run_command("review", "next", "terminal", workspace=workspace).stdout
    case = json.loads(run_command("review", "next", "terminal", "--json", workspace=workspace).stdout)["case"]
    item = str(case["item"]["id"])
    assert case["question"] in shown
    assert f"answerable review label terminal {item} correct=yes|no" in shown
    refused = run_command("review", "label", "terminal", item, "corect=yes", workspace=workspace, check=False)
    assert refused.returncode != 0
    assert "correct" in refused.stderr
    assert (
        "done" in run_command("review", "label", "terminal", item, "correct=yes", workspace=workspace).stdout
    )
    other = json.loads(run_command("review", "next", "terminal", "--json", workspace=workspace).stdout)[
        "case"
    ]
    assert other["item"]["id"] != case["item"]["id"]
    run_command("review", "skip", "terminal", str(other["item"]["id"]), workspace=workspace)
    with server.client() as client:
        assert client.get("/v1/queues/terminal").json()["progress"]["done"] == 1
        client.delete("/v1/queues/terminal").raise_for_status()


def test_what_is_asked_from_now_on_comes_in_by_itself(server: RunningServer) -> None:
    with server.client() as client:
        spec = {"name": "live", "rule": {}, "labels": [{"name": "correct", "kind": "boolean"}]}
        client.post("/v1/queues", json=spec).raise_for_status()
        client.post("/ask", json={"question": "Who keeps the lighthouse of Skagen?"}).raise_for_status()
        _wait_for(lambda: client.get("/v1/queues/live").json()["progress"]["items"] > 0)
        case = take(client, "live")
        assert case["question"] == "Who keeps the lighthouse of Skagen?"
        assert case["told"]["variant"]
        undo = client.post("/v1/queues/live/undo")
        assert (undo.status_code, undo.json()["code"]) == (404, "nothing_to_undo")
        client.delete("/v1/queues/live").raise_for_status()


def test_a_queue_with_a_bad_expression_is_refused_and_nothing_is_made(server: RunningServer) -> None:
    spec = {
        "name": "broken",
        "rule": {"any": [{"verdict": "unsuported"}], "where": {"ap": "ask"}},
        "labels": [{"name": "correct", "kind": "boolean"}],
    }
    with server.client() as client:
        refused = client.post("/v1/queues", json=spec)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_queue")
        assert [one["at"] for one in refused.json()["errors"]] == ["rule.where.ap", "rule.any[0].verdict"]
        assert client.get("/v1/queues/broken").status_code == 404
    path = server.workspace / "broken.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    result = run_command("review", "create", str(path), workspace=server.workspace, check=False)
    assert result.returncode == 2
    assert "rule.where.ap" in result.stderr


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("shop", "GET", "/v1/queues", 403),
        ("shop", "POST", "/v1/queues/support/next", 403),
        ("ann", "GET", "/v1/queues", 200),
        ("ann", "POST", "/v1/queues/support/fill", 403),
        ("ann", "GET", "/v1/queues/support/items", 403),
        ("ann", "GET", "/v1/queues/support/export", 403),
        ("ann", "DELETE", "/v1/queues/support", 403),
        ("shop", "GET", "/v1/datasets", 403),
        ("ann", "GET", "/v1/datasets/nothing/export", 404),
        ("ann", "GET", "/v1/queues/nothing/stats", 404),
    ],
)
def test_who_may_do_what(
    server: RunningServer, keys: dict[str, str], role: str, method: str, path: str, status: int
) -> None:
    with server.client(keys[role]) as client:
        assert client.request(method, path).status_code == status


def test_examples_are_added_over_http(server: RunningServer) -> None:
    with server.client() as client:
        trace_id = client.post("/ask", json={"question": QUESTIONS[0]}).json()["trace_id"]
        first = client.post("/v1/datasets/golden/examples", json={"trace_id": trace_id, "tags": ["tower"]})
        assert first.status_code == 201
        example = first.json()["example"]
        assert example["input"] == {"question": QUESTIONS[0]}
        assert "tower" in example["tags"]
        assert example["evidence"][0]["text"]
        own = {"input": {"question": QUESTIONS[0].upper()}, "expected": "46 metres."}
        near = client.post("/v1/datasets/golden/examples", json=own).json()["near_duplicates"]
        assert [one["kind"] for one in near] == ["same"]
        refused = client.post("/v1/datasets/golden/examples", json={"expected": "46 metres."})
        assert refused.status_code == 422
        assert len(client.get("/v1/datasets/golden/examples").json()["examples"]) == 2
