"""PostgreSQL is killed under load: clean 503s, then service goes on by itself, with all that was acknowledged."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from answerable.db.postmaster import Postmaster, find_postmaster
from tests.e2e.faults.conftest import make_collection, upload
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents

pytestmark = pytest.mark.xdist_group("database")

CALLERS = 4
RECOVERY_SECONDS = 120


class Load:
    """Callers who search all the time, and what they got."""

    def __init__(self, server: RunningServer) -> None:
        self.responses: list[httpx.Response] = []
        self._server = server
        self._ended = threading.Event()
        self._callers = [threading.Thread(target=self._search) for _ in range(CALLERS)]

    def __enter__(self) -> Load:
        for caller in self._callers:
            caller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for caller in self._callers:
            caller.join()

    def _search(self) -> None:
        with self._server.client() as client:
            while not self._ended.wait(0.02):
                self.responses.append(client.post("/v1/search", json={"query": "lighthouse"}))

    def wait_for(self, status: int) -> None:
        """Wait for a new answer with this status."""
        seen, deadline = len(self.responses), time.monotonic() + RECOVERY_SECONDS
        while all(response.status_code != status for response in self.responses[seen:]):
            assert time.monotonic() < deadline, f"no answer with {status} came"
            time.sleep(0.01)


def _get_postmaster(workspace: Path) -> Postmaster:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while (found := find_postmaster(workspace / ".answerable" / "postgres")) is None:
        assert time.monotonic() < deadline, "nobody started PostgreSQL again"
        time.sleep(0.02)
    return found


@contextmanager
def outage(workspace: Path) -> Iterator[None]:
    """Hold the lock without which nobody starts the server."""
    with (workspace / ".answerable" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_a_killed_database_costs_clean_503s_and_comes_back_by_itself(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text("[server]\nrequests_per_minute = 0\n")
    documents = write_documents(tmp_path / "documents")
    with running_server(tmp_path) as server:
        run_command("ingest", str(documents), workspace=tmp_path)
        with Load(server) as load:
            load.wait_for(200)
            for number in (signal.SIGKILL, signal.SIGQUIT):  # a crash, and an operator who means it
                before = _get_postmaster(tmp_path)
                with outage(tmp_path):
                    os.kill(before.pid, number)
                    load.wait_for(503)
                load.wait_for(200)
                assert _get_postmaster(tmp_path).socket_dir == before.socket_dir
        _assert_clean(load.responses)
        with server.client() as client:
            assert "46 metres" in client.post("/ask", json={"question": "How tall is the lighthouse?"}).text
            # The worker inside the server is back at work as well.
            run = upload(client, make_collection(client, "later"), "later.md", b"The ferry leaves at nine.")
            assert (run["state"], run["documents_done"]) == ("done", 1)
        again = run_command("ingest", str(documents), workspace=tmp_path)
        assert "3 unchanged" in again.stderr


def _assert_clean(responses: list[httpx.Response]) -> None:
    assert {response.status_code for response in responses} == {200, 503}
    for response in responses:
        if response.status_code == 503:
            problem = response.json()
            assert problem["code"] == "database_unavailable"
            assert problem["hint"]
            assert int(response.headers["retry-after"]) >= 1


def test_readiness_tells_and_liveness_stays(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, server.client() as client:
        assert client.get("/readyz").status_code == 200
        with outage(tmp_path):
            os.kill(_get_postmaster(tmp_path).pid, signal.SIGKILL)
            _wait_for_status(client, 503)
            assert client.get("/healthz").status_code == 200
        _wait_for_status(client, 200)


def _wait_for_status(client: httpx.Client, status: int) -> None:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while (found := client.get("/readyz").status_code) != status:
        assert found in {200, 503}
        assert time.monotonic() < deadline, found
