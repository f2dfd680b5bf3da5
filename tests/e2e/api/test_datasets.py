"""Datasets over HTTP and from the command line: files in and out, versions, and examples made up from documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents

TABLE = "id,question,answer,tags\nq1,How tall is the lighthouse?,46 metres,light\nq2,عند متى؟,,\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    base = tmp_path_factory.mktemp("datasets")
    documents = write_documents(base / "documents")
    workspace = base / "workspace"
    workspace.mkdir()
    with running_server(workspace) as running:
        run_command("ingest", str(documents), workspace=workspace)
        yield running


def send(client: httpx.Client, name: str, file: str, content: str | bytes, **form: Any) -> httpx.Response:
    return client.post(f"/v1/datasets/{name}/import", files={"file": (file, content)}, data=form)


def test_a_file_comes_in_is_edited_compared_and_goes_out_the_same(
    server: RunningServer, tmp_path: Path
) -> None:
    with server.client() as client:
        assert send(client, "golden", "golden.csv", TABLE).raise_for_status().json()["added"] == 2
        first = client.post("/v1/datasets/golden/versions", json={"note": "First."}).raise_for_status().json()
        assert (first["ref"], first["examples"], first["note"]) == ("golden@1", 2, "First.")
        found = client.get("/v1/datasets/golden/example", params={"key": "q1"}).raise_for_status().json()
        edited = {
            "input": found["input"],
            "expected": "46 m",
            "acceptable": ["46 metres"],
            "seen": found["id"],
        }
        url, key = "/v1/datasets/golden/example", {"key": "q1"}
        client.put(url, params=key, json=edited).raise_for_status()
        late = client.put(url, params=key, json=edited)
        assert (late.status_code, late.json()["code"]) == (409, "example_changed")
        client.post("/v1/datasets/golden/split", json={"parts": {"dev": 1, "test": 1}}).raise_for_status()
        client.post("/v1/datasets/golden/versions", json={}).raise_for_status()
        diff = client.get("/v1/datasets/golden/diff", params={"before": 1}).raise_for_status().json()
        assert diff["counts"] == {"added": 0, "removed": 0, "changed": 2, "unchanged": 0}
        exported = client.get("/v1/datasets/golden/export", params={"format": "yaml"}).raise_for_status().text
        assert "عند متى؟" in exported
        again = send(client, "golden", "golden.yaml", exported).raise_for_status().json()
        assert (again["unchanged"], again["changed"]) == (2, 0)
        versions = client.get("/v1/datasets/golden/versions").json()["versions"]
        old = client.get("/v1/datasets/golden/examples", params={"version": 1}).json()["examples"]
        assert [one["expected"] for one in old] == ["46 metres", None]
    # The same examples in another workspace are the same version.
    file = tmp_path / "elsewhere" / "datasets" / "golden.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(exported, encoding="utf-8")
    elsewhere = file.parents[1]
    applied = json.loads(run_command("apply", "--json", workspace=elsewhere).stdout)
    assert applied["datasets"]["golden"]["added"] == 2
    printed = run_command("datasets", "versions", "golden", "--freeze", "--json", workspace=elsewhere).stdout
    assert json.loads(printed)["versions"][0]["hash"] == versions[0]["hash"]
    # What is edited afterwards stays until the file says something else.
    run_command("datasets", "delete", "golden", "q2", workspace=elsewhere)
    assert json.loads(run_command("apply", "--json", workspace=elsewhere).stdout)["datasets"] == {}


def test_a_faulty_file_is_refused_with_all_its_problems(server: RunningServer, tmp_path: Path) -> None:
    lines = '{"input": {"question": "Good?"}}\n{"input": {}}\n{"inputs": {}}\n'
    with server.client() as client:
        refused = send(client, "faulty", "faulty.jsonl", lines)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_examples")
        assert [one["at"] for one in refused.json()["errors"]] == ["line 2", "line 3"]
        assert client.get("/v1/datasets/faulty/examples").status_code == 404
        assert send(client, "faulty", "faulty.jsonl", lines, skip_bad="true").json()["added"] == 1
        assert send(client, "faulty", "faulty.bin", lines).json()["code"] == "unknown_format"
        assert send(client, "Faulty!", "faulty.jsonl", lines).json()["code"] == "invalid_dataset"
    file = tmp_path / "faulty.jsonl"
    file.write_text(lines)
    result = run_command("datasets", "import", "more", str(file), workspace=server.workspace, check=False)
    assert result.returncode == 2
    assert "line 2: An example has an input." in result.stderr
    assert "Did you mean 'input'?" in result.stderr


def test_examples_made_up_from_documents_are_held_until_somebody_accepts_them(server: RunningServer) -> None:
    with server.client() as client:
        made = client.post("/v1/datasets/made/generate", json={"collection": "docs", "count": 5})
        count = made.raise_for_status().json()["added"]
        assert count >= 1
        empty = client.post("/v1/datasets/made/versions", json={})
        assert (empty.status_code, empty.json()["code"]) == (422, "empty_dataset")
        held = client.get("/v1/datasets/made/examples", params={"held": True}).json()["examples"]
        assert len(held) == count
        for one in held:
            assert "synthetic" in one["tags"]
            assert one["provenance"]["source"] == "synthetic:templates"
            assert one["evidence"][0]["text"]
            assert one["evidence"][0]["uri"].endswith(".md")
        keys = [one["key"] for one in held]
        accepted = client.post("/v1/datasets/made/accept", json={"keys": keys[:1]}).raise_for_status().json()
        assert accepted == {"accepted": 1}
        assert client.post("/v1/datasets/made/versions", json={}).raise_for_status().json()["examples"] == 1
        unknown = client.post("/v1/datasets/made/generate", json={"collection": "nowhere"})
        assert unknown.status_code == 404
        nobody = client.post("/v1/datasets/made/generate", json={"collection": "docs", "app": "ask"})
        assert nobody.json()["code"] == "no_question_writer"


def test_the_rights_of_a_key_are_heeded(server: RunningServer) -> None:
    with server.client() as client:
        send(client, "guarded", "golden.csv", TABLE).raise_for_status()
        made = client.post("/v1/keys", json={"name": "ann", "role": "reviewer"}).json()["secret"]
    with server.client(made) as reviewer:
        assert reviewer.get("/v1/datasets/guarded/examples").status_code == 200
        assert send(reviewer, "guarded", "golden.csv", TABLE).status_code == 403
        assert reviewer.delete("/v1/datasets/guarded/example", params={"key": "q1"}).status_code == 403
