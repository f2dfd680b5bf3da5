"""Stopping: SIGTERM while an answer streams, Ctrl-C of an ingestion, and going on afterwards."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.faults.providers import fake_provider, write_settings
from tests.e2e.running import START_SECONDS, clean_environment, run_command, running_server, start_server
from tests.fakes.sources import write_documents

pytestmark = pytest.mark.xdist_group("stopping")

DOCUMENTS = 50
STOP_SECONDS = 20


@pytest.mark.parametrize("app", ["slow_first_token", "stall"])
def test_sigterm_lets_a_stream_end_and_says_so_when_it_cannot(tmp_path: Path, app: str) -> None:
    with fake_provider() as url:
        write_settings(tmp_path, url)
        server = start_server(tmp_path, tmp_path / "ready.json")
        run_command("ingest", str(write_documents(tmp_path / "documents")), workspace=tmp_path)
        body = {"question": "How tall is the lighthouse of Skagen?", "app": app, "stream": True}
        with server.client() as client, client.stream("POST", "/ask", json=body) as response:
            lines = response.iter_lines()
            assert next(lines) == "event: sources"
            server.process.send_signal(signal.SIGTERM)
            events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
        assert server.process.wait(STOP_SECONDS) == 0
    assert events[-1] == ("done" if app == "slow_first_token" else "error")
    with pytest.raises(httpx.ConnectError), server.client() as client:
        client.get("/healthz")
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def test_an_interrupted_ingestion_stops_soon_and_a_second_one_completes_it(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text("[server]\nrequests_per_minute = 0\n")
    folder = tmp_path / "documents"
    folder.mkdir()
    for document in range(DOCUMENTS):
        lines = [f"Gauge {document}.{line} showed {line * 7} bar in the morning." for line in range(200)]
        (folder / f"{document:02}.md").write_text(f"# Log {document}\n\n" + " ".join(lines))
    command = [sys.executable, "-m", "answerable", "ingest", str(folder), "--workspace", str(tmp_path)]
    with running_server(tmp_path, args=["--no-worker"]) as server, server.client() as client:
        process = subprocess.Popen(
            command, env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + START_SECONDS
        while not _count_documents(client):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=STOP_SECONDS)
        assert process.returncode == 130
        assert "run the same command again" in said
        assert "Traceback" not in said
        (run,) = client.get("/v1/ingestions").json()["ingestions"]
        assert run["state"] == "cancelled"
        left = DOCUMENTS - _count_documents(client)
        assert left > 0
        report = json.loads(run_command("ingest", str(folder), "--json", workspace=tmp_path).stdout)
        assert (report["state"], report["documents_done"]) == ("done", left)
        assert _count_documents(client) == DOCUMENTS


def _count_documents(client: httpx.Client) -> int:
    return int(client.get("/v1/collections/docs/documents").json().get("total", 0))
