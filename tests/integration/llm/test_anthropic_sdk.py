"""Anthropic's own SDK against the fake server."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import anthropic
import pytest
from anthropic.types import TextBlock, ToolParam, ToolUseBlock

from tests.integration.llm.conftest import ANSWER, PROMPT, FakeModels
from tests.integration.llm.test_openai_sdk import make_png

WEATHER: ToolParam = {
    "name": "get_weather",
    "description": "The weather in a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}


@pytest.fixture
async def client(fake: FakeModels) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=fake.url, api_key="sk-test", max_retries=0) as client:
        yield client


async def test_answers_from_the_sources_of_its_prompt(client: anthropic.AsyncAnthropic) -> None:
    message = await client.messages.create(
        model="fake-1",
        max_tokens=100,
        system="Be brief.",
        messages=[{"role": "user", "content": PROMPT}],
    )

    assert isinstance(message.content[0], TextBlock)
    assert message.content[0].text == ANSWER
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == 11


async def test_streams_the_same_answer(client: anthropic.AsyncAnthropic) -> None:
    async with client.messages.stream(
        model="fake-1", max_tokens=100, messages=[{"role": "user", "content": PROMPT}]
    ) as stream:
        pieces = [text async for text in stream.text_stream]
        message = await stream.get_final_message()

    assert "".join(pieces) == ANSWER
    assert len(pieces) > 3
    assert message.stop_reason == "end_turn"


async def test_calls_a_tool_and_then_uses_its_result(client: anthropic.AsyncAnthropic) -> None:
    question = "What is the weather? City: Bern"
    async with client.messages.stream(
        model="fake-1", max_tokens=100, tools=[WEATHER], messages=[{"role": "user", "content": question}]
    ) as stream:
        first = await stream.get_final_message()
    call = first.content[0]
    assert isinstance(call, ToolUseBlock)
    assert (first.stop_reason, call.name, call.input) == ("tool_use", "get_weather", {"city": "Bern"})

    second = await client.messages.create(
        model="fake-1",
        max_tokens=100,
        tools=[WEATHER],
        messages=[
            {"role": "user", "content": question},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": call.id, "name": call.name, "input": {}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "12 degrees"}],
            },
        ],
    )
    assert isinstance(second.content[0], TextBlock)
    assert second.content[0].text == "The tool says: 12 degrees"


async def test_acknowledges_an_image_by_its_size(client: anthropic.AsyncAnthropic) -> None:
    image = make_png(5, 4)
    message = await client.messages.create(
        model="fake-1",
        max_tokens=100,
        messages=[
            {
                "role": "user",
                "content": [
                    {
                        "type": "image",
                        "source": {
                            "type": "base64",
                            "media_type": "image/png",
                            "data": base64.b64encode(image).decode(),
                        },
                    },
                    {"type": "text", "text": "What is this?"},
                ],
            }
        ],
    )

    assert isinstance(message.content[0], TextBlock)
    assert message.content[0].text.endswith("5 x 4 pixels.")


async def test_errors_have_anthropics_shape(client: anthropic.AsyncAnthropic, fake: FakeModels) -> None:
    fake.behave("rate_limit", times=1, retry_after=9)
    with pytest.raises(anthropic.RateLimitError) as caught:
        await client.messages.create(
            model="fake-1", max_tokens=9, messages=[{"role": "user", "content": "Hi"}]
        )
    assert caught.value.response.headers["retry-after"] == "9"

    with pytest.raises(anthropic.BadRequestError, match="'messages' must be a list"):
        await client.messages.create(model="fake-1", max_tokens=9, messages=[])
