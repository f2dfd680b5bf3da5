"""`kill -9` of the server in the middle of an ingestion: what a run afterwards leaves is what one run would have left.

ANSWERABLE_KILLS says how often; it is few in the usual tests.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from answerable.db.postmaster import find_postmaster
from tests.e2e.running import RunningServer, run_command, running_server, start_server, stop_server

pytestmark = [pytest.mark.xdist_group("kills"), pytest.mark.timeout(600)]

KILLS = int(os.environ.get("ANSWERABLE_KILLS", "3"))
DOCUMENTS = 20
SEED = 20
RUN_SECONDS = 120

Stored = list[tuple[str, int, int, int, str]]


def _write_documents(folder: Path) -> Path:
    folder.mkdir()
    numbers = random.Random(SEED)
    for document in range(DOCUMENTS):
        sections = [
            f"## Part {part} of {document}\n\n"
            + " ".join(
                f"Gauge {document}.{part}.{line} showed {numbers.random():.6f} bar." for line in range(20)
            )
            for part in range(numbers.randint(1, 6))
        ]
        (folder / f"{document:02}.md").write_text(f"# Log {document}\n\n" + "\n\n".join(sections))
    return folder


def _list_stored(workspace: Path) -> Stored:
    """Return all chunks by document, with their places and text; the server must run."""
    postmaster = find_postmaster(workspace / ".answerable" / "postgres")
    assert postmaster is not None
    with psycopg.connect(postmaster.conninfo) as connection:
        return connection.execute(
            """SELECT d.uri, c.position, c.start_offset, c.end_offset, md5(c.text)
            FROM document d JOIN chunk c ON c.document_id = d.id ORDER BY 1, 2"""
        ).fetchall()


def _search(server: RunningServer) -> list[dict[str, Any]]:
    """Return what the index answers, with its scores: they depend on all that is in it."""
    with server.client() as client:
        body = {"query": "What did gauge 7.1.3 show?", "top_k": 20}
        found = client.post("/v1/search", json=body).json()["results"]
    return [{"text": hit["text"], "lexical": hit["scores"]["lexical"]} for hit in found]


def _wait_for_runs(server: RunningServer) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    states = {"running"}
    with server.client() as client:
        while states & {"queued", "running", "finishing"}:
            assert time.monotonic() < deadline, states
            states = {run["state"] for run in client.get("/v1/ingestions").json()["ingestions"]}
            time.sleep(0.1)
    assert states == {"done"}


def _kill(server: RunningServer) -> None:
    """Kill the server and at once what it has started, as a machine that goes down would."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    server.process.kill()
    server.process.wait()
    for child in children:
        if child.is_running():
            child.kill()


def test_killed_ingestions_end_as_one_that_was_not(tmp_path: Path) -> None:
    documents = _write_documents(tmp_path / "documents")
    with running_server(tmp_path / "undisturbed") as server:
        run = run_command("ingest", str(documents), "--json", workspace=server.workspace)
        seconds = json.loads(run.stdout)["seconds"]
        expected, expected_hits = _list_stored(server.workspace), _search(server)
    assert len({row[0] for row in expected}) == DOCUMENTS
    workspace, ready = tmp_path / "workspace", tmp_path / "ready.json"
    moments = random.Random(SEED)
    for _ in range(KILLS):
        server = start_server(workspace, ready, args=["--ingest", str(documents)])
        time.sleep(moments.uniform(0.05, seconds))
        _kill(server)
    server = start_server(workspace, ready)
    try:
        run_command("ingest", str(documents), workspace=workspace)
        _wait_for_runs(server)
        assert _list_stored(workspace) == expected
        assert _search(server) == expected_hits
        assert f"{DOCUMENTS} unchanged" in run_command("ingest", str(documents), workspace=workspace).stderr
    finally:
        stop_server(server)
