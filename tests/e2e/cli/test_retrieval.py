"""Two indexes side by side and a sweep over them, as a user does it."""

from __future__ import annotations

import json
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import run_command, running_server
from tests.fakes.sources import write_documents

_PATIENCE = 60


def test_a_sweep_builds_measures_and_tidies_up(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    run_command("ingest", str(documents), workspace=workspace)
    _write_dataset(workspace / "golden.jsonl", sorted(documents.iterdir()))
    run_command("datasets", "import", "golden", str(workspace / "golden.jsonl"), workspace=workspace)

    page, chart = workspace / "sweep.html", workspace / "sweep.svg"
    printed = run_command(
        "sweep", "ask", "--dataset", "golden", "--chunk-tokens", "64", "--dense-weight", "0,1", "--json",
        "--html", str(page), "--svg", str(chart), workspace=workspace,
    )  # fmt: skip
    sweep = json.loads(printed.stdout)

    assert (sweep["dataset"], sweep["examples"], sweep["passed_over"]) == ("golden", 3, 1)
    assert len(sweep["points"]) == 5, "two weights on two indexes, and the variant as it is"
    assert {point["index"]["name"] for point in sweep["points"]} == {"main", "sweep-64"}
    assert sweep["points"][0]["quality"][sweep["metric"]]["mean"] > 0.5
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert chart.read_text(encoding="utf-8").startswith("<svg")
    assert [index["name"] for index in _list_indexes(workspace)] == ["main"]

    refused = run_command("sweep", "ask", "-d", "golden", "--tag", "hard", workspace=workspace, check=False)
    assert refused.returncode != 0
    assert "None of the 1 examples says what is to be found" in refused.stderr


def test_a_variant_searches_the_index_that_it_names(tmp_path: Path) -> None:
    run_command("ingest", str(write_documents(tmp_path / "documents")), workspace=tmp_path)
    run_command("indexes", "create", "short", "--chunk-tokens", "64", workspace=tmp_path)
    _write_app(tmp_path)
    run_command("apply", workspace=tmp_path)

    asked = run_command("ask", "How tall is the lighthouse of Skagen?", "--json", workspace=tmp_path)
    answer = json.loads(asked.stdout)
    assert "46 metres" in answer["answer"]
    cited = [citation["passage"]["chunk_id"] for citation in answer["citations"] if citation["passage"]]
    assert cited
    assert all("@" in chunk_id for chunk_id in cited), "the ids of another index than the first name it"
    refused = run_command("indexes", "drop", "short", "--yes", workspace=tmp_path, check=False)
    assert refused.returncode != 0
    assert "ask@production" in refused.stderr


@pytest.mark.timeout(300)
def test_a_server_keeps_two_indexes(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with running_server(workspace) as server, server.client() as client:
        run_command("ingest", str(documents), workspace=workspace)
        made = client.post("/v1/collections/docs/indexes", json={"name": "short", "chunk_tokens": 64})
        assert made.status_code == 202
        _wait_until_complete(client, "short")

        found = client.post("/v1/search", json={"query": "paid leave", "index": "short"}).json()["results"]
        assert found
        assert client.post("/v1/search", json={"query": "leave", "index": "nope"}).status_code == 404
        again = client.post("/v1/collections/docs/indexes", json={"name": "other", "chunk_tokens": 64})
        assert (again.status_code, again.json()["code"]) == (409, "index_exists")

        activated = client.post("/v1/collections/docs/indexes/short/activate")
        assert activated.json()["active"] is True
        assert client.delete("/v1/collections/docs/indexes/short").status_code == 409
        assert client.delete("/v1/collections/docs/indexes/main").status_code == 204
        listed = client.get("/v1/collections/docs/indexes").json()["indexes"]
        assert [(index["name"], index["active"]) for index in listed] == [("short", True)]


def _write_dataset(path: Path, documents: list[Path]) -> None:
    """Write a question for each document, made of its first words, and one without evidence."""
    rows: list[dict[str, Any]] = [
        {
            "key": document.name,
            "input": {"question": " ".join(document.read_text(encoding="utf-8").split()[:12])},
            "evidence": [{"text": "", "uri": document.name}],
        }
        for document in documents
    ]
    rows.append(
        {"key": "unanswered", "input": {"question": "What is the colour of the door?"}, "tags": ["hard"]}
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _write_app(workspace: Path) -> None:
    """Write the app that comes with Answerable, searching the index `short`."""
    texts = {
        "apps/ask.yaml": "kind: rag\nvariants:\n  main: {prompt: prompts/ask.md, index: short}\n"
        "labels: {production: main}\n",
        "prompts/ask.md": (files("answerable.apps.builtin") / "prompts" / "grounded.md").read_text("utf-8"),
    }
    for name, text in texts.items():
        (workspace / name).parent.mkdir(exist_ok=True)
        (workspace / name).write_text(text, encoding="utf-8")


def _list_indexes(workspace: Path) -> list[dict[str, Any]]:
    printed = run_command("indexes", "list", "--json", workspace=workspace)
    indexes: list[dict[str, Any]] = json.loads(printed.stdout)["indexes"]
    return indexes


def _wait_until_complete(client: Any, name: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while client.get(f"/v1/collections/docs/indexes/{name}").json()["behind"]:
        assert time.monotonic() < deadline, "the index was not built"
        time.sleep(0.1)
