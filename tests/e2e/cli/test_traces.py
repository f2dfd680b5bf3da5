"""`answerable traces`: runs listed, shown, exported and followed from the command line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import RunningServer, clean_environment, run_command

USER = "user-of-the-command-line"


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def trace_id(client: httpx.Client) -> str:
    return ask(client, "How tall is the lighthouse of Skagen?")


def ask(client: httpx.Client, question: str) -> str:
    return str(client.post("/ask", json={"question": question, "user": USER}).json()["trace_id"])


def run(server: RunningServer, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return run_command("traces", *args, workspace=server.workspace, check=check)


def test_runs_are_listed_by_the_filters(server: RunningServer, trace_id: str) -> None:
    listed = run(server, "list", "--user", USER, "--since", "1h", "--text", "lighthouse", "--json")
    page: dict[str, Any] = json.loads(listed.stdout)
    assert trace_id in [trace["id"] for trace in page["traces"]]
    wrong = run(server, "list", "--status", "bad", check=False)
    assert (wrong.returncode, "status" in wrong.stderr) == (2, True)


def test_a_trace_is_drawn_and_what_a_user_wrote_cannot_steer_the_terminal(
    server: RunningServer, client: httpx.Client
) -> None:
    trace_id = ask(client, "How \x1b[2J\x1b]0;owned\x07 tall is the [bold]lighthouse[/bold] of Skagen?")
    shown = run(server, "show", trace_id).stdout
    for text in ("█", "tall is the [bold]lighthouse[/bold] of", "46 metres", "supported"):
        assert text in shown
    assert not {"\x1b", "\x07"} & {*shown, *run(server, "list", "--user", USER).stdout}


def test_an_export_is_a_whole_file_or_none(server: RunningServer, trace_id: str, tmp_path: Path) -> None:
    run(server, "export", "--user", USER, "--to", str(tmp_path / "runs.parquet"))
    assert (tmp_path / "runs.parquet").read_bytes()[:4] == b"PAR1"
    assert run(server, "export", "--to", str(tmp_path / "missing" / "x.jsonl"), check=False).returncode == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["runs.parquet"]


def test_a_saved_view_is_a_filter_by_name(server: RunningServer, trace_id: str) -> None:
    run(server, "views", "save", "mine", "--user", USER, "--since", "7d")
    lines = run(server, "export", "--view", "mine").stdout.splitlines()
    assert trace_id in [json.loads(line)["id"] for line in lines]
    run(server, "views", "delete", "mine")
    assert run(server, "export", "--view", "mine", check=False).returncode == 2


def test_the_tail_prints_new_runs(server: RunningServer, client: httpx.Client, trace_id: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "answerable", "traces", "tail", "--user", USER, "--last", "1", "--json",
         "--workspace", str(server.workspace)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509  # as a shell's `command &`
    )  # fmt: skip
    assert process.stdout is not None
    try:
        json.loads(process.stdout.readline())
        asked = ask(client, "When was the lighthouse lit?")
        assert json.loads(process.stdout.readline())["id"] == asked
    finally:
        process.terminate()
        try:
            process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 130
