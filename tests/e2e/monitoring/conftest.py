"""A server that was asked good and bad questions, with a judge, an alert and a budget."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.faults.providers import fake_provider
from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.apps import write_app
from tests.fakes.sources import write_documents

TOKEN = "scrape-me-and-nothing-else"
PATIENCE = 60
SETTINGS = """
[server]
metrics_token = "{token}"

[providers.fake]
base_url = "{url}/v1"
api_key = "none"

[providers.fake.prices.fake-1]
input = 1
output = 2

[[budgets]]
scope = "app"
requests = 1000

[channels.ops]
kind = "webhook"
url = "{hook}"
secret = "between us"

[[alerts]]
name = "any error"
measure = "error_rate"
above = 0.01
channels = ["ops"]

[[online]]
name = "quality"
app = "handbook"
share = 1
evaluators = ["refusal", "latency", "judge:tone"]
usd_per_day = 1
"""
JUDGE = "{% block user %}Judge {{ answer }}, the answer to {{ question }}.{% endblock %}\n"
PROMPT = "{% block user %}{{ text }}{% endblock %}\n"
SCORE = {
    "type": "object",
    "properties": {"score": {"type": "number"}, "reason": {"type": "string"}},
    "required": ["score", "reason"],
}


@dataclass
class Hook:
    """Takes POSTs and keeps their bodies."""

    url: str
    bodies: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Hook(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def monitored(tmp_path_factory: pytest.TempPathFactory, hook: Hook) -> Iterator[RunningServer]:
    """The server, with everything about it counted and scored."""
    base = tmp_path_factory.mktemp("monitored")
    workspace: Path = base / "workspace"
    with fake_provider() as url:
        write_app(workspace, "handbook", model="fake:fake-1")
        prompts: dict[str, Any] = {
            "kind": "prompt",
            "resilience": {"attempts": 1},
            "input": {"text": "string"},
            "prompt": PROMPT,
        }
        write_app(workspace, "broken", model="fake:fake-1!server_error", **prompts)
        write_app(
            workspace, "tone", kind="prompt", model="fake:fake-1", prompt=JUDGE,
            input={"question": "string", "answer": "string"}, output={"schema": SCORE},
        )  # fmt: skip
        text = SETTINGS.format(url=url, hook=hook.url, token=TOKEN)
        (workspace / "answerable.toml").write_text(text, encoding="utf-8")
        with running_server(workspace) as server:
            run_command("ingest", str(write_documents(base / "documents")), workspace=workspace)
            with server.client() as client:
                _ask(client)
                _wait_for_scores(client)
            yield server


def _ask(client: httpx.Client) -> None:
    question = {"question": "How many days of paid leave are there?", "app": "handbook"}
    for body in (question, question, {**question, "question": "Who signs off on leave?", "stream": True}):
        assert client.post("/ask", json=body).status_code == 200
    assert client.post("/v1/apps/broken/run", json={"input": {"text": "x"}}).status_code == 502


def _wait_for_scores(client: httpx.Client) -> None:
    """Wait until every sampled run is scored."""
    deadline = time.monotonic() + PATIENCE
    while True:
        (rule,) = client.get("/v1/online").json()["rules"]
        if rule["waiting"] == 0 and sum(one["scored"] for one in rule["today"].values()) == 9:
            return
        assert time.monotonic() < deadline, client.get("/v1/online").json()
        time.sleep(0.1)
