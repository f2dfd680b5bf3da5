"""Steering the fake server and reading what it was asked."""

from __future__ import annotations

import pytest

from tests.integration.llm.conftest import FakeModels

MESSAGES = [{"role": "user", "content": "Hello"}]


def test_records_what_was_asked(fake: FakeModels) -> None:
    fake.client.post("/v1/chat/completions", json={"model": "fake-1", "messages": MESSAGES})
    fake.client.post("/v1/embeddings", json={"model": "fake-embedding-1", "input": ["a", "b"]})

    chat, embeddings = fake.list_requests()
    assert (chat["path"], chat["model"], chat["state"]) == ("/v1/chat/completions", "fake-1", "answered")
    assert (embeddings["path"], embeddings["inputs"]) == ("/v1/embeddings", 2)


def test_the_same_request_gets_the_same_bytes(fake: FakeModels) -> None:
    body = {"model": "fake-1", "messages": MESSAGES, "stream": True}
    one = fake.client.post("/v1/chat/completions", json=body).content

    assert one == fake.client.post("/v1/chat/completions", json=body).content
    assert one.endswith(b"data: [DONE]\n\n")


def test_a_behaviour_for_one_request_ends_with_it(fake: FakeModels) -> None:
    fake.behave("server_error", times=1)
    body = {"model": "fake-1", "messages": MESSAGES}

    assert [fake.client.post("/v1/chat/completions", json=body).status_code for _ in range(2)] == [500, 200]


def test_a_behaviour_that_does_not_exist_changes_nothing(fake: FakeModels) -> None:
    refused = fake.client.post("/control", json={"behaviour": "sulk"})

    assert refused.status_code == 400
    assert "there are normal, rate_limit" in refused.json()["error"]
    assert fake.client.post("/control", json={"timing": {"moon": 1}}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", b"{"),
        ("/v1/chat/completions", b"[]"),
        ("/v1/chat/completions", b'{"messages": [1]}'),
        ("/v1/chat/completions", b'{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}'),
        ("/v1/messages", b'{"messages": [{"role": "user", "content": "no max_tokens"}]}'),
        ("/v1/responses", b'{"input": []}'),
        ("/v1/embeddings", b'{"input": [""]}'),
        ("/v1/embeddings", b'{"input": "a", "dimensions": "many"}'),
    ],
)
def test_a_malformed_request_is_refused_in_words(fake: FakeModels, path: str, body: bytes) -> None:
    refused = fake.client.post(path, content=body)

    assert refused.status_code == 400
    assert len(refused.json()["error"]["message"]) > 10
