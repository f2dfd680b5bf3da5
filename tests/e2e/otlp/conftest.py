"""A server that sends its traces to a backend, over three small documents and a fake provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.apps import write_app
from tests.fakes.otlp_backend import OtlpBackend, otlp_backend
from tests.fakes.sources import write_documents

SETTINGS = """
[providers.fake]
base_url = "{model}/v1"
api_key = "none"

[providers.fake.prices."fake-1!hallucination"]
input = 1
output = 2

[telemetry]
otlp_endpoint = "{backend}"
otlp_headers = {{ Authorization = "Bearer backend-key" }}
"""


@dataclass(frozen=True, slots=True)
class Observed:
    """A server, and the backend that it sends its spans to."""

    server: RunningServer
    backend: OtlpBackend

    def ask(self, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        with self.server.client() as client:
            response = client.post("/ask", json=body, headers=headers)
            assert response.status_code == 200, response.text
            answer: dict[str, Any] = response.json()
            return answer

    def create_key(self, name: str, role: str) -> str:
        with self.server.client() as client:
            response = client.post("/v1/keys", json={"name": name, "role": role})
            assert response.status_code == 201, response.text
            return str(response.json()["secret"])

    def get_spans(self, trace_id: str) -> list[dict[str, Any]]:
        with self.server.client() as client:
            response = client.get(f"/v1/traces/{trace_id}/spans")
            assert response.status_code == 200, response.text
            spans: list[dict[str, Any]] = response.json()["spans"]
            return spans


@pytest.fixture(scope="package")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    base: Path = tmp_path_factory.mktemp("otlp")
    documents, workspace = write_documents(base / "documents"), base / "workspace"
    with fake_provider() as model, otlp_backend() as backend:
        write_app(
            workspace,
            "careful",
            model=["fake:fake-1!server_error", "fake:fake-1!hallucination"],
            policy="repair",
            resilience={"attempts": 1},
            cache={"exact": False},
        )
        write_app(
            workspace,
            "summary",
            kind="prompt",
            model="fake:fake-1",
            prompt="{% block user %}{{ text }}{% endblock %}\n",
            input={"text": "string"},
        )
        (workspace / "answerable.toml").write_text(SETTINGS.format(model=model, backend=backend.url))
        with running_server(workspace) as server:
            run_command("ingest", str(documents), workspace=workspace)
            yield Observed(server, backend)
