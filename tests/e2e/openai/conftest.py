"""One server in front of a fake provider, and the official SDK on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.e2e.faults.conftest import make_collection, upload
from tests.e2e.faults.providers import fake_provider
from tests.e2e.openai.apps import write_apps
from tests.e2e.running import RunningServer, running_server
from tests.fakes.sources import write_documents


@dataclass(frozen=True)
class Gateway:
    """A server whose apps are in `apps.py`, with documents in the collection `docs`, and the provider behind it."""

    server: RunningServer
    provider: httpx.Client

    @property
    def url(self) -> str:
        return f"{self.server.url}/v1"

    def get_trace(self, trace_id: str) -> dict[str, Any]:
        with self.server.client() as client:
            response = client.get(f"/v1/traces/{trace_id}")
        assert response.status_code == 200, response.text
        return dict(response.json())


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    base: Path = tmp_path_factory.mktemp("gateway")
    with fake_provider() as url, httpx.Client(base_url=url, trust_env=False) as provider:
        write_apps(base / "workspace", url)
        with running_server(base / "workspace") as server:
            _fill(server, write_documents(base / "documents"))
            yield Gateway(server, provider)


def _fill(server: RunningServer, documents: Path) -> None:
    with server.client() as client:
        make_collection(client, "docs")
        for path in sorted(documents.iterdir()):
            assert upload(client, "docs", path.name, path.read_bytes())["state"] == "done"


@pytest.fixture
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    """The SDK as its documentation shows it; without retries, so that a test sees the first answer."""
    with openai.OpenAI(base_url=gateway.url, api_key=gateway.server.admin_key, max_retries=0) as client:
        yield client
