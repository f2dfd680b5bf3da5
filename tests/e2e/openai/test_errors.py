"""What goes wrong, as the official SDK tells it: its own exceptions, each with what to do."""

from __future__ import annotations

import time
from typing import Any

import httpx
import openai
import pytest

from tests.e2e.faults.conftest import make_key
from tests.e2e.openai.apps import DEADLINE, LONG_DEADLINE
from tests.e2e.openai.conftest import Gateway
from tests.e2e.openai.test_sdk import HELLO

pytestmark = pytest.mark.xdist_group("openai")

SLACK = 20.0
REQUESTS_PER_MINUTE = 1200  # of the settings; a sixth of them may come at once
UPSTREAM = {"server-error": 502, "rate-limit": 503, "stall": 504}
REFUSED: dict[str, dict[str, Any]] = {
    "n": {"n": 2},
    "tools": {"tools": [{"type": "function", "function": {"name": "look", "parameters": {}}}]},
    "functions": {"functions": [{"name": "look", "parameters": {}}]},
    "logprobs": {"logprobs": True},
    "modalities": {"modalities": ["text", "audio"]},
    "audio": {"audio": {"voice": "alloy", "format": "wav"}},
    "web_search_options": {"web_search_options": {}},
    "messages[0]": {"messages": [{"role": "tool", "tool_call_id": "c", "content": "42"}, *HELLO]},
}
MALFORMED: dict[str, dict[str, Any]] = {
    "temperature": {"temperature": 9},
    "top_p": {"top_p": -1},
    "max_tokens": {"max_tokens": 0},
    "seed": {"seed": 2**70},
    "stop": {"stop": ["x"] * 100},
    "messages": {"messages": []},
    "messages[0].role": {"messages": [{"role": "wizard", "content": "x"}]},
    "messages[0].content": {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
    "messages[1].role": {"messages": [*HELLO, {"role": "assistant", "content": "Yes."}]},
    "response_format": {"response_format": {"type": "xml"}},
    "metadata.conversation_id": {"metadata": {"conversation_id": "c" * 500}},
    "x-conversation-id": {"extra_headers": {"X-Conversation-Id": "c" * 500}},
}


def create(client: openai.OpenAI, model: str = "chat", **parameters: Any) -> Any:
    return client.chat.completions.create(**{"model": model, "messages": HELLO, **parameters})


def get_error(failure: pytest.ExceptionInfo[openai.APIStatusError]) -> dict[str, Any]:
    """Return the envelope's content; it has every field that OpenAI's has, and the answer its request's id."""
    assert failure.value.request_id
    error = failure.value.body
    assert isinstance(error, dict)
    assert set(error) == {"message", "type", "param", "code"}
    assert len(error["message"]) > 10
    return error


def test_images_are_not_endless(client: openai.OpenAI) -> None:
    def show(number: int) -> dict[str, Any]:
        return {"type": "image_url", "image_url": {"url": f"https://images.invalid/{number}.png"}}

    with pytest.raises(openai.BadRequestError) as failure:
        create(client, messages=[{"role": "user", "content": [show(number) for number in range(51)]}])
    assert get_error(failure)["param"] == "messages"


def test_a_wrong_key(gateway: Gateway) -> None:
    for key in ("ans_wrong", "sk-1234"):
        client = openai.OpenAI(base_url=gateway.url, api_key=key, max_retries=0)
        for call in (client.models.list, lambda client=client: create(client)):
            with pytest.raises(openai.AuthenticationError) as failure:
                call()
            assert get_error(failure)["code"] == "invalid_api_key"
            assert failure.value.response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("model", ["gpt-9", "chat@nowhere", "\u0000", "../etc", "a" * 150])
@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_is_no_app(client: openai.OpenAI, model: str, stream: bool) -> None:
    with pytest.raises(openai.NotFoundError) as failure:
        create(client, model, stream=stream)
    error = get_error(failure)
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert error["type"] == "invalid_request_error"


def test_what_is_not_served_says_what_is(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as failure:
        client.completions.create(model="chat", prompt="Hello")
    assert "/v1/chat/completions" in get_error(failure)["message"]
    with pytest.raises(openai.NotFoundError) as failure:
        client.embeddings.create(model="chat", input="Hello")
    assert "/v1/search" in get_error(failure)["message"]


def test_an_unknown_model_is_not_listed(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as failure:
        client.models.retrieve("gpt-9")
    assert get_error(failure)["code"] == "model_not_found"


@pytest.mark.parametrize("param", REFUSED)
def test_what_is_not_supported_is_said(client: openai.OpenAI, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as failure:
        create(client, **REFUSED[param])
    error = get_error(failure)
    assert (error["param"], error["code"]) == (param, "unsupported_parameter")


@pytest.mark.parametrize("param", MALFORMED)
def test_what_is_malformed_is_named(client: openai.OpenAI, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as failure:
        create(client, **MALFORMED[param])
    assert get_error(failure)["param"] == param


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"[" * 100_000, b'{"model": 1e999}']
)
def test_a_body_that_is_none(gateway: Gateway, body: bytes) -> None:
    with gateway.server.client() as client:
        answer = client.post(
            "/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("user", '"user": "\\ud800"'),
        ("metadata.conversation_id", '"metadata": {"conversation_id": "\\u0000"}'),
        (
            "response_format.json_schema",
            '"response_format": {"type": "json_schema", "json_schema": {"schema": {"title": "\\ud800"}}}',
        ),
    ],
)
def test_names_that_no_database_holds_are_refused(gateway: Gateway, param: str, fields: str) -> None:
    body = f'{{"model": "chat", "messages": [{{"role": "user", "content": "Hi"}}], {fields}}}'
    with gateway.server.client() as client:
        answer = client.post(
            "/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param


@pytest.mark.parametrize("text", ["a\\u0000b", "half a smile \\ud83d", "\\udc00"])
def test_text_that_no_database_holds_is_mended(gateway: Gateway, text: str) -> None:
    body = f'{{"model": "chat", "messages": [{{"role": "user", "content": "{text} at noon"}}]}}'
    with gateway.server.client() as client:
        answer = client.post(
            "/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"].endswith("at noon")
    assert gateway.get_trace(answer.headers["x-request-id"])["status"] == "ok"


def test_a_body_over_the_bound(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as failure:
        create(client, messages=[{"role": "user", "content": "x" * (40 << 20)}])
    assert failure.value.status_code == 413
    assert get_error(failure)["code"] == "too_large"


@pytest.mark.parametrize(
    ("fault", "stream"),
    [
        ("server-error", False),
        ("server-error", True),
        ("rate-limit", False),
        ("rate-limit", True),
        ("stall", False),  # streamed, it has said half of the answer by then: see the next test
    ],
)
def test_a_failing_provider_keeps_its_status(client: openai.OpenAI, fault: str, stream: bool) -> None:
    started = time.monotonic()
    with pytest.raises(openai.InternalServerError) as failure:
        create(client, fault, stream=stream)
    assert time.monotonic() - started < DEADLINE + SLACK
    assert failure.value.status_code == UPSTREAM[fault]
    assert get_error(failure)["type"] == "server_error"
    assert ("retry-after" in failure.value.response.headers) == (failure.value.status_code == 503)


@pytest.mark.parametrize("fault", ["cut-stream", "stall"])
def test_a_stream_that_breaks_off_ends_in_an_error(client: openai.OpenAI, fault: str) -> None:
    texts = []
    with pytest.raises(openai.APIError, match="fake-1"):
        for chunk in create(client, fault, stream=True):
            texts.append(chunk.choices[0].delta.content)  # the stream raises
            assert chunk.choices[0].finish_reason is None
    assert "".join(texts)


def test_nothing_follows_the_error_of_a_stream(gateway: Gateway) -> None:
    body = {"model": "cut-stream", "messages": HELLO, "stream": True}
    with gateway.server.client() as client:
        *_, last, rest = client.post("/v1/chat/completions", json=body).text.split("\n\n")
    assert last.startswith('data: {"error":')
    assert rest == ""


def test_a_key_that_asks_too_often(gateway: Gateway) -> None:
    key = make_key(gateway.server, "busy")
    with (
        openai.OpenAI(base_url=gateway.url, api_key=key, max_retries=0) as busy,
        pytest.raises(openai.RateLimitError) as failure,
    ):
        for _ in range(REQUESTS_PER_MINUTE):
            busy.models.list()
    assert get_error(failure)["code"] == "rate_limit_exceeded"
    assert int(failure.value.response.headers["retry-after"]) >= 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_caller_that_hangs_up_ends_the_call_to_the_model(gateway: Gateway, stream: bool) -> None:
    gateway.provider.delete("/control/requests")
    body = {"model": "stall-long", "messages": HELLO, "stream": stream}
    with gateway.server.client(timeout=0.5) as client, pytest.raises(httpx.ReadTimeout):
        client.post("/v1/chat/completions", json=body)
    deadline = time.monotonic() + LONG_DEADLINE / 2
    while (states := list_states(gateway)) != ["disconnected"]:
        assert time.monotonic() < deadline, states
        time.sleep(0.05)


def list_states(gateway: Gateway) -> list[str]:
    records = gateway.provider.get("/control/requests").json()["requests"]
    return [record["state"] for record in records]
