"""One provider in trouble, another one well, over the real SDKs."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest

from answerable.core.errors import Unavailable
from answerable.llm.routing.types import CallPlan
from answerable.llm.service import Models
from answerable.llm.types import ChatRequest, ChatResult, TextDelta
from tests.integration.llm.conftest import ANSWER, FakeModels, Sleeps
from tests.integration.llm.test_chat_model import REQUEST, UNWATCHED, fail, read

FIRST = ("first", "anthropic")
BEFORE_A_TOKEN = {
    "rate_limit": "upstream_rate_limited",
    "server_error": "upstream_failed",
    "bad_gateway": "upstream_failed",
    "html": None,
    "empty": "upstream_empty",
    "slow_first_token": "upstream_stalled",
}
"""What a provider does instead of an answer, and the code of the attempt."""
AMID_TOKENS = {
    "stall": "upstream_stalled",
    "cut_stream": "upstream_broke_off",
    "truncate_stream": None,
    "malformed_json": "upstream_unreadable",
}


def plan(first: str, **changes: object) -> CallPlan:
    base = CallPlan(((f"{first}:fake-1",), ("second:fake-1",)), attempts=2, first_token=0.5, stall=0.5)
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("provider", FIRST)
@pytest.mark.parametrize("behaviour", BEFORE_A_TOKEN)
@pytest.mark.parametrize("request_", [REQUEST, UNWATCHED], ids=["streamed", "whole"])
async def test_the_fallback_answers_for_a_provider_in_trouble(
    pair: Models, fake: FakeModels, provider: str, behaviour: str, request_: ChatRequest
) -> None:
    fake.behave(behaviour)
    bounded = plan(provider, attempt_deadline=None if request_.stream else 0.5)
    text, result = await read(pair.chat(bounded), request_)

    assert (text, result.model) == (ANSWER, "second:fake-1")
    *failed, last = result.attempts
    assert (last.model, last.code) == ("second:fake-1", None)
    assert {attempt.model for attempt in failed} == {f"{provider}:fake-1"}
    expected = BEFORE_A_TOKEN[behaviour] if request_.stream or behaviour != "slow_first_token" else None
    assert all(attempt.code and (expected is None or attempt.code == expected) for attempt in failed)


async def test_unless_told_otherwise_a_model_with_a_fallback_is_tried_twice_and_the_last_one_four_times(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    fake.behave("server_error")
    second.behave("server_error")
    _, error = await fail(pair.chat(plan("first", attempts=None)))

    asked = [attempt.model for attempt in error.attempts]  # type: ignore[attr-defined]
    assert asked == ["first:fake-1"] * 2 + ["second:fake-1"] * 4


async def test_the_fallback_answers_for_a_provider_that_is_away(pair: Models) -> None:
    text, result = await read(pair.chat(plan("away")))

    assert text == ANSWER
    assert [attempt.code for attempt in result.attempts] == ["upstream_unreachable"] * 2 + [None]


async def test_a_silent_provider_costs_its_share_of_the_time_and_no_more(
    pair: Models, fake: FakeModels
) -> None:
    fake.behave("slow_first_token")
    start = time.monotonic()
    _, result = await read(
        pair.chat(plan("first", first_token=60.0)), replace(REQUEST, deadline=6.0, stream=False)
    )

    assert result.model == "second:fake-1"
    assert 2.9 < time.monotonic() - start < 6
    await fake.wait_for_state("disconnected")


@pytest.mark.parametrize("provider", FIRST)
@pytest.mark.parametrize("behaviour", AMID_TOKENS)
async def test_after_the_first_token_it_is_an_error_and_never_the_fallback(
    pair: Models, fake: FakeModels, second: FakeModels, provider: str, behaviour: str
) -> None:
    # Tokens that come one by one: what comes with the failure in one read was seen by nobody.
    fake.behave(behaviour, token_delay=0.005)
    text, error = await fail(pair.chat(plan(provider)))

    assert text
    assert ANSWER.startswith(text)
    assert f"{provider}:fake-1" in error.detail
    assert AMID_TOKENS[behaviour] in (None, error.code)
    assert len(error.attempts) == len(fake.list_requests()) == 1
    assert second.list_requests() == []


@pytest.mark.parametrize("behaviour", ["cut_stream", "truncate_stream", "malformed_json"])
async def test_half_an_answer_that_nobody_has_seen_is_replaced(
    pair: Models, fake: FakeModels, behaviour: str
) -> None:
    fake.behave(behaviour)
    text, result = await read(pair.chat(plan("first")), UNWATCHED)

    assert (text, result.model) == (ANSWER, "second:fake-1")


@pytest.mark.parametrize("provider", FIRST)
async def test_a_model_that_never_ends_is_stopped_and_hung_up(
    pair: Models, fake: FakeModels, second: FakeModels, provider: str
) -> None:
    fake.behave("endless")
    text, error = await fail(pair.chat(plan(provider)), replace(REQUEST, max_tokens=20))

    assert error.code == "upstream_endless"
    assert 0 < len(text) < 20_000
    assert second.list_requests() == []
    await fake.wait_for_state("disconnected")


async def test_an_endless_answer_in_one_piece_leaves_time_for_the_fallback(
    pair: Models, fake: FakeModels
) -> None:
    fake.behave("endless")
    text, result = await read(pair.chat(plan("first")), replace(UNWATCHED, deadline=2.0))

    assert (text, result.model) == (ANSWER, "second:fake-1")
    await fake.wait_for_state("disconnected")


async def test_when_all_fail_the_error_names_all(pair: Models, fake: FakeModels, second: FakeModels) -> None:
    fake.behave("rate_limit", retry_after=30)
    second.behave("server_error")
    _, error = await fail(pair.chat(plan("first")))

    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after) == ("all_models_failed", 30.0)
    assert "first:fake-1 is over its provider's rate limit." in error.detail
    assert "second:fake-1 had an error" in error.detail
    assert len(error.attempts) == 3


async def test_equal_deployments_share_the_calls_and_stand_in_for_each_other(
    pair: Models, fake: FakeModels, second: FakeModels, sleeps: Sleeps
) -> None:
    model = pair.chat(CallPlan((("first:fake-1", "second:fake-1"),)))
    streams = [model.stream(REQUEST) for _ in range(6)]
    assert [await anext(stream) for stream in streams]
    assert len(fake.list_requests()) == len(second.list_requests()) == 3
    for stream in streams:
        await stream.aclose()

    fake.behave("server_error")
    for _ in range(4):
        text, _ = await read(model)
        assert text == ANSWER
    assert sleeps.seconds == []


async def test_hanging_up_ends_the_call_of_the_fallback_too(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    fake.behave("server_error")
    second.behave("stall")
    async with aclosing(pair.chat(plan("first")).stream(REQUEST)) as stream:
        assert isinstance(await anext(stream), TextDelta)

    await second.wait_for_state("disconnected")
    assert [status.in_flight for status in pair.list_status()] == [0, 0]


async def test_the_offline_model_takes_part_like_any_other(pair: Models, fake: FakeModels) -> None:
    pair.register_local_chat(Echo())
    fake.behave("server_error")
    text, result = await read(pair.chat(CallPlan((("first:fake-1",), ("local:echo",)))))

    assert (text, result.model, result.cost_usd) == ("Be brief.", "local:echo", None)


async def test_a_provider_that_is_not_configured_is_passed_over_with_the_reason(pair: Models) -> None:
    _, result = await read(pair.chat(CallPlan((("acme:model-7",), ("second:fake-1",)))))

    assert [attempt.code for attempt in result.attempts] == ["setup_error", None]
    assert "There is no model provider 'acme'" in str(result.attempts[0].detail)


class Echo:
    """A local model that says what it was told first."""

    name = "local:echo"

    async def stream(self, request: ChatRequest) -> AsyncGenerator[TextDelta | ChatResult, None]:
        yield TextDelta(request.messages[0].content)
        yield ChatResult(request.messages[0].content, self.name)
