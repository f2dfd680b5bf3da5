"""One server for the tests that send it what it must refuse."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.running import RunningServer, running_server

REQUESTS_PER_MINUTE = 600
MAX_UPLOAD_MIB = 256
_RUN_SECONDS = 60


@pytest.fixture(scope="session")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with a low request limit for each key, and with nothing in it."""
    workspace: Path = tmp_path_factory.mktemp("strict")
    (workspace / "answerable.toml").write_text(
        f"[server]\nrequests_per_minute = {REQUESTS_PER_MINUTE}\nmax_upload_bytes = {MAX_UPLOAD_MIB << 20}\n"
    )
    with running_server(workspace, forked=False) as server:
        yield server


def make_key(server: RunningServer, name: str, **options: Any) -> str:
    """Make a key over HTTP and return its secret."""
    with server.client() as client:
        response = client.post("/v1/keys", json={"name": name, **options})
    assert response.status_code == 201, response.text
    return str(response.json()["secret"])


def make_collection(client: httpx.Client, name: str) -> str:
    assert client.post("/v1/collections", json={"name": name}).status_code == 201
    return name


def upload(
    client: httpx.Client,
    collection: str,
    name: str,
    content: bytes,
    *,
    fields: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Upload a file and return how its ingestion ended."""
    response = client.post(
        f"/v1/collections/{collection}/documents", files={"file": (name, content)}, data=dict(fields or {})
    )
    assert response.status_code == 202, response.text
    return wait_for_run(client, response.json()["run_id"])


def wait_for_run(client: httpx.Client, run_id: str) -> dict[str, Any]:
    """Return the last state of an ingestion, with its problems."""
    deadline = time.monotonic() + _RUN_SECONDS
    while time.monotonic() < deadline:
        run: dict[str, Any] = client.get(f"/v1/ingestions/{run_id}").json()
        if run["state"] in {"done", "failed", "cancelled"}:
            return run
        time.sleep(0.1)
    raise AssertionError(f"the ingestion did not end: {run}")
