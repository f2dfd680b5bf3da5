"""Addresses as things to measure: what they are sent, what is read of their answers, and which errors mean what."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from answerable.core.errors import AnswerableError, InvalidInput, SetupError, Unavailable, UpstreamFailed
from answerable.datasets.types import Example, Turn
from answerable.evaluation.targets.openai_endpoint import open_openai
from answerable.evaluation.targets.settings import OpenAISettings, UrlSettings
from answerable.evaluation.targets.url import open_url
from answerable.evaluation.types import Output

URL = "http://127.0.0.1/answer"
EXAMPLE = Example(
    input={"question": "Is it lit?", "language": "en"},
    history=(Turn("user", "Which tower?"), Turn("assistant", "The north one.")),
)
Handler = Callable[[httpx.Request], httpx.Response]


def answer_with(body: Any, seen: list[Any] | None = None) -> Handler:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(json.loads(request.content))
        return httpx.Response(200, json=body)

    return handle


async def ask(settings: UrlSettings | OpenAISettings, handler: Handler) -> Output:
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        if isinstance(settings, UrlSettings):
            return await open_url(settings, client)(EXAMPLE)
        return await open_openai(settings, client)(EXAMPLE)


async def test_without_a_mapping_the_input_is_sent_and_the_answer_is_looked_for() -> None:
    seen: list[Any] = []
    output = await ask(UrlSettings(url=URL), answer_with({"answer": "Yes.", "sources": ["a.md"]}, seen))
    assert seen == [dict(EXAMPLE.input)]
    assert (output.text, output.passages[0].uri) == ("Yes.", "a.md")


async def test_a_mapping_says_what_is_sent_and_where_the_answer_stands() -> None:
    seen: list[Any] = []
    settings = UrlSettings(
        url=URL,
        body={
            "q": "{question}",
            "prompt": "In {language}: {question}",
            "all": "{input}",
            "k": 3,
            "said": ["{history}"],
        },
        answer="choices.0.text",
        sources="found",
        cost_usd="usage.usd",
    )
    said = {"choices": [{"text": "Yes."}], "found": [{"content": "P.", "id": 7}], "usage": {"usd": "0.5"}}
    output = await ask(settings, answer_with(said, seen))
    assert seen[0]["q"] == "Is it lit?"
    assert seen[0]["prompt"] == "In en: Is it lit?"
    assert (seen[0]["all"], seen[0]["k"]) == (dict(EXAMPLE.input), 3)
    assert seen[0]["said"][0][1] == {"role": "assistant", "content": "The north one."}
    assert (output.text, output.cost_usd) == ("Yes.", Decimal("0.5"))
    assert (output.passages[0].text, output.passages[0].id) == ("P.", "7")


async def test_a_key_of_the_environment_goes_into_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", "secret")
    sent: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["authorization"])
        return httpx.Response(200, json="Yes.")

    settings = UrlSettings(url=URL, headers={"Authorization": "Bearer ${OUR_KEY}"})
    assert (await ask(settings, handle)).text == "Yes."
    assert sent == ["Bearer secret"]
    monkeypatch.delenv("OUR_KEY")
    with pytest.raises(SetupError, match="OUR_KEY"):
        await ask(settings, handle)


async def test_what_passes_is_tried_again() -> None:
    answers = iter(
        [httpx.Response(429, headers={"retry-after": "0"}), httpx.Response(200, json={"answer": "Yes."})]
    )
    assert (await ask(UrlSettings(url=URL), lambda _: next(answers))).text == "Yes."


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(503, headers={"retry-after": "0"}, text="away"), Unavailable),
        (httpx.Response(401, text="no key"), SetupError),
        (httpx.Response(404, text="nothing here"), SetupError),
        (httpx.Response(422, text="bad question"), InvalidInput),
        (httpx.Response(200, text="<html>"), UpstreamFailed),
        (httpx.Response(200, json=None), UpstreamFailed),
    ],
)
async def test_what_goes_wrong_says_whose_fault_it_is(
    response: httpx.Response, kind: type[AnswerableError]
) -> None:
    with pytest.raises(kind):
        await ask(UrlSettings(url=URL), lambda _: response)


async def test_an_openai_endpoint_is_asked_as_a_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-1")
    seen: list[Any] = []
    settings = OpenAISettings(
        url="http://127.0.0.1/v1/",
        model="m",
        key_env="SOME_KEY",
        system="Be brief.",
        input_price=1,
        output_price=2,
    )
    said = {
        "model": "m-2026",
        "choices": [
            {
                "message": {
                    "content": None,
                    "tool_calls": [{"function": {"name": "look", "arguments": '{"at": "light"}'}}],
                }
            }
        ],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 500},
    }

    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v1/chat/completions"
        assert request.headers["authorization"] == "Bearer sk-1"
        return answer_with(said, seen)(request)

    output = await ask(settings, handle)
    roles = [message["role"] for message in seen[0]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert seen[0]["messages"][-1]["content"] == "Is it lit?"
    assert (output.text, output.model, output.cost_usd) == ("", "m-2026", Decimal("0.002"))
    assert (output.tool_calls[0].name, output.tool_calls[0].arguments) == ("look", {"at": "light"})


async def test_the_price_of_an_endpoint_without_prices_is_unknown() -> None:
    said = {
        "choices": [{"message": {"content": "Yes."}}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5},
    }
    output = await ask(OpenAISettings(url="http://127.0.0.1/v1", model="m"), answer_with(said))
    assert (output.text, output.input_tokens, output.cost_usd) == ("Yes.", 10, None)
