"""How long to wait for a provider, and how often to ask again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from answerable.core.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """Times are in seconds.

    A wait between attempts is drawn evenly from 0 to `backoff_base * 2 ** n`, at most `backoff_cap` ("full
    jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), on top of what
    `Retry-After` asks. `first_token` bounds the wait for the first token of one attempt, `stall` the silence
    after it, `embedding` one batch of embeddings with its retries. `clock`, `sleep` and `draw` are there to
    be replaced by tests; `draw` returns a number from 0 to 1.
    """

    attempts: int = 4
    backoff_base: float = 0.5
    backoff_cap: float = 8.0
    first_token: float = 60.0
    stall: float = 30.0
    embedding: float = 120.0
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
