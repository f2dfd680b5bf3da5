"""A fake model server on loopback, and the models of Answerable pointed at it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import pytest

from answerable.fake_models.server import FakeModelServer
from answerable.llm.names import split_name
from answerable.llm.policy import CallPolicy
from answerable.llm.providers.registry import load_backend
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.routing.types import SingleModel
from answerable.llm.service import Models
from answerable.llm.sources import Source, render_question, render_sources

SOURCES = (
    Source(1, "France", "Paris is the capital of France. It has two million people."),
    Source(2, "Switzerland", "Bern is the capital city of Switzerland. It lies on the Aare."),
)
QUESTION = "What is the capital of Switzerland?"
PROMPT = f"{render_sources(SOURCES)}\n\n{render_question(QUESTION)}"
ANSWER = "Bern is the capital city of Switzerland [2]."


@dataclass
class FakeModels:
    """The server as a test sees it: its address, its behaviour, what it was asked."""

    url: str
    client: httpx.Client

    def behave(self, behaviour: str, *, times: int | None = None, **timing: float) -> None:
        body = {"behaviour": behaviour, "times": times, "timing": timing}
        self.client.post("/control", json=body).raise_for_status()

    def get_last_body(self) -> dict[str, Any]:
        """Return the body of the last request, as it was sent."""
        body: dict[str, Any] = self.client.get("/control/requests/last").json()
        return body

    def list_requests(self) -> list[dict[str, Any]]:
        requests: list[dict[str, Any]] = self.client.get("/control/requests").json()["requests"]
        return requests

    async def wait_for_state(self, state: str, *, seconds: float = 30.0) -> None:
        """Return once the last request is in this state. Raises AssertionError when it never is."""
        end = time.monotonic() + seconds
        while [request["state"] for request in self.list_requests()][-1:] != [state]:
            assert time.monotonic() < end, self.list_requests()
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def server() -> Iterator[FakeModelServer]:
    ready = threading.Event()
    server = FakeModelServer(on_ready=lambda _url: ready.set())
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(10)
    yield server
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def fake(server: FakeModelServer) -> Iterator[FakeModels]:
    """The server in its usual state, having been asked nothing."""
    with httpx.Client(base_url=server.url) as client:
        fake = FakeModels(server.url, client)
        fake.behave("normal", token_delay=0.0, retry_after=1, slow_first_token=3600, stall=3600)
        client.delete("/control/requests").raise_for_status()
        yield fake


@dataclass
class Sleeps:
    """Stands in for the sleep between attempts: notes the seconds and takes none."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


@pytest.fixture
async def models(fake: FakeModels, sleeps: Sleeps) -> AsyncIterator[Models]:
    """Providers of four kinds, all at the fake server; half a second of silence counts as a stall."""
    price = {"fake-1": Price(input=Decimal(1), output=Decimal(2))}
    settings = [
        ProviderSettings("mine", "openai-compatible", f"{fake.url}/v1", prices=price),
        ProviderSettings(
            "openai", "openai", f"{fake.url}/v1", "sk-test", dimensions={"fake-embedding-1": 256}
        ),
        ProviderSettings("anthropic", "anthropic", fake.url, "sk-test"),
        ProviderSettings("ollama", "ollama", fake.url),
        ProviderSettings("azure", "azure", fake.url + "/v1", "sk-test"),
    ]
    policy = CallPolicy(stall=0.5, first_token=30, embedding=30, sleep=sleeps, draw=lambda: 0.5)
    models = Models(settings, default_chat_name="mine:fake-1", policy=policy)
    yield models
    await models.close()


@pytest.fixture
async def single(fake: FakeModels) -> AsyncIterator[Callable[[str], SingleModel]]:
    """Models that make one attempt each, by name; the errors of one are what the SDK and Pydantic AI raise."""
    backend = load_backend(CallPolicy())
    connections = {
        "mine": ProviderSettings("mine", "openai-compatible", f"{fake.url}/v1"),
        "openai": ProviderSettings("openai", "openai", f"{fake.url}/v1", "sk-test"),
        "anthropic": ProviderSettings("anthropic", "anthropic", fake.url, "sk-test"),
        "ollama": ProviderSettings("ollama", "ollama", fake.url),
    }

    def connect(name: str) -> SingleModel:
        provider, model = split_name(name)
        return backend.connect(connections[provider]).chat(model)

    yield connect
    await backend.close()
