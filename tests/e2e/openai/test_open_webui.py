"""A chat front end such as Open WebUI: it lists the models, streams, forwards what it knows of its user and chat."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.e2e.openai.conftest import Gateway

pytestmark = pytest.mark.xdist_group("openai")

# What it sends to a server of its "OpenAI API" connections, with user information switched on.
_HEADERS = {
    "X-OpenWebUI-User-Name": "Ada%20Lovelace",
    "X-OpenWebUI-User-Id": "3f0c8e8e-5a0e-4c4f-a3ff-7c2a4a1a0c11",
    "X-OpenWebUI-User-Email": "ada@example.org",
    "X-OpenWebUI-User-Role": "user",
    "X-OpenWebUI-Chat-Id": "0b7a2c7e-2f6a-4a53-8b57-c46e1b8d3a51",
}
_TITLE = "### Task:\nGenerate a concise, 3-5 word title.\n### Chat History:\nUSER: Hello"


def _chat(**fields: Any) -> dict[str, Any]:
    return {
        "model": "chat",
        "messages": [
            {"role": "system", "content": "You talk to sailors."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            {"role": "assistant", "content": "Ahoy!"},
            {"role": "user", "content": "Hello to the harbour master."},
        ],
        **fields,
    }


def _read_events(response: httpx.Response) -> list[str]:
    return [line.removeprefix("data: ") for line in response.iter_lines() if line]


def test_the_models_are_listed_with_what_it_reads(gateway: Gateway) -> None:
    with gateway.server.client() as client:
        answer = client.get("/v1/models", headers=_HEADERS)
    listed = answer.json()
    assert listed["object"] == "list"
    assert {"id", "object", "created", "owned_by"} == set(listed["data"][0])
    assert "chat" in [model["id"] for model in listed["data"]]


def test_a_turn_of_a_chat_streams(gateway: Gateway) -> None:
    body = _chat(
        stream=True,
        stream_options={"include_usage": True},
        temperature=0.7,
        max_tokens=400,
        frequency_penalty=0,
        stop=None,
        user={"name": "Ada", "id": "u1", "email": "ada@example.org", "role": "user"},
        files=[],
        tool_ids=None,
        features={"web_search": False},
        params={},
    )
    with (
        gateway.server.client() as client,
        client.stream("POST", "/v1/chat/completions", json=body, headers=_HEADERS) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        *frames, done = _read_events(response)
    assert done == "[DONE]"
    chunks = [json.loads(frame) for frame in frames]
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])
    assert text == "This is a fake model. You said: Hello to the harbour master."
    assert chunks[-1]["usage"]["total_tokens"] > 0
    account = next(chunk["answerable"] for chunk in chunks if "answerable" in chunk)
    assert gateway.get_trace(account["trace_id"])["user"] == "u1"


def test_its_title_of_a_chat_is_an_ordinary_request(gateway: Gateway) -> None:
    body = {
        "model": "chat",
        "messages": [{"role": "user", "content": _TITLE}],
        "stream": False,
        "max_completion_tokens": 1000,
    }
    with gateway.server.client() as client:
        answer = client.post("/v1/chat/completions", json=body, headers=_HEADERS)
    assert answer.json()["choices"][0]["message"]["content"]


def test_an_error_has_the_shape_that_it_shows(gateway: Gateway) -> None:
    with gateway.server.client() as client:
        answer = client.post("/v1/chat/completions", json=_chat(model="gone", stream=True), headers=_HEADERS)
    assert answer.status_code == 404
    assert "gone" in answer.json()["error"]["message"]
