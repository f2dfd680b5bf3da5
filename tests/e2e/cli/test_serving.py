"""`answerable serve`: its port, its ready file, a workspace that does not allow it."""

from __future__ import annotations

import json
import shlex
import socket
import stat
import subprocess
import time
from pathlib import Path

from tests.e2e.running import clean_environment, run_command, running_server, start_server, stop_server
from tests.fakes.apps import write_app
from tests.fakes.sources import write_documents


def _listen(port: int) -> socket.socket:
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    taken.listen()
    return taken


def test_the_port_of_the_settings_gives_way_and_says_so(tmp_path: Path) -> None:
    with _listen(0) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "answerable.toml").write_text(f"[server]\nport = {port}\n")
        with running_server(tmp_path, port=None) as server:
            assert int(server.url.rpartition(":")[2]) in range(port + 1, port + 101)
            log = (tmp_path / "serve.log").read_text()
            assert f"Port {port} is taken" in log
            with server.client() as client:
                assert client.get("/readyz").status_code == 200


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(tmp_path: Path) -> None:
    with _listen(0) as taken:
        port = taken.getsockname()[1]
        result = run_command("serve", "--port", str(port), workspace=tmp_path, check=False)
    assert result.returncode == 1
    assert f"Port {port}" in result.stderr
    assert "--port" in result.stderr


def test_the_files_that_hold_a_key_are_their_owners_alone(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    server = start_server(tmp_path / "workspace", ready)
    try:
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        assert stat.S_IMODE((server.workspace / ".answerable" / "admin.key").stat().st_mode) == 0o600
        content = json.loads(ready.read_text())
        assert content == {"url": server.url, "admin_key": server.admin_key, "pid": server.process.pid}
    finally:
        stop_server(server)


def test_an_app_without_its_provider_stops_nobody_elses_answers(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    write_app(
        workspace,
        "triage",
        kind="prompt",
        model="nobody:gpt",
        prompt={"text": "Sort {{ ticket }}."},
        input={"ticket": "string"},
    )
    run_command("apply", workspace=workspace)
    with running_server(workspace) as server, server.client() as client:
        client.post("/v1/collections", json={"name": "docs"}).raise_for_status()
        assert client.post("/ask", json={"question": "Who?"}).status_code == 200
        refused = client.post("/v1/apps/triage/run", json={"input": {"ticket": "It hangs."}})
    assert refused.status_code >= 400
    assert "'nobody'" in refused.json()["detail"]
    assert (
        "The app 'triage' cannot answer: There is no model provider 'nobody'"
        in (workspace / "serve.log").read_text()
    )


def test_settings_that_cannot_work_stop_the_start_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text('default_model = "nobody:gpt"\n')
    unknown = run_command("serve", "--port", "0", workspace=tmp_path, check=False)
    assert unknown.returncode == 1
    assert "The app 'ask' cannot answer" in unknown.stderr
    assert "[providers.nobody]" in unknown.stderr
    (tmp_path / "answerable.toml").write_text("[server]\nport = 99999\n")
    wrong = run_command("serve", workspace=tmp_path, check=False)
    assert wrong.returncode == 1
    assert "server.port" in wrong.stderr
    assert str(tmp_path / "answerable.toml") in wrong.stderr


def test_the_printed_lines_work_in_the_collection_that_was_named(tmp_path: Path) -> None:
    documents = write_documents(tmp_path / "documents")
    workspace = tmp_path / "it's here"
    server = start_server(
        workspace, tmp_path / "ready.json", args=["--ingest", str(documents), "--collection", "handbook"]
    )
    try:
        lines = _wait_for_lines(workspace / "serve.log", ("HTTP", "Terminal"))
        curl = json.loads(shlex.split(lines["HTTP"])[-1])
        assert curl["collection"] == "handbook"
        command = shlex.split(lines["Terminal"])
        assert command[command.index("--collection") + 1] == "handbook"
        result = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), check=False)
        assert result.returncode == 0, result.stderr
    finally:
        stop_server(server)


def _wait_for_lines(log: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Return the lines that begin with these names, without them, as soon as all are there."""
    deadline = time.monotonic() + 120
    while True:
        starts = [line.strip().partition(" ") for line in log.read_text().splitlines()]
        found = {name: rest.strip() for name, _, rest in starts if name in names}
        if found.keys() == set(names):
            return found
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_the_ready_file_is_there_only_while_this_server_answers(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text('{"url": "http://127.0.0.1:1", "admin_key": "ans_old", "pid": 1}')
    with _listen(0) as taken:
        port = taken.getsockname()[1]
        run_command(
            "serve", "--port", str(port), "--ready-file", str(ready), workspace=tmp_path / "w", check=False
        )
    assert ready.exists()  # the port is another server's, and so may the file be
    server = start_server(tmp_path / "workspace", ready)
    assert json.loads(ready.read_text())["pid"] == server.process.pid
    stop_server(server)
    assert not ready.exists()
