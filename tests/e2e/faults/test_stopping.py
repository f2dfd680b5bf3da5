"""Stopping: SIGTERM while an answer streams, Ctrl-C of an ingestion, and going on afterwards."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from answerable.db.postmaster import find_postmaster
from tests.e2e.faults.conftest import make_collection, upload
from tests.e2e.faults.providers import fake_provider, write_settings
from tests.e2e.running import START_SECONDS, clean_environment, run_command, running_server, start_server
from tests.fakes.sources import LIGHTHOUSE

pytestmark = pytest.mark.xdist_group("stopping")

DOCUMENTS = 96  # six batches, so that the first is in long before the last
STOP_SECONDS = 60


def test_sigterm_lets_streams_end_and_says_so_when_one_cannot(tmp_path: Path) -> None:
    with fake_provider() as url:
        write_settings(tmp_path, url)
        server = start_server(tmp_path, tmp_path / "ready.json", forked=False)
        with server.client() as client:
            upload(client, make_collection(client, "docs"), "harbour.md", LIGHTHOUSE.encode())
        with (
            server.client() as client,
            _stream(client, "slow_first_token") as slow,
            _stream(client, "stall") as stalled,
        ):
            slow_lines, stalled_lines = slow.iter_lines(), stalled.iter_lines()
            assert next(slow_lines) == next(stalled_lines) == "event: sources"
            server.process.send_signal(signal.SIGTERM)
            assert _list_events(slow_lines)[-1] == "done"
            assert _list_events(stalled_lines)[-1] == "error"
        assert server.process.wait(STOP_SECONDS) == 0
    with pytest.raises(httpx.ConnectError), server.client() as client:
        client.get("/healthz")
    assert "Traceback" not in (tmp_path / "serve.log").read_text()
    assert find_postmaster(tmp_path / ".answerable" / "postgres") is None


def _stream(client: httpx.Client, app: str) -> AbstractContextManager[httpx.Response]:
    body = {"question": "How tall is the lighthouse of Skagen?", "app": app, "stream": True}
    return client.stream("POST", "/ask", json=body)


def _list_events(lines: Iterator[str]) -> list[str]:
    return [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]


def test_an_interrupted_ingestion_stops_soon_and_a_second_one_completes_it(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text("[server]\nrequests_per_minute = 0\n")
    folder = tmp_path / "documents"
    folder.mkdir()
    for document in range(DOCUMENTS):
        lines = [f"Gauge {document}.{line} showed {line * 7} bar in the morning." for line in range(100)]
        (folder / f"{document:02}.md").write_text(f"# Log {document}\n\n" + " ".join(lines))
    command = [sys.executable, "-m", "answerable", "ingest", str(folder), "--workspace", str(tmp_path)]
    with running_server(tmp_path, args=["--no-worker"]) as server, server.client() as client:
        process = subprocess.Popen(
            command,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell that runs the tests in the background has its children ignore the interruption.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )
        deadline = time.monotonic() + START_SECONDS
        while not _count_documents(client):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=STOP_SECONDS)
        assert process.returncode == 130, said
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
