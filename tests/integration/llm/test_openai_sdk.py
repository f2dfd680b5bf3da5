"""OpenAI's own SDK against the fake server: what it parses, a real application would."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import AsyncIterator

import openai
import pytest
from openai.types.chat import ChatCompletionToolParam

from tests.integration.llm.conftest import ANSWER, PROMPT, FakeModels

WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.fixture
async def client(fake: FakeModels) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{fake.url}/v1", api_key="sk-test", max_retries=0) as client:
        yield client


async def test_answers_from_the_sources_of_its_prompt(client: openai.AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(
        model="fake-1", messages=[{"role": "user", "content": PROMPT}]
    )

    assert completion.choices[0].message.content == ANSWER
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert (
        completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    )


async def test_streams_the_same_answer_with_usage_when_asked(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="fake-1",
        messages=[{"role": "user", "content": PROMPT}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]

    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == ANSWER
    assert len([piece for piece in pieces if piece]) > 3
    assert chunks[-1].usage is not None


async def test_says_nothing_that_no_source_holds(client: openai.AsyncOpenAI) -> None:
    prompt = PROMPT.replace("capital of Switzerland?", "boiling point of tungsten?")
    completion = await client.chat.completions.create(
        model="fake-1", messages=[{"role": "user", "content": prompt}]
    )

    assert completion.choices[0].message.content == "The sources do not answer this question."


async def test_stops_at_max_tokens(client: openai.AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(
        model="fake-1", messages=[{"role": "user", "content": PROMPT}], max_completion_tokens=2
    )

    assert completion.choices[0].finish_reason == "length"
    assert completion.choices[0].message.content == ANSWER[:8]


async def test_calls_a_tool_and_then_uses_its_result(client: openai.AsyncOpenAI) -> None:
    question = "What is the weather? City: Bern"
    first = await client.chat.completions.create(
        model="fake-1", messages=[{"role": "user", "content": question}], tools=[WEATHER]
    )
    calls = first.choices[0].message.tool_calls
    assert calls is not None
    call = calls[0]
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Bern"}

    second = await client.chat.completions.create(
        model="fake-1",
        tools=[WEATHER],
        messages=[
            {"role": "user", "content": question},
            {"role": "assistant", "tool_calls": [call.model_dump()]},  # type: ignore[list-item]
            {"role": "tool", "tool_call_id": call.id, "content": "12 degrees"},
        ],
    )
    assert second.choices[0].message.content == "The tool says: 12 degrees"


async def test_follows_a_json_schema(client: openai.AsyncOpenAI) -> None:
    schema: dict[str, object] = {
        "type": "object",
        "properties": {
            "total": {"type": "number"},
            "currency": {"type": "string", "enum": ["EUR", "CHF"]},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        },
        "$defs": {"line": {"type": "object", "properties": {"count": {"type": "integer"}}}},
    }
    completion = await client.chat.completions.create(
        model="fake-1",
        messages=[{"role": "user", "content": "Invoice in CHF. Count: 3. Total: 12.50"}],
        response_format={"type": "json_schema", "json_schema": {"name": "invoice", "schema": schema}},
    )

    content = completion.choices[0].message.content
    assert content is not None
    assert json.loads(content) == {"total": 12.5, "currency": "CHF", "lines": [{"count": 3}]}


async def test_acknowledges_an_image_by_its_size(client: openai.AsyncOpenAI) -> None:
    image = make_png(3, 2)
    url = "data:image/png;base64," + base64.b64encode(image).decode()
    completion = await client.chat.completions.create(
        model="fake-1",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": url}},
                ],
            }
        ],
    )

    expected = f"I received 1 image: image/png, {len(image)} bytes, 3 x 2 pixels."
    assert completion.choices[0].message.content == expected


async def test_embeds_the_same_in_both_formats(client: openai.AsyncOpenAI) -> None:
    texts = ["the cat sat", "the cat slept", "quarterly revenue"]
    as_floats = await client.embeddings.create(
        model="fake-embedding-1", input=texts, encoding_format="float", dimensions=64
    )
    as_base64 = await client.embeddings.create(model="fake-embedding-1", input=texts, dimensions=64)

    for one, other in zip(as_floats.data, as_base64.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    cat, also_cat, revenue = (item.embedding for item in as_floats.data)
    assert _dot(cat, also_cat) > _dot(cat, revenue) + 0.3
    assert _dot(cat, cat) == pytest.approx(1.0, abs=1e-5)


async def test_lists_its_models(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == [
        "fake-1",
        "fake-embedding-1",
        "fake-rerank-1",
    ]


async def test_speaks_responses_too(client: openai.AsyncOpenAI) -> None:
    whole = await client.responses.create(model="fake-1", instructions="Be brief.", input=PROMPT)
    async with client.responses.stream(model="fake-1", instructions="Be brief.", input=PROMPT) as stream:
        streamed = await stream.get_final_response()

    assert whole.output_text == streamed.output_text == ANSWER
    assert streamed.status == "completed"
    assert streamed.usage == whole.usage


async def test_rate_limit_says_when_to_come_back(client: openai.AsyncOpenAI, fake: FakeModels) -> None:
    fake.behave("rate_limit", retry_after=17)
    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="fake-1", messages=[{"role": "user", "content": "Hi"}])

    assert caught.value.response.headers["retry-after"] == "17"


async def test_the_sdks_own_retry_gets_through(fake: FakeModels) -> None:
    fake.behave("rate_limit", times=1, retry_after=0)
    async with openai.AsyncOpenAI(base_url=f"{fake.url}/v1", api_key="sk-test", max_retries=1) as client:
        completion = await client.chat.completions.create(
            model="fake-1", messages=[{"role": "user", "content": PROMPT}]
        )

    assert completion.choices[0].message.content == ANSWER
    assert len(fake.list_requests()) == 2


async def test_the_header_chooses_a_behaviour_and_an_unknown_one_is_refused(
    client: openai.AsyncOpenAI,
) -> None:
    messages: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": PROMPT}]
    with pytest.raises(openai.InternalServerError):
        await client.chat.completions.create(
            model="fake-1", messages=messages, extra_headers={"x-fake-behaviour": "server_error"}
        )
    with pytest.raises(openai.BadRequestError, match="There is no behaviour 'sulk'; there are normal"):
        await client.chat.completions.create(model="fake-1!sulk", messages=messages)


def make_png(width: int, height: int) -> bytes:
    """Return a black image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
