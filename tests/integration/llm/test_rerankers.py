"""Our rerankers over HTTP against the fake server."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from answerable.core.errors import InvalidInput, SetupError, Unavailable, UpstreamFailed
from answerable.llm.policy import CallPolicy
from answerable.llm.providers.types import Price, ProviderSettings
from answerable.llm.service import Models
from tests.integration.llm.conftest import FakeModels, Sleeps

NAME = "mine:fake-rerank-1"
QUERY = "how tall is the lighthouse"
PASSAGES = ["Bread rises.", "The lighthouse is tall.", "A lighthouse."]


@pytest.fixture
async def models(fake: FakeModels, sleeps: Sleeps) -> AsyncIterator[Models]:
    price = {"fake-rerank-1": Price(input=Decimal(1000), output=Decimal(0))}
    settings = [
        ProviderSettings("mine", "openai-compatible", f"{fake.url}/v1/", "sk-mine", prices=price),
        ProviderSettings("tei", "openai-compatible", fake.url, options={"rerank": "tei"}),
        ProviderSettings("odd", "openai-compatible", fake.url, options={"rerank": "odd"}),
        ProviderSettings("astray", "openai-compatible", f"{fake.url}/v7"),
        ProviderSettings("away", "openai-compatible", f"http://127.0.0.1:{_find_closed_port()}"),
        ProviderSettings("anthropic", "anthropic", fake.url, "sk-test"),
    ]
    policy = CallPolicy(first_token=30, reranking=30, sleep=sleeps, draw=lambda: 0.5)
    models = Models(settings, policy=policy)
    yield models
    await models.close()


def _find_closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def test_scores_have_the_order_of_the_passages(models: Models, fake: FakeModels) -> None:
    scores = await (await models.reranker(NAME)).score(QUERY, PASSAGES)

    assert list(scores) == [0.0, 1.0, 0.5]
    assert fake.get_last_body() == {"model": "fake-rerank-1", "query": QUERY, "documents": PASSAGES}


async def test_a_server_with_words_of_its_own_gets_its_batches(models: Models, fake: FakeModels) -> None:
    scores = await (await models.reranker("tei:any")).score(QUERY, PASSAGES * 30)

    assert list(scores) == [0.0, 1.0, 0.5] * 30
    assert sorted(request["inputs"] for request in fake.list_requests()) == [26, 32, 32]


async def test_no_passages_are_no_request_and_unsendable_ones_are_sent_all_the_same(
    models: Models, fake: FakeModels
) -> None:
    reranker = await models.reranker(NAME)

    assert list(await reranker.score(QUERY, [])) == []
    assert fake.list_requests() == []
    assert list(await reranker.score(QUERY, ["", "a\0b", "\udcff", "tall lighthouse"])) == [0, 0, 0, 1]


async def test_what_passes_is_tried_again_and_never_sooner_than_the_provider_says(
    models: Models, fake: FakeModels, sleeps: Sleeps
) -> None:
    fake.behave("rate_limit", times=1, retry_after=3)
    await (await models.reranker(NAME)).score(QUERY, PASSAGES)
    assert sleeps.seconds == [3.25]

    for behaviour in ("server_error", "bad_gateway", "html", "cut_stream", "malformed_json"):
        fake.behave(behaviour, times=1)
        assert list(await (await models.reranker(NAME)).score(QUERY, PASSAGES)) == [0.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("behaviour", "error", "said"),
    [
        ("rate_limit", Unavailable, "rate limit"),
        ("server_error", UpstreamFailed, "had an error"),
        ("html", UpstreamFailed, "cannot be read"),
        ("malformed_json", UpstreamFailed, "cannot be read"),
        ("cut_stream", UpstreamFailed, "connection .* was lost"),
        ("empty", UpstreamFailed, "0 scores for 3 passages"),
        ("endless", UpstreamFailed, "more than any answer needs"),
    ],
)
async def test_a_lasting_failure_is_ours(
    models: Models, fake: FakeModels, behaviour: str, error: type[Exception], said: str
) -> None:
    fake.behave(behaviour)
    with pytest.raises(error, match=said):
        await (await models.reranker(NAME)).score(QUERY, PASSAGES)


async def test_a_silent_provider_is_given_up(fake: FakeModels, sleeps: Sleeps) -> None:
    settings = ProviderSettings("mine", "openai-compatible", f"{fake.url}/v1")
    models = Models([settings], policy=CallPolicy(attempts=1, first_token=0.2, sleep=sleeps))
    fake.behave("stall")
    with pytest.raises(UpstreamFailed, match=r"nothing came for 0\.2 s"):
        await (await models.reranker(NAME)).score(QUERY, PASSAGES)
    await models.close()


async def test_a_server_without_the_endpoint_and_one_that_is_away_say_what_to_check(models: Models) -> None:
    with pytest.raises(UpstreamFailed, match="no rerank endpoint") as raised:
        await (await models.reranker("astray:x")).score(QUERY, PASSAGES)
    assert raised.value.code == "upstream_no_reranker"
    assert "base_url" in (raised.value.hint or "")

    with pytest.raises(Unavailable, match="cannot be reached"):
        await (await models.reranker("away:x")).score(QUERY, PASSAGES)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mien:x", "no model provider 'mien'.*Did you mean 'mine'"),
        ("local:minilm", "none is part of Answerable"),
        ("anthropic:claude", "kind 'anthropic', which has no rerankers"),
        ("rerank-v3", "does not name a model"),
    ],
)
async def test_a_name_that_no_reranker_has_is_refused_without_a_request(
    models: Models, fake: FakeModels, name: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        models.admit_reranker(name)
    with pytest.raises(InvalidInput, match=said):
        await models.reranker(name)
    assert fake.list_requests() == []


async def test_an_unknown_way_to_ask_is_named_with_those_that_there_are(models: Models) -> None:
    with pytest.raises(SetupError, match=r"rerank = 'odd'.*cohere, tei"):
        await models.reranker("odd:x")


async def test_requests_tokens_spend_and_errors_are_counted(models: Models, fake: FakeModels) -> None:
    reranker = await models.reranker(NAME)
    await reranker.score(QUERY, PASSAGES)
    fake.behave("empty", times=1)
    with pytest.raises(UpstreamFailed):
        await reranker.score(QUERY, PASSAGES)

    (status,) = [one for one in models.list_status() if one.name == NAME]
    assert (status.requests, status.in_flight, dict(status.errors)) == (2, 0, {"upstream_wrong_count": 1})
    assert status.input_tokens > 0
    assert status.spend_usd == Decimal(status.input_tokens) / 1000


async def test_it_is_listed_as_what_it_is_and_can_be_checked(models: Models, fake: FakeModels) -> None:
    listed = {one.name: one for one in await models.list_models(rerankers=[NAME, "astray:x"], check=True)}

    assert (listed[NAME].purpose, listed[NAME].reachable) == ("reranking", True)
    assert (listed["astray:x"].purpose, listed["astray:x"].reachable) == ("reranking", False)
