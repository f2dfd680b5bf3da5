"""What servers that call themselves compatible send: events cut anywhere, parts, thoughts, errors in band."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import APIError
from pydantic_ai.profiles.openai import OpenAIModelProfile

from answerable.llm.endpoints.completion_text import CompletionText, read_whole
from answerable.llm.endpoints.events import EventReader, parse_event
from answerable.llm.endpoints.types import Reply
from answerable.llm.types import Usage

PROFILE = OpenAIModelProfile()
USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "prompt_tokens_details": {"cached_tokens": 4, "image_tokens": 3},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


async def read_events(chunks: Sequence[bytes]) -> tuple[list[dict[str, Any]], EventReader]:
    async def give() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    reader = EventReader(give())
    events: list[dict[str, Any]] = []
    while not reader.done and (found := await reader.read()) is not None:
        events.extend(map(parse_event, found))
    return events, reader


@given(size=st.integers(1, 40), end=st.sampled_from([b"\n\n", b"\r\n\r\n"]))
async def test_events_are_found_however_the_network_cuts_them(size: int, end: bytes) -> None:
    lines = [
        b": ping",
        b'event: x\r\ndata: {"a": "\xc3\xa4"}',
        b'data:{"a": 2}',
        b"data: [DONE]",
        b'data: {"a": 3}',
    ]
    body = end.join(lines) + end
    events, reader = await read_events([body[start : start + size] for start in range(0, len(body), size)])

    assert events == [{"a": "ä"}, {"a": 2}]
    assert reader.done


async def test_the_end_without_a_marker_is_not_done() -> None:
    events, reader = await read_events([b"<html>\n", b"data is here\n"])
    assert (events, reader.seen, reader.done) == ([], False, False)


@pytest.mark.parametrize("data", [b"{", b"[1]", b"", b'"text"'])
def test_an_event_that_is_no_object_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|expected|object|EOF"):
        parse_event(data)


async def test_a_line_that_never_ends_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not end"):
        await read_events([b"data: " + b"x" * (1 << 20)] * 20)


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def put_together(
    events: Sequence[dict[str, Any]], profile: OpenAIModelProfile = PROFILE
) -> tuple[list[str], Reply]:
    text = CompletionText(profile)
    return [text.feed(event) for event in events], text.finish()


def test_a_stream_is_put_together() -> None:
    pieces, reply = put_together(
        [
            chunk({"role": "assistant", "content": ""}),
            chunk({"content": "Hel"}),
            chunk({"content": [{"type": "text", "text": "lo"}, {"type": "reference"}]}),
            chunk(None, "length"),
            {"choices": [], "usage": USAGE},
        ]
    )
    assert pieces == ["", "Hel", "lo", "", ""]
    usage = Usage(10, 5, cached_input_tokens=4, reasoning_tokens=2, image_tokens=3)
    assert reply == Reply("Hello", "length", usage, "m")


def test_what_a_model_thinks_is_not_its_answer() -> None:
    events = [chunk({"content": piece}) for piece in ("<think>", "hm ", "</think>", "\n\n", "Yes", "<b>")]
    profile = OpenAIModelProfile(ignore_streamed_leading_whitespace=True)

    assert put_together(events, profile)[1].text == "Yes<b>"
    assert put_together([chunk({"reasoning_content": "hm"}), chunk({"content": "Yes"})])[1].text == "Yes"


def test_a_stream_without_a_reason_to_end_has_none() -> None:
    reply = put_together([chunk({"content": "Hel"})])[1]
    assert (reply.ending, reply.usage) == (None, None)


@pytest.mark.parametrize("error", [{"message": "overloaded"}, "overloaded", {"code": 1}])
def test_an_error_in_place_of_an_event_is_the_sdks(error: Any) -> None:
    with pytest.raises(APIError) as caught:
        put_together([{"error": error}])
    assert caught.value.body == error
    with pytest.raises(APIError):
        read_whole({"error": error}, PROFILE)


def whole(message: dict[str, Any], finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {"model": "m", "choices": [{"message": message, "finish_reason": finish}], **more}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (whole({"content": "Yes"}, usage=USAGE), ("Yes", "stop")),
        (whole({"content": "<think>hm\n</think>\n\nYes"}), ("Yes", "stop")),
        (whole({"content": [{"type": "text", "text": "Yes"}]}, None), ("Yes", "stop")),
        (whole({"content": None, "refusal": "No."}), ("", "content_filter")),
        (whole({"content": "Yes"}, "eos"), ("Yes", "other")),
    ],
)
def test_an_answer_in_one_piece_is_read(body: dict[str, Any], expected: tuple[str, str]) -> None:
    reply = read_whole(body, PROFILE)
    assert (reply.text, reply.ending) == expected


@pytest.mark.parametrize("body", [{}, {"choices": []}, {"choices": [{}]}, {"choices": [{"message": None}]}])
def test_a_body_that_is_no_completion_is_an_error(body: dict[str, Any]) -> None:
    with pytest.raises((KeyError, IndexError, AttributeError, TypeError)):
        read_whole(body, PROFILE)
