"""A second try beside one that is slower than usual."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from answerable.llm.routing.types import CallPlan
from answerable.llm.service import Models
from answerable.llm.types import ChatModel, ChatRequest
from tests.integration.llm.conftest import ANSWER, FakeModels
from tests.integration.llm.test_chat_model import REQUEST, UNWATCHED, fail, read

HEDGED = CallPlan((("first:fake-1",), ("second:fake-1",)), hedge=True, attempts=1)


async def warm_up(model: ChatModel, request: ChatRequest) -> None:
    for _ in range(20):
        await read(model, request)


@pytest.mark.parametrize("request_", [REQUEST, UNWATCHED], ids=["streamed", "whole"])
async def test_the_hedge_wins_and_the_slow_one_is_hung_up(
    pair: Models, fake: FakeModels, request_: ChatRequest
) -> None:
    model = pair.chat(HEDGED)
    await warm_up(model, request_)
    fake.behave("slow_first_token")
    start = time.monotonic()
    text, result = await read(model, request_)

    assert (text, result.model) == (ANSWER, "second:fake-1")
    assert time.monotonic() - start < 20
    told = [(attempt.model, attempt.code, attempt.hedge) for attempt in result.attempts]
    assert told == [("first:fake-1", "cancelled", False), ("second:fake-1", None, True)]
    await fake.wait_for_state("disconnected")
    assert [status.in_flight for status in pair.list_status()] == [0, 0]
    assert pair.list_status()[0].errors == {}


async def test_a_slow_start_that_is_first_after_all_is_kept(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    model = pair.chat(HEDGED)
    await warm_up(model, REQUEST)
    fake.behave("slow_first_token", slow_first_token=0.3)
    second.behave("slow_first_token")
    text, result = await read(model)

    assert (text, result.model) == (ANSWER, "first:fake-1")
    assert [(attempt.code, attempt.hedge) for attempt in result.attempts] == [
        (None, False),
        ("cancelled", True),
    ]
    await second.wait_for_state("disconnected")


async def test_a_hedge_that_fails_leaves_the_first_in_peace(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    model = pair.chat(HEDGED)
    await warm_up(model, REQUEST)
    fake.behave("slow_first_token", slow_first_token=0.3)
    second.behave("server_error")
    text, result = await read(model)

    assert (text, result.model) == (ANSWER, "first:fake-1")
    assert [attempt.code for attempt in result.attempts] == [None, "upstream_failed"]


async def test_when_both_fail_the_error_names_both(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    model = pair.chat(replace(HEDGED, first_token=0.4))
    await warm_up(model, REQUEST)
    fake.behave("slow_first_token")
    second.behave("server_error")
    _, error = await fail(model)

    assert error.code == "all_models_failed"
    assert "first:fake-1 stopped answering" in error.detail
    assert "second:fake-1 had an error" in error.detail


async def test_nothing_is_hedged_without_enough_experience_or_when_it_is_off(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    fake.behave("slow_first_token", slow_first_token=0.2)
    await read(pair.chat(HEDGED))
    fake.behave("normal")
    usual = pair.chat(replace(HEDGED, hedge=False))
    await warm_up(usual, REQUEST)
    fake.behave("slow_first_token", slow_first_token=0.2)
    _, result = await read(usual)

    assert [attempt.hedge for attempt in result.attempts] == [False]
    assert second.list_requests() == []


async def test_a_stream_that_breaks_after_the_race_is_an_error(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    model = pair.chat(HEDGED)
    await warm_up(model, REQUEST)
    for server in (fake, second):
        server.behave("cut_stream", token_delay=0.005)
    text, error = await fail(model)

    assert text
    assert error.code == "upstream_broke_off"


async def test_cancelling_hangs_up_both(pair: Models, fake: FakeModels, second: FakeModels) -> None:
    model = pair.chat(HEDGED)
    await warm_up(model, REQUEST)
    fake.behave("slow_first_token")
    second.behave("slow_first_token")
    task = asyncio.create_task(read(model))
    await second.wait_for_state("open")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await fake.wait_for_state("disconnected")
    await second.wait_for_state("disconnected")
