"""How many calls a provider sees at once."""

from __future__ import annotations

import asyncio

from answerable.core.errors import Unavailable
from answerable.llm.routing.types import CallPlan
from answerable.llm.service import Models
from tests.integration.llm.conftest import ANSWER, FakeModels
from tests.integration.llm.test_chat_model import read


async def count_open(fake: FakeModels, most: list[int], done: asyncio.Event) -> None:
    """Note the most calls that were open at the server at any one look."""
    while not done.is_set():
        requests = await asyncio.to_thread(fake.list_requests)
        most.append(sum(request["state"] == "open" for request in requests))


async def test_fifty_callers_never_see_more_than_the_limit(pair: Models, fake: FakeModels) -> None:
    fake.behave("normal", token_delay=0.01)
    model = pair.chat(CallPlan((("narrow:fake-1",), ("second:fake-1",))))
    most, done = [0], asyncio.Event()
    watching = asyncio.create_task(count_open(fake, most, done))
    answers = await asyncio.gather(*(read(model) for _ in range(50)))
    done.set()
    await watching

    assert {text for text, _ in answers} == {ANSWER}
    assert 2 <= max(most) <= 4
    by_model = [result.model for _, result in answers]
    assert by_model.count("narrow:fake-1") == 8, "four at once, four in the queue"
    assert {result.attempts[0].code for _, result in answers if result.model == "second:fake-1"} == {
        "provider_busy"
    }
    assert pair.list_status()[0].breaker == "closed", "a full queue is no failure of the model"


async def test_without_a_fallback_the_fifty_first_is_told_to_come_back(
    pair: Models, fake: FakeModels
) -> None:
    fake.behave("normal", token_delay=0.01)
    model = pair.chat("narrow:fake-1")
    answers = await asyncio.gather(*(read(model) for _ in range(50)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Unavailable)]

    assert len(refused) == 42
    assert {(error.code, error.retry_after) for error in refused} == {("provider_busy", 1.0)}
    assert len(fake.list_requests()) == 8


async def test_a_caller_who_leaves_the_queue_takes_no_slot(pair: Models, fake: FakeModels) -> None:
    fake.behave("stall")
    model = pair.chat("narrow:fake-1")
    stalled = [asyncio.create_task(read(model)) for _ in range(4)]
    await fake.wait_for_state("open")
    queued = asyncio.create_task(read(model))
    await asyncio.sleep(0)
    queued.cancel()
    for task in stalled:
        task.cancel()
    await asyncio.gather(*stalled, queued, return_exceptions=True)
    fake.behave("normal")

    assert {text for text, _ in await asyncio.gather(*(read(model) for _ in range(4)))} == {ANSWER}
    assert pair.list_status()[0].in_flight == 0
