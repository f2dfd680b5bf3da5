"""How long to wait for a provider, and how often to ask again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from answerable.core.clock import Clock, SystemClock
from answerable.core.errors import DeadlineExceeded


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a model is given a rest. Times are in seconds.

    It rests after `consecutive` failures, or when `share` of the last `window` tries failed and there were at least
    `least`. The first rest lasts `rest`; each probe that fails doubles it, up to `longest_rest`.
    """

    consecutive: int = 8
    window: int = 50
    least: int = 20
    share: float = 0.5
    rest: float = 2.0
    longest_rest: float = 60.0


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """Times are in seconds.

    A wait between attempts is drawn evenly from 0 to `backoff_base * 2 ** n`, at most `backoff_cap` ("full
    jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), on top of what
    `Retry-After` asks. `first_token` bounds the wait for the first token of one attempt, `stall` the silence
    after it, `embedding` one batch of embeddings with its retries, `reranking` the scores of one
    batch of passages with theirs; `patience` is the longest wait for a
    model while another one is ready. `clock`, `sleep` and `draw` are there to be replaced by tests; `draw`
    returns a number from 0 to 1.
    """

    attempts: int = 4
    backoff_base: float = 0.5
    backoff_cap: float = 8.0
    first_token: float = 60.0
    stall: float = 30.0
    embedding: float = 120.0
    reranking: float = 20.0
    patience: float = 2.0
    breaker: BreakerRules = BreakerRules()
    clock: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    draw: Callable[[], float] = random.random


class Deadline:
    """The end of the time for one call."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, never less than 0."""
        return max(0.0, self._end - self._clock.monotonic())


def draw_wait(policy: CallPolicy, made: int) -> float:
    """Return the seconds to wait after `made` tries, on top of what the provider asks for."""
    ceiling = min(policy.backoff_cap, policy.backoff_base * 2 ** (made - 1))
    return float(policy.draw() * ceiling)


def out_of_time(name: str, deadline: Deadline) -> DeadlineExceeded:
    return DeadlineExceeded(
        f"{name} did not finish within {round(deadline.seconds, 1):g} s.",
        hint="Ask for less, allow more time, or choose a faster model.",
    )
