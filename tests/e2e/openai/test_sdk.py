"""The official SDK, unchanged: only `base_url` and the key are ours."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, Literal

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam
from pydantic import BaseModel

from tests.e2e.openai.conftest import Gateway

pytestmark = pytest.mark.xdist_group("openai")

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello to the harbour master."}]
SAID = "This is a fake model. You said: Hello to the harbour master."
# A PNG of one grey pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


class Ticket(BaseModel):
    queue: Literal["billing", "network"]
    urgent: bool


def get_account(value: ChatCompletion | ChatCompletionChunk) -> dict[str, Any]:
    """Return what is ours in it."""
    account: dict[str, Any] = (value.model_extra or {})["answerable"]
    return account


def read(stream: Iterable[ChatCompletionChunk]) -> tuple[str, list[ChatCompletionChunk]]:
    chunks = list(stream)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), chunks


def test_a_completion(client: openai.OpenAI, gateway: Gateway) -> None:
    answer = client.chat.completions.create(model="chat", messages=HELLO, user="ada")
    assert answer.choices[0].message.content == SAID
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "chat"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    account = get_account(answer)
    assert (account["app"], account["model"]) == ("chat", "fake:fake-1")
    assert account["variant"].startswith("main@")
    spent = (answer.usage.prompt_tokens + 2 * answer.usage.completion_tokens) / 1_000_000
    assert account["cost_usd"] == pytest.approx(spent)
    assert answer._request_id == account["trace_id"]
    assert gateway.get_trace(account["trace_id"])["user"] == "ada"


def test_a_stream_says_the_same_in_pieces(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="chat", messages=HELLO)
    with client.chat.completions.create(model="chat", messages=HELLO, stream=True) as stream:
        text, chunks = read(stream)
        request_id = stream.response.headers["x-request-id"]
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks)
    assert len({chunk.id for chunk in chunks}) == 1
    account = get_account(chunks[-1])
    assert account["variant"] == get_account(whole)["variant"]
    assert account["trace_id"] == request_id


def test_text_streams_as_the_model_writes_it(client: openai.OpenAI, gateway: Gateway) -> None:
    gateway.provider.post("/control", json={"timing": {"token_delay": 0.005}})
    try:
        text, chunks = read(client.chat.completions.create(model="chat", messages=HELLO, stream=True))
    finally:
        gateway.provider.post("/control", json={"timing": {"token_delay": 0}})
    assert text == SAID
    assert len([chunk for chunk in chunks if chunk.choices[0].delta.content]) > 5


def test_usage_comes_in_a_last_chunk_of_its_own(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="chat", messages=HELLO)
    _, chunks = read(
        client.chat.completions.create(
            model="chat", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    *before, last = chunks
    assert last.choices == []
    assert last.usage is not None
    assert whole.usage is not None
    assert last.usage.total_tokens == whole.usage.total_tokens
    assert all(chunk.usage is None for chunk in before)


async def test_the_asynchronous_client(gateway: Gateway) -> None:
    async with openai.AsyncOpenAI(base_url=gateway.url, api_key=gateway.server.admin_key) as client:
        stream = await client.chat.completions.create(model="chat", messages=HELLO, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == SAID


def test_parse_gives_the_model_that_was_asked_for(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(
        model="chat",
        messages=[{"role": "user", "content": "My bill of May is wrong."}],
        response_format=Ticket,
    )
    assert isinstance(answer.choices[0].message.parsed, Ticket)


def test_json_object_gives_an_object(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="chat", messages=HELLO, response_format={"type": "json_object"}
    )
    assert isinstance(json.loads(answer.choices[0].message.content or ""), dict)


def test_an_app_with_typed_output_answers_in_its_own_schema(client: openai.OpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "The switch is down."}]
    answer = client.chat.completions.create(model="triage", messages=messages)
    Ticket.model_validate_json(answer.choices[0].message.content or "")
    text, _ = read(client.chat.completions.create(model="triage", messages=messages, stream=True))
    Ticket.model_validate_json(text)


def test_an_image_reaches_the_model(client: openai.OpenAI) -> None:
    url = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    answer = client.chat.completions.create(
        model="chat",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is this?"},
                    {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
                ],
            }
        ],
    )
    assert "I received 1 image: image/" in (answer.choices[0].message.content or "")


def test_an_image_of_the_system_is_refused(client: openai.OpenAI) -> None:
    url = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
    content = [{"type": "image_url", "image_url": {"url": url}}]
    with pytest.raises(openai.BadRequestError, match="role is system"):
        client.chat.completions.create(
            model="chat",
            messages=[{"role": "system", "content": content}, *HELLO],  # type: ignore[misc, list-item]
        )


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/photo.png",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/hostname",
        "data:image/png;base64,bm8gaW1hZ2U=",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "photo.png",
    ],
)
def test_an_address_that_holds_no_image_for_us_is_refused(client: openai.OpenAI, url: str) -> None:
    with pytest.raises(openai.APIStatusError) as refusal:
        client.chat.completions.create(
            model="chat",
            messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}],
        )
    assert refusal.value.status_code in {400, 413, 422}
    assert refusal.value.body["message"]  # type: ignore[index]


def test_a_short_answer_says_that_it_was_cut(client: openai.OpenAI) -> None:
    for limit in ({"max_tokens": 2}, {"max_completion_tokens": 2}):
        answer = client.chat.completions.create(model="chat", messages=HELLO, **limit)  # type: ignore[call-overload]
        assert answer.choices[0].finish_reason == "length"
        assert SAID.startswith(answer.choices[0].message.content)


def test_a_variant_can_be_pinned(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="chat@terse", messages=HELLO)
    assert get_account(answer)["variant"].startswith("terse@")
    assert answer.model == "chat@terse"


def test_a_grounded_app_brings_its_sources_and_verdicts(client: openai.OpenAI) -> None:
    question: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": "How tall is the lighthouse of Skagen?"}
    ]
    answer = client.chat.completions.create(model="ask", messages=question)
    _, chunks = read(client.chat.completions.create(model="ask", messages=question, stream=True))
    for account in (get_account(answer), get_account(chunks[-1])):
        assert account["sources"]
        assert [citation["verdict"] for citation in account["citations"]] == ["supported"]
        assert account["citations"][0]["passage"]["text"]
        assert account["verdicts"] == {"supported": 1}


def test_an_answer_that_is_remembered_costs_nothing(client: openai.OpenAI) -> None:
    first = get_account(client.chat.completions.create(model="remembering", messages=HELLO))
    _, chunks = read(client.chat.completions.create(model="remembering", messages=HELLO, stream=True))
    second = get_account(chunks[-1])
    assert (first["cached"], second["cached"]) == (False, True)
    assert (second["cost_usd"], second["saved_usd"]) == (0, pytest.approx(first["cost_usd"]))
    assert second["trace_id"] != first["trace_id"]


def test_the_conversation_is_named_in_metadata_or_in_a_header(
    client: openai.OpenAI, gateway: Gateway
) -> None:
    by_metadata = client.chat.completions.create(
        model="chat", messages=HELLO, metadata={"conversation_id": "first"}
    )
    by_header = client.chat.completions.create(
        model="chat", messages=HELLO, extra_headers={"X-Conversation-Id": "second"}
    )
    for answer, name in ((by_metadata, "first"), (by_header, "second")):
        assert gateway.get_trace(get_account(answer)["trace_id"])["conversation_id"] == name


def test_parameters_that_change_no_meaning_are_taken(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="chat",
        messages=[
            {"role": "developer", "content": "Be brief.", "name": "dev"},
            {"role": "user", "content": [{"type": "text", "text": "Hello to the"}], "name": "ada"},
            {"role": "assistant", "content": "Yes?"},
            *HELLO,
        ],
        temperature=0.5,
        top_p=0.9,
        seed=7,
        stop=["END"],
        n=1,
        frequency_penalty=0.1,
        presence_penalty=0.1,
        logit_bias={},
        logprobs=False,
        store=False,
        parallel_tool_calls=True,
        service_tier="auto",
        reasoning_effort="low",
        tools=[],
        extra_body={"mirostat": 1, "chat_id": "c1", "stream_options": None},
    )
    assert answer.choices[0].message.content == SAID


def test_the_apps_are_listed_as_models(client: openai.OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert {"ask", "chat", "triage"} <= set(models)
    assert models["chat"].owned_by == "answerable"
    assert models["chat"].created > 1_700_000_000
    assert client.models.retrieve("chat").id == "chat"
    assert client.models.retrieve("chat@terse").id == "chat@terse"
