"""The real command in a process of its own: started, waited for, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 180
STOP_SECONDS = 60
# Keys of the developer's own must not decide what a test talks to.
_DROPPED = ("_API_KEY", "AWS_", "AZURE_", "GOOGLE_", "OLLAMA_", "ANSWERABLE_", "DATABASE_URL")


@dataclass(frozen=True, slots=True)
class RunningServer:
    url: str
    admin_key: str
    pid: int
    workspace: Path
    process: subprocess.Popen[bytes]

    def client(self, key: str | None = None, *, timeout: float = 60) -> httpx.Client:
        """Return an HTTP client with a key, the admin's unless another is given."""
        headers = {"Authorization": f"Bearer {key or self.admin_key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=timeout, trust_env=False)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment without providers, so that the offline model answers unless a test says otherwise."""
    kept = {name: value for name, value in os.environ.items() if not any(part in name for part in _DROPPED)}
    return {**kept, **(extra or {})}


def run_command(
    *args: str,
    workspace: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 240,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run `answerable ARGS` on a workspace to its end."""
    result = subprocess.run(
        [sys.executable, "-m", "answerable", *args, "--workspace", str(workspace)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=clean_environment(env),
        check=False,
    )
    if check and result.returncode != 0:
        raise AssertionError(
            f"answerable {args} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}"
        )
    return result


@contextmanager
def running_server(
    workspace: Path,
    *,
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    port: int | None = 0,
) -> Iterator[RunningServer]:
    """Run `answerable serve` until the block ends; it must then stop by itself on SIGTERM.

    Without a `port` it takes the one of its settings.
    """
    with tempfile.TemporaryDirectory(prefix="answerable-ready-") as folder:
        server = start_server(workspace, Path(folder) / "ready.json", args=args, env=env, port=port)
        try:
            yield server
        finally:
            stop_server(server)


def start_server(
    workspace: Path,
    ready_file: Path,
    *,
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    port: int | None = 0,
) -> RunningServer:
    """Start the server and wait until it answers."""
    ready_file.unlink(missing_ok=True)
    workspace.mkdir(parents=True, exist_ok=True)
    log = (workspace / "serve.log").open("ab")
    command = [sys.executable, "-m", "answerable", "serve", "--ready-file", str(ready_file)]
    process = subprocess.Popen(
        [*command, *([] if port is None else ["--port", str(port)]), "--workspace", str(workspace), *args],
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        env=clean_environment(env),
    )
    log.close()
    deadline = time.monotonic() + START_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(
                f"the server did not start:\n{(workspace / 'serve.log').read_text()[-4000:]}"
            )
        time.sleep(0.02)
    ready = json.loads(ready_file.read_text())
    return RunningServer(ready["url"], ready["admin_key"], ready["pid"], workspace, process)


def stop_server(server: RunningServer) -> None:
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
        raise AssertionError("the server did not stop on SIGTERM") from None
