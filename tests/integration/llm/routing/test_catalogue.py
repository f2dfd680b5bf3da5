"""What models there are, what is known of them, and whether they can be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from answerable.llm.catalogue import ModelInfo
from answerable.llm.environment import merge_providers
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.service import Models
from tests.integration.llm.conftest import FakeModels
from tests.integration.llm.routing.conftest import AWAY
from tests.integration.llm.routing.test_failover import Echo
from tests.integration.llm.test_chat_model import read


@pytest.fixture
async def many(fake: FakeModels) -> AsyncIterator[Models]:
    price = Price(input=Decimal("0.1"), output=Decimal("0.3"))
    configured = [
        ProviderSettings("mine", "openai-compatible", f"{fake.url}/v1", prices={"llama-9": price}),
        ProviderSettings("openai", "openai", f"{fake.url}/v1", "sk-test", default_model="gpt-4o-mini"),
        ProviderSettings("away", "openai-compatible", AWAY, default_model="any", dimensions={"embed-1": 64}),
        ProviderSettings("azure", "azure", f"{fake.url}/v1", "sk-test", default_model="fake-1"),
        ProviderSettings("keyless", "anthropic", default_model="claude-haiku-5-5"),
    ]
    models = Models(merge_providers(configured, {}), default_chat_name="openai:gpt-4o-mini")
    models.register_local_chat(Echo())
    yield models
    await models.close()


def by_name(found: list[ModelInfo]) -> dict[str, ModelInfo]:
    return {model.name: model for model in found}


async def test_what_is_configured_is_listed_with_what_is_known_of_it(many: Models, fake: FakeModels) -> None:
    found = by_name(await many.list_models(also=["mine:fake-1"]))

    assert list(found) == [
        "mine:fake-1",
        "mine:llama-9",
        "openai:gpt-4o-mini",
        "away:any",
        "away:embed-1",
        "azure:fake-1",
        "keyless:claude-haiku-5-5",
        "local:echo",
    ]
    sold = found["openai:gpt-4o-mini"]
    assert (sold.kind, sold.purpose, sold.default, sold.reachable) == ("openai", "chat", True, None)
    assert (sold.facts.context_window, sold.facts.input_price) == (128_000, Decimal("0.15"))
    assert (sold.facts.images, sold.facts.json_schema, sold.facts.tools) == (True, True, True)
    own = found["mine:llama-9"].facts
    assert (own.context_window, own.input_price, own.output_price) == (None, Decimal("0.1"), Decimal("0.3"))
    assert found["mine:fake-1"].facts.input_price is None
    assert found["away:embed-1"].purpose == "embedding"
    assert "ANTHROPIC_API_KEY" in str(found["keyless:claude-haiku-5-5"].hint)
    assert fake.list_requests() == [], "looking costs no call"


async def test_a_check_says_what_can_be_reached_and_what_to_do_otherwise(
    many: Models, fake: FakeModels
) -> None:
    found = by_name(await many.list_models(check=True))

    assert found["mine:fake-1"].reachable, "its own server is asked what it has"
    assert found["mine:fake-embedding-1"].purpose == "embedding"
    assert (found["mine:llama-9"].reachable, "does not list it" in str(found["mine:llama-9"].detail)) == (
        False,
        True,
    )
    assert "fake-1" in str(found["mine:llama-9"].hint)
    for name in ("away:any", "away:embed-1"):
        assert found[name].reachable is False
        assert "base_url" in str(found[name].hint)
    assert found["azure:fake-1"].reachable, "it has no such list, so the model itself is asked"
    assert found["local:echo"].reachable
    assert found["keyless:claude-haiku-5-5"].reachable is False
    assert not any(name.startswith("ollama:") for name in found), "what nobody configured is not missed"
    assert [request["path"] for request in fake.list_requests()] == ["/v1/chat/completions"]


async def test_a_check_shows_the_context_that_a_server_tells_unless_the_operator_says_another(
    fake: FakeModels,
) -> None:
    configured = [
        ProviderSettings("mine", "openai-compatible", f"{fake.url}/v1"),
        ProviderSettings("stated", "openai-compatible", f"{fake.url}/v1", contexts={"fake-1": 4096}),
        ProviderSettings("ollama", "ollama", fake.url),
    ]
    models = Models(configured, default_chat_name="mine:fake-1")
    before = by_name(await models.list_models())
    after = by_name(await models.list_models(check=True))
    await models.close()

    assert before["mine:fake-1"].facts.context_window is None, "without a check nobody is asked"
    assert before["stated:fake-1"].facts.context_window == 4096
    told = {name: model.facts.context_window for name, model in after.items()}
    assert told == {
        "mine:fake-1": 32_768,
        "mine:fake-embedding-1": None,
        "mine:fake-rerank-1": None,
        "stated:fake-1": 4096,
        "stated:fake-embedding-1": None,
        "stated:fake-rerank-1": None,
        "ollama:fake-1": 32_768,
        "ollama:fake-embedding-1": None,
        "ollama:fake-rerank-1": None,
    }


async def test_the_status_tells_what_each_model_has_done(models: Models, fake: FakeModels) -> None:
    await read(models.chat("mine:fake-1"))
    await read(models.chat("ollama:fake-1"))
    await models.embedder("openai:fake-embedding-1").embed_query("hello")
    fake.behave("rate_limit", times=1)
    await read(models.chat("mine:fake-1"))
    status = {one.name: one for one in models.list_status()}

    mine = status["mine:fake-1"]
    assert (mine.requests, dict(mine.errors), mine.unpriced) == (3, {"upstream_rate_limited": 1}, 0)
    assert mine.spend_usd == Decimal(2 * (mine.input_tokens // 2 + 2 * (mine.output_tokens // 2))) / 1_000_000
    assert mine.first_token.p50_ms is not None
    assert mine.total.p95_ms is not None
    assert mine.total.p95_ms >= mine.first_token.p50_ms
    assert (status["ollama:fake-1"].unpriced, status["ollama:fake-1"].spend_usd) == (1, Decimal(0))
    embedder = status["openai:fake-embedding-1"]
    assert (embedder.requests, embedder.unpriced) == (1, 1)
    assert embedder.input_tokens > 0
