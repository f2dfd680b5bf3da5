"""A provider that stays down is left alone, and asked again once it may be well."""

from __future__ import annotations

import asyncio

import pytest

from answerable.core.errors import Unavailable
from answerable.llm.routing.types import CallPlan
from answerable.llm.service import Models
from answerable.llm.status import ModelStatus
from tests.fakes.clock import ShiftedClock
from tests.integration.llm.conftest import ANSWER, FakeModels
from tests.integration.llm.test_chat_model import fail, read

PLAN = CallPlan((("first:fake-1",), ("second:fake-1",)), attempts=4)


def find_status(models: Models, name: str) -> ModelStatus:
    return next(status for status in models.list_status() if status.name == name)


async def test_it_opens_skips_probes_once_and_heals(
    pair: Models, fake: FakeModels, clock: ShiftedClock
) -> None:
    fake.behave("server_error")
    model = pair.chat(PLAN)
    for _ in range(2):
        assert (await read(model))[0] == ANSWER
    status = find_status(pair, "first:fake-1")
    assert (status.breaker, status.errors["upstream_failed"]) == ("open", 8)

    _, skipped = await read(model)
    assert [attempt.code for attempt in skipped.attempts] == ["circuit_open", None]
    assert len(fake.list_requests()) == 8

    fake.behave("normal")
    clock.advance(2.0)
    answers = await asyncio.gather(*(read(model) for _ in range(5)))
    assert sorted(result.model for _, result in answers) == ["first:fake-1"] + ["second:fake-1"] * 4
    assert find_status(pair, "first:fake-1").breaker == "closed"
    assert (await read(model))[1].model == "first:fake-1"


async def test_a_probe_that_fails_is_one_request_and_a_longer_rest(
    pair: Models, fake: FakeModels, clock: ShiftedClock
) -> None:
    fake.behave("server_error")
    for _ in range(2):
        await read(pair.chat(PLAN))
    clock.advance(2.0)
    _, result = await read(pair.chat(PLAN))

    assert [attempt.code for attempt in result.attempts] == ["upstream_failed", "circuit_open", None]
    assert len(fake.list_requests()) == 9
    assert find_status(pair, "first:fake-1").rests_for > 2.0


async def test_with_all_at_rest_the_answer_is_a_503_with_a_wait(
    pair: Models, fake: FakeModels, second: FakeModels
) -> None:
    fake.behave("server_error")
    second.behave("rate_limit", retry_after=30)
    for _ in range(8):
        await fail(pair.chat(PLAN))
    asked = len(fake.list_requests()) + len(second.list_requests())
    _, error = await fail(pair.chat(PLAN))

    assert isinstance(error, Unavailable)
    assert error.code == "circuit_open"
    assert error.retry_after >= 1.0
    assert "first:fake-1 failed too often" in error.detail
    assert "second:fake-1 failed too often" in error.detail
    assert [attempt.duration_ms for attempt in error.attempts] == [0.0, 0.0]  # type: ignore[attr-defined]
    assert len(fake.list_requests()) + len(second.list_requests()) == asked


@pytest.mark.parametrize("behaviour", ["empty", "normal"])
async def test_an_answer_of_any_kind_is_a_sign_of_life(
    pair: Models, fake: FakeModels, behaviour: str
) -> None:
    fake.behave(behaviour)
    for _ in range(12):
        await read(pair.chat(PLAN))

    assert find_status(pair, "first:fake-1").breaker == "closed"
