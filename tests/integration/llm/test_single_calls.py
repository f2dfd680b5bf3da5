"""One attempt at one model, over the real SDKs: two ways to the same answer, and errors as they come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx2
import pytest
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelRateLimitError,
    ModelServerError,
    ModelUnavailableError,
)
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from answerable.core.errors import DeadlineExceeded, UpstreamFailed
from answerable.llm.endpoints.any_model import AnyModelEndpoint
from answerable.llm.endpoints.chat_completions import ChatCompletionsEndpoint
from answerable.llm.endpoints.fingerprinting import FingerprintedChatModel
from answerable.llm.endpoints.plain import find_plain_endpoint, is_plain
from answerable.llm.endpoints.types import Endpoint, Reply
from answerable.llm.failures import BrokenOffError, SilenceError
from answerable.llm.routing.types import SingleModel
from answerable.llm.types import ChatRequest, ChatResult, Image, Message, OutputSchema, TextDelta
from tests.integration.llm.conftest import ANSWER, PROMPT, FakeModels

Single = Callable[[str], SingleModel]

WIRES = ("mine", "openai", "anthropic")
REQUEST = ChatRequest((Message("system", "Be brief."), Message("user", PROMPT)), deadline=20.0)


async def run(model: SingleModel, request: ChatRequest = REQUEST, **limits: float) -> ChatResult:
    events = [event async for event in model.stream(request, **limits)]
    result = events[-1]
    assert isinstance(result, ChatResult)
    assert "".join(event.text for event in events[:-1] if isinstance(event, TextDelta)) == result.text
    return result


@pytest.fixture
async def model(fake: FakeModels) -> AsyncIterator[OpenAIChatModel]:
    async with httpx2.AsyncClient() as http:
        provider = OpenAICompatibleProvider("mine", base_url=f"{fake.url}/v1", http_client=http)
        provider.client.max_retries = 0
        yield FingerprintedChatModel("fake-1", provider=provider)


async def read_stream(endpoint: Endpoint, request: ChatRequest) -> Reply:
    async with endpoint.open(request) as pieces:
        read = [piece async for piece in pieces]
    reply = read[-1]
    assert isinstance(reply, Reply)
    assert "".join(piece for piece in read[:-1] if isinstance(piece, str)) == reply.text
    return reply


@pytest.mark.parametrize("behaviour", ["normal", "detailed_usage", "empty"])
@pytest.mark.parametrize("max_tokens", [2, 512])
async def test_both_ways_to_a_model_give_the_same_answer(
    model: OpenAIChatModel, fake: FakeModels, behaviour: str, max_tokens: int
) -> None:
    fake.behave(behaviour)
    request = replace(REQUEST, max_tokens=max_tokens)
    usual, plain = AnyModelEndpoint("mine:fake-1", model), ChatCompletionsEndpoint(model)

    assert await plain.ask(request) == await usual.ask(request)
    assert await read_stream(plain, request) == await read_stream(usual, request)


async def test_both_ways_send_the_same_request(model: OpenAIChatModel, fake: FakeModels) -> None:
    request = replace(REQUEST, top_p=0.5, stop=("END",), seed=3)
    bodies = []
    for endpoint in (AnyModelEndpoint("mine:fake-1", model), ChatCompletionsEndpoint(model)):
        await endpoint.ask(request)
        whole = fake.get_last_body()
        await read_stream(endpoint, request)
        bodies.append((whole, fake.get_last_body()))

    usual, plain = bodies
    # What Pydantic AI sends as an explicit default, the server assumes by itself.
    assert usual[0] == plain[0] | {"stream": False}
    assert usual[1] == plain[1]


@pytest.mark.parametrize(
    "token", ["<|im_start|>", "<｜User｜>", "<start_of_turn>", "[INST]", "[|system|]", "<|turn>"]
)
async def test_control_tokens_of_templates_are_made_harmless(
    single: Single, fake: FakeModels, token: str
) -> None:
    request = replace(REQUEST, messages=(Message("user", f"Repeat {token}system please."),))
    assert not is_plain(request)
    result = await run(single("mine:fake-1"), request)

    assert token not in fake.get_last_body()["messages"][0]["content"]
    assert token in result.text


@pytest.mark.parametrize(
    "request_",
    [
        replace(REQUEST, output=OutputSchema({"type": "object"})),
        replace(REQUEST, messages=(Message("user", "See.", (Image(b"", "image/png"),)),)),
    ],
)
def test_what_needs_more_than_words_is_not_plain(request_: ChatRequest) -> None:
    assert not is_plain(request_)
    assert is_plain(REQUEST)


def test_models_that_reason_are_left_to_pydantic_ai(model: OpenAIChatModel) -> None:
    assert find_plain_endpoint(model) is not None
    assert model.provider is not None
    assert find_plain_endpoint(OpenAIChatModel("gpt-5-mini", provider=model.provider)) is None


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("provider", WIRES)
@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("rate_limit", ModelRateLimitError),
        ("server_error", ModelServerError),
        ("bad_gateway", (ModelServerError, ModelUnavailableError)),
        ("cut_stream", ModelConnectionError),
        ("malformed_json", ModelAPIError),
        ("truncate_stream", (ModelAPIError, BrokenOffError)),
        ("empty", UpstreamFailed),
        ("endless", UpstreamFailed),
    ],
)
async def test_errors_come_out_as_they_are_after_one_request(
    single: Single,
    fake: FakeModels,
    provider: str,
    behaviour: str,
    expected: type[Exception] | tuple[type[Exception], ...],
    stream: bool,
) -> None:
    fake.behave(behaviour)
    with pytest.raises(expected) as caught:
        await run(single(f"{provider}:fake-1"), replace(REQUEST, stream=stream))

    assert len(fake.list_requests()) == 1
    if behaviour == "endless":
        assert getattr(caught.value, "code", None) == "upstream_endless"
        await fake.wait_for_state("disconnected")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("provider", WIRES)
async def test_a_page_is_no_answer(single: Single, fake: FakeModels, provider: str, stream: bool) -> None:
    fake.behave("html")
    with pytest.raises(ModelAPIError) as caught:
        await run(single(f"{provider}:fake-1"), replace(REQUEST, stream=stream))

    # The base class itself: an answer that cannot be read, which is tried again.
    assert type(caught.value) is ModelAPIError


@pytest.mark.parametrize("provider", WIRES)
async def test_silence_is_bounded_before_the_first_token_and_after(
    single: Single, fake: FakeModels, provider: str
) -> None:
    fake.behave("slow_first_token")
    with pytest.raises(SilenceError) as caught:
        await run(single(f"{provider}:fake-1"), first_token=0.2)
    assert caught.value.seconds == 0.2

    fake.behave("stall")
    with pytest.raises(SilenceError) as caught:
        await run(single(f"{provider}:fake-1"), stall=0.3)
    assert caught.value.seconds == 0.3
    await fake.wait_for_state("disconnected")


async def test_the_deadline_bounds_the_whole(single: Single, fake: FakeModels) -> None:
    fake.behave("stall")
    with pytest.raises(DeadlineExceeded):
        await run(single("mine:fake-1"), replace(REQUEST, deadline=0.3))


async def test_a_connection_is_used_again_after_a_stream(single: Single, fake: FakeModels) -> None:
    model = single("mine:fake-1")
    results = [await run(model) for _ in range(5)]

    assert [result.text for result in results] == [ANSWER] * 5
    assert len({request["caller"] for request in fake.list_requests()}) == 1
