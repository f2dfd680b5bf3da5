from __future__ import annotations

import pytest
from pydantic_ai.exceptions import (
    ModelAuthenticationError,
    ModelHTTPError,
    ModelRateLimitError,
    ModelServerError,
)

from answerable.core.errors import DeadlineExceeded, Unavailable, UpstreamFailed
from answerable.llm.attempts import Attempts
from answerable.llm.failures import translate
from answerable.llm.policy import CallPolicy, Deadline
from tests.fakes.clock import FixedClock

FAILURE = ModelServerError("m", "it broke")


class Times:
    """Notes the waits, and lets the clock run for as long."""

    def __init__(self, clock: FixedClock) -> None:
        self.seconds: list[float] = []
        self._clock = clock

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._clock.advance(seconds)


def make(deadline: float, *, draw: float = 1.0, attempts: int = 10) -> tuple[Attempts, Times, FixedClock]:
    clock = FixedClock()
    times = Times(clock)
    policy = CallPolicy(attempts=attempts, clock=clock, sleep=times, draw=lambda: draw)
    return Attempts("p:m", policy, Deadline(clock, deadline)), times, clock


async def test_the_ceiling_doubles_up_to_the_cap() -> None:
    attempts, times, _ = make(1000)
    for _ in range(6):
        await attempts.wait(FAILURE)

    assert times.seconds == [0.5, 1, 2, 4, 8, 8]


async def test_the_wait_is_drawn_from_nothing_to_the_ceiling() -> None:
    attempts, times, _ = make(1000, draw=0.0)
    await attempts.wait(FAILURE)

    assert times.seconds == [0.0]


async def test_retry_after_is_a_floor() -> None:
    attempts, times, _ = make(1000, draw=0.0)
    await attempts.wait(ModelRateLimitError("m", "slow down", retry_after=12.0))

    assert times.seconds == [12.0]


async def test_waits_end_before_the_deadline() -> None:
    attempts, times, clock = make(3.0)
    await attempts.wait(FAILURE)
    await attempts.wait(FAILURE)
    with pytest.raises(UpstreamFailed, match="it broke"):
        await attempts.wait(FAILURE)

    assert times.seconds == [0.5, 1]
    clock.advance(10)
    with pytest.raises(DeadlineExceeded):
        await attempts.wait(FAILURE)


async def test_what_will_not_pass_is_not_tried_again() -> None:
    attempts, times, _ = make(1000)
    error = ModelAuthenticationError("m", "Incorrect API key provided: sk-12345")
    with pytest.raises(UpstreamFailed) as caught:
        await attempts.wait(error)

    assert times.seconds == []
    assert "sk-12345" not in str(caught.value)


async def test_the_provider_may_say_itself_whether_to_try_again() -> None:
    attempts, times, _ = make(1000)
    refusal = ModelHTTPError.for_category(
        ModelServerError, status_code=500, model_name="m", headers={"x-should-retry": "false"}
    )
    with pytest.raises(UpstreamFailed):
        await attempts.wait(refusal)

    assert times.seconds == []


def test_a_rate_limit_carries_its_wait_on() -> None:
    ours = translate(ModelRateLimitError("m", "slow down", retry_after=12.0), "p:m")

    assert isinstance(ours, Unavailable)
    assert ours.retry_after == 12.0
    assert "12 s" in str(ours.hint)


def test_a_long_message_is_cut() -> None:
    ours = translate(ValueError("x" * 5000), "p:m")

    assert len(ours.detail) < 400
