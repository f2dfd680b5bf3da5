"""The real command in a process of its own: started, waited for, stopped."""

from __future__ import annotations

import atexit
import functools
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
from typing import IO, Any, Protocol

import httpx

from tests.e2e.first_start import give_database
from tests.e2e.forking import Forker

START_SECONDS = 180
STOP_SECONDS = 60
# Keys of the developer's own must not decide what a test talks to.
_DROPPED = ("_API_KEY", "AWS_", "AZURE_", "GOOGLE_", "OLLAMA_", "ANSWERABLE_", "DATABASE_URL")


class Command(Protocol):
    """A command that was started: `subprocess.Popen`, as far as tests need it."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class RunningServer:
    url: str
    admin_key: str
    pid: int
    workspace: Path
    process: Command

    def client(self, key: str | None = None, *, timeout: float = 60) -> httpx.Client:
        """Return an HTTP client with a key, the admin's unless another is given."""
        headers = {"Authorization": f"Bearer {key or self.admin_key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=timeout, trust_env=False)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment without providers, so that the offline model answers unless a test says otherwise."""
    kept = {name: value for name, value in os.environ.items() if not any(part in name for part in _DROPPED)}
    return {**kept, **(extra or {})}


def start_command(
    *args: str, output: IO[Any], errors: IO[Any], env: Mapping[str, str] | None = None, forked: bool = True
) -> Command:
    """Start `answerable ARGS`: as a fork where that is the same (see `tests.e2e.forked`), else by the interpreter."""
    environment = clean_environment(env)
    forker = _find_forker_for(environment) if forked else None
    if forker is not None:
        return forker.start(args, stdout=output.fileno(), stderr=errors.fileno(), environment=environment)
    command = [sys.executable, "-m", "answerable", *args]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment)


def _find_forker_for(environment: Mapping[str, str]) -> Forker | None:
    """Return the parent of commands where a command in this environment may be a fork."""
    forker = _find_forker()
    return forker if forker is not None and forker.suits(environment) else None


@functools.cache
def _find_forker() -> Forker | None:
    """Return this process's parent of commands, None where the system cannot tell when a process ends."""
    if not hasattr(os, "pidfd_open"):
        return None
    forker = Forker(clean_environment())
    atexit.register(forker.close)
    return forker


def run_command(
    *args: str,
    workspace: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 240,
    check: bool = True,
    forked: bool = True,
    first: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `answerable ARGS` on a workspace to its end; the `first` start sets the database up."""
    if not first and "DATABASE_URL" not in (env or {}):
        give_database(workspace)
    words = [*args, "--workspace", str(workspace)]
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = start_command(*words, output=output, errors=errors, env=env, forked=forked)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        result = subprocess.CompletedProcess(words, status, _read(output), _read(errors))
    if check and result.returncode != 0:
        raise AssertionError(
            f"answerable {args} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}"
        )
    return result


def run_script(
    script: str,
    folder: Path,
    *,
    options: str,
    env: Mapping[str, str] | None = None,
    programs: Path | None = None,
    timeout: float = 400,
) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder by bash, `programs` before all others; its `answerable` is as in `start_command`.

    `env` is what the script is told: names that no import reads.
    """
    environment = clean_environment()
    forker = _find_forker_for(environment)
    with tempfile.TemporaryDirectory(prefix="answerable-bin-") as forks:
        if forker is not None:
            forker.write_program(Path(forks))
        found_in = [programs, forks, Path(sys.executable).parent, "/usr/bin", "/bin"]
        return subprocess.run(
            ["bash", options, "pipefail", "-c", script],
            cwd=folder,
            env={**environment, **(env or {}), "PATH": os.pathsep.join(map(str, filter(None, found_in)))},
            pass_fds=[] if forker is None else [forker.descriptor],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@contextmanager
def running_server(
    workspace: Path,
    *,
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    port: int | None = 0,
    forked: bool = True,
    first: bool = False,
) -> Iterator[RunningServer]:
    """Run `answerable serve` until the block ends; it must then stop by itself on SIGTERM.

    Without a `port` it takes the one of its settings.
    """
    with tempfile.TemporaryDirectory(prefix="answerable-ready-") as folder:
        server = start_server(
            workspace, Path(folder) / "ready.json", args=args, env=env, port=port, forked=forked, first=first
        )
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
    forked: bool = True,
    first: bool = False,
) -> RunningServer:
    """Start the server and wait until it answers; the `first` start sets the database up."""
    ready_file.unlink(missing_ok=True)
    workspace.mkdir(parents=True, exist_ok=True)
    if not first and "DATABASE_URL" not in (env or {}):
        give_database(workspace)
    words = ["serve", "--ready-file", str(ready_file), *([] if port is None else ["--port", str(port)])]
    with (workspace / "serve.log").open("ab") as log:
        process = start_command(
            *words, "--workspace", str(workspace), *args, output=log, errors=log, env=env, forked=forked
        )
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
