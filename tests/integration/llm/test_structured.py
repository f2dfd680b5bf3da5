"""JSON out of a model in each of the three ways, images into it, and what a call counts: over the real SDKs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from answerable.core.errors import InvalidInput, SetupError
from answerable.llm.routing.types import SingleModel
from answerable.llm.types import (
    ChatRequest,
    ChatResult,
    Image,
    Message,
    OutputMode,
    OutputSchema,
    TextDelta,
)
from tests.integration.llm.conftest import FakeModels

Single = Callable[[str], SingleModel]

WIRES = ("mine", "openai", "anthropic")
MODES: tuple[OutputMode, ...] = ("auto", "native", "tool", "prompted")
NATIVE = {"mine": "fake-1", "openai": "fake-1", "anthropic": "claude-haiku-5-5"}
"""A model of each provider that has native structured output, as far as Pydantic AI knows."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "customer": {"type": "string"},
        "total": {"type": "number"},
        "urgency": {"type": "string", "enum": ["low", "high"]},
    },
    "required": ["customer", "total", "urgency"],
    "additionalProperties": False,
}
TICKET = "Customer: Ada Lovelace\nTotal: 12.5\nThe urgency is high, says {she}."
FILLED = {"customer": "Ada Lovelace", "total": 12.5, "urgency": "high"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)


def ask(mode: OutputMode = "auto", *, stream: bool = True, schema: dict[str, Any] = SCHEMA) -> ChatRequest:
    messages = (Message("system", "Fill in the form."), Message("user", TICKET))
    return ChatRequest(messages, deadline=20.0, stream=stream, output=OutputSchema(schema, "ticket", mode))


async def run(model: SingleModel, request: ChatRequest) -> ChatResult:
    """Return the result; what was streamed before it is its text."""
    events = [event async for event in model.stream(request)]
    result = events[-1]
    assert isinstance(result, ChatResult)
    assert "".join(event.text for event in events[:-1] if isinstance(event, TextDelta)) == result.text
    return result


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("provider", WIRES)
async def test_gives_json_in_every_mode(
    single: Single, provider: str, mode: OutputMode, stream: bool
) -> None:
    result = await run(single(f"{provider}:{NATIVE[provider]}"), ask(mode, stream=stream))

    assert json.loads(result.text) == FILLED
    assert result.finish_reason == "stop"
    assert result.usage.output_tokens > 5


@pytest.mark.parametrize(
    ("provider", "mode", "sent"),
    [
        ("mine", "native", ("response_format", "type", "json_schema")),
        ("mine", "tool", ("tools", 0, None)),
        ("mine", "prompted", ("response_format", "type", "json_object")),
        ("openai", "native", ("text", "format", None)),
        ("anthropic", "native", ("output_config", "format", None)),
        ("anthropic", "tool", ("tools", 0, None)),
    ],
)
async def test_each_mode_uses_what_the_provider_has_for_it(
    single: Single, fake: FakeModels, provider: str, mode: OutputMode, sent: tuple[str, str | int, str | None]
) -> None:
    await run(single(f"{provider}:{NATIVE[provider]}"), ask(mode))
    field, key, value = sent

    body = fake.get_last_body()
    assert body[field][key] == value if value else body[field][key]


async def test_auto_takes_what_the_model_is_known_to_have(single: Single, fake: FakeModels) -> None:
    await run(single("mine:fake-1"), ask())
    assert fake.get_last_body()["response_format"]["json_schema"]["name"] == "ticket"

    # An Anthropic model of which nothing is known has tools, and no native output.
    await run(single("anthropic:fake-1"), ask())
    assert fake.get_last_body()["tools"][0]["name"] == "ticket"


async def test_a_mode_that_the_model_does_not_have_is_a_clear_error(single: Single, fake: FakeModels) -> None:
    with pytest.raises(SetupError) as caught:
        await run(single("anthropic:fake-1"), ask("native"))

    assert caught.value.code == "output_mode_unsupported"
    assert "auto" in str(caught.value.hint)
    assert fake.list_requests() == []


async def test_arguments_of_a_tool_come_as_they_are_written(single: Single, fake: FakeModels) -> None:
    fake.behave("normal", token_delay=0.01)
    pieces = [event async for event in single("mine:fake-1").stream(ask("tool"))][:-1]

    assert len(pieces) > 3


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("mode", ["native", "tool"])
@pytest.mark.parametrize("provider", WIRES)
async def test_a_rejected_schema_is_named_and_no_trouble_of_the_provider(
    single: Single, provider: str, mode: OutputMode, stream: bool
) -> None:
    model = single(f"{provider}:{NATIVE[provider]}!schema_rejected")
    with pytest.raises(InvalidInput) as caught:
        await run(model, ask(mode, stream=stream))

    assert caught.value.code == "schema_rejected"
    assert "'ticket': Invalid schema: 'additionalProperties'" in caught.value.detail
    assert "prompted" in str(caught.value.hint)


async def test_a_schema_in_words_is_never_rejected(single: Single) -> None:
    result = await run(single("mine:fake-1!schema_rejected"), ask("prompted"))
    assert json.loads(result.text) == FILLED


async def test_json_that_does_not_fit_is_handed_on_for_the_caller_to_mend(
    single: Single, fake: FakeModels
) -> None:
    fake.behave("invalid_output", times=1)
    wrong = json.loads((await run(single("mine:fake-1"), ask())).text)
    right = json.loads((await run(single("mine:fake-1"), ask())).text)

    assert wrong.keys() == right.keys()
    assert not any(isinstance(value, str | float) for value in wrong.values())
    assert right == FILLED


@pytest.mark.parametrize("mode", ["native", "prompted"])
async def test_words_instead_of_json_are_handed_on_too(single: Single, mode: OutputMode) -> None:
    result = await run(single("mine:fake-1!never_valid"), ask(mode))
    assert result.text == "I would rather not put this into JSON."


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("provider", WIRES)
async def test_images_reach_the_model_before_the_text(
    single: Single, fake: FakeModels, provider: str, stream: bool
) -> None:
    image = Image(PNG, "image/png")
    request = ChatRequest((Message("user", "What is this?", (image, image)),), stream=stream)
    result = await run(single(f"{provider}:fake-1"), request)

    expected = f"image/png, {len(PNG)} bytes, 1 x 1 pixels"
    assert result.text == f"I received 2 images: {expected}, {expected}."


async def test_images_and_json_go_together(single: Single) -> None:
    request = replace(ask(), messages=(Message("user", TICKET, (Image(PNG, "image/png"),)),))
    assert json.loads((await run(single("mine:fake-1"), request)).text) == FILLED


async def test_an_image_without_words_is_a_message(single: Single) -> None:
    request = ChatRequest((Message("user", "", (Image(PNG, "image/png"),)),))
    assert "1 x 1 pixels" in (await run(single("anthropic:fake-1"), request)).text


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("output", [None, OutputSchema(SCHEMA)])
@pytest.mark.parametrize("provider", WIRES)
async def test_cached_and_reasoning_tokens_are_counted_apart(
    single: Single, fake: FakeModels, provider: str, stream: bool, output: OutputSchema | None
) -> None:
    model = single(f"{provider}:fake-1")
    request = replace(ask(stream=stream), output=output)
    plain = (await run(model, request)).usage
    fake.behave("detailed_usage")
    usage = (await run(model, request)).usage

    assert (usage.input_tokens, usage.output_tokens) == (plain.input_tokens, plain.output_tokens)
    assert usage.cached_input_tokens == plain.input_tokens // 2 > 0
    assert usage.cache_write_tokens == plain.input_tokens // 4 > 0
    assert usage.reasoning_tokens == plain.output_tokens // 2 > 0
    assert (plain.cached_input_tokens, plain.cache_write_tokens, plain.reasoning_tokens) == (0, 0, 0)


@pytest.mark.parametrize("output", [None, OutputSchema(SCHEMA)])
async def test_sampling_parameters_are_sent(
    single: Single, fake: FakeModels, output: OutputSchema | None
) -> None:
    request = replace(ask(), output=output, temperature=0.5, top_p=0.9, stop=("END",), seed=7, max_tokens=99)
    await run(single("mine:fake-1"), request)

    body = fake.get_last_body()
    assert (body["temperature"], body["top_p"], body["stop"], body["seed"]) == (0.5, 0.9, ["END"], 7)
    assert body["max_completion_tokens"] == 99


async def test_stop_sequences_that_cannot_be_sent_are_refused(single: Single) -> None:
    with pytest.raises(InvalidInput) as caught:
        await run(single("openai:fake-1"), replace(ask(), stop=("END",)))
    assert caught.value.code == "stop_unsupported"


async def test_openai_is_told_which_requests_start_alike(single: Single, fake: FakeModels) -> None:
    keys = []
    for system, user in (("Be brief.", "One"), ("Be brief.", "Two"), ("Be long.", "Two")):
        request = ChatRequest((Message("system", system), Message("user", user)))
        await run(single("openai:fake-1"), request)
        keys.append(fake.get_last_body()["prompt_cache_key"])
        await run(single("mine:fake-1"), request)
        assert "prompt_cache_key" not in fake.get_last_body()

    assert keys[0] == keys[1] != keys[2]


async def test_the_static_part_of_a_prompt_is_marked_for_the_providers_cache(
    single: Single, fake: FakeModels
) -> None:
    await run(single("anthropic:claude-haiku-5-5"), ask("tool"))
    body = fake.get_last_body()

    assert body["system"][-1]["cache_control"]["type"] == "ephemeral"
    assert "cache_control" not in json.dumps(body["messages"])
