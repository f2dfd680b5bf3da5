"""Servers that a benchmark starts, and the load that it puts on them: loopback only, bounded in time."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).resolve().parent.parent
PEERS_VARIABLE = "ANSWERABLE_PEERS"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load: latencies in milliseconds."""

    requests_per_second: float
    p50_ms: float
    p95_ms: float
    requests: int
    errors: int


def find_peer_python() -> str | None:
    """Return the Python of the peers' virtual environment, None when there is none.

    Make it with `python -m venv DIR`, `pip install -r benchmarks/peers/requirements-langchain.in`, then set
    `ANSWERABLE_PEERS=DIR/bin/python`.
    """
    return os.environ.get(PEERS_VARIABLE)


def read_processor_seconds(pid: int) -> float:
    """Return what a process and its children, also those that have ended, have used up to now."""
    process = psutil.Process(pid)
    living = [process, *process.children(recursive=True)]
    ended = process.cpu_times()
    return sum(sum(each.cpu_times()[:2]) for each in living) + ended.children_user + ended.children_system


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], *, url: str, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server until the block ends; it must answer at `url` within a minute or two."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": "src:.", **(env or {})},
        )
        try:
            _wait(url, process)
            yield
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-3000:])
            raise
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server for {url} ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within {seconds} s")


@contextmanager
def running_answerable(
    workspace: Path, *, args: Sequence[str] = (), env: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """Run `answerable serve` and give its ready file: `{url, admin_key, pid}`."""
    ready = workspace / "ready.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "answerable", "serve", "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(
        [*command, "--workspace", str(workspace), *args],
        stdout=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("answerable serve did not start")
            time.sleep(0.01)
        yield json.loads(ready.read_text())
    finally:
        process.terminate()
        process.wait(30)


async def put_load(
    url: str, bodies: Sequence[dict[str, Any]], *, seconds: float, callers: int = 16, key: str | None = None
) -> Load:
    """Post the bodies in turn from `callers` callers for `seconds`, after a warm-up of a tenth of that."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        await _call_for(session, url, bodies, seconds / 10, callers)
        start = time.perf_counter()
        latencies, errors = await _call_for(session, url, bodies, seconds, callers)
        elapsed = time.perf_counter() - start
    latencies.sort()
    return Load(
        requests_per_second=round(len(latencies) / elapsed, 1),
        p50_ms=round(latencies[len(latencies) // 2], 2),
        p95_ms=round(latencies[int(len(latencies) * 0.95)], 2),
        requests=len(latencies),
        errors=errors,
    )


async def _call_for(
    session: aiohttp.ClientSession, url: str, bodies: Sequence[dict[str, Any]], seconds: float, callers: int
) -> tuple[list[float], int]:
    queue = cycle(bodies)
    end = time.perf_counter() + seconds
    latencies: list[float] = []
    errors = 0

    async def call() -> None:
        nonlocal errors
        while (start := time.perf_counter()) < end:
            async with session.post(url, json=next(queue)) as response:
                await response.read()
                errors += response.status != 200
            latencies.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(call() for _ in range(callers)))
    return latencies, errors
