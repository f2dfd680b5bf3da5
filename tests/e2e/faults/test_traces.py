"""The database goes away while users ask, and the server is killed: answers go on, and every trace is there later."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from answerable.db.postmaster import find_postmaster
from tests.e2e.faults.providers import fake_provider
from tests.e2e.faults.test_database import outage
from tests.e2e.running import RunningServer, running_server, start_server, stop_server

pytestmark = pytest.mark.xdist_group("database")

PATIENCE = 60
APP = """\
kind: prompt
variants:
  main:
    input: {subject: string}
    cache: {exact: false}
    prompt: |
      Say something about {{ subject }}.
"""
ASKED = 20


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "say.yaml").write_text(APP)
    return tmp_path


def ask(client: httpx.Client, count: int = ASKED) -> set[str]:
    """Run the app and return the trace ids of its answers."""
    found = set()
    for number in range(count):
        response = client.post("/v1/apps/say/run", json={"input": {"subject": f"gauge {number}"}})
        assert response.status_code == 200, response.text
        found.add(response.json()["trace_id"])
    return found


def wait_for_traces(workspace: Path, ids: set[str]) -> None:
    """Wait until every one is in the database."""
    deadline = time.monotonic() + PATIENCE
    missing = ids
    while missing:
        assert time.monotonic() < deadline, f"{len(missing)} of {len(ids)} traces are missing"
        time.sleep(0.1)
        postmaster = find_postmaster(workspace / ".answerable" / "postgres")
        if postmaster is None or not postmaster.ready:
            continue
        with psycopg.connect(postmaster.conninfo) as connection:
            there = {row[0] for row in connection.execute("SELECT id FROM trace")}
        missing = ids - there


def wait_for_spill(workspace: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any(path.stat().st_size for path in (workspace / ".answerable" / "spill").rglob("*.spill")):
        assert time.monotonic() < deadline, "nothing went to the spill file"
        time.sleep(0.05)


def kill_database(workspace: Path) -> None:
    postmaster = find_postmaster(workspace / ".answerable" / "postgres")
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGKILL)


def test_answers_go_on_while_the_database_is_away_and_their_traces_arrive_later(workspace: Path) -> None:
    with fake_provider() as url:
        write_provider(workspace, url)
        with running_server(workspace) as server, server.client() as client:
            ids = ask(client)
            with outage(workspace):
                kill_database(workspace)
                ids |= ask(client)
                wait_for_spill(workspace)
            wait_for_traces(workspace, ids)
            assert_summed_up(workspace, ids)


def test_traces_of_a_killed_server_are_written_by_the_next(workspace: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    with fake_provider() as url:
        write_provider(workspace, url)
        server = start_server(workspace, ready)
        with server.client() as client:
            ids = ask(client)
            with outage(workspace):
                kill_database(workspace)
                ids |= ask(client)
                wait_for_quiet(workspace, server)
                server.process.kill()
                server.process.wait()
        server = start_server(workspace, ready)
        try:
            wait_for_traces(workspace, ids)
            assert_summed_up(workspace, ids)
        finally:
            stop_server(server)


def write_provider(workspace: Path, url: str) -> None:
    (workspace / "answerable.toml").write_text(
        f'default_model = "fake:fake-1"\n[providers.fake]\nbase_url = "{url}/v1"\napi_key = "none"\n'
    )


def wait_for_quiet(workspace: Path, server: RunningServer) -> None:
    """Wait until the spill file has not grown for two seconds: nothing is in memory alone."""
    deadline, size, since = time.monotonic() + PATIENCE, -1, 0.0
    while since == 0.0 or time.monotonic() - since < 2.0 or size <= 0:
        assert time.monotonic() < deadline, "the spill file does not come to rest"
        assert server.process.poll() is None
        files = (workspace / ".answerable" / "spill").rglob("*.spill")
        now = sum(path.stat().st_size for path in files)
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(0.05)


def assert_summed_up(workspace: Path, ids: set[str]) -> None:
    postmaster = find_postmaster(workspace / ".answerable" / "postgres")
    assert postmaster is not None
    with psycopg.connect(postmaster.conninfo) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM trace), (SELECT sum(requests)::int FROM usage_rollup WHERE level = 'day'),"
            " (SELECT count(DISTINCT trace_id)::int FROM span)"
        ).fetchone()
    assert row == (len(ids), len(ids), len(ids))
