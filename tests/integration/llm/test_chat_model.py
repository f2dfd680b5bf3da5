"""Our chat model, over the real SDKs, against everything that the fake server can do."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest

from answerable.core.errors import DeadlineExceeded, ServiceError, Unavailable, UpstreamFailed
from answerable.llm.policy import CallPolicy
from answerable.llm.providers.types import ProviderSettings
from answerable.llm.service import Models
from answerable.llm.types import ChatModel, ChatRequest, ChatResult, Message, OutputSchema, TextDelta
from tests.integration.llm.conftest import ANSWER, PROMPT, FakeModels, Sleeps

WIRES = ("mine", "openai", "anthropic")
"""One provider for each wire format: chat completions, responses, messages."""
PROVIDERS = (*WIRES, "ollama", "azure")
REQUEST = ChatRequest((Message("system", "Be brief."), Message("user", PROMPT)), deadline=20.0)
UNWATCHED = replace(REQUEST, stream=False)


async def read(model: ChatModel, request: ChatRequest = REQUEST) -> tuple[str, ChatResult]:
    """Return the streamed text and the result, which must be last and only one."""
    events = [event async for event in model.stream(request)]
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(texts) == len(events) - 1
    assert isinstance(events[-1], ChatResult)
    return "".join(texts), events[-1]


async def fail(model: ChatModel, request: ChatRequest = REQUEST) -> tuple[str, ServiceError]:
    """Return the text that came before the error, and the error; there must be no result."""
    texts: list[str] = []

    async def consume() -> None:
        async for event in model.stream(request):
            assert isinstance(event, TextDelta)
            texts.append(event.text)

    with pytest.raises(ServiceError) as caught:
        await consume()
    return "".join(texts), caught.value


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_streams_an_answer_and_counts_it(models: Models, provider: str) -> None:
    text, result = await read(models.chat(f"{provider}:fake-1"))

    assert text == result.text == ANSWER
    assert result.model == f"{provider}:fake-1"
    assert result.response_model == "fake-1"
    assert result.finish_reason == "stop"
    assert [(attempt.model, attempt.code) for attempt in result.attempts] == [(result.model, None)]
    assert result.usage.output_tokens == 11
    assert result.usage.input_tokens > 50


@pytest.mark.parametrize("provider", WIRES)
async def test_an_answer_that_nobody_watches_comes_in_one_piece(models: Models, provider: str) -> None:
    _, streamed = await read(models.chat(f"{provider}:fake-1"))
    events = [event async for event in models.chat(f"{provider}:fake-1").stream(UNWATCHED)]

    assert events[0] == TextDelta(ANSWER)
    assert isinstance(events[-1], ChatResult)
    assert replace(events[-1], attempts=()) == replace(streamed, attempts=())


@pytest.mark.parametrize("provider", WIRES)
@pytest.mark.parametrize(
    "behaviour", ["cut_stream", "truncate_stream", "malformed_json", "empty", "rate_limit"]
)
async def test_trouble_with_one_piece_is_as_clean(
    models: Models, fake: FakeModels, provider: str, behaviour: str
) -> None:
    fake.behave(behaviour)
    text, _ = await fail(models.chat(f"{provider}:fake-1"), UNWATCHED)
    assert text == ""

    fake.behave("normal")
    fake.behave(behaviour, times=1)
    if behaviour != "empty":
        assert (await read(models.chat(f"{provider}:fake-1"), UNWATCHED))[1].attempts[0].code is not None


async def test_a_stall_of_one_piece_ends_at_the_deadline(models: Models, fake: FakeModels) -> None:
    fake.behave("stall")
    _, error = await fail(models.chat("mine:fake-1"), replace(UNWATCHED, deadline=1.0))

    assert isinstance(error, DeadlineExceeded)
    await fake.wait_for_state("disconnected")


async def test_text_comes_before_the_answer_is_complete(models: Models, fake: FakeModels) -> None:
    fake.behave("stall", stall=3600)
    async with aclosing(models.chat("mine:fake-1").stream(REQUEST)) as stream:
        first = await anext(stream)
        assert isinstance(first, TextDelta)
        assert first.text.startswith("Bern")


async def test_a_price_of_ones_own_is_charged_and_an_unknown_one_is_not_zero(models: Models) -> None:
    _, priced = await read(models.chat("mine:fake-1"))
    _, unknown = await read(models.chat("ollama:fake-1"))

    expected = (priced.usage.input_tokens * Decimal(1) + priced.usage.output_tokens * Decimal(2)) / 1_000_000
    assert priced.cost_usd == expected
    assert unknown.cost_usd is None


@pytest.mark.parametrize("provider", WIRES)
async def test_an_answer_cut_by_max_tokens_says_so(models: Models, provider: str) -> None:
    request = ChatRequest(REQUEST.messages, max_tokens=2)
    text, result = await read(models.chat(f"{provider}:fake-1"), request)

    assert (text, result.finish_reason) == (ANSWER[:8], "length")


@pytest.mark.parametrize("provider", WIRES)
async def test_waits_as_long_as_retry_after_says(
    models: Models, fake: FakeModels, sleeps: Sleeps, provider: str
) -> None:
    fake.behave("rate_limit", times=2, retry_after=7)
    text, result = await read(models.chat(f"{provider}:fake-1"))

    assert text == ANSWER
    assert [attempt.code for attempt in result.attempts] == [*["upstream_rate_limited"] * 2, None]
    assert len(fake.list_requests()) == 3
    # On top of Retry-After, half (the drawn number) of a ceiling that doubles from 0.5 s.
    assert sleeps.seconds == [7.25, 7.5]


@pytest.mark.parametrize("provider", WIRES)
async def test_server_errors_are_tried_again(models: Models, fake: FakeModels, provider: str) -> None:
    fake.behave("server_error", times=3)
    text, result = await read(models.chat(f"{provider}:fake-1"))

    assert (text, len(result.attempts)) == (ANSWER, 4)


@pytest.mark.parametrize("provider", WIRES)
async def test_gives_up_after_four_attempts(models: Models, fake: FakeModels, provider: str) -> None:
    fake.behave("server_error")
    text, error = await fail(models.chat(f"{provider}:fake-1"))

    assert text == ""
    assert isinstance(error, UpstreamFailed)
    assert "The fake model had an error" in error.detail
    assert len(fake.list_requests()) == len(error.attempts) == 4


async def test_a_wait_past_the_deadline_is_not_begun(
    models: Models, fake: FakeModels, sleeps: Sleeps
) -> None:
    fake.behave("rate_limit", retry_after=60)
    _, error = await fail(models.chat("mine:fake-1"))

    assert isinstance(error, Unavailable)
    assert (error.code, error.retry_after) == ("upstream_rate_limited", 60.0)
    assert sleeps.seconds == []
    assert len(fake.list_requests()) == 1


@pytest.mark.parametrize("provider", WIRES)
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("stall", "upstream_stalled"),
        ("cut_stream", "upstream_broke_off"),
        ("truncate_stream", None),
        ("malformed_json", "upstream_unreadable"),
    ],
)
async def test_a_broken_answer_never_passes_for_a_complete_one(
    models: Models, fake: FakeModels, provider: str, behaviour: str, code: str | None
) -> None:
    fake.behave(behaviour)
    text, error = await fail(models.chat(f"{provider}:fake-1"))

    assert isinstance(error, UpstreamFailed)
    assert code is None or error.code == code
    # What the user has seen is not said again.
    assert text
    assert ANSWER.startswith(text)
    assert len(fake.list_requests()) == 1


@pytest.mark.parametrize("provider", WIRES)
async def test_an_empty_answer_is_an_error(models: Models, fake: FakeModels, provider: str) -> None:
    fake.behave("empty")
    _, error = await fail(models.chat(f"{provider}:fake-1"))

    assert isinstance(error, UpstreamFailed)
    assert error.code == "upstream_empty"


@pytest.mark.parametrize("provider", WIRES)
async def test_the_deadline_holds(models: Models, fake: FakeModels, provider: str) -> None:
    fake.behave("slow_first_token")
    model = models.chat(f"{provider}:fake-1")
    start = time.monotonic()
    _, error = await fail(model, ChatRequest(REQUEST.messages, deadline=1.0))

    assert isinstance(error, DeadlineExceeded)
    assert time.monotonic() - start < 20
    await fake.wait_for_state("disconnected")


async def test_the_deadline_holds_in_the_middle_of_a_slow_stream(models: Models, fake: FakeModels) -> None:
    fake.behave("normal", token_delay=0.15)
    text, error = await fail(models.chat("mine:fake-1"), ChatRequest(REQUEST.messages, deadline=0.6))

    assert isinstance(error, DeadlineExceeded)
    assert text.startswith("Bern")


@pytest.mark.parametrize("provider", WIRES)
async def test_closing_the_stream_hangs_up(models: Models, fake: FakeModels, provider: str) -> None:
    fake.behave("stall")
    async with aclosing(models.chat(f"{provider}:fake-1").stream(REQUEST)) as stream:
        await anext(stream)
        assert fake.list_requests()[-1]["state"] == "open"

    await fake.wait_for_state("disconnected")


async def test_cancelling_the_task_hangs_up(models: Models, fake: FakeModels) -> None:
    fake.behave("slow_first_token")
    task = asyncio.create_task(read(models.chat("mine:fake-1")))
    await fake.wait_for_state("open")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await fake.wait_for_state("disconnected")


async def test_a_provider_that_is_away_is_named(sleeps: Sleeps) -> None:
    settings = ProviderSettings("away", "openai-compatible", "http://127.0.0.1:9/v1")
    away = Models([settings], policy=CallPolicy(sleep=sleeps))
    try:
        _, error = await fail(away.chat("away:any"))
    finally:
        await away.close()

    assert isinstance(error, Unavailable)
    assert error.code == "upstream_unreachable"
    assert "base_url" in str(error.hint)


async def test_text_that_utf8_cannot_carry_does_not_break_the_call(models: Models) -> None:
    request = ChatRequest((Message("user", f"{PROMPT} \ud800\0 \u202e"),))
    text, _ = await read(models.chat("mine:fake-1"), request)

    assert text == ANSWER


async def test_a_rejected_request_is_not_tried_again(models: Models, fake: FakeModels) -> None:
    _, error = await fail(models.chat("mine:fake-1!sulk"))

    assert isinstance(error, UpstreamFailed)
    assert (error.code, len(fake.list_requests())) == ("upstream_rejected", 1)
    assert "There is no behaviour 'sulk'" in error.detail


async def test_wrong_citations_and_hallucinations_come_on_demand(models: Models) -> None:
    wrong, _ = await read(models.chat("mine:fake-1!wrong_citation"))
    invented, _ = await read(models.chat("mine:fake-1!hallucination"))

    assert wrong == ANSWER.replace("[2]", "[1]")
    assert invented.startswith(ANSWER)
    assert invented.count("[2]") == 2


async def test_what_the_provider_says_has_answered_comes_with_the_answer(
    models: Models, fake: FakeModels
) -> None:
    _, plain = await read(models.chat("mine:fake-1"))
    _, whole = await read(models.chat("mine:fake-1"), replace(REQUEST, stream=False))
    schema = OutputSchema({"type": "object", "properties": {"answer": {"type": "string"}}})
    typed = replace(REQUEST, stream=False, output=schema)
    _, by_sdk = await read(models.chat("azure:fake-1"), typed)
    _, streamed = await read(models.chat("azure:fake-1"))
    fake.behave("renamed")
    _, renamed = await read(models.chat("mine:fake-1"))

    for result in (plain, whole, by_sdk, streamed):
        assert (result.response_model, result.fingerprint) == ("fake-1", "fp_fake_1")
    assert (renamed.response_model, renamed.fingerprint) == ("fake-1-2026-11-01", "fp_fake_2")
    assert [(one.model, one.fingerprint, one.answers) for one in models.list_served("mine:fake-1")] == [
        ("fake-1", "fp_fake_1", 2),
        ("fake-1-2026-11-01", "fp_fake_2", 1),
    ]
