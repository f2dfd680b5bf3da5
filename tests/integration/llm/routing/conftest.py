"""Two providers, each a fake model server of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from answerable.llm.policy import CallPolicy
from answerable.llm.providers.types import ProviderSettings
from answerable.llm.service import Models
from tests.e2e.faults.providers import fake_provider
from tests.fakes.clock import ShiftedClock
from tests.integration.llm.conftest import FakeModels, Sleeps

AWAY = "http://127.0.0.1:9/v1"


@pytest.fixture(scope="session")
def second_url() -> Iterator[str]:
    with fake_provider() as url:
        yield url


@pytest.fixture
def second(second_url: str) -> Iterator[FakeModels]:
    """The fallback's server in its usual state, having been asked nothing."""
    with httpx.Client(base_url=second_url) as client:
        fake = FakeModels(second_url, client)
        fake.behave("normal", token_delay=0.0, retry_after=1, slow_first_token=3600, stall=3600)
        client.delete("/control/requests").raise_for_status()
        yield fake


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def pair(
    fake: FakeModels, second: FakeModels, sleeps: Sleeps, clock: ShiftedClock
) -> AsyncIterator[Models]:
    """`first` and `anthropic` are at one server, `second` at the other, `away` nowhere, `narrow` takes four calls."""
    providers = [
        ProviderSettings("first", "openai-compatible", f"{fake.url}/v1"),
        ProviderSettings("anthropic", "anthropic", fake.url, "sk-test"),
        ProviderSettings("second", "openai-compatible", f"{second.url}/v1"),
        ProviderSettings("away", "openai-compatible", AWAY),
        ProviderSettings("narrow", "openai-compatible", f"{fake.url}/v1", concurrency=4),
    ]
    policy = CallPolicy(sleep=sleeps, draw=lambda: 0.5, clock=clock)
    models = Models(providers, default_chat_name="first:fake-1", policy=policy)
    yield models
    await models.close()
