"""Chunks are written by hand, so each must be the JSON that a client expects."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from answerable.answering.types import Answer
from answerable.api.openai.streaming import ChunkWriter
from answerable.llm.types import Usage

ANSWER = Answer("Hi", (), (), 5, Decimal("0.25"), "t1", "chat", "main@1", "fake:f", usage=Usage(3, 2))


def make_writer(*, with_usage: bool = False, model: str = "chat") -> ChunkWriter:
    return ChunkWriter(id="chatcmpl-1", model=model, created=7, with_usage=with_usage)


def read(frames: bytes) -> list[Any]:
    """Return what the frames hold, as a client that knows nothing of us reads them."""
    events = frames.decode().split("\n\n")
    assert events.pop() == ""
    return [json.loads(event.removeprefix("data: ")) for event in events if event != "data: [DONE]"]


@pytest.mark.parametrize(
    "text",
    ["plain", 'quotes " and \\', "line\nbreak\r\n", "\u2028\u2029\x85", "\x00\x1b", "é 漢 🙂", "\ud800", ""],
)
def test_any_text_arrives_as_it_is_and_on_one_line(text: str) -> None:
    frame = make_writer().text(text)
    assert len(frame.decode().splitlines()) == 2  # the event and the empty line that ends it
    (chunk,) = read(frame)
    assert chunk["choices"] == [
        {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    ]
    assert {key: chunk[key] for key in ("id", "object", "created", "model")} == {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 7,
        "model": "chat",
    }


def test_a_model_may_be_called_anything() -> None:
    (chunk,) = read(make_writer(model='"}]{').text("x"))
    assert chunk["model"] == '"}]{'


def test_the_end_says_why_and_whence_and_closes_the_stream() -> None:
    frames = make_writer().end(ANSWER)
    assert frames.endswith(b"data: [DONE]\n\n")
    (chunk,) = read(frames)
    assert chunk["choices"][0]["finish_reason"] == "stop"
    assert chunk["answerable"]["cost_usd"] == 0.25
    assert "usage" not in chunk


def test_the_usage_stands_alone_and_the_other_chunks_say_null() -> None:
    writer = make_writer(with_usage=True)
    chunks = read(writer.start() + writer.text("Hi") + writer.end(ANSWER))
    *before, last = chunks
    assert [chunk["usage"] for chunk in before] == [None, None, None]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 5
